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
// Makes a userfaultfd(2): pages that are not there before somebody serves them.
bool makes_userfaultfd(const SyscallEntry& entry);
// Such an ioctl of /dev/userfaultfd: its request, and the number of ioctl(2) in the table.
inline constexpr uint32_t kNewUserfaultfd = 0xAA00;  // USERFAULTFD_IOC_NEW, Linux 6.1
uint64_t ioctl_number(Arch arch);

// Asks for a filter, for itself or for all threads.
bool is_set_mode_filter(const SyscallEntry& entry);
// Asks for strict mode, in a way that the kernel does not refuse for its arguments.
bool is_set_mode_strict(const SyscallEntry& entry);
// Strict mode lets a task make it (seccomp(2), SECCOMP_SET_MODE_STRICT).
bool is_allowed_in_strict_mode(const SyscallEntry& entry);
bool is_prctl(const SyscallEntry& entry, int option);
// prctl(option, argument), and exit(status), of the table of `from`; further arguments stay.
SyscallEntry prctl_instead_of(const SyscallEntry& from, int option, uint64_t argument);
SyscallEntry exit_instead_of(const SyscallEntry& from, int status);

// Installs a seccomp filter by the call itself, not by prctl.
bool is_seccomp(const SyscallEntry& entry);

// Adds what the engine must see of a command, whatever else of it stops: the calls of this file.
void add_own_calls(StoppingCalls& calls);

// The flags of a clone or clone3; nothing for another call, or where they cannot be read.
std::optional<uint64_t> clone_flags(const SyscallEntry& entry, Memory& memory);
// The signal that the child's end sends, of the same calls; 0 for none or where it cannot be read.
int clone_exit_signal(const SyscallEntry& entry, Memory& memory);

}  // namespace ptraced::core
