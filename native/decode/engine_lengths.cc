// How much of a buffer there is: what the caller says, what the call has written, and what both
// leave when they differ. The lengths that the kernel overwrites are kept at the entry.
#include <algorithm>
#include <cstring>

#include "engine.h"

namespace ptraced::decode {

void Engine::save_lengths() {
  state_.saved_each_.clear();
  state_.kept_at_ = 0;
  for (size_t i = 0; i < arg_count_; ++i) {
    const auto [argument, index] = args_[i];
    state_.saved_[index] = 0;
    uint32_t value = 0;
    if (argument->saved_word < 0) {
      keep(*argument, arg(index));
    } else if (argument->saved_stride != 0) {
      save_each(*argument, arg(index));
    } else if (read(arg(index) + static_cast<uint64_t>(argument->saved_word) * word_size(), &value,
                    sizeof value)) {
      state_.saved_[index] = (uint64_t{1} << 32) | value;
    }
  }
}

void Engine::save_each(const Arg& argument, uint64_t address) {
  constexpr uint64_t kMost = 1024;  // UIO_MAXIOV, which sendmmsg and recvmmsg have too
  const size_t stride = argument.saved_stride * word_size();
  const size_t offset = static_cast<size_t>(argument.saved_word) * word_size();
  const uint64_t count =
      std::min({kMost, element_limit(), truncate(arg(argument.saved_count), sizeof(uint32_t))});
  uint8_t* bytes = scratch(count * stride);
  const size_t got = address == 0 ? 0 : read_some(address, bytes, count * stride);
  for (size_t at = 0; at + stride <= got; at += stride) {
    uint32_t value = 0;
    std::memcpy(&value, bytes + at + offset, sizeof value);
    state_.saved_each_.push_back(value);
  }
}

void Engine::keep(const Arg& argument, uint64_t address) {
  if (argument.kept != 0 && address != 0 && read(address, state_.kept_, argument.kept)) {
    state_.kept_at_ = address;
  }
}

bool Engine::read(uint64_t address, void* out, size_t size) {
  const uint64_t offset = address - state_.kept_at_;
  if (as_at_entry_ && offset < kMaxKept && size <= kMaxKept - offset) {
    std::memcpy(out, state_.kept_ + offset, size);
    return true;
  }
  return memory_.read(address, out, size) == size;
}

uint64_t Engine::length(const Type& type, const Operand& operand) const {
  switch (type.length.from) {
    case Length::From::kTerminator:
      return 0;
    case Length::From::kFixed:
      return type.length.value;
    case Length::From::kArgument:
      return truncate(arg(type.length.value), type.length.size);
    case Length::From::kWritten:
      return written(type);
    case Length::From::kField:
      return operand.within != nullptr
                 ? operand.within->number(type.length.value,
                                          type.length.size != 0 ? type.length.size : word_size())
                 : 0;
    case Length::From::kPointee: {
      uint32_t value = 0;
      return memory_.read(arg(type.length.value), &value, sizeof value) == sizeof value ? value : 0;
    }
  }
  return 0;
}

uint64_t Engine::written(const Type& type) const {
  return std::min(exit_.value < 0 ? 0 : static_cast<uint64_t>(exit_.value),
                  truncate(arg(type.length.value), type.length.size));
}

bool Engine::holds_result(const Type& type) const {
  return exit_.value >= 0 && written(type) == static_cast<uint64_t>(exit_.value);
}

bool Engine::written_behind(size_t index, uint32_t& size) {
  int32_t now = 0;
  if (!state_.saw_entry_ || !has_saved(index) || static_cast<int32_t>(saved(index)) < 0 ||
      !read(arg(index), &now, sizeof now) || now < 0) {
    return false;
  }
  size = std::min(static_cast<uint32_t>(now), saved(index));
  return true;
}

}  // namespace ptraced::decode
