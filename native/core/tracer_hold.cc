// Tasks that are held, and steps.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/clock.h"
#include "core/procfs.h"
#include "core/tracer.h"

namespace ptraced::core {
namespace {

// syscall, sysenter, int $0x80 (Intel SDM, volume 2).
bool is_call_instruction(uint16_t code) {
  return code == 0x050f || code == 0x340f || code == 0x80cd;
}

}  // namespace

void Tracer::hold(Task& task, Stopped stop, Resume how, int signal) {
  const HoldOrder order = *std::exchange(task.hold_order, std::nullopt);
  // Not from the order on: a delay, or a ring that is full, may have come in between.
  const int64_t release_ns = order.timeout_ns == 0 ? 0 : monotonic_ns() + order.timeout_ns;
  end_step(task);
  task.held.emplace(HeldStop{.stop = std::move(stop),
                             .id = task.stop_id,
                             .reason = order.reason,
                             .kind = task.stop_kind,
                             .how = how,
                             .signal = signal,
                             .release_ns = release_ns,
                             .name = task_name(task.tid)});
  if (release_ns != 0 && (next_release_ns_ == 0 || release_ns < next_release_ns_)) {
    next_release_ns_ = release_ns;
  }
  tasks_changed_ = true;
  memory_.begin_stop(task.tid);  // after a delay, others have stopped since
  observer_.on_held({task, task.held->stop, memory_});
  if (task.announced) {
    const Result<Registers> now = registers(task.held->stop);
    task.held->listing = held_tasks_.add(snapshot(task), now ? std::optional(*now) : std::nullopt);
  }
}

TaskSnapshot Tracer::snapshot(const Task& task) const {
  if (task.held) {
    return {.tid = task.tid,
            .pid = task.pid,
            .state = TaskState::kHeld,
            .stop_id = task.held->id,
            .reason = task.held->reason,
            .name = task.held->name,
            .stop_record = observer_.stop_record(task)};
  }
  return {.tid = task.tid,
          .pid = task.pid,
          .state = task.group_stopped ? TaskState::kGroupStopped : TaskState::kRunning,
          .reason = {},
          .name = {},
          .stop_record = {}};
}

void Tracer::release(Task& task, std::optional<int> signal) {
  HeldStop held = std::move(*task.held);
  held.listing = {};
  task.held.reset();
  tasks_changed_ = true;
  leave(task, std::move(held.stop), held.how, signal.value_or(held.signal));
}

void Tracer::pause(Task& task, const HoldOrder& order) {
  if (task.held) {
    task.held->release_ns = 0;
    return;
  }
  task.order_hold(order);
  if (task.delayed) {
    return end_delay(task);
  }
  if (task.hold_order && !task.interrupt_sent) {
    task.interrupt_sent = static_cast<bool>(interrupt(task.tid));
  }
}

void Tracer::give_up_repetition(Task& task) {
  if (!task.interrupted.waiting()) {
    return;
  }
  task.interrupted = {};
  if (!std::exchange(task.in_call, false)) {
    return;  // attached to in the middle of it
  }
  memory_.begin_stop(task.tid);
  const bool holdable = std::exchange(task.holdable, false);  // it is held already
  observer_.on_exit({task, task.held->stop, memory_},
                    {.value = -EINTR, .is_error = true, .refused = false}, true);
  task.holdable = holdable;
}

void Tracer::step(Task& task, std::shared_ptr<Step> step, std::optional<int> signal) {
  task.step = std::move(step);
  release(task, signal);
}

void Tracer::end_step(Task& task) {
  if (const std::shared_ptr<Step> step = std::exchange(task.step, nullptr)) {
    step->done += step == task.trap_of ? 1 : 0;
    step->over = true;
  }
}

// Whether a step, or the last of several, ends in the stop that the task is in.
bool Tracer::ends_step(Task& task) {
  if (!task.step) {
    return false;
  }
  Step& step = *task.step;
  const auto counts = [&step] {
    ++step.done;
    step.cut_short = step.done < step.count && step.sink.bytes >= Step::kMaxBytes;
    return step.done == step.count || step.cut_short;
  };
  if (step.done == step.count) {
    return true;  // in the stop before, and it has left that by leave_trap_flag()
  }
  switch (task.stop_kind) {
    case StopKind::kSyscall:
      if (step.kind == StepKind::kInstruction && task.at_entry) {
        return false;
      }
      return counts();
    case StopKind::kSignal:
      return !task.step_trap || counts();
    case StopKind::kGroupStop:
      return true;
    default:
      return false;
  }
}

// SIGTRAP by which the kernel tells that an instruction is done: TRAP_TRACE, after a call
// TRAP_BRKPT (arch/x86/kernel/ptrace.c, user_single_step_report), and at the beginning of a handler
// what ptrace_notify() gives, whose code is the signal itself.
bool Tracer::is_trap(const siginfo_t& info) {
  return info.si_signo == SIGTRAP &&
         (info.si_code == TRAP_TRACE || info.si_code == TRAP_BRKPT || info.si_code == SIGTRAP);
}

// EVENT_STOP is told before a signal that is pending: the SIGTRAP of the instruction that the task
// has just done would strike the program once the step is over.
void Tracer::note_pending_trap(Task& task) {
  if (task.stop_kind != StopKind::kInterruptStop && task.stop_kind != StopKind::kGroupStop) {
    return;
  }
  const std::optional<TaskStatus> status = task_status(task.tid);
  if (status && status->is_deliverable(SIGTRAP)) {
    task.trap_of = task.step;
  }
}

// PTRACE_SINGLESTEP leaves out the stops of a call that the instruction makes: such an instruction
// is done at its syscall-exit-stop.
Resume Tracer::step_way(const Task& task, const Stopped& stop) {
  if (task.step->kind == StepKind::kSyscall || task.in_call) {
    return Resume::kSyscall;
  }
  const Result<Registers> now = registers(stop);
  if (!now || is_restarting(*now)) {
    return Resume::kSyscall;
  }
  uint16_t code = 0;
  memory_.begin_stop(stop.tid());
  return memory_.read_object(now->rip, code) && is_call_instruction(code) ? Resume::kSyscall
                                                                          : Resume::kStep;
}

void Tracer::release_overdue() {
  const int64_t now = monotonic_ns();
  if (next_release_ns_ == 0 || now < next_release_ns_) {
    return;
  }
  std::vector<pid_t> overdue;
  int64_t next = 0;
  tasks_.for_each([&](const Task& task) {
    const auto& kept = task.delayed ? task.delayed : task.held;
    const int64_t due = kept ? kept->release_ns : 0;
    if (due != 0 && due <= now) {
      overdue.push_back(task.tid);
    } else if (due != 0) {
      next = next == 0 ? due : std::min(next, due);
    }
  });
  next_release_ns_ = next;
  for (const pid_t tid : overdue) {
    Task& task = *tasks_.find(tid);
    if (task.delayed) {
      end_delay(task);
    } else {
      release(task);
    }
  }
}

void Tracer::await(Waiter waiter) {
  const int64_t deadline = waiter(monotonic_ns());
  if (deadline == 0) {
    return;
  }
  waiters_.push_back(std::move(waiter));
  if (next_waiter_ns_ == 0 || deadline < next_waiter_ns_) {
    next_waiter_ns_ = deadline;
  }
}

void Tracer::settle_waiters() {
  if (waiters_.empty()) {
    return;
  }
  const int64_t now = monotonic_ns();
  if (!std::exchange(tasks_changed_, false) && now < next_waiter_ns_) {
    return;
  }
  next_waiter_ns_ = 0;
  std::erase_if(waiters_, [&](const Waiter& waiter) {
    const int64_t deadline = waiter(now);
    if (deadline != 0 && (next_waiter_ns_ == 0 || deadline < next_waiter_ns_)) {
      next_waiter_ns_ = deadline;
    }
    return deadline == 0;
  });
}

}  // namespace ptraced::core
