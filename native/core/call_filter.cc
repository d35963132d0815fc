#include "core/call_filter.h"

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <optional>

#include "core/calls.h"
#include "core/procfs.h"

namespace ptraced::core {
namespace {

constexpr uint32_t kX32Bit = 0x40000000;
constexpr uint32_t kLastX32 = 0x7fffffff;
constexpr uint32_t kTrace = SECCOMP_RET_TRACE | kCallFilterMark;

// Numbers from `first` to the one before the next range.
struct Range {
  uint32_t first;
  uint32_t verdict;
};

using Program = std::vector<sock_filter>;

sock_filter load(size_t offset) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset));
}

void append(Program& program, const Program& more) {
  program.insert(program.end(), more.begin(), more.end());
}

// The ranges of a table whose numbers begin at `base`.
void add_ranges(std::vector<Range>& ranges, const std::vector<bool>& table, uint32_t base) {
  const auto add = [&ranges](uint32_t first, uint32_t verdict) {
    if (ranges.empty() || ranges.back().verdict != verdict) {
      ranges.push_back({first, verdict});
    }
  };
  for (uint32_t number = 0; number < table.size(); ++number) {
    add(base + number, table[number] ? kTrace : SECCOMP_RET_ALLOW);
  }
  add(base + static_cast<uint32_t>(table.size()), kTrace);
}

// Finds the range of the number in the accumulator by halves. Conditional jumps reach 255
// instructions (their offsets are bytes), BPF_JA any.
Program search(std::span<const Range> ranges) {
  if (ranges.size() == 1) {
    return {BPF_STMT(BPF_RET | BPF_K, ranges[0].verdict)};
  }
  const size_t middle = ranges.size() / 2;
  const Program lower = search(ranges.first(middle));
  const Program upper = search(ranges.subspan(middle));
  Program program;
  if (lower.size() <= UINT8_MAX) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, ranges[middle].first,
                               static_cast<uint8_t>(lower.size()), 0));
  } else {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, ranges[middle].first, 0, 1));
    program.push_back(BPF_STMT(BPF_JMP | BPF_JA, static_cast<uint32_t>(lower.size())));
  }
  append(program, lower);
  append(program, upper);
  return program;
}

// Stops the ioctl of /dev/userfaultfd; leaves the number in the accumulator.
Program new_userfaultfd(uint64_t ioctl_number) {
  return {
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(ioctl_number), 0, 4),
      load(offsetof(seccomp_data, args[1])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kNewUserfaultfd, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, kTrace),
      load(offsetof(seccomp_data, nr)),
  };
}

const std::vector<bool>& table_of(const StoppingCalls& calls, Arch arch) {
  return calls.tables[static_cast<size_t>(arch) - 1];
}

bool set_filter(const sock_fprog& program) {
  // Without the flag older kernels slow the program down (Spec_Store_Bypass); before Linux 4.17 it
  // is unknown.
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) ==
             0 ||
         (errno == EINVAL && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0);
}

}  // namespace

std::vector<sock_filter> call_filter_program(const StoppingCalls& calls) {
  std::vector<Range> native;
  add_ranges(native, table_of(calls, Arch::kX86_64), 0);
  add_ranges(native, table_of(calls, Arch::kX32), kX32Bit);
  if (native.back().verdict != kTrace) {
    native.push_back({kLastX32 + 1, kTrace});
  }
  std::vector<Range> i386;
  add_ranges(i386, table_of(calls, Arch::kI386), 0);

  Program for_i386 = new_userfaultfd(ioctl_number(Arch::kI386));
  append(for_i386, search(i386));
  Program program = {
      load(offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 1),
      BPF_STMT(BPF_JMP | BPF_JA, static_cast<uint32_t>(for_i386.size() + 3)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, kTrace),
      load(offsetof(seccomp_data, nr)),
  };
  append(program, for_i386);
  program.push_back(load(offsetof(seccomp_data, nr)));
  append(program, new_userfaultfd(ioctl_number(Arch::kX86_64)));
  append(program, new_userfaultfd(ioctl_number(Arch::kX32) | kX32Bit));
  append(program, search(native));
  return program;
}

void add_calls(StoppingCalls& calls, const StoppingCalls& other) {
  for (size_t arch = 0; arch < calls.tables.size(); ++arch) {
    std::vector<bool>& table = calls.tables[arch];
    for (size_t number = 0; number < table.size(); ++number) {
      // Past the end of a table every number stops.
      const std::vector<bool>& more = other.tables[arch];
      table[number] = table[number] || number >= more.size() || more[number];
    }
  }
}

bool install_call_filter(std::span<const sock_filter> program, bool may_set_no_new_privs) {
  const sock_fprog filter = {.len = static_cast<unsigned short>(program.size()),
                             .filter = const_cast<sock_filter*>(program.data())};
  if (set_filter(filter)) {
    return true;
  }
  return may_set_no_new_privs && errno == EACCES && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         set_filter(filter);
}

bool is_under_filter() {
  const std::optional<TaskStatus> own = task_status(gettid());
  return !own || own->seccomp != 0;
}

// A tracer with CAP_SYS_PTRACE takes no privileges from a setuid program that it traces, and
// no_new_privs would; one without it takes them itself (ptrace(2), execve(2)).
bool may_set_no_new_privs() {
  const std::optional<TaskStatus> own = task_status(gettid());
  return own && !own->has_capability(CAP_SYS_PTRACE);
}

Result<bool> can_install_call_filter(bool no_new_privs) {
  if (is_under_filter()) {
    return false;
  }
  const sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  const pid_t child = fork();
  if (child < 0) {
    return last_error("fork");
  }
  if (child == 0) {
    _exit(install_call_filter(std::span(&allow, 1), no_new_privs) ? 0 : 1);
  }
  int status = -1;
  while (waitpid(child, &status, __WALL) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace ptraced::core
