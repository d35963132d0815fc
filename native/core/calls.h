// The few calls that the engine itself must know, in every table.
#pragma once

#include <cstdint>
#include <optional>

#include "core/call_filter.h"
#include "core/memory.h"
#include "core/syscall_stop.h"

namespace ptraced::core {

bool is_execve(const SyscallEntry& entry);  // execve, execveat
bool is_exit(const SyscallEntry& entry);    // exit, exit_group
bool is_exit_group(const SyscallEntry& entry);
bool is_sigreturn(const SyscallEntry& entry);  // rt_sigreturn, and sigreturn of i386
// Asks for a seccomp filter or strict mode: seccomp, or prctl with PR_SET_SECCOMP.
bool is_filter_call(const SyscallEntry& entry);
// Asks for a filter for the other threads of the process too (SECCOMP_FILTER_FLAG_TSYNC).
bool is_filter_call_for_threads(const SyscallEntry& entry);
// Whether such a call has succeeded.
bool has_installed_filter(const SyscallEntry& entry, const SyscallExit& exit);
bool sets_affinity(const SyscallEntry& entry);
bool reads_affinity(const SyscallEntry& entry);

// Installs a seccomp filter by the call itself, not by prctl.
bool is_seccomp(const SyscallEntry& entry);

// Adds what the engine must see of a command, whatever else of it stops: the calls of this file.
void add_own_calls(StoppingCalls& calls);

// The flags of a clone or clone3; nothing for another call, or where they cannot be read.
std::optional<uint64_t> clone_flags(const SyscallEntry& entry, Memory& memory);
// The signal that the child's end sends, of the same calls; 0 for none or where it cannot be read.
int clone_exit_signal(const SyscallEntry& entry, Memory& memory);

}  // namespace ptraced::core
