// Keeps what the server launches away from the server (docs/adr/0023): a domain and no privileges
// for the command, and a process of ours that a command of the same user has no way into.
#pragma once

#include <sys/types.h>

namespace ptraced::core {

// Whether the kernel can keep a command from sending signals out of its own tree (Landlock's
// LANDLOCK_SCOPE_SIGNAL, Linux 6.12). Such a domain keeps it from ptrace(2) of others as well.
bool can_scope_signals();

// Steps of the child of a launch. False where one failed; errno says why. Async-signal-safe.

// Before a change of its user, which takes CAP_SETPCAP away. Without that the bounding set stays as
// it is; under no_new_privs nothing can be gained from it.
void drop_bounding_set();

// The last step with rights of ours. It and all that it becomes or starts cannot gain privileges
// (no_new_privs) and have no capability, whatever the user.
bool drop_privileges();

// Where can_scope_signals(), it and all that it starts cannot signal or trace what is not theirs.
bool enter_domain();

// Hardens this process against others of its user, once and for good:
//
// - Not dumpable (PR_SET_DUMPABLE): without CAP_SYS_PTRACE, no ptrace(2), nor what takes the same
//   right: memory, descriptors and environment by /proc, process_vm_readv(2), pidfd_getfd(2).
// - The subreaper of what it launches: whoever descends from a command stays below this process.
//   What ends there must be reaped, by reap_orphans().
// - A saved group id of its own, where CAP_SETGID allows: prlimit(2) asks for the same ids
//   everywhere.
//
void harden_process();

// Undoes that in a child of ours as far as its tracer needs: its group ids are equal again, and
// without CAP_SYS_PTRACE it is dumpable up to a change of its user. Async-signal-safe.
void soften_child();

// Reaps children of the calling thread that have ended and that no tracer of ours has still to hear
// of. Must be called by the first thread of this process, to which the kernel gives orphans, where
// nobody else has children.
void reap_orphans();

}  // namespace ptraced::core
