#include "core/calls.h"

#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <iterator>

namespace ptraced::core {
namespace {

// Numbers of one call in each table: <asm/unistd_64.h> and, where they differ from it,
// arch/x86/entry/syscalls/syscall_32.tbl and the x32 entries of syscall_64.tbl.
struct Numbers {
  uint64_t x86_64;
  uint64_t i386;
  uint64_t x32;

  uint64_t of(Arch arch) const {
    return arch == Arch::kI386 ? i386 : arch == Arch::kX32 ? x32 : x86_64;
  }

  bool match(const SyscallEntry& entry) const { return entry.number == of(entry.arch); }
};

constexpr Numbers kExecve = {SYS_execve, 11, 520};
constexpr Numbers kExecveat = {SYS_execveat, 358, 545};
constexpr Numbers kExit = {SYS_exit, 1, SYS_exit};
constexpr Numbers kExitGroup = {SYS_exit_group, 252, SYS_exit_group};
constexpr Numbers kPrctl = {SYS_prctl, 172, SYS_prctl};
constexpr Numbers kSeccomp = {SYS_seccomp, 354, SYS_seccomp};
constexpr Numbers kSigreturn = {SYS_rt_sigreturn, 119, 513};
constexpr uint64_t kI386RtSigreturn = 173;
// What strict mode allows (kernel/seccomp.c, mode1_syscalls; asm/seccomp.h).
constexpr std::array<uint64_t, 4> kStrictX86_64 = {SYS_read, SYS_write, SYS_exit, SYS_rt_sigreturn};
constexpr std::array<uint64_t, 4> kStrictI386 = {3, 4, 1, 119};
constexpr Numbers kClone = {SYS_clone, 120, SYS_clone};
constexpr Numbers kClone3 = {SYS_clone3, 435, SYS_clone3};
constexpr Numbers kSetAffinity = {SYS_sched_setaffinity, 241, SYS_sched_setaffinity};
constexpr Numbers kGetAffinity = {SYS_sched_getaffinity, 242, SYS_sched_getaffinity};
constexpr Numbers kUserfaultfd = {SYS_userfaultfd, 374, SYS_userfaultfd};
constexpr Numbers kIoctl = {SYS_ioctl, 54, 514};

SyscallEntry instead_of(const SyscallEntry& from, const Numbers& numbers,
                        std::initializer_list<uint64_t> args) {
  SyscallEntry entry = from;
  entry.number = numbers.of(from.arch);
  std::copy(args.begin(), args.end(), std::begin(entry.args));
  return entry;
}

void add(StoppingCalls& calls, Arch arch, uint64_t number) {
  std::vector<bool>& table = calls.tables[static_cast<size_t>(arch) - 1];
  if (number < table.size()) {
    table[number] = true;
  }
}

}  // namespace

void add_own_calls(StoppingCalls& calls) {
  for (const Numbers& numbers : {kExecve, kExecveat, kExit, kExitGroup, kPrctl, kSeccomp, kClone,
                                 kClone3, kSetAffinity, kGetAffinity, kUserfaultfd}) {
    add(calls, Arch::kX86_64, numbers.x86_64);
    add(calls, Arch::kI386, numbers.i386);
    add(calls, Arch::kX32, numbers.x32);
  }
}

bool makes_userfaultfd(const SyscallEntry& entry) {
  return kUserfaultfd.match(entry) ||
         (kIoctl.match(entry) && static_cast<uint32_t>(entry.args[1]) == kNewUserfaultfd);
}

uint64_t ioctl_number(Arch arch) {
  return kIoctl.of(arch);
}

bool is_seccomp(const SyscallEntry& entry) {
  return kSeccomp.match(entry);
}

bool is_execve(const SyscallEntry& entry) {
  return kExecve.match(entry) || kExecveat.match(entry);
}

bool is_exit(const SyscallEntry& entry) {
  return kExit.match(entry) || kExitGroup.match(entry);
}

bool is_exit_group(const SyscallEntry& entry) {
  return kExitGroup.match(entry);
}

bool is_sigreturn(const SyscallEntry& entry) {
  return kSigreturn.match(entry) || (entry.arch == Arch::kI386 && entry.number == kI386RtSigreturn);
}

// The kernel takes `int` and `unsigned int`: the upper half of a register does not count.
bool is_filter_call(const SyscallEntry& entry) {
  const auto first = static_cast<uint32_t>(entry.args[0]);
  return (kSeccomp.match(entry) &&
          (first == SECCOMP_SET_MODE_STRICT || first == SECCOMP_SET_MODE_FILTER)) ||
         is_prctl(entry, PR_SET_SECCOMP);
}

bool is_set_mode_filter(const SyscallEntry& entry) {
  return (kSeccomp.match(entry) &&
          static_cast<uint32_t>(entry.args[0]) == SECCOMP_SET_MODE_FILTER) ||
         (is_prctl(entry, PR_SET_SECCOMP) && entry.args[1] == SECCOMP_MODE_FILTER);
}

bool is_set_mode_strict(const SyscallEntry& entry) {
  return (kSeccomp.match(entry) &&
          static_cast<uint32_t>(entry.args[0]) == SECCOMP_SET_MODE_STRICT &&
          static_cast<uint32_t>(entry.args[1]) == 0 && entry.args[2] == 0) ||
         (is_prctl(entry, PR_SET_SECCOMP) && entry.args[1] == SECCOMP_MODE_STRICT);
}

bool is_allowed_in_strict_mode(const SyscallEntry& entry) {
  const auto is_one_of = [&](const std::array<uint64_t, 4>& allowed) {
    return std::find(allowed.begin(), allowed.end(), entry.number) != allowed.end();
  };
  switch (entry.arch) {
    case Arch::kX86_64:
      return is_one_of(kStrictX86_64);
    case Arch::kI386:
      return is_one_of(kStrictI386);
    case Arch::kX32:
      return false;  // the kernel looks for its numbers in the table of i386
  }
  return false;
}

bool is_prctl(const SyscallEntry& entry, int option) {
  return kPrctl.match(entry) && static_cast<int>(entry.args[0]) == option;
}

SyscallEntry prctl_instead_of(const SyscallEntry& from, int option, uint64_t argument) {
  return instead_of(from, kPrctl, {static_cast<uint64_t>(option), argument});
}

SyscallEntry exit_instead_of(const SyscallEntry& from, int status) {
  return instead_of(from, kExit, {static_cast<uint64_t>(status)});
}

bool is_filter_call_for_threads(const SyscallEntry& entry) {
  return kSeccomp.match(entry) && static_cast<uint32_t>(entry.args[0]) == SECCOMP_SET_MODE_FILTER &&
         (entry.args[1] & SECCOMP_FILTER_FLAG_TSYNC) != 0;
}

// seccomp(2): with TSYNC alone, a thread that cannot be given the filter is named by the value.
bool has_installed_filter(const SyscallEntry& entry, const SyscallExit& exit) {
  return !exit.is_error && (exit.value == 0 || !is_filter_call_for_threads(entry) ||
                            (entry.args[1] & SECCOMP_FILTER_FLAG_TSYNC_ESRCH) != 0);
}

bool sets_affinity(const SyscallEntry& entry) {
  return kSetAffinity.match(entry);
}

bool reads_affinity(const SyscallEntry& entry) {
  return kGetAffinity.match(entry);
}

std::optional<uint64_t> clone_flags(const SyscallEntry& entry, Memory& memory) {
  uint64_t flags = 0;
  if (kClone.match(entry)) {
    return entry.args[0];
  }
  if (kClone3.match(entry) && memory.read_object(entry.args[0], flags)) {
    return flags;
  }
  return std::nullopt;
}

int clone_exit_signal(const SyscallEntry& entry, Memory& memory) {
  uint64_t signal = 0;
  if (kClone.match(entry)) {
    signal = entry.args[0] & CSIGNAL;
  } else if (kClone3.match(entry)) {
    memory.read_object(entry.args[0] + offsetof(clone_args, exit_signal), signal);
  }
  return static_cast<int>(signal);
}

}  // namespace ptraced::core
