#include "core/tracer.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/clock.h"
#include "core/procfs.h"

namespace ptraced::core {
namespace {

// How long what another tracer is about to take is left alone.
constexpr int64_t kOthersTurnNs = kNanosecondsPerMillisecond / 10;
// How often linger() looks whether there is a child left: another tracer may have reaped the last.
constexpr int64_t kLingerLookNs = 10 * kNanosecondsPerSecond;
// How often parked events are looked at.
constexpr int64_t kParkedCheckNs = 50 * kNanosecondsPerMillisecond;

}  // namespace

Tracer::Tracer(Observer& observer, FollowOptions follow)
    : observer_(observer),
      measures_system_time_(observer.measures_system_time()),
      follow_(follow) {}

Tracer::~Tracer() = default;

bool Tracer::post(std::function<void(Tracer&)> command) {
  std::unique_lock lock(commands_mutex_);
  if (!takes_commands_) {
    return false;
  }
  commands_.push_back(std::move(command));
  commands_left_.fetch_add(1, std::memory_order_relaxed);
  const pid_t thread = wakeup_.tid();
  lock.unlock();  // which the thread wants as soon as it runs; it may be gone by then, too
  Wakeup::kick(thread);
  return true;
}

void Tracer::refuse_commands() {
  waiters_.clear();
  input_.drop_listeners();
  std::vector<std::function<void(Tracer&)>> refused;  // destroyed without the lock
  const std::lock_guard lock(commands_mutex_);
  takes_commands_ = false;
  refused.swap(commands_);
}

void Tracer::kick() {
  wakeup_.kick();
}

void Tracer::run() {
  loop_until([this] { return tasks_.empty() && parked_.empty(); });
  task_count_.store(0, std::memory_order_relaxed);
  refuse_commands();
  output_.drain(observer_);
}

void Tracer::linger() {
  input_.close();
  shares_children_ = true;
  while (launched_) {
    wakeup_.take();
    input_.flush();
    output_.discard();
    wakeup_.set_deadline(monotonic_ns() + kLingerLookNs);
    if (Result<std::optional<WaitEvent>> event = wait(/*block=*/true); !event) {
      return;  // ECHILD
    }
  }
}

// wait_any(), but nothing that somebody has kicked for is slept over.
Result<std::optional<WaitEvent>> Tracer::wait(bool block) {
  const bool may_block = block && wakeup_.may_block() && !wakeup_.pending();
  Result<std::optional<WaitEvent>> event =
      shares_children_ ? wait_for_own(may_block) : wait_any(may_block, measures_system_time_);
  if (event && !*event && block && !wakeup_.may_block()) {
    wakeup_.nap();
  }
  return event;
}

// The kernel tells the stops and the end of a child to its parent's thread too where another thread
// of the same process traces it (kernel/exit.c, wait_consider_task), and whoever waits first has
// them. A command that a session launched and let go is the other session's then, whose tracer
// would never hear of a stop that this thread took.
Result<std::optional<WaitEvent>> Tracer::wait_for_own(bool block) {
  const Result<std::optional<WaitingEvent>> found = peek_any(block);
  if (!found) {
    return found.error();
  }
  if (!*found) {
    return std::optional<WaitEvent>();
  }
  const auto [tid, end] = **found;
  if (tasks_.find(tid) == nullptr) {
    const std::optional<TaskStatus> status = task_status(tid);
    const pid_t tracer = status ? status->tracer : 0;
    if (tracer != wakeup_.tid() && (tracer != 0 || !end)) {
      if (block) {
        wakeup_.nap(kOthersTurnNs);
      }
      return std::optional<WaitEvent>();
    }
  }
  return take_event(tid, measures_system_time_);
}

void Tracer::loop_until(const std::function<bool()>& done) {
  while (!done()) {
    task_count_.store(tasks_.size(), std::memory_order_relaxed);
    placement_review_ns_ = placement_.review(tasks_);
    service_wakeups();
    settle_waiters();
    if (done()) {  // whoever could not be let go in time is gone, and nobody is left to wait for
      break;
    }
    collect();
    while (!events_.empty() && observer_.accepts()) {
      const WaitEvent event = events_.front();
      events_.pop_front();
      dispatch(event);
    }
    settle_waiters();
  }
}

// Fetches every stop that there is before any is dispatched: a task that stops all the time starves
// nobody (T4). Blocks where there is nothing to do.
void Tracer::collect() {
  bool block = events_.empty() || !observer_.accepts();
  if (block) {
    prepare_to_block();
  }
  for (;;) {
    Result<std::optional<WaitEvent>> event = wait(block);
    if (!event) {  // ECHILD
      if (events_.empty()) {
        lose_all_tasks();
      } else if (block) {
        wait_for_wakeup();
      }
      return;
    }
    if (!*event) {
      return;
    }
    events_.push_back(**event);
    block = false;
  }
}

// For the observer to accept again, where no task is left that could wake us.
void Tracer::wait_for_wakeup() {
  if (!wakeup_.may_block()) {
    wakeup_.nap();
  } else if (!wakeup_.pending()) {
    poll(nullptr, 0, -1);  // EINTR; a kick that comes before it is repeated
  }
}

void Tracer::prepare_to_block() {
  int64_t deadline = observer_.before_wait();
  const auto earlier = [&deadline](int64_t other) {
    deadline = deadline == 0 ? other : std::min(deadline, other);
  };
  if (placement_review_ns_ != 0) {
    earlier(placement_review_ns_);
  }
  if (!parked_.empty()) {
    earlier(monotonic_ns() + kParkedCheckNs);
  }
  for (const int64_t other : {detach_deadline_ns_, next_release_ns_, next_waiter_ns_}) {
    if (other != 0) {
      earlier(other);
    }
  }
  if (deadline != 0) {
    wakeup_.set_deadline(deadline);
  }
}

void Tracer::service_wakeups() {
  if (!wakeup_.take()) {
    return;
  }
  std::vector<std::function<void(Tracer&)>> commands;
  {
    const std::lock_guard lock(commands_mutex_);
    commands.swap(commands_);
  }
  for (const auto& command : commands) {
    command(*this);
    commands_left_.fetch_sub(1, std::memory_order_release);
  }
  input_.flush();
  if (output_.open()) {
    output_.drain(observer_);
  }
  if (!parked_.empty()) {
    adopt_orphans();
  }
  release_overdue();
  if (detach_deadline_ns_ != 0 && monotonic_ns() >= detach_deadline_ns_) {
    // Tasks that cannot stop, such as the parent of a vfork. The end of this thread detaches them
    // in any state (ptrace(2), "Attaching and detaching").
    lose_all_tasks();
  }
}

void Tracer::dispatch(const WaitEvent& event) {
  Task* task = tasks_.find(event.tid);
  if (task == nullptr) {
    task = take_over_leader(event);
  }
  if (task == nullptr) {
    park(event);
    return;
  }
  placement_.count_stop();
  task->delayed.reset();
  task->held.reset();  // SIGKILL or an execve has ended that stop
  task->system_ns = event.system_ns;
  if (event.status.stopped()) {
    on_stop(*task, event.take_stop(), event.status);
  } else {
    on_death(*task, event.status);
  }
}

// The one place where a task that has been told of goes on: untraced where that is wanted, not at
// all where it is to be held, else to its next stop.
void Tracer::go_on(Task& task, Stopped stop, Resume how, int signal) {
  if (task.delay_ns != 0 && task.holdable) {
    return delay(task, std::move(stop), how, signal);
  }
  if (ends_step(task)) {
    task.order_hold({.reason = StopReason::kStep});
  }
  if (task.hold_order && task.single_stepped && signal == 0 &&
      (task.step_trap || task.stop_kind == StopKind::kInterruptStop)) {
    return leave_trap_flag(task, std::move(stop));
  }
  if (task.hold_order && !task.hold_order->at_signal && signal != 0 &&
      task.stop_kind == StopKind::kSignal) {
    return hold_behind_signal(task, std::move(stop), signal);
  }
  if (task.hold_order) {
    return hold(task, std::move(stop), how, signal);
  }
  leave(task, std::move(stop), how, signal);
}

// A signal that has been told is lost where the tracer dies before the task goes on. So a task that
// is held for no reason of that stop gets it, and is held behind it, before an instruction of a
// handler.
void Tracer::hold_behind_signal(Task& task, Stopped stop, int signal) {
  task.single_stepped = false;
  task.interrupt_sent = static_cast<bool>(interrupt(task.tid));
  if (Status status = resume(std::move(stop), Resume::kSyscall, signal);
      !status && !status.error().gone()) {
    report(task, status.error());
  }
}

// The trap flag of PTRACE_SINGLESTEP is set until the task is resumed in another way: where the
// tracer died while it holds the task, the flag would kill it by SIGTRAP. So it goes on to another
// stop, and makes no instruction before that: a SIGTRAP that is pending, or else EVENT_STOP.
void Tracer::leave_trap_flag(Task& task, Stopped stop) {
  task.single_stepped = false;
  task.interrupt_sent = !task.trap_of && interrupt(task.tid);
  if (Status status = resume(std::move(stop), Resume::kSyscall, 0);
      !status && !status.error().gone()) {
    report(task, status.error());
  }
}

// From a stop that nobody is told of, and that is no step.
void Tracer::pass(Task& task, Stopped stop) {
  if (task.hold_order) {
    return hold(task, std::move(stop), Resume::kSyscall, 0);
  }
  leave(task, std::move(stop), Resume::kSyscall, 0);
}

// Ends a stop. ESRCH: SIGKILL struck; its end is told by the next wait.
//
// A task that is let go at a syscall-enter-stop would take the interruption of PTRACE_DETACH into
// the call, which would fail with EINTR: it is let go at the exit-stop, which an interruption
// brings about. One whose instruction step has a SIGTRAP pending would die of it: it is let go at
// the stop of that, which comes at once.
void Tracer::leave(Task& task, Stopped stop, Resume how, int signal) {
  if (!task.at_entry) {
    task.interrupt_sent = false;  // T16: any other stop takes the place of EVENT_STOP
  }
  if (!task.detach_wanted) {
    return resume_traced(task, std::move(stop), how, signal);
  }
  if (task.at_entry) {
    if (!task.interrupt_sent) {
      task.interrupt_sent = static_cast<bool>(interrupt(task.tid));
    }
    return resume_traced(task, std::move(stop), Resume::kSyscall, signal);
  }
  if (task.trap_of) {
    return resume_traced(task, std::move(stop), Resume::kSyscall, signal);
  }
  task.interrupted.hand_over(stop);
  placement_.release(task);
  shares_children_ = shares_children_ || launched_;
  ended_by_let_go_ = task.announced && !task.holdable;
  if (Status status = detach(std::move(stop), signal); status) {
    if (task.announced) {
      observer_.on_detached(task);
    }
    forget(task);
  } else if (!status.error().gone()) {
    report(task, status.error());
  }
}

void Tracer::resume_traced(Task& task, Stopped stop, Resume how, int signal) {
  if (ending_ == EndAction::kKill) {
    kill_process(task);
  } else if (awaits_threads(task)) {
    return await_threads(task, std::move(stop), how, signal);
  } else if (task.forbidden) {
    end_forbidden(task, stop);
  }
  if (task.step && how == Resume::kSyscall) {
    how = step_way(task, stop);
  }
  if (how == Resume::kSyscall && needs_no_stops(task)) {
    how = Resume::kRun;
    task.runs_unseen = true;
  }
  set_exit_events(task, stop);
  task.single_stepped = how == Resume::kStep;
  if (Status status = resume(std::move(stop), how, signal); !status && !status.error().gone()) {
    report(task, status.error());
  }
}

void Tracer::forget(Task& task) {
  tasks_changed_ = true;
  end_step(task);
  if (task.gives_filter) {
    end_filter_call(task, /*installed=*/true);  // nobody knows
  }
  placement_.on_task_end(task);
  tasks_.remove(task.tid);
}

// wait4 has nothing left to wait for, or what is left cannot be waited for.
void Tracer::lose_all_tasks() {
  detach_deadline_ns_ = 0;
  tasks_.for_each([this](Task& task) {
    if (task.announced) {
      observer_.on_detached(task);
    }
  });
  tasks_.for_each([this](Task& task) { end_step(task); });
  tasks_.clear();
  tasks_changed_ = true;
  parked_.clear();
  events_.clear();
}

}  // namespace ptraced::core
