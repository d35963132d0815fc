// New tasks: announced by their maker's stop, seen by their own, in either order.
#include <linux/sched.h>

#include <csignal>
#include <utility>

#include "core/calls.h"
#include "core/clock.h"
#include "core/procfs.h"
#include "core/tracer.h"

namespace ptraced::core {
namespace {

// Longest wait for the maker's stop while somebody is left who could be the maker.
constexpr int64_t kAdoptAfterNs = 5 * kNanosecondsPerSecond;

TaskOrigin origin_of(StopKind kind, bool thread) {
  if (thread) {
    return TaskOrigin::kThread;
  }
  switch (kind) {
    case StopKind::kFork:
      return TaskOrigin::kFork;
    case StopKind::kVfork:
      return TaskOrigin::kVfork;
    default:
      return TaskOrigin::kClone;
  }
}

}  // namespace

void Tracer::on_fork_stop(Task& parent, Stopped stop, StopKind kind) {
  const Result<uint64_t> message = event_message(stop);
  if (!message) {
    if (!message.error().gone()) {
      report(parent, message.error());
      go_on(parent, std::move(stop), Resume::kSyscall, 0);
    }
    return;
  }
  const auto tid = static_cast<pid_t>(*message);
  if (tid != 0 && tasks_.find(tid) == nullptr) {
    const bool thread = is_thread(parent, stop, kind, tid);
    Task& child = tasks_.add(tid, thread ? parent.pid : tid);
    const bool followed = thread ? follow_.threads : follow_.processes;
    placement_.on_new_task(parent, child);
    child.own_filter = parent.own_filter || (!thread && parent.filter_calls > 0);
    child.own_no_new_privs = parent.own_no_new_privs;
    child.filter_calls = thread ? parent.filter_calls : 0;
    child.exit_events = parent.exit_events;
    child.group_exit = thread && parent.group_exit;
    child.announced = followed;
    child.detach_wanted = parent.detach_wanted || !followed;
    child.holdable = parent.holdable && !child.detach_wanted;
    if (parent.hold_order && parent.hold_order->for_new_tasks) {
      child.order_hold(*parent.hold_order);
    }
    observer_.on_new_task({parent, stop, memory_}, child, origin_of(kind, thread), followed);
    replay(tid);
  }
  go_on(parent, std::move(stop), Resume::kSyscall, 0);
}

// T7: the kernel makes no stop of a child with CLONE_UNTRACED. What the call returns tells of it,
// where the tracee counts tasks as we do.
void Tracer::tell_untraced_child(Task& parent, const Stopped& stop, const SyscallExit& exit) {
  const std::optional<uint64_t> flags =
      exit.value > 0 ? clone_flags(parent.entry, memory_) : std::nullopt;
  if (!flags || (*flags & CLONE_UNTRACED) == 0 || !shares_pid_namespace(parent.tid)) {
    return;
  }
  const auto tid = static_cast<pid_t>(exit.value);
  const bool thread = (*flags & CLONE_THREAD) != 0;
  const bool fork = clone_exit_signal(parent.entry, memory_) == SIGCHLD;
  const StopKind kind = (*flags & CLONE_VFORK) != 0 ? StopKind::kVfork
                        : fork                      ? StopKind::kFork
                                                    : StopKind::kClone;
  Task child(tid, thread ? parent.pid : tid);
  child.holdable = false;
  observer_.on_new_task({parent, stop, memory_}, child, origin_of(kind, thread), false);
}

// T7: the kind of the stop does not tell: a process with another exit signal comes as CLONE, and a
// thread may be made with CLONE_VFORK.
bool Tracer::is_thread(Task& parent, const Stopped& stop, StopKind kind, pid_t child) {
  if (kind == StopKind::kFork) {
    return false;
  }
  memory_.begin_stop(stop.tid());
  if (parent.in_call) {
    if (const std::optional<uint64_t> flags = clone_flags(parent.entry, memory_)) {
      return (*flags & CLONE_THREAD) != 0;
    }
  }
  const std::optional<TaskStatus> status = task_status(child);
  return status ? status->tgid != child : kind == StopKind::kClone;
}

void Tracer::park(const WaitEvent& event) {
  const auto [it, added] = parked_.try_emplace(event.tid, Parked{{}, monotonic_ns()});
  it->second.events.push_back(event);
}

// Puts what is parked of a task that is now known before everything that came later.
void Tracer::replay(pid_t tid) {
  const auto it = parked_.find(tid);
  if (it == parked_.end()) {
    return;
  }
  events_.insert(events_.begin(), it->second.events.begin(), it->second.events.end());
  parked_.erase(it);
}

// A maker that SIGKILL strikes after the kernel has made the child never tells of it. A parked task
// is taken in by itself once nobody is left who could, or after a long time.
void Tracer::adopt_orphans() {
  std::vector<pid_t> orphans;
  const int64_t now = monotonic_ns();
  for (const auto& [tid, parked] : parked_) {
    const std::optional<TaskStatus> status = task_status(tid);
    const pid_t maker = !status ? 0 : status->tgid == tid ? status->parent : status->tgid;
    const bool hopeful = tasks_.any([&](const Task& task) { return task.pid == maker; });
    if (!hopeful || now - parked.since_ns > kAdoptAfterNs) {
      orphans.push_back(tid);
    }
  }
  for (const pid_t tid : orphans) {
    if (!parked_.at(tid).events.front().status.stopped()) {
      parked_.erase(tid);  // it came and went unseen, or was detached and is our child
      continue;
    }
    const std::optional<TaskStatus> status = task_status(tid);
    Task& child = tasks_.add(tid, status ? status->tgid : tid);
    child.own_filter = true;  // nobody knows
    child.detach_wanted = ending_ == EndAction::kDetach;
    child.holdable = !ending_;
    observer_.on_orphan_task(child);
    replay(tid);
  }
}

}  // namespace ptraced::core
