// The functions that i386 programs call by socketcall(2) and ipc(2), and calls whose arguments
// stand in memory. Each has a row of its own, under a number that no table has, so that sets and
// decoding know it by its name.
#pragma once

#include "../core/memory.h"
#include "../core/syscall_stop.h"

namespace ptraced::decode {

// The rows' numbers: from here on those of the functions of socketcall, by the numbers of
// linux/net.h, and of ipc, by those of linux/ipc.h.
inline constexpr uint64_t kSocketFunctions = 0x200;
inline constexpr uint64_t kIpcFunctions = 0x220;
// mmap and select of i386, whose arguments stand in memory.
inline constexpr uint64_t kOldMmap = 0x23e;
inline constexpr uint64_t kOldSelect = 0x23f;
inline constexpr uint64_t kEndOfFunctions = 0x240;

// The number of the call by which a function is called.
uint64_t calling_number(uint64_t function);

// The call with the row's number and the arguments of the function that it calls, in the order of
// the call of the same name. A call of another kind, and one whose function is not known or whose
// arguments cannot be read, is returned as it is; so is its number, but where it is one of the
// above: then bit 32 is set, which no table has.
core::SyscallEntry called_function(const core::SyscallEntry& entry, core::Memory& memory);

// What the function returns, where that is not what the call does: shmat(2) by ipc(2) writes its
// address. `called` is from called_function().
core::SyscallExit function_result(const core::SyscallEntry& called, const core::SyscallExit& exit,
                                  core::Memory& memory);

}  // namespace ptraced::decode
