// Launch and attach.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "core/calls.h"
#include "core/control.h"
#include "core/procfs.h"
#include "core/tracer.h"

namespace ptraced::core {
namespace {

// A stop in which the kernel lets the child be examined before it goes through the gate.
Status stop_at_gate(pid_t pid, SeizeOptions options) {
  if (Status status = seize(pid, options); !status) {
    return status;
  }
  if (Status status = interrupt(pid); !status) {
    return status;
  }
  for (;;) {
    Result<WaitEvent> event = wait_task(pid);
    if (!event) {
      return event.error();
    }
    if (!event->status.stopped()) {
      return Error{"PTRACE_SEIZE", ESRCH, pid};  // somebody killed it
    }
    const bool signal = event->status.stop_kind() == StopKind::kSignal;
    if (Status status =
            resume(event->take_stop(), Resume::kSyscall, signal ? event->status.stop_signal() : 0);
        !status) {
      return status;
    }
    if (event->status.stop_kind() == StopKind::kInterruptStop) {
      return {};
    }
  }
}

void reap(pid_t pid) {
  kill(pid, SIGKILL);
  for (;;) {
    Result<WaitEvent> event = wait_task(pid);
    if (!event || !event->status.stopped()) {
      return;
    }
  }
}

}  // namespace

Result<pid_t> Tracer::launch(const LaunchOptions& options) {
  start_paused_ = options.start_paused;
  placement_.begin();
  Result<Launched> launched = core::launch(options);
  if (!launched) {
    launched_ = launched.error().code == ETIMEDOUT;  // linger() waits for the child then
    return launched.error();
  }
  root_ = launched->pid;
  launched_ = true;
  seize_options_ = {.kill_on_exit = true, .call_filter = !options.call_filter.empty()};
  Status status = output_.start(root_, std::move(launched->readers), Wakeup::kSignal);
  if (status) {
    status = input_.start(root_, std::move(launched->stdin_writer), Wakeup::kSignal);
  }
  if (status) {
    status = stop_at_gate(root_, seize_options_);
  }
  if (!status) {
    reap(root_);
    return status.error();
  }
  tasks_.add(root_, root_).holdable = false;  // nobody could let it go yet
  launch_stage_ = LaunchStage::kBeforeExec;
  (void)!write(launched->gate.get(), "", 1);
  const auto late = std::make_shared<bool>(false);
  await([this, late, deadline = monotonic_ns() + kLaunchPatienceNs](int64_t now) -> int64_t {
    *late = launch_stage_ != LaunchStage::kNone && now >= deadline;
    return launch_stage_ == LaunchStage::kNone || *late ? 0 : deadline;
  });
  loop_until([this, &late] {
    return launch_stage_ == LaunchStage::kNone || (tasks_.empty() && parked_.empty()) || *late;
  });
  if (*late) {
    kill(root_, SIGKILL);
    return Error{"execve", ETIMEDOUT, root_};
  }
  if (launch_stage_ != LaunchStage::kNone) {
    return Error{"execve", launch_error_ == 0 ? ECHILD : launch_error_, root_};
  }
  return root_;
}

// Until the root is at its execve it runs our own code, which is nobody's business.
bool Tracer::swallows(Task& task, const SyscallStop& info) {
  if (task.tid != root_ || launch_stage_ != LaunchStage::kBeforeExec) {
    return false;
  }
  if (info.kind == SyscallStopKind::kEntry && info.entry.number == SYS_execve) {
    launch_stage_ = LaunchStage::kInExec;
    return false;
  }
  if (info.kind == SyscallStopKind::kEntry) {
    installs_filter_ = is_seccomp(info.entry);
    sets_no_new_privs_ = is_prctl(info.entry, PR_SET_NO_NEW_PRIVS);
  } else if (info.kind == SyscallStopKind::kExit && !info.exit.is_error) {
    call_filter_ = call_filter_ || installs_filter_;
    gave_no_new_privs_ = gave_no_new_privs_ || sets_no_new_privs_;
  }
  return true;
}

// At the exit-stop of the launch's execve.
void Tracer::begin_program(Task& task) {
  launch_stage_ = LaunchStage::kNone;
  task.holdable = !ending_;
  exit_events_ = observer_.wants_exit_events();
  if (start_paused_) {
    task.order_hold({.reason = StopReason::kStart});
  }
}

void Tracer::fail_launch(Task& task, int error) {
  launch_stage_ = LaunchStage::kFailed;
  launch_error_ = error;
  kill(task.pid, SIGKILL);
}

Status Tracer::attach(pid_t pid, bool single_thread, bool start_paused) {
  root_ = pid;
  start_paused_ = start_paused;
  exit_events_ = observer_.wants_exit_events();
  const Status status = seize_threads(pid, single_thread);
  if (!status) {
    end(EndAction::kDetach);
    run();
  } else if (start_paused) {
    bool standing = false;
    pause_tasks(*this, {}, StopReason::kStart, [&](std::vector<TaskSnapshot>) { standing = true; });
    loop_until([&] { return standing || tasks_.empty(); });
  }
  return status;
}

// Threads are made while we look: a pass that finds none that is new ends it. From the first seize
// on, new threads of seized ones are traced by the kernel's doing.
Status Tracer::seize_threads(pid_t pid, bool single_thread) {
  for (bool found = true; found;) {
    found = false;
    std::vector<pid_t> tids = {pid};
    if (!single_thread) {
      tids = thread_ids(pid);
    }
    for (const pid_t tid : tids) {
      if (tasks_.find(tid) != nullptr) {
        continue;
      }
      if (Status seized = seize(tid, {.exit_events = exit_events_}); seized) {
        const std::optional<TaskStatus> status = task_status(tid);
        Task& task = tasks_.add(tid, status ? status->tgid : pid);
        task.exit_events = exit_events_;
        if (start_paused_) {
          task.order_hold({.reason = StopReason::kStart, .for_new_tasks = true});
        }
        task.interrupt_sent = static_cast<bool>(interrupt(tid));
        found = true;
      } else if (!seized.error().gone() && !needs_no_seize(tid)) {
        return seized;
      }
    }
  }
  if (tasks_.empty()) {
    return Error{"PTRACE_SEIZE", ESRCH, pid};
  }
  if (may_hold_userfaultfd(pid)) {
    memory_.expect_served_pages();
  }
  return {};
}

// Whether a thread that could not be seized (EPERM) has ended, as a leader may before the others
// (T20), or was made by one that is seized, so that the kernel has done it.
bool Tracer::needs_no_seize(pid_t tid) {
  const std::optional<TaskStatus> status = task_status(tid);
  return !status || status->state == 'Z' || status->state == 'X' || status->tracer == wakeup_.tid();
}

}  // namespace ptraced::core
