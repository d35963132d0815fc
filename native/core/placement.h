// On which CPU the tracer and a launched command run.
#pragma once

#include <sched.h>
#include <sys/types.h>

#include <cstdint>
#include <unordered_map>
#include <unordered_set>

#include "core/memory.h"
#include "core/task.h"

namespace ptraced::core {

// Each stop of a tracee wakes its tracer and each resumption wakes the tracee. Between two CPUs
// that costs several times what the rest of a stop does (docs/performance.md), so tracer thread and
// tasks are kept on one CPU for as long as the tasks do not compute in parallel, and are set free
// when the kernel's own account of time spent waiting for a CPU (/proc/TID/schedstat) says that
// they do.
//
// The tracees do not notice: a task is set free while it is in a call that reads affinities, and
// for good before a call that sets them. Only for launched commands, which die with the tracer: an
// attached process would stay on its one CPU if the server were killed.
//
// Tracer thread.
class Placement {
 public:
  // Puts the calling thread, and by inheritance the child that it forks next, on its present CPU.
  // Does nothing where there is only one CPU, or where we could not undo it for a task that changes
  // its user (no CAP_SYS_NICE as root).
  void begin();

  // Hooks of the engine. `tasks` are all that are traced.
  void on_enter(Task& task, Memory& memory, TaskTable& tasks);
  void on_exit(Task& task, TaskTable& tasks);
  void on_new_task(const Task& parent, const Task& child);
  void on_task_end(const Task& task) { readers_.erase(task.tid); }

  // Before a task is let go: it gets its own mask back.
  void release(const Task& task);

  // The session is over, or goes on without placement: everybody is free again.
  void end(TaskTable& tasks);

  // Looks at the clock now and then, and decides. Returns when it wants to be asked again, as
  // CLOCK_MONOTONIC in nanoseconds; 0 where nothing depends on it.
  int64_t review(TaskTable& tasks);

  // A stop was handled.
  void count_stop() { ++stops_; }

 private:
  enum class State { kOff, kFree, kPlaced };

  // Nanoseconds since the task began (Documentation/scheduler/sched-stats.rst).
  struct Times {
    int64_t running = 0;
    int64_t waiting = 0;
  };
  // What the last interval looked like.
  struct Load {
    int64_t running = 0;          // of all tasks together
    int64_t longest_waiting = 0;  // of any task
  };

  static bool read_times(pid_t tid, Times& times);
  Load measure(TaskTable& tasks);
  void skip_measuring();
  bool stops_are_frequent(int64_t elapsed) const;
  int64_t review_placed(TaskTable& tasks, int64_t now, int64_t elapsed);
  int64_t review_free(TaskTable& tasks, int64_t now, int64_t elapsed);
  void place(int cpu, TaskTable& tasks);
  void pin_all(TaskTable& tasks) const;
  void free_all(TaskTable& tasks) const;
  void pin(pid_t tid) const;
  void unpin(pid_t tid) const;

  State state_ = State::kOff;
  bool was_placed_ = false;  // tasks made just before a change may carry the old mask
  cpu_set_t own_ = {};       // what everybody is allowed in truth
  cpu_set_t placed_ = {};    // the one CPU
  uint64_t stops_ = 0;
  uint64_t reviewed_stops_ = 0;
  int64_t reviewed_ns_ = 0;
  int64_t interval_ns_ = 0;
  int64_t tracer_ns_ = 0;  // CPU time of this thread at the last review
  int64_t free_until_ns_ = 0;
  int64_t patience_ns_ = 0;                 // how long the next freedom lasts at least
  std::unordered_map<pid_t, Times> times_;  // at the last review; empty where it did not look
  std::unordered_set<pid_t> readers_;       // in a call that reads affinities: everybody is free
};

}  // namespace ptraced::core
