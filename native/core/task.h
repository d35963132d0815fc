// A traced thread, and the set of them.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>

#include "core/hold.h"
#include "core/injection.h"
#include "core/interrupted_call.h"
#include "core/ptrace.h"
#include "core/syscall_stop.h"

namespace ptraced::core {

// What an Observer keeps with a task; goes with it.
struct TaskExtra {
  virtual ~TaskExtra() = default;
};

// How far a call is that is made again because an interruption of ours has ended it.
enum class Remake : uint8_t {
  kNone,
  kAwaited,  // it has not been entered yet
  kEntered,  // its enter-stop has come; the kernel may not have asked the seccomp filters yet
};

// What we know of a task. Owned and touched by the tracer thread alone.
struct Task {
  Task(pid_t tid, pid_t pid) : tid(tid), pid(pid) {}

  pid_t tid;
  pid_t pid;  // its process (thread group)

  // It is between a syscall-enter-stop that we saw and the exit-stop. The kernel's word decides
  // what a stop is; this only tells which call an exit belongs to.
  bool in_call = false;
  SyscallEntry entry;      // the call that it is in, or was in last
  int64_t entered_ns = 0;  // CLOCK_MONOTONIC at the enter-stop

  // WaitEvent::system_ns at the stop that it is in or was in last, and at that enter-stop.
  int64_t system_ns = 0;
  int64_t entered_system_ns = 0;

  bool interrupt_sent = false;     // PTRACE_INTERRUPT, and no stop but enter-stops since
  bool failed_with_eintr = false;  // the last call did
  bool group_stopped = false;      // told to the observer; it listens
  bool detach_wanted = false;      // let go at its next stop
  bool announced = true;           // the observer knows it
  bool superseded = false;         // an execve of another thread ends it
  bool refused = false;            // its call was answered by SIGSYS, which comes next
  InterruptedCall interrupted;

  // It has a seccomp filter of its own, which may hide calls from ours: all of them stop.
  bool own_filter = false;
  // Calls of its process that may give it one and have not ended: all of its calls stop meanwhile.
  int filter_calls = 0;
  bool gives_filter = false;    // it is in such a call
  int64_t gives_filter_ns = 0;  // since then
  bool awaits_threads = false;  // it is delayed in the enter-stop of that call
  bool runs_unseen = false;     // it runs without syscall-stops
  bool ran_unseen = false;      // it did, before the stop that it is in or was in last
  Remake remake = Remake::kNone;

  // What the program would have untraced, where our filter is in the way (tracer_sandbox.cc).
  bool own_no_new_privs = false;  // it, or what made it, has set no_new_privs itself
  bool strict = false;            // it is in strict mode, whose part we take
  // Another call is made in place of one that asks for strict mode: the registers before that.
  std::optional<Registers> stand_in;
  std::optional<int64_t> answer;  // a negative errno: the call is not made
  // The kind of the stop at a call that strict mode forbids: it ends the thread.
  std::optional<SyscallStopKind> forbidden;

  // Attached to in the middle of a call that goes on as restart_syscall: the number of that call.
  std::optional<uint64_t> restarted_call;

  // Whether a seccomp filter is installed, as of that change of filters; 0: not looked up yet.
  uint64_t filter_known_at = 0;
  bool has_filter = false;

  // An execve has succeeded and its exit-stop has not come: the caller's former tid, or 0 where it
  // was the leader.
  std::optional<pid_t> exec_former_tid;

  bool exit_events = false;  // PTRACE_O_TRACEEXIT is on
  // From its PTRACE_EVENT_EXIT on: how it is about to end.
  std::optional<WaitStatus> ending;
  bool group_exit = false;  // another thread of its process has gone by exit_group

  // The stop that it is in or was in last.
  uint64_t stop_id = 0;
  StopKind stop_kind = StopKind::kInterruptStop;
  bool at_entry = false;   // a syscall-enter-stop
  bool step_trap = false;  // a signal-delivery-stop that PTRACE_SINGLESTEP made

  bool holdable = true;  // not where it is being let go, nor on the way to a launched program
  std::optional<HoldOrder> hold_order;
  std::optional<HeldStop> held;

  // What is done to the call that it is in; null: nothing.
  std::shared_ptr<const Injection> injection;
  SyscallEntry own_entry;  // the call as the task made it, where arguments of `entry` are changed
  bool patched = false;    // memory was written for it
  int64_t delay_ns = 0;    // that it is to wait in the stop that it is in
  std::optional<HeldStop> delayed;  // the stop in which it does; nobody but the clock ends that
  std::shared_ptr<Step> step;
  bool single_stepped = false;  // it went on by PTRACE_SINGLESTEP
  // The step of which it has done an instruction whose SIGTRAP is pending.
  std::shared_ptr<Step> trap_of;

  // Asks for a hold; of two wishes the longer one counts.
  void order_hold(const HoldOrder& order) {
    if (!holdable) {
      return;
    }
    const bool at_signal = order.reason == StopReason::kRule || order.reason == StopReason::kStep ||
                           (hold_order && hold_order->at_signal);
    if (!hold_order || (hold_order->timeout_ns != 0 &&
                        (order.timeout_ns == 0 || order.timeout_ns > hold_order->timeout_ns))) {
      hold_order = order;
    }
    hold_order->at_signal = at_signal;
  }

  std::unique_ptr<TaskExtra> extra;
};

// Tasks by tid.
class TaskTable {
 public:
  Task* find(pid_t tid) {
    const auto it = tasks_.find(tid);
    return it == tasks_.end() ? nullptr : it->second.get();
  }
  Task& add(pid_t tid, pid_t pid) {
    auto& slot = tasks_[tid];
    slot = std::make_unique<Task>(tid, pid);
    return *slot;
  }
  void remove(pid_t tid) { tasks_.erase(tid); }

  // The task is called `tid` from now on; whoever bore that id is forgotten.
  void rename(Task& task, pid_t tid) {
    auto node = tasks_.extract(task.tid);
    tasks_.erase(tid);
    node.key() = tid;
    node.mapped()->tid = tid;
    tasks_.insert(std::move(node));
  }

  bool empty() const { return tasks_.empty(); }
  size_t size() const { return tasks_.size(); }

  template <typename Function>
  void for_each(Function function) {
    for (auto& [tid, task] : tasks_) {
      function(*task);
    }
  }
  template <typename Predicate>
  bool any(Predicate predicate) const {
    for (const auto& [tid, task] : tasks_) {
      if (predicate(*task)) {
        return true;
      }
    }
    return false;
  }
  void clear() { tasks_.clear(); }

 private:
  std::unordered_map<pid_t, std::unique_ptr<Task>> tasks_;
};

}  // namespace ptraced::core
