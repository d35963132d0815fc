// A seccomp filter by which only chosen calls stop a launched command; the others run at full
// speed.
#pragma once

#include <linux/filter.h>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/result.h"
#include "core/syscall_stop.h"

namespace ptraced::core {

// The calls that stop: by table (Arch - 1), then by number. Numbers behind the end of a table, and
// those of a table that is not known, stop as well.
struct StoppingCalls {
  std::array<std::vector<bool>, 3> tables;

  bool contains(Arch arch, uint64_t number) const {
    const std::vector<bool>& table = tables[static_cast<size_t>(arch) - 1];
    return number >= table.size() || table[number];
  }
};

// Adds the calls that stop by the other.
void add_calls(StoppingCalls& calls, const StoppingCalls& other);

// What PTRACE_GETEVENTMSG gives for a stop of our filter, to tell it from one that the program has
// installed (SECCOMP_RET_DATA).
inline constexpr uint16_t kCallFilterMark = 0x7074;

// The program: SECCOMP_RET_TRACE for calls that stop, SECCOMP_RET_ALLOW for the others. Every call
// costs a search by halves at most; the kernel remembers which numbers are always allowed (Linux
// 5.11). At most BPF_MAXINSNS instructions, whatever the set.
std::vector<sock_filter> call_filter_program(const StoppingCalls& calls);

// Installs the program for the calling thread and what it becomes. A thread without CAP_SYS_ADMIN
// gets no_new_privs where that may be set, and no filter otherwise (seccomp(2)). Async-signal-safe.
// False where the kernel refuses; errno says why.
bool install_call_filter(std::span<const sock_filter> program, bool may_set_no_new_privs);

// Whether we run under a seccomp filter, as that of a container: what we launch inherits it, and
// the calls that it answers would not stop at ours (seccomp(2): the strongest verdict counts).
bool is_under_filter();

// Whether no_new_privs takes nothing from setuid programs that tracing does not take already.
bool may_set_no_new_privs();

// Whether a child of ours, with no_new_privs where that is said, could install a program that
// misses nothing: not under a filter, and not where the kernel refuses.
Result<bool> can_install_call_filter(bool no_new_privs);

}  // namespace ptraced::core
