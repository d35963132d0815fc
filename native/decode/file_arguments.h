// Which arguments of a call are files: descriptors and paths, as the rows describe them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "../core/memory.h"
#include "../core/syscall_stop.h"

namespace ptraced::decode {

// One argument that says which files a call uses.
struct FileArgument {
  enum class Kind : uint8_t {
    kDescriptor,       // a number in a register; AT_FDCWD and other negative ones are none
    kPath,             // a string in memory
    kPollDescriptors,  // an array of struct pollfd, whose length is the argument behind it
    kDescriptorSet,    // an fd_set of as many bits as argument 0 says
  };
  Kind kind;
  uint8_t index;
  // kPath: index of the argument with the directory that a relative one starts from; -1: that is
  // the working directory.
  int8_t directory = -1;
};

// Type::parameter of a path that is a text for the call, such as that of a link that it makes: no
// file of that name is used.
inline constexpr uint32_t kTextOnly = 1;

// The arguments of that kind, by position; none for a number without a row. Descriptors that a call
// makes (its result, pipe's array) are not among them. Any thread.
std::span<const FileArgument> file_arguments(core::Arch arch, uint64_t number);

// The descriptors that kPollDescriptors or kDescriptorSet names in the tracee's memory go to `out`,
// as far as they can be read and there is room; returns how many. An argument of another kind names
// none. Polls for nothing (a negative number) are left out.
size_t read_descriptors(const FileArgument& argument, core::Arch arch, const uint64_t* args,
                        core::Memory& memory, std::span<int32_t> out);

}  // namespace ptraced::decode
