#include "written_buffer.h"

#include <algorithm>

#include "decoder.h"
#include "engine.h"
#include "types/misc.h"
#include "types/net.h"
#include "types/subjects.h"

namespace ptraced::decode {
namespace {

constexpr uint64_t kMostVectors = 1024;  // UIO_MAXIOV

// A call, and the arguments that it has of its row and of its variant, with their registers.
class Arguments {
 public:
  Arguments(core::Arch arch, uint64_t number, std::span<const uint64_t> words)
      : word_size_(decode::word_size(arch)), words_(words), row_(find_syscall(arch, number)) {
    if (row_ != nullptr && words.size() < row_->args.size()) {
      row_ = nullptr;
    }
    if (row_ != nullptr) {
      variant_ = find_variant(*row_, {.arch = arch, .number = number, .args = words.data()});
    }
  }

  size_t word_size() const { return word_size_; }
  uint64_t word(size_t index) const { return truncate(words_[index], word_size_); }

  // The first argument of which `take(type, index)` makes something.
  template <typename Take>
  auto first(Take take) const -> decltype(take(std::declval<const Type&>(), size_t{})) {
    const size_t own = row_ == nullptr       ? 0
                       : variant_ != nullptr ? row_->variants->first
                                             : row_->args.size();
    for (size_t i = 0; i < own; ++i) {
      if (const auto found = taken(row_->args[i], i, take)) {
        return found;
      }
    }
    for (size_t i = 0; variant_ != nullptr && i < variant_->args.size(); ++i) {
      if (const auto found = taken(variant_->args[i], own + i, take)) {
        return found;
      }
    }
    return std::nullopt;
  }

 private:
  template <typename Take>
  static auto taken(const Arg& arg, size_t position, Take take)
      -> decltype(take(arg.type, position)) {
    const size_t index = arg.position >= 0 ? static_cast<size_t>(arg.position) : position;
    if (arg.name == nullptr || index >= kMaxArguments) {
      return std::nullopt;
    }
    return take(arg.type, index);
  }

  static constexpr size_t kMaxArguments = 6;
  size_t word_size_;
  std::span<const uint64_t> words_;
  const Syscall* row_;
  const Variant* variant_ = nullptr;
};

// Bytes of what a result counts one of.
uint64_t unit_of(const Type& type, size_t word_size) {
  constexpr uint64_t kMessageWords = 8;  // struct mmsghdr
  return type.kind == Kind::kArray               ? size_of(*type.of, word_size)
         : type.print == print_received_messages ? kMessageWords * word_size
                                                 : 1;
}

// Bytes that stand before what a result counts: the type of a message before its text.
uint64_t header_of(const Type& type, size_t word_size) {
  return type.print == print_message_buffer ? word_size : 0;
}

uint64_t bytes_of(const Type& type, size_t word_size, uint64_t count) {
  const uint64_t unit = unit_of(type, word_size);
  const uint64_t header = header_of(type, word_size);
  return count > (UINT64_MAX - header) / unit ? UINT64_MAX : count * unit + header;
}

struct Counted {
  const Type* type;
  WrittenBuffer buffer;
};

std::optional<Counted> counted_of(const Arguments& arguments) {
  return arguments.first([&](const Type& type, size_t index) -> std::optional<Counted> {
    const size_t size = arguments.word_size();
    if (type.length.from != Length::From::kWritten || unit_of(type, size) == 0) {
      return std::nullopt;
    }
    const uint64_t count = truncate(arguments.word(type.length.value), type.length.size);
    return Counted{&type, {arguments.word(index), bytes_of(type, size, count)}};
  });
}

// Words of the tracee at an address; false where they cannot be read.
bool read_words(core::Memory& memory, size_t word_size, uint64_t address, std::span<uint64_t> out) {
  for (uint64_t& word : out) {
    word = 0;
    if (memory.read(address, &word, word_size) != word_size) {
      return false;
    }
    address += word_size;
  }
  return true;
}

// A vector that the call fills.
struct Vector {
  uint64_t address;
  uint64_t count;
};

std::optional<Vector> vector_of(const Arguments& arguments, core::Memory& memory) {
  return arguments.first([&](const Type& type, size_t index) -> std::optional<Vector> {
    if (type.print == print_read_vector) {
      return Vector{arguments.word(index), arguments.word(type.parameter)};
    }
    constexpr uint64_t kVectorWord = 2;  // msg_iov, behind msg_name and msg_namelen
    uint64_t words[2];
    const size_t size = arguments.word_size();
    if (type.print == print_received_message &&
        read_words(memory, size, arguments.word(index) + kVectorWord * size, words)) {
      return Vector{words[0], words[1]};
    }
    return std::nullopt;
  });
}

}  // namespace

std::optional<WrittenBuffer> written_buffer(core::Arch arch, uint64_t number,
                                            std::span<const uint64_t> args) {
  const auto counted = counted_of(Arguments(arch, number, args));
  return counted ? std::optional(counted->buffer) : std::nullopt;
}

std::optional<uint64_t> written_at(core::Arch arch, uint64_t number, std::span<const uint64_t> args,
                                   uint64_t result, core::Memory& memory, uint64_t address) {
  const Arguments arguments(arch, number, args);
  const size_t size = arguments.word_size();
  if (const auto counted = counted_of(arguments)) {
    const uint64_t offset = address - counted->buffer.address;
    if (address < counted->buffer.address || offset > counted->buffer.capacity) {
      return std::nullopt;
    }
    const uint64_t written =
        std::min(bytes_of(*counted->type, size, result), counted->buffer.capacity);
    return written - std::min(written, offset);
  }
  const auto vector = vector_of(arguments, memory);
  uint64_t left = result;
  for (uint64_t i = 0; vector && i < std::min(vector->count, kMostVectors); ++i) {
    uint64_t element[2];
    if (!read_words(memory, size, vector->address + i * 2 * size, element)) {
      break;
    }
    const uint64_t offset = address - element[0];
    const uint64_t written = std::min(left, element[1]);
    if (address >= element[0] && offset < element[1]) {
      return written - std::min(written, offset);
    }
    left -= written;
  }
  return std::nullopt;
}

}  // namespace ptraced::decode
