// Stops of the call filter, and the seccomp filters that programs install themselves.
//
// The kernel takes the strongest verdict of all filters (seccomp(2)): what a filter of the program
// answers by itself makes no stop of ours. So every call of a task that has one stops, by
// PTRACE_SYSCALL, from before the filter is there.
#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "core/calls.h"
#include "core/clock.h"
#include "core/procfs.h"
#include "core/tracer.h"

namespace ptraced::core {
namespace {

// "Seccomp:" of /proc/PID/status: SECCOMP_MODE_FILTER, and 3 for a task that a filter is killing
// (kernel/seccomp.c, SECCOMP_MODE_DEAD).
constexpr int kSeccompFilter = 2;

// How often a task that is about to give others a filter looks whether all calls of those stop.
constexpr int64_t kThreadsLookNs = kNanosecondsPerMillisecond / 5;
// Longest wait for them. It is there for what cannot be foreseen: a running thread stops as soon as
// it has a CPU, and a call that is made again sleeps or ends, since it slept before.
constexpr int64_t kThreadsPatienceNs = 60 * kNanosecondsPerSecond;

// States of /proc/TID/status in which a task makes no call before a stop that is asked for: it is
// in the kernel, and stops on its way back, or is gone.
constexpr std::string_view kMakesNoCall = "DZX";

}  // namespace

// The entry of a call that the call filter selects. Where syscall-stops are told as well, it comes
// right behind the enter-stop (T21), and tells nothing new.
void Tracer::on_seccomp_stop(Task& task, Stopped stop) {
  const Result<uint64_t> message = event_message(stop);
  Result<SyscallStop> info = syscall_stop(stop);
  if (!message || !info || info->kind != SyscallStopKind::kSeccomp) {
    return;  // SIGKILL, or the execve of another thread, has taken the place of this stop
  }
  if (*message != kCallFilterMark) {
    // A filter of the program's own: without a tracer that asked for its stops, such a call fails.
    (void)static_cast<bool>(skip_call(stop));
    info->skipped = true;
  }
  if (task.in_call || launch_stage_ == LaunchStage::kBeforeExec) {
    return pass(task, std::move(stop));
  }
  task.stop_kind = StopKind::kSyscall;
  on_syscall_enter(task, std::move(stop), *info);
}

// The call filter stops the task at calls that matter; between two of them it runs.
bool Tracer::needs_no_stops(const Task& task) const {
  return call_filter_ && launch_stage_ == LaunchStage::kNone && !task.in_call && !task.own_filter &&
         task.filter_calls == 0 && !task.step && !task.interrupted.waiting();
}

// T21: after SECCOMP_RET_TRAP and SECCOMP_RET_KILL the kernel rolls the registers back, and the
// exit-stop shows the call's own number as its value. SIGSYS is on its way then.
bool Tracer::is_refused(Task& task, const SyscallExit& exit) {
  if (exit.is_error || static_cast<uint64_t>(exit.value) != task.entry.number ||
      !has_filter(task)) {
    return false;
  }
  const std::optional<TaskStatus> status = task_status(task.tid);
  return status && status->is_pending(SIGSYS);
}

bool Tracer::has_filter(Task& task) {
  if (task.filter_known_at != filter_changes_) {
    const std::optional<TaskStatus> status = task_status(task.tid);
    task.has_filter = status && status->seccomp >= kSeccompFilter;
    task.filter_known_at = filter_changes_;
  }
  return task.has_filter;
}

void Tracer::close_refused(Task& task, const Stopped& stop) {
  if (!std::exchange(task.refused, false)) {
    return;
  }
  const bool entered = std::exchange(task.in_call, false);
  observer_.on_exit({task, stop, memory_}, {.value = 0, .is_error = false, .refused = true},
                    entered);
}

// At the enter-stop of a call that may give all threads of its process a filter: they must stop at
// all calls before it is made.
void Tracer::begin_filter_call(Task& task) {
  const bool skipped = task.injection && task.injection->result;
  // Without a filter the call fails: libraries ask in this way whether the kernel knows the flag.
  const bool asks_only = task.entry.args[2] == 0;
  if (!call_filter_ || skipped || asks_only || task.answer ||
      !is_filter_call_for_threads(task.entry)) {
    return;
  }
  task.gives_filter = true;
  task.gives_filter_ns = monotonic_ns();
  tasks_.for_each([&](Task& thread) {
    if (thread.pid == task.pid) {
      ++thread.filter_calls;
    }
  });
}

// The call has ended. What it installed is inherited by what its tasks make from now on.
void Tracer::end_filter_call(Task& task, bool installed) {
  ++filter_changes_;
  task.own_filter = task.own_filter || installed;
  if (!std::exchange(task.gives_filter, false)) {
    return;
  }
  tasks_.for_each([&](Task& thread) {
    if (thread.pid == task.pid) {
      thread.filter_calls = std::max(0, thread.filter_calls - 1);
      thread.own_filter = thread.own_filter || installed;
      thread.own_no_new_privs = thread.own_no_new_privs || (installed && task.own_no_new_privs);
    }
  });
}

// Whether the task must stay in the enter-stop of such a call. Asks the others to stop.
bool Tracer::awaits_threads(Task& task) {
  if (!task.gives_filter || !task.at_entry) {
    return false;
  }
  const int64_t waited_ns = monotonic_ns() - task.gives_filter_ns;
  bool waits = false;
  tasks_.for_each([&](Task& thread) {
    if (thread.pid == task.pid && &thread != &task && !stops_at_calls(thread, waited_ns)) {
      waits = true;
    }
  });
  return waits;
}

// Whether no call that the thread makes from now on can miss us. A call that our interruption has
// ended is made again: that must be before the filter comes, which had nothing to say of it.
bool Tracer::stops_at_calls(Task& thread, int64_t waited_ns) {
  if (thread.held || thread.delayed || (!thread.runs_unseen && thread.remake == Remake::kNone)) {
    return true;
  }
  if (thread.runs_unseen && !thread.interrupt_sent) {
    thread.interrupt_sent = static_cast<bool>(interrupt(thread.tid));
  }
  const std::optional<TaskStatus> status = task_status(thread.tid);
  if (!status || kMakesNoCall.find(status->state) != std::string_view::npos) {
    return true;
  }
  if (!thread.runs_unseen) {
    const bool sleeps = thread.remake == Remake::kEntered && status->state == 'S';
    return sleeps || waited_ns > kThreadsPatienceNs;
  }
  if (waited_ns > kThreadsPatienceNs) {
    report(thread, {"PTRACE_INTERRUPT", ETIMEDOUT, thread.tid});
    return true;
  }
  return false;
}

void Tracer::await_threads(Task& task, Stopped stop, Resume how, int signal) {
  task.delay_ns = kThreadsLookNs;
  task.awaits_threads = true;
  delay(task, std::move(stop), how, signal);
}

// At the EVENT_STOP of a thread that such a call waits for.
void Tracer::note_remake(Task& task, const Stopped& stop) {
  if (task.filter_calls == 0 || !task.ran_unseen) {
    return;
  }
  const Result<Registers> now = registers(stop);
  if (task.interrupted.waiting() || (now && is_restarting(*now))) {
    task.remake = Remake::kAwaited;
  }
}

}  // namespace ptraced::core
