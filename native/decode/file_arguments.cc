#include "file_arguments.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "decoder.h"
#include "description.h"
#include "types/subjects.h"
#include "types/types.h"

namespace ptraced::decode {
namespace {

bool is_directory(const Arg& arg) {
  return arg.type.kind == Kind::kCustom && arg.type.print == print_dirfd;
}

std::optional<FileArgument::Kind> kind_of(const Syscall& row, const Arg& arg) {
  switch (arg.type.kind) {
    case Kind::kDescriptor:
      return FileArgument::Kind::kDescriptor;
    case Kind::kPath:
      // Of a call outside of this class it is a name in another space (fsopen).
      return (row.classes & kFile) != 0 && arg.type.parameter != kTextOnly
                 ? std::optional(FileArgument::Kind::kPath)
                 : std::nullopt;
    case Kind::kArray:
      return arg.type.of == &kPollDescriptor ? std::optional(FileArgument::Kind::kPollDescriptors)
                                             : std::nullopt;
    case Kind::kCustom:
      if (arg.type.print == print_descriptor_set) {
        return FileArgument::Kind::kDescriptorSet;
      }
      return is_directory(arg) ? std::optional(FileArgument::Kind::kDescriptor) : std::nullopt;
    default:
      return std::nullopt;
  }
}

uint8_t register_of(const Syscall& row, size_t index) {
  const int8_t position = row.args[index].position;
  return position >= 0 ? static_cast<uint8_t>(position) : static_cast<uint8_t>(index);
}

std::vector<FileArgument> arguments_of(const Syscall& row) {
  std::vector<FileArgument> found;
  for (size_t i = 0; i < row.arg_count(); ++i) {
    const Arg& arg = row.args[i];
    const auto kind = kind_of(row, arg);
    if (!kind || arg.when == When::kExit) {
      continue;
    }
    FileArgument argument{*kind, register_of(row, i)};
    if (*kind == FileArgument::Kind::kPath && i > 0 && is_directory(row.args[i - 1])) {
      argument.directory = static_cast<int8_t>(register_of(row, i - 1));
    }
    found.push_back(argument);
  }
  return found;
}

// By number.
using Index = std::vector<std::vector<FileArgument>>;

Index index_of(core::Arch arch) {
  const std::span<const Syscall> rows = syscalls(arch);
  Index index(rows.empty() ? 0 : rows.back().number + 1);
  for (const Syscall& row : rows) {
    index[row.number] = arguments_of(row);
  }
  return index;
}

size_t read_poll(const FileArgument& argument, const uint64_t* args, core::Memory& memory,
                 std::span<int32_t> out) {
  constexpr size_t kChunk = 64;
  std::array<pollfd, kChunk> chunk;
  const size_t count = static_cast<uint32_t>(args[argument.index + 1]);
  size_t found = 0;
  for (size_t read = 0; read < count && found < out.size(); read += kChunk) {
    const size_t want = std::min(count - read, kChunk);
    const uint64_t address = args[argument.index] + read * sizeof(pollfd);
    const size_t got = memory.read(address, chunk.data(), want * sizeof(pollfd)) / sizeof(pollfd);
    for (size_t i = 0; i < got && found < out.size(); ++i) {
      if (chunk[i].fd >= 0) {
        out[found++] = chunk[i].fd;
      }
    }
    if (got < want) {
      break;
    }
  }
  return found;
}

size_t read_set(const FileArgument& argument, const uint64_t* args, core::Memory& memory,
                std::span<int32_t> out) {
  constexpr int kMaxBits = 8192;
  std::array<uint8_t, kMaxBits / 8> bytes;
  const int bits = std::clamp(static_cast<int>(args[0]), 0, kMaxBits);
  const size_t got = args[argument.index] == 0
                         ? 0
                         : memory.read(args[argument.index], bytes.data(), (bits + 7) / 8);
  size_t found = 0;
  for (int fd = 0; fd < bits && static_cast<size_t>(fd / 8) < got && found < out.size(); ++fd) {
    if ((bytes[fd / 8] >> (fd % 8) & 1) != 0) {
      out[found++] = fd;
    }
  }
  return found;
}

}  // namespace

std::span<const FileArgument> file_arguments(core::Arch arch, uint64_t number) {
  // Built at the first use, then only read.
  static const std::array<Index, 3> indexes = {
      index_of(core::Arch::kX86_64), index_of(core::Arch::kI386), index_of(core::Arch::kX32)};
  const Index& index = indexes[static_cast<size_t>(arch) - 1];
  return number < index.size() ? std::span<const FileArgument>(index[number])
                               : std::span<const FileArgument>();
}

size_t read_descriptors(const FileArgument& argument, core::Arch arch, const uint64_t* args,
                        core::Memory& memory, std::span<int32_t> out) {
  uint64_t words[6];
  std::transform(args, args + 6, words, [arch](uint64_t word) {
    return arch == core::Arch::kI386 ? static_cast<uint32_t>(word) : word;
  });
  switch (argument.kind) {
    case FileArgument::Kind::kPollDescriptors:
      return read_poll(argument, words, memory, out);
    case FileArgument::Kind::kDescriptorSet:
      return read_set(argument, words, memory, out);
    default:
      return 0;
  }
}

}  // namespace ptraced::decode
