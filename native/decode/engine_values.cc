// The engine's way through a call whose arguments become a tree of values: all of them at the
// entry, and at the exit those again that the kernel has written to.
#include <algorithm>

#include "engine.h"
#include "value_writer.h"

namespace ptraced::decode {

namespace {

// The type's word is an address of something that it decodes.
bool points(const Type& type) {
  switch (type.kind) {
    case Kind::kPath:
    case Kind::kString:
    case Kind::kBytes:
    case Kind::kPointer:
    case Kind::kArray:
      return true;
    case Kind::kCustom:
      return type.points;
    default:
      return false;
  }
}

}  // namespace

void Engine::order_by_register() {
  std::stable_sort(args_.begin(), args_.begin() + static_cast<ptrdiff_t>(arg_count_),
                   [](const Active& a, const Active& b) { return a.index < b.index; });
}

void Engine::enter_values(CallValues& values) {
  order_by_register();
  save_lengths();
  for (size_t i = 0; i < arg_count_; ++i) {
    const auto& [argument, index] = args_[i];
    values.arguments_[i] = {.at_exit = false, .index = static_cast<uint32_t>(values.entry_.size())};
    out_.begin_argument(argument->name, true);
    const uint64_t word = arg(index);
    if (argument->when == When::kExit && points(argument->type)) {
      out_.address(word, word == 0 ? Unread::kNull : Unread::kOpaque);
    } else {
      show_word(argument->type, word);
    }
    complete(values.entry_, values.arguments_[i].index, word);
  }
  values.argument_count_ = static_cast<uint8_t>(arg_count_);
  out_.end_arguments();
}

void Engine::exit_values(const core::SyscallExit& exit, CallValues& values) {
  order_by_register();
  if (!values.entered_) {
    save_lengths();
  }
  exit_ = exit;
  for (size_t i = 0; i < arg_count_; ++i) {
    const auto& [argument, index] = args_[i];
    if (values.entered_ && argument->when == When::kEntry &&
        (!argument->rewritten || exit.is_error)) {
      continue;
    }
    values.arguments_[i] = {.at_exit = true, .index = static_cast<uint32_t>(values.exit_.size())};
    out_.begin_argument(argument->name, true);
    const uint64_t word = arg(index);
    if (argument->when == When::kBoth) {
      const PointerScope pointer(out_, word);
      exiting_ = false;
      show_word(argument->type, word);
      exiting_ = true;
      out_.resume_argument();
      show_word(argument->type, word);
    } else {
      // What the caller passed is there whether the call fails or not.
      exiting_ = argument->when == When::kExit || argument->rewritten;
      show_word(argument->type, word);
    }
    complete(values.exit_, values.arguments_[i].index, word);
  }
  values.argument_count_ = static_cast<uint8_t>(arg_count_);
  exiting_ = true;
  out_.end_arguments();
}

void Engine::complete(const ValueTree& tree, uint32_t root, uint64_t word) {
  if (tree.size() == root) {
    out_.unsigned_number(word);
  }
}

void Engine::return_value(const Type& type, CallValues& values) {
  out_.begin_argument({}, false);
  values.return_value_ = {.at_exit = true, .index = static_cast<uint32_t>(values.exit_.size())};
  show_word(type, static_cast<uint64_t>(exit_.value));
  out_.end_arguments();
  values.has_return_value_ = values.exit_.size() > values.return_value_.index;
}

void enter_values(const Call& call, core::Memory& memory, const Options& options, CallText& text,
                  CallValues& values) {
  values.entry_.clear();
  values.exit_.clear();
  values.argument_count_ = 0;
  values.has_return_value_ = false;
  values.entered_ = true;
  text.saw_entry_ = true;
  text.syscall_ = find_syscall(call.arch, call.number);
  if (text.syscall_ == nullptr) {
    return;
  }
  ValueWriter writer(values.entry_, call.own_pid_namespace);
  Engine(writer, memory, options, call, text).enter_values(values);
}

void exit_values(const Call& call, const core::SyscallExit& exit, core::Memory& memory,
                 const Options& options, CallText& text, CallValues& values) {
  values.exit_.clear();
  values.has_return_value_ = false;
  if (!values.entered_) {
    text.saw_entry_ = false;
    values.argument_count_ = 0;
    text.syscall_ = find_syscall(call.arch, call.number);
  }
  if (text.syscall_ == nullptr || exit.refused) {
    values.entered_ = false;
    return;
  }
  ValueWriter writer(values.exit_, call.own_pid_namespace);
  Engine engine(writer, memory, options, call, text);
  engine.exit_values(exit, values);
  const Result& result = result_of(*text.syscall_, call);
  if (result.type != nullptr && !exit.is_error) {
    engine.return_value(*result.type, values);
  }
  values.entered_ = false;
}

}  // namespace ptraced::decode
