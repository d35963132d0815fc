#include "written_buffer.h"

#include "decoder.h"
#include "engine.h"
#include "types/misc.h"
#include "types/net.h"

namespace ptraced::decode {
namespace {

std::optional<WrittenBuffer> buffer_of(const Arg& arg, size_t position, size_t word_size,
                                       std::span<const uint64_t> args) {
  const Type& type = arg.type;
  if (arg.name == nullptr || type.length.from != Length::From::kWritten) {
    return std::nullopt;
  }
  const auto word = [&](size_t index) { return truncate(args[index], word_size); };
  const uint64_t count = truncate(word(type.length.value), type.length.size);
  constexpr uint64_t kMessageWords = 8;  // struct mmsghdr
  const uint64_t size = type.kind == Kind::kArray               ? size_of(*type.of, word_size)
                        : type.print == print_received_messages ? kMessageWords * word_size
                                                                : 1;
  if (size == 0) {
    return std::nullopt;
  }
  // The type of a message stands before its text.
  const uint64_t header = type.print == print_message_buffer ? word_size : 0;
  const size_t index = arg.position >= 0 ? static_cast<size_t>(arg.position) : position;
  return WrittenBuffer{word(index),
                       count > (UINT64_MAX - header) / size ? UINT64_MAX : count * size + header};
}

}  // namespace

std::optional<WrittenBuffer> written_buffer(core::Arch arch, uint64_t number,
                                            std::span<const uint64_t> args) {
  const Syscall* row = find_syscall(arch, number);
  if (row == nullptr || args.size() < row->args.size()) {
    return std::nullopt;
  }
  const size_t word_size = decode::word_size(arch);
  const Variant* variant =
      find_variant(*row, {.arch = arch, .number = number, .args = args.data()});
  const size_t own = variant != nullptr ? row->variants->first : row->args.size();
  for (size_t i = 0; i < own; ++i) {
    if (const auto found = buffer_of(row->args[i], i, word_size, args)) {
      return found;
    }
  }
  for (size_t i = 0; variant != nullptr && i < variant->args.size(); ++i) {
    if (const auto found = buffer_of(variant->args[i], own + i, word_size, args)) {
      return found;
    }
  }
  return std::nullopt;
}

}  // namespace ptraced::decode
