// What the kernel says of a syscall-stop (ptrace(2), PTRACE_GET_SYSCALL_INFO).
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace ptraced::core {

// A syscall table. The values are those of ptraced.v1.Arch.
enum class Arch : uint8_t { kX86_64 = 1, kI386 = 2, kX32 = 3 };

// A call, as it was at its syscall-enter-stop.
struct SyscallEntry {
  Arch arch = Arch::kX86_64;
  uint64_t number = 0;  // x32: without bit 0x40000000
  uint64_t args[6] = {};
  uint64_t stack_pointer = 0;  // rt_sigreturn's only argument
};

// How a call returned, at its syscall-exit-stop.
struct SyscallExit {
  int64_t value = 0;      // the return register; negative errno where `is_error`
  bool is_error = false;  // the kernel's own flag: a high address is never taken for an error
  bool refused = false;   // a seccomp filter of the task answered with SIGSYS: there is no value
};

}  // namespace ptraced::core
