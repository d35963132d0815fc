#include "engine.h"

#include <algorithm>
#include <cstring>

namespace ptraced::decode {

namespace {

int64_t sign_extend(uint64_t word, size_t size) {
  if (size == 0 || size >= 8) {
    return static_cast<int64_t>(word);
  }
  const unsigned shift = static_cast<unsigned>(64 - size * 8);
  return static_cast<int64_t>(word << shift) >> shift;
}

}  // namespace

uint64_t View::number(size_t offset, size_t width) const {
  if (offset + width > size || width > 8) {
    return 0;
  }
  uint64_t value = 0;
  std::memcpy(&value, bytes + offset, width);
  return value;
}

size_t size_of(const Type& type, size_t word_size) {
  switch (type.kind) {
    case Kind::kNone:
      return 0;
    case Kind::kStruct:
      return word_size == 4 ? type.layout->size32 : type.layout->size;
    case Kind::kInline:
      return type.length.value * size_of(*type.of, word_size);
    case Kind::kInlineText:
      return type.length.value;
    case Kind::kCustom:
      return type.layout != nullptr ? (word_size == 4 ? type.layout->size32 : type.layout->size)
             : type.size != 0       ? type.size
                                    : word_size;
    default:
      return type.size != 0 ? type.size : word_size;
  }
}

const Variant* find_variant(const Syscall& syscall, const Call& call) {
  if (syscall.variants == nullptr) {
    return nullptr;
  }
  const Variants& variants = *syscall.variants;
  const uint64_t value =
      truncate(call.args[variants.selector], word_size(call.arch)) & variants.mask;
  if (variants.sorted) {
    const auto it =
        std::lower_bound(variants.cases.begin(), variants.cases.end(), value,
                         [](const Variant& variant, uint64_t v) { return variant.value < v; });
    return it != variants.cases.end() && it->value == value ? &*it : nullptr;
  }
  for (const Variant& variant : variants.cases) {
    if (variant.value == value) {
      return &variant;
    }
  }
  return nullptr;
}

const Result& result_of(const Syscall& syscall, const Call& call) {
  const Variant* variant = find_variant(syscall, call);
  return variant != nullptr ? variant->result : syscall.result;
}

Engine::Engine(Writer& out, core::Memory& memory, const Options& options, const Call& call,
               CallText& state)
    : out_(out), memory_(memory), options_(options), call_(call), state_(state) {
  const Syscall& syscall = *state.syscall_;
  const Variant* variant = find_variant(syscall, call);
  const size_t own = variant != nullptr ? syscall.variants->first : syscall.args.size();
  for (size_t i = 0; i < own && syscall.args[i].name != nullptr; ++i) {
    activate(syscall.args[i], i);
  }
  for (size_t i = 0; variant != nullptr && i < variant->args.size(); ++i) {
    if (variant->args[i].name == nullptr || own + i >= args_.size()) {
      break;
    }
    activate(variant->args[i], own + i);
  }
}

void Engine::activate(const Arg& arg, size_t position) {
  if (arg.condition_bits != 0 && (call_.args[arg.condition_arg] & arg.condition_bits) == 0) {
    return;
  }
  args_[arg_count_++] = {
      &arg, static_cast<uint8_t>(arg.position >= 0 ? static_cast<size_t>(arg.position) : position)};
}

uint64_t Engine::arg(size_t index) const {
  return truncate(call_.args[index], word_size());
}

void Engine::enter() {
  save_lengths();
  size_t i = 0;
  while (i < arg_count_ && args_[i].arg->when == When::kEntry) {
    show_argument(args_[i]);
    ++i;
  }
  state_.next_arg_ = static_cast<uint8_t>(i);
  if (i < arg_count_ && args_[i].arg->when == When::kBoth) {
    show_argument(args_[i]);
  } else if (i == arg_count_) {
    state_.result_offset = state_.text.size();
  }
}

void Engine::exit(const core::SyscallExit& exit) {
  exit_ = exit;
  exiting_ = true;
  for (size_t i = state_.next_arg_; i < arg_count_; ++i) {
    if (i == state_.next_arg_ && args_[i].arg->when == When::kBoth) {
      out_.resume_argument();
      show_word(args_[i].arg->type, arg(args_[i].index));
    } else {
      show_argument(args_[i]);
    }
  }
  state_.next_arg_ = static_cast<uint8_t>(arg_count_);
  out_.end_arguments();
}

void Engine::show_argument(const Active& active) {
  out_.begin_argument(active.arg->name, active.arg->named);
  as_at_entry_ = exiting_ && active.arg->kept != 0 && state_.kept_at_ != 0;
  show_word(active.arg->type, arg(active.index));
  as_at_entry_ = false;
}

bool Engine::follow(uint64_t address, bool despite_error) {
  if (address == 0) {
    out_.address(0, Unread::kNull);
    return false;
  }
  if (failed() && !despite_error) {
    out_.address(address, Unread::kFailed);
    return false;
  }
  return true;
}

void Engine::show(const Type& type, const Operand& operand) {
  switch (type.kind) {
    case Kind::kNone:
      break;
    case Kind::kSigned:
    case Kind::kUnsigned:
    case Kind::kHex:
    case Kind::kOctal:
    case Kind::kAddress:
    case Kind::kFlags:
    case Kind::kConstant:
    case Kind::kDescriptor:
    case Kind::kTask:
      show_number(type, operand.word);
      break;
    case Kind::kPath:
      show_path(operand.word, type.despite_error);
      break;
    case Kind::kString:
      show_string(operand.word, type.despite_error);
      break;
    case Kind::kBytes:
      show_bytes(operand.word, length(type, operand), type.despite_error,
                 type.parameter == kHexBytes);
      break;
    case Kind::kPointer:
      show_pointer(type, operand.word);
      break;
    case Kind::kArray:
      if (type.length.from == Length::From::kTerminator) {
        show_strings(operand.word);
      } else {
        show_array(*type.of, operand.word, length(type, operand), type.despite_error);
      }
      break;
    case Kind::kStruct:
      out_.begin_struct(type.layout->name);
      show_fields(*type.layout, operand.memory);
      out_.end_struct();
      break;
    case Kind::kInline:
    case Kind::kInlineText:
      show_inline(type, operand);
      break;
    case Kind::kCustom:
      if (type.points) {
        const PointerScope pointer(out_, operand.word);
        type.print(*this, type, operand);
      } else {
        type.print(*this, type, operand);
      }
      break;
  }
}

void Engine::show_number(const Type& type, uint64_t word) {
  const size_t size = type.size != 0 ? type.size : word_size();
  const uint64_t value = truncate(word, size);
  switch (type.kind) {
    case Kind::kSigned:
      out_.signed_number(sign_extend(word, size));
      break;
    case Kind::kUnsigned:
      out_.unsigned_number(value);
      break;
    case Kind::kHex:
      out_.hex(value);
      break;
    case Kind::kOctal:
      out_.octal(value);
      break;
    case Kind::kAddress:
      out_.address(value, Unread::kOpaque);
      break;
    case Kind::kFlags:
      out_.flags(value, *type.set);
      break;
    case Kind::kConstant:
      out_.constant(value, *type.set);
      break;
    case Kind::kDescriptor:
      out_.descriptor(static_cast<int32_t>(value), false);
      break;
    case Kind::kTask:
      out_.task(static_cast<int32_t>(value));
      break;
    default:
      break;
  }
}

void Engine::show_at(const Type& type, const View& view, const View* within) {
  const size_t size = std::min<size_t>(size_of(type), 8);
  show(type, Operand{.word = view.number(0, size), .memory = view, .within = within});
}

void Engine::show_field(std::string_view name, const Type& type, const View& within,
                        size_t offset) {
  out_.begin_field(name);
  const size_t size = size_of(type);
  if (offset + size > within.size) {
    return;
  }
  show_at(type, View{within.bytes + offset, within.size - offset, within.address + offset},
          &within);
}

void Engine::show_fields(const Layout& layout, const View& view) {
  bool hidden = false;
  for (const Field& field : layout.fields) {
    const size_t offset = word_size() == 4 ? field.offset32 : field.offset;
    const size_t size = size_of(field.type);
    if (offset + size > view.size) {
      break;
    }
    if (field.needs != 0 && (view.number(0, sizeof field.needs) & field.needs) == 0) {
      continue;
    }
    if (field.shown == Field::Shown::kUnabbreviated && !options_.unabbreviated) {
      hidden = true;
      continue;
    }
    if (field.shown == Field::Shown::kOfDescriptor &&
        static_cast<int32_t>(view.number(0, sizeof(int32_t))) < 0) {
      continue;
    }
    if (field.shown == Field::Shown::kWritten && !(exiting_ && out_.wants_written())) {
      continue;
    }
    if (field.shown == Field::Shown::kUnlessZero &&
        std::all_of(view.bytes + offset, view.bytes + offset + size,
                    [](uint8_t byte) { return byte == 0; })) {
      continue;
    }
    show_field(field.name, field.type, view, offset);
  }
  if (hidden) {
    out_.omitted();
  }
}

void Engine::show_pointer(const Type& type, uint64_t address) {
  const PointerScope pointer(out_, address);
  if (!follow(address, type.despite_error)) {
    return;
  }
  const size_t size = size_of(*type.of);
  uint8_t bytes[kMaxStructSize];
  if (size == 0 || size > sizeof bytes || !read(address, bytes, size)) {
    out_.address(address, Unread::kFault);
    return;
  }
  const View view{bytes, size, address};
  if (type.of->kind == Kind::kStruct || type.of->kind == Kind::kInline ||
      type.of->kind == Kind::kInlineText ||
      (type.of->kind == Kind::kCustom && type.of->layout != nullptr)) {
    show_at(*type.of, view);
    return;
  }
  out_.begin_target();
  show_at(*type.of, view);
  out_.end_target();
}

void Engine::show_inline(const Type& type, const Operand& operand) {
  const View& view = operand.memory;
  if (type.kind == Kind::kInlineText) {
    const size_t size = std::min<size_t>(type.length.value, view.size);
    const void* end = std::memchr(view.bytes, 0, size);
    const size_t used =
        end != nullptr ? static_cast<size_t>(static_cast<const uint8_t*>(end) - view.bytes) : size;
    // Whole, whatever the limit of strings is, as strace shows it: it is part of a structure.
    out_.string(view.bytes, used, {.truncated = end == nullptr, .full_size = used});
    return;
  }
  const size_t size = size_of(*type.of);
  out_.begin_array(type.length.value);
  for (size_t i = 0; i < type.length.value && (i + 1) * size <= view.size; ++i) {
    if (!has_room_for(i)) {
      out_.omitted();
      break;
    }
    out_.begin_element();
    show_at(*type.of, View{view.bytes + i * size, size, view.address + i * size}, operand.within);
  }
  out_.end_array();
}

}  // namespace ptraced::decode
