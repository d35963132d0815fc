// What a program would notice of the call filter, and has as untraced: strict mode, which the
// kernel refuses to a task with a filter, and what prctl(2) says of filters and no_new_privs.
//
// /proc/PID/status cannot be mended (docs/limits.md).
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>

#include <cerrno>
#include <utility>

#include "core/calls.h"
#include "core/procfs.h"
#include "core/tracer.h"

namespace ptraced::core {
namespace {

constexpr uint64_t kKnownFlags = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG |
                                 SECCOMP_FILTER_FLAG_SPEC_ALLOW | SECCOMP_FILTER_FLAG_NEW_LISTENER |
                                 SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
constexpr uint16_t kMaxInstructions = 4096;  // BPF_MAXINSNS

}  // namespace

// Strict mode is kept by us, and not by the kernel: every call of the task stops, and one that the
// mode forbids ends it. Nothing gets around that, since a task that is filtered in the kernel dies
// with its tracer (PTRACE_O_EXITKILL). What else the mode does, the kernel does: instructions that
// read the time stamp counter fault.
void Tracer::mend_on_entry(Task& task, const Stopped& stop, const SyscallStop& info) {
  if (!call_filter_ || launch_stage_ != LaunchStage::kNone) {
    return;
  }
  if (task.strict) {
    if (!is_allowed_in_strict_mode(task.entry)) {
      task.forbidden = info.kind;
    }
    return;
  }
  if (info.skipped || (task.injection && task.injection->result)) {
    return;
  }
  Status status;
  if (is_set_mode_strict(task.entry) && !task.own_filter && task.filter_calls == 0) {
    const SyscallEntry stand_in = prctl_instead_of(task.entry, PR_SET_TSC, PR_TSC_SIGSEGV);
    if (const Result<Registers> before = registers(stop)) {
      task.stand_in = *before;
      status = set_entry(stop, info.kind, stand_in, /*skip=*/false);
    }
  } else if (is_set_mode_filter(task.entry) && needs_no_new_privs(task, task.entry)) {
    task.answer = -EACCES;
    status = set_entry(stop, info.kind, task.entry, /*skip=*/true);
  }
  if (!status) {
    task.stand_in.reset();
    task.answer.reset();
    if (!status.error().gone()) {
      report(task, status.error());
    }
  }
}

// A filter without no_new_privs, which the task has from us alone, needs CAP_SYS_ADMIN. What the
// kernel refuses for other reasons before is left to it.
bool Tracer::needs_no_new_privs(const Task& task, const SyscallEntry& entry) {
  if (!gave_no_new_privs_ || task.own_no_new_privs) {
    return false;
  }
  uint16_t length = 0;
  const bool other_reason = (!is_prctl(entry, PR_SET_SECCOMP) && (entry.args[1] & ~kKnownFlags)) ||
                            !memory_.read_object(entry.args[2], length) || length == 0 ||
                            length > kMaxInstructions;
  const std::optional<TaskStatus> status = task_status(task.tid);
  return !other_reason && status && !status->has_capability(CAP_SYS_ADMIN);
}

// `exit` is what is told from here on.
void Tracer::mend_on_exit(Task& task, const Stopped& stop, SyscallExit& exit) {
  if (!call_filter_ || launch_stage_ != LaunchStage::kNone) {
    return;
  }
  const SyscallExit told = exit;
  Status status;
  if (const auto stand_in = std::exchange(task.stand_in, std::nullopt)) {
    task.strict = !exit.is_error;
    status = put_back_call(stop, *stand_in, task.entry.arch);
  } else if (const auto answer = std::exchange(task.answer, std::nullopt)) {
    exit.value = *answer;
    exit.is_error = true;
  } else if (exit.is_error) {
    return;
  } else if (is_prctl(task.entry, PR_SET_NO_NEW_PRIVS)) {
    task.own_no_new_privs = true;
  } else if (is_prctl(task.entry, PR_GET_NO_NEW_PRIVS)) {
    exit.value = gave_no_new_privs_ && !task.own_no_new_privs ? 0 : exit.value;
  } else if (is_prctl(task.entry, PR_GET_SECCOMP)) {
    exit.value = task.own_filter ? exit.value : SECCOMP_MODE_DISABLED;
  }
  if (exit.value != told.value) {
    status = set_exit(stop, exit);
  }
  if (!status && !status.error().gone()) {
    report(task, status.error());
  }
}

// The task leaves the enter-stop of a call that strict mode forbids. The mode ends the one thread,
// as by SIGKILL.
void Tracer::end_forbidden(Task& task, const Stopped& stop) {
  bool alone = true;
  tasks_.for_each(
      [&](const Task& other) { alone = alone && (other.pid != task.pid || &other == &task); });
  if (alone) {
    return kill_process(task);
  }
  if (!task.at_entry) {
    return;  // on its way out
  }
  const SyscallEntry end = exit_instead_of(task.entry, SIGKILL);
  if (Status status = set_entry(stop, *task.forbidden, end, /*skip=*/false);
      !status && !status.error().gone()) {
    report(task, status.error());
    kill_process(task);
  }
}

}  // namespace ptraced::core
