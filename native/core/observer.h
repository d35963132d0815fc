// What the engine tells of its tasks, and to whom.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/memory.h"
#include "core/ptrace.h"
#include "core/syscall_stop.h"
#include "core/task.h"
#include "core/wait_status.h"

namespace ptraced::core {

// A task in a ptrace-stop, for as long as the call that gets it lasts.
struct StopView {
  Task& task;
  const Stopped& stop;
  Memory& memory;
};

// How a task came to be. The values are those of ptraced.v1.TaskOrigin.
enum class TaskOrigin : uint8_t { kUnknown = 0, kFork = 1, kVfork = 2, kThread = 3, kClone = 4 };

// The end of a task.
struct TaskEnd {
  WaitStatus status;
  bool process_ended;   // the status is the process's
  bool superseded;      // an execve of another thread of its process ended it
  pid_t successor = 0;  // superseded leader: the former tid of the thread that called execve
};

// Receives everything, on the tracer thread, in the order in which it was seen. The task stands
// still until the call returns: what is slow here slows the tracee. Nothing may throw.
//
// on_enter, on_exit, on_signal, on_exec and on_exit_event may ask by Task::order_hold that the task
// be held in this stop, on_new_task that the child be held before its first instruction. Where an
// order stands when they return, the task will be held as task.stop_id.
class Observer {
 public:
  virtual ~Observer() = default;

  // What is to be done to task.entry, the call that the task is about to make: asked once, before
  // on_enter. Null: nothing.
  virtual std::shared_ptr<const Injection> tampering(const StopView& /*view*/) { return nullptr; }
  // The signal to deliver instead of this one, 0 for none: asked before on_signal.
  virtual int delivered(int signal) { return signal; }

  // The task is about to make task.entry.
  virtual void on_enter(const StopView& view) = 0;
  // The call task.entry has returned. `entered`: its on_enter was called.
  virtual void on_exit(const StopView& view, const SyscallExit& exit, bool entered) = 0;
  // `delivered` is the signal that the task gets instead, 0 for none.
  virtual void on_signal(const StopView& view, const siginfo_t& info, int delivered) = 0;
  // The task is held: its `held` says why.
  virtual void on_held(const StopView& view) = 0;
  virtual void on_group_stop(const StopView& view, int signal) = 0;
  virtual void on_group_continue(const StopView& view) = 0;
  // `parent` is the task that made it. Not `followed`: it runs untraced, and nothing more is told.
  virtual void on_new_task(const StopView& parent, Task& child, TaskOrigin origin,
                           bool followed) = 0;
  // A task whose maker died before it could tell.
  virtual void on_orphan_task(Task& child) = 0;
  // After the on_exit of the execve. `former_tid` is 0 where the caller was the leader; `view` null
  // where the task has died since.
  virtual void on_exec(Task& task, pid_t former_tid, const StopView* view) = 0;
  // Whether tasks are to stop once more before they are gone, for on_exit_event. Asked when tracing
  // begins, and by Tracer::renew_exit_events.
  virtual bool wants_exit_events() const { return false; }
  // Whether Task::system_ns is measured. Never changes.
  virtual bool measures_system_time() const { return false; }
  // The task is about to end, as task.ending says; its memory and registers are still there. Not
  // told where the end must not wait for anybody: of SIGKILL, and of the execve of another thread.
  virtual void on_exit_event(const StopView& /*view*/) {}
  virtual void on_task_end(Task& task, const TaskEnd& end) = 0;
  // It runs on untraced.
  virtual void on_detached(Task& task) = 0;
  // Bytes that the launched command wrote to fd 1 or 2.
  virtual void on_output(pid_t pid, int fd, std::span<const unsigned char> bytes) = 0;
  // Something could not be observed; tracing goes on.
  virtual void on_error(pid_t tid, pid_t pid, const Error& error) = 0;

  // What was written of the stop that the task is held in, in the observer's own form.
  virtual std::string stop_record(const Task& task) const = 0;
  // From now on what is written of the task goes into `sink` too; null: no longer.
  virtual void collect(Task& task, std::shared_ptr<RecordSink> sink) = 0;

  // Whether more can be taken now. While not, tasks stay in their stops; whoever makes room must
  // kick the tracer.
  virtual bool accepts() = 0;
  // The tracer is about to wait. Returns the time of CLOCK_MONOTONIC at which it must come back,
  // 0 for no need.
  virtual int64_t before_wait() = 0;
};

}  // namespace ptraced::core
