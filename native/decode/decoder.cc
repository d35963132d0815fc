#include "decoder.h"

#include "engine.h"
#include "text_format.h"
#include "text_writer.h"

namespace ptraced::decode {

namespace {

constexpr uint64_t kRestartSyscall = 219;  // __NR_restart_syscall of x86_64
constexpr uint64_t kRestartSyscall32 = 0;

// The kernel's own errors that never reach user space: what happens to the call instead.
std::string_view restart_description(int error) {
  switch (error) {
    case 512:
      return "To be restarted if SA_RESTART is set";
    case 513:
      return "To be restarted";
    case 514:
      return "To be restarted if no handler";
    case 516:
      return "Interrupted by signal";
    default:
      return {};
  }
}

// `syscall_0x1f4(0x1, 0x2, ...`: all that can be said of a number without a row.
void append_unknown(const Call& call, std::string& out) {
  const uint64_t mask = call.arch == core::Arch::kI386 ? UINT32_MAX : UINT64_MAX;
  const uint64_t bit = call.arch == core::Arch::kX32 ? 0x40000000 : 0;
  out += "syscall_";
  append_hex(out, (call.number | bit) & mask);
  for (size_t i = 0; i < 6; ++i) {
    out += i == 0 ? "(" : ", ";
    append_hex(out, call.args[i] & mask);
  }
}

bool is_restart(const Call& call) {
  return call.number == (call.arch == core::Arch::kI386 ? kRestartSyscall32 : kRestartSyscall);
}

void append_error(int error, std::string& out) {
  const std::string_view restart = restart_description(error);
  const std::string_view name = errno_name(error);
  if (name.empty()) {
    out += "-1 (errno ";
    append_signed(out, error);
    out += ')';
    return;
  }
  out += restart.empty() ? "-1 " : "? ";
  out += name;
  const std::string_view description = restart.empty() ? errno_description(error) : restart;
  out += " (";
  out += description;
  out += ')';
}

void append_value(Result::Format format, uint64_t value, core::Arch arch, std::string& out) {
  const bool narrow = arch == core::Arch::kI386;
  const uint64_t word = narrow ? static_cast<uint32_t>(value) : value;
  switch (format) {
    case Result::Format::kDecimal:
      // The 32 bits that a tracee of i386 gets are no error here, and not negative: a user id, an
      // offset.
      append_signed(out, static_cast<int64_t>(word));
      break;
    case Result::Format::kHex:
      append_hex(out, word);
      break;
    case Result::Format::kOctal:
      append_octal(out, word);
      break;
    case Result::Format::kNone:
      out += '?';
      break;
  }
}

}  // namespace

void enter_text(const Call& call, core::Memory& memory, const Options& options, CallText& state) {
  state.text.clear();
  state.spans.clear();
  state.result_offset = 0;
  state.entered_ = true;
  state.saw_entry_ = true;
  state.next_arg_ = 0;
  const char* before = state.syscall_ != nullptr ? state.syscall_->name : nullptr;
  const bool restart = is_restart(call);
  if (!restart) {
    state.interrupted_ = nullptr;
  } else if (state.interrupted_ == nullptr) {
    state.interrupted_ = before;
  }
  state.syscall_ = find_syscall(call.arch, call.number);
  if (state.syscall_ == nullptr) {
    append_unknown(call, state.text);
    return;
  }
  state.text += state.syscall_->name;
  state.text += '(';
  if (restart) {
    state.text += "<... resuming interrupted ";
    state.text += state.interrupted_ != nullptr ? state.interrupted_ : "system call";
    state.text += " ...>";
  }
  TextWriter writer(state.text, true, options.spans ? &state.spans : nullptr, options.max_bytes);
  Engine(writer, memory, options, call, state).enter();
}

void exit_text(const Call& call, const core::SyscallExit& exit, core::Memory& memory,
               const Options& options, CallText& state) {
  if (!state.entered_) {
    enter_text(call, memory, options, state);
    state.saw_entry_ = false;
  }
  state.entered_ = false;
  if (state.syscall_ == nullptr) {
    state.text += ')';
    state.result_offset = state.text.size();
    state.text += " = ";
    if (exit.is_error) {
      append_error(static_cast<int>(-exit.value), state.text);
    } else {
      append_hex(state.text, static_cast<uint64_t>(exit.value));
    }
    return;
  }
  const Result& result = result_of(*state.syscall_, call);
  TextWriter writer(state.text, state.next_arg_ == 0, options.spans ? &state.spans : nullptr,
                    options.max_bytes);
  Engine engine(writer, memory, options, call, state);
  engine.exit(exit);
  state.result_offset = state.text.size();
  state.text += " = ";
  if (exit.is_error) {
    append_error(static_cast<int>(-exit.value), state.text);
  } else {
    append_value(result.format, static_cast<uint64_t>(exit.value), call.arch, state.text);
  }
  if (result.note != nullptr) {
    result.note(engine);
  }
}

}  // namespace ptraced::decode
