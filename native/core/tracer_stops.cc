// What each kind of stop means (ptrace(2), "Stopped states").
#include <cerrno>
#include <utility>

#include "core/calls.h"
#include "core/clock.h"
#include "core/procfs.h"
#include "core/tracer.h"

namespace ptraced::core {
namespace {

// ERESTART_RESTARTBLOCK of the kernel's include/linux/errno.h.
constexpr int64_t kRestartBlock = 516;

// Since the enter-stop of the call that the task is in or has left; nothing where we saw none.
std::optional<int64_t> elapsed_in_call(const Task& task) {
  return task.entered_ns == 0 ? std::nullopt : std::optional(monotonic_ns() - task.entered_ns);
}

}  // namespace

void Tracer::on_stop(Task& task, Stopped stop, const WaitStatus& status) {
  const StopKind kind = status.stop_kind();
  task.stop_id = ++last_stop_id_;
  task.stop_kind = kind;
  task.at_entry = false;
  task.step_trap = false;
  task.ran_unseen = std::exchange(task.runs_unseen, false);
  if (kind != StopKind::kSyscall && kind != StopKind::kSeccomp) {
    task.remake = Remake::kNone;
  }
  if (!task.announced) {  // not followed: it is let go here
    return go_on(task, std::move(stop), Resume::kSyscall,
                 kind == StopKind::kSignal ? status.stop_signal() : 0);
  }
  memory_.begin_stop(task.tid);
  if (task.single_stepped) {
    note_pending_trap(task);
  }
  switch (kind) {
    case StopKind::kSyscall:
      return on_syscall_stop(task, std::move(stop));
    case StopKind::kSignal:
      return on_signal_stop(task, std::move(stop), status.stop_signal());
    case StopKind::kGroupStop:
      return on_group_stop(task, std::move(stop), status.stop_signal());
    case StopKind::kInterruptStop:
      return on_interrupt_stop(task, std::move(stop));
    case StopKind::kFork:
    case StopKind::kVfork:
    case StopKind::kClone:
      return on_fork_stop(task, std::move(stop), kind);
    case StopKind::kExec:
      return on_exec_stop(task, std::move(stop));
    case StopKind::kSeccomp:
      return on_seccomp_stop(task, std::move(stop));
    case StopKind::kExit:
      return on_exit_event(task, std::move(stop));
    case StopKind::kVforkDone:
      return go_on(task, std::move(stop), Resume::kSyscall, 0);
  }
}

void Tracer::on_syscall_stop(Task& task, Stopped stop) {
  const Result<SyscallStop> info = syscall_stop(stop);
  if (!info) {
    if (!info.error().gone()) {
      report(task, info.error());
      go_on(task, std::move(stop), Resume::kSyscall, 0);
    }
    return;
  }
  if (info->kind == SyscallStopKind::kNone) {
    return;  // another stop has taken the place of this one, and wait4 will tell it
  }
  if (launch_stage_ != LaunchStage::kNone && swallows(task, *info)) {
    return pass(task, std::move(stop));
  }
  if (info->kind == SyscallStopKind::kExit) {
    on_syscall_exit(task, std::move(stop), *info);
  } else {
    on_syscall_enter(task, std::move(stop), *info);
  }
}

void Tracer::on_syscall_enter(Task& task, Stopped stop, const SyscallStop& info) {
  task.at_entry = true;
  task.remake = task.remake == Remake::kAwaited ? Remake::kEntered : Remake::kNone;
  if (task.interrupted.waiting()) {
    task.interrupted.made_again();
    if (task.in_call) {  // its exit was not told: to the observer it has never stopped being made
      return pass(task, std::move(stop));
    }
  }
  task.in_call = true;
  task.failed_with_eintr = false;
  task.entry = info.entry;
  task.entered_ns = monotonic_ns();
  task.entered_system_ns = task.system_ns;
  const int signal = inject_on_entry(task, stop, info);
  mend_on_entry(task, stop, info);
  begin_filter_call(task);
  if (makes_userfaultfd(task.entry)) {
    memory_.expect_served_pages();
  }
  placement_.on_enter(task, memory_, tasks_);
  observer_.on_enter({task, stop, memory_});
  go_on(task, std::move(stop), Resume::kSyscall, signal);
}

void Tracer::on_syscall_exit(Task& task, Stopped stop, const SyscallStop& info) {
  const bool entered = task.in_call;
  SyscallExit exit = info.exit;
  if (!entered) {
    if (const Result<Registers> now = registers(stop)) {
      task.entry = entry_from_registers(*now, info.entry.arch);
    }
  }
  task.remake = Remake::kNone;
  const bool skipped = task.injection && task.injection->result;
  if (!skipped) {
    mend_on_exit(task, stop, exit);
  }
  if (is_filter_call(task.entry)) {
    end_filter_call(task, !skipped && has_installed_filter(task.entry, exit));
  }
  task.failed_with_eintr = exit.is_error && exit.value == -EINTR && !skipped;
  if (task.failed_with_eintr && task.interrupt_sent) {
    const std::optional<TaskStatus> status = task_status(task.tid);
    const std::optional<int64_t> elapsed = entered ? elapsed_in_call(task) : std::nullopt;
    if (status && !status->has_deliverable_signal() && make_again(task, stop, elapsed)) {
      return pass(task, std::move(stop));
    }
  }
  if (!skipped && is_refused(task, exit)) {
    task.refused = true;
    return pass(task, std::move(stop));
  }
  task.interrupted.restore_timeout(stop);
  task.in_call = false;
  placement_.on_exit(task, tasks_);
  const bool first = launch_stage_ == LaunchStage::kInExec && task.tid == root_;
  if (first && !exit.is_error) {
    begin_program(task);
  }
  inject_on_exit(task, stop, exit);
  if (!skipped) {
    tell_untraced_child(task, stop, exit);
  }
  const StopView view = {task, stop, memory_};
  observer_.on_exit(view, exit, entered);
  task.injection.reset();
  if (task.exec_former_tid) {
    observer_.on_exec(task, *task.exec_former_tid, &view);
    task.exec_former_tid.reset();
    task.detach_wanted = task.detach_wanted || (follow_.detach_on_exec && !first);
  }
  if (first && exit.is_error) {
    fail_launch(task, static_cast<int>(-exit.value));
  }
  if (output_.open() && wakeup_.pending()) {
    output_.drain(observer_);  // what this call wrote, next to its record
  }
  go_on(task, std::move(stop), Resume::kSyscall, 0);
}

void Tracer::on_signal_stop(Task& task, Stopped stop, int signal) {
  const Result<siginfo_t> info = signal_info(stop);
  if (!info) {
    if (!info.error().gone()) {
      report(task, info.error());
      go_on(task, std::move(stop), Resume::kSyscall, signal);
    }
    return;
  }
  if (info->si_signo != signal) {
    return;  // as with SyscallStopKind::kNone
  }
  const std::shared_ptr<Step> trap_of = std::exchange(task.trap_of, nullptr);
  if (trap_of && trap_of != task.step && is_trap(*info)) {
    return pass(task, std::move(stop));  // of a step that is over
  }
  if (task.step && task.step->kind == StepKind::kInstruction && is_trap(*info)) {
    task.step_trap = true;
    return go_on(task, std::move(stop), Resume::kSyscall, 0);
  }
  put_back_interrupted(task, stop);
  close_refused(task, stop);
  const int delivered = observer_.delivered(signal);
  // With a call filter, calls end that were not seen to begin.
  const bool unseen = task.ran_unseen;
  if (task.failed_with_eintr || unseen) {
    // The kernel does not let an ignored signal interrupt an untraced task.
    const std::optional<TaskStatus> status = task_status(task.tid);
    if (delivered == 0 || (status && status->ignores(delivered))) {
      make_again(task, stop, unseen ? std::nullopt : elapsed_in_call(task));
    }
  }
  observer_.on_signal({task, stop, memory_}, *info, delivered);
  go_on(task, std::move(stop), Resume::kSyscall, delivered);
}

// What our PTRACE_INTERRUPT seemed to have interrupted was interrupted by this signal.
void Tracer::put_back_interrupted(Task& task, const Stopped& stop) {
  if (!task.interrupted.waiting()) {
    return;
  }
  task.interrupted.put_back(stop);
  task.failed_with_eintr = true;
  if (!task.in_call) {
    task.entered_ns = 0;  // attached to in the middle of it
  } else {
    task.in_call = false;
    observer_.on_exit({task, stop, memory_}, {.value = -EINTR, .is_error = true, .refused = false},
                      true);
  }
}

void Tracer::on_group_stop(Task& task, Stopped stop, int signal) {
  task.interrupt_sent = false;
  if (!task.group_stopped) {
    task.group_stopped = true;
    observer_.on_group_stop({task, stop, memory_}, signal);
  }
  go_on(task, std::move(stop), Resume::kListen, 0);
}

// T13: restart_syscall does not tell what it restarts; the registers do, until it is made.
void Tracer::note_restarted_call(Task& task, const Stopped& stop) {
  const Result<Registers> now = registers(stop);
  if (now && static_cast<int64_t>(now->rax) == -kRestartBlock) {
    task.restarted_call = now->orig_rax;
  }
}

void Tracer::on_interrupt_stop(Task& task, Stopped stop) {
  const bool ours = std::exchange(task.interrupt_sent, false);
  if (task.group_stopped) {
    task.group_stopped = false;
    observer_.on_group_continue({task, stop, memory_});
  }
  if (ours && !task.in_call) {
    note_restarted_call(task, stop);
    const std::optional<TaskStatus> status =
        task.detach_wanted ? task_status(task.tid) : std::nullopt;
    // Where it goes on untraced, the kernel would make the call again after a stop signal too.
    if (!status || !status->has_deliverable_signal()) {
      make_again(task, stop, std::nullopt);
    }
  }
  note_remake(task, stop);
  go_on(task, std::move(stop), Resume::kSyscall, 0);
}

// A call that our interruption has ended with EINTR is made again: by us, who can still put the
// EINTR back at a signal-delivery-stop, or by the kernel where the task is let go.
bool Tracer::make_again(Task& task, const Stopped& stop, std::optional<int64_t> elapsed_ns) {
  return task.detach_wanted ? task.interrupted.leave_to_kernel(stop, elapsed_ns)
                            : task.interrupted.repeat(stop, elapsed_ns);
}

// T8, where the leader is not traced, or not any more: the traced thread that called execve goes on
// under the leader's id.
Task* Tracer::take_over_leader(const WaitEvent& event) {
  if (!event.status.stopped() || event.status.stop_kind() != StopKind::kExec) {
    return nullptr;
  }
  const Result<uint64_t> message = event_message(event.take_stop());
  const auto former = static_cast<pid_t>(message ? *message : 0);
  Task* caller = tasks_.find(former);
  if (caller != nullptr) {
    tasks_.rename(*caller, event.tid);
    caller->exec_former_tid = former;
  }
  return caller;
}

// T8: the stop comes under the process's id, whichever thread called execve; the caller's former id
// and the leader's end are never told otherwise.
void Tracer::on_exec_stop(Task& task, Stopped stop) {
  const Result<uint64_t> message = event_message(stop);
  if (!message) {
    if (!message.error().gone()) {
      report(task, message.error());
      go_on(task, std::move(stop), Resume::kSyscall, 0);
    }
    return;
  }
  const auto former = static_cast<pid_t>(*message);
  const pid_t pid = task.tid;
  Task* caller = &task;
  if (former != pid && task.exec_former_tid != former) {
    caller = tasks_.find(former);
    if (caller != nullptr) {
      observer_.on_task_end(task, {.status = WaitStatus(0),
                                   .process_ended = false,
                                   .superseded = true,
                                   .successor = former});
      tasks_.rename(*caller, pid);
    } else {
      caller = &task;  // a thread that was not traced: the leader's place is taken all the same
      caller->in_call = false;
    }
  }
  tasks_.for_each([&](Task& sibling) {
    if (sibling.pid == pid && &sibling != caller) {
      sibling.superseded = true;
    }
  });
  caller->pid = pid;
  caller->exec_former_tid = former == pid ? 0 : former;
  caller->interrupted = {};
  if (caller->step) {
    caller->step->tid = pid;
  }
  go_on(*caller, std::move(stop), Resume::kSyscall, 0);
}

void Tracer::report(const Task& task, const Error& error) {
  observer_.on_error(task.tid, task.pid, error);
}

}  // namespace ptraced::core
