#include "core/control.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <unordered_set>
#include <utility>

#include "core/clock.h"
#include "core/procfs.h"
#include "core/tracer.h"

namespace ptraced::core {
namespace {

constexpr int64_t kPausePatienceNs = 2 * kNanosecondsPerSecond;
// How often it is looked whether what does not stop can stop at all.
constexpr int64_t kPauseLookNs = 100 * kNanosecondsPerMillisecond;
constexpr int64_t kDetachPatienceNs = 800 * kNanosecondsPerMillisecond;

// A task of the API: not one that is only being let go unannounced.
Task* find_task(Tracer& tracer, pid_t tid) {
  Task* task = tracer.tasks().find(tid);
  return task != nullptr && task->announced ? task : nullptr;
}

// The ids of the tasks that a request means: all that exist where it names none.
Outcome<std::vector<pid_t>> targets(Tracer& tracer, const std::vector<pid_t>& tids) {
  std::vector<pid_t> found;
  for (const pid_t tid : tids) {
    if (find_task(tracer, tid) == nullptr) {
      return ControlError{.refusal = Refusal::kTaskNotFound, .tid = tid};
    }
    if (std::find(found.begin(), found.end(), tid) == found.end()) {
      found.push_back(tid);
    }
  }
  if (tids.empty()) {
    tracer.tasks().for_each([&](const Task& task) {
      if (task.announced) {
        found.push_back(task.tid);
      }
    });
  }
  std::sort(found.begin(), found.end());
  return found;
}

// Whether the task can be let go as asked.
std::optional<ControlError> check_stop(const Task& task, const ResumeOptions& options) {
  const uint64_t now = task.held ? task.held->id : 0;
  if (options.expected_stop_id != 0 && options.expected_stop_id != now) {
    return ControlError{.refusal = Refusal::kStopChanged, .tid = task.tid, .stop_id = now};
  }
  if (!task.held) {
    return ControlError{.refusal = Refusal::kNotHeld, .tid = task.tid};
  }
  return std::nullopt;
}

// What resume and step do with the signal: outside of a signal-delivery-stop ptrace delivers none.
Outcome<std::optional<int>> prepare_signal(const Task& task, const std::optional<int>& signal) {
  if (!signal || task.held->kind == StopKind::kSignal) {
    return signal;
  }
  if (*signal != 0 && task.ending) {  // kill(2) would take it, and nobody would get it
    return ControlError{.refusal = Refusal::kTaskEnding, .tid = task.tid};
  }
  if (*signal != 0 && syscall(SYS_tgkill, task.pid, task.tid, *signal) < 0) {
    return ControlError{
        .refusal = Refusal::kFailed, .tid = task.tid, .error = last_error("tgkill", task.tid)};
  }
  return std::optional<int>();
}

// Uninterruptible, such as the parent of a vfork, or a leader that has ended before its threads.
bool cannot_stop(pid_t tid) {
  const std::optional<TaskStatus> status = task_status(tid);
  return !status || status->state == 'D' || status->state == 'Z';
}

// A pause under way.
struct Pause {
  Tracer& tracer;
  std::vector<pid_t> tids;  // empty: all
  HoldOrder order;
  PauseDone done;
  int64_t deadline_ns;
  std::unordered_set<pid_t> asked = {};

  // Whether the task is not held but will be. One that somebody has let go again will not.
  bool is_awaited(Task& task) {
    if (!task.announced) {
      return false;
    }
    if (asked.insert(task.tid).second) {
      tracer.pause(task, order);
    }
    return !task.held && task.hold_order.has_value();
  }

  std::vector<pid_t> awaited() {
    std::vector<pid_t> found;
    const auto look = [&](Task& task) {
      if (is_awaited(task)) {
        found.push_back(task.tid);
      }
    };
    if (tids.empty()) {
      tracer.tasks().for_each(look);
    }
    for (const pid_t tid : tids) {
      if (Task* task = tracer.tasks().find(tid)) {
        look(*task);
      }
    }
    return found;
  }

  int64_t settle(int64_t now) {
    const std::vector<pid_t> left = awaited();
    if (!left.empty() && now < deadline_ns) {
      const bool looked = now >= deadline_ns - kPausePatienceNs + kPauseLookNs;
      if (!looked || !std::all_of(left.begin(), left.end(), cannot_stop)) {
        return std::min(deadline_ns, now + kPauseLookNs);
      }
    }
    std::vector<TaskSnapshot> result;
    const Outcome<std::vector<pid_t>> all = targets(tracer, {});
    for (const pid_t tid : tids.empty() ? *all.value : tids) {
      if (const Task* task = find_task(tracer, tid)) {
        result.push_back(tracer.snapshot(*task));
      }
    }
    done(std::move(result));
    return 0;
  }
};

void finish_step(Tracer& tracer, Step& step, const StepDone& done) {
  StepResult result{.task = {},
                    .done = step.done,
                    .records = std::move(step.sink.records),
                    .cut_short = step.cut_short};
  if (const Task* task = find_task(tracer, step.tid)) {
    result.task = tracer.snapshot(*task);
  }
  done(std::move(result));
}

}  // namespace

std::vector<TaskSnapshot> list_tasks(Tracer& tracer, pid_t after, size_t limit) {
  const Outcome<std::vector<pid_t>> all = targets(tracer, {});
  std::vector<TaskSnapshot> result;
  for (const pid_t tid : *all.value) {
    if (tid > after && result.size() < limit) {
      result.push_back(tracer.snapshot(*tracer.tasks().find(tid)));
    }
  }
  return result;
}

std::optional<ControlError> pause_tasks(Tracer& tracer, const std::vector<pid_t>& tids,
                                        StopReason reason, PauseDone done) {
  const Outcome<std::vector<pid_t>> found = targets(tracer, tids);
  if (!found.value) {
    return found.error;
  }
  auto pause =
      std::make_shared<Pause>(Pause{.tracer = tracer,
                                    .tids = tids.empty() ? std::vector<pid_t>() : *found.value,
                                    .order = {.reason = reason, .for_new_tasks = tids.empty()},
                                    .done = std::move(done),
                                    .deadline_ns = monotonic_ns() + kPausePatienceNs});
  tracer.await([pause](int64_t now) { return pause->settle(now); });
  return std::nullopt;
}

Outcome<std::vector<TaskSnapshot>> resume_tasks(Tracer& tracer, const std::vector<pid_t>& tids,
                                                const ResumeOptions& options) {
  const Outcome<std::vector<pid_t>> found = targets(tracer, tids);
  if (!found.value) {
    return found.error;
  }
  std::vector<Task*> tasks;
  for (const pid_t tid : *found.value) {
    Task* task = tracer.tasks().find(tid);
    const bool pausing = task->hold_order && options.expected_stop_id == 0;
    if (tids.empty() ? task->held || pausing : pausing) {
      tasks.push_back(task);
    } else if (!tids.empty()) {
      if (const std::optional<ControlError> error = check_stop(*task, options)) {
        return *error;
      }
      tasks.push_back(task);
    }
  }
  std::optional<int> signal;
  if (options.signal) {
    if (tasks.size() != 1 || !tasks.front()->held) {
      return ControlError{.refusal = Refusal::kNotHeld,
                          .tid = tasks.empty() ? 0 : tasks.front()->tid};
    }
    const auto prepared = prepare_signal(*tasks.front(), options.signal);
    if (!prepared.value) {
      return prepared.error;
    }
    signal = *prepared.value;
  }
  std::vector<TaskSnapshot> before;
  for (Task* task : tasks) {
    before.push_back(tracer.snapshot(*task));
    task->hold_order.reset();
    if (task->held) {
      tracer.release(*task, signal);
    }
  }
  return before;
}

void resume_taken(Tracer& tracer, const std::vector<TaskSnapshot>& taken) {
  for (const TaskSnapshot& one : taken) {
    Task* task = tracer.tasks().find(one.tid);
    if (task != nullptr && task->held && task->held->id == one.stop_id) {
      task->hold_order.reset();
      tracer.release(*task);
    }
  }
}

void step_task(Tracer& tracer, pid_t tid, const StepOptions& wanted, const ResumeOptions& options,
               StepDone done) {
  Task* task = find_task(tracer, tid);
  if (task == nullptr) {
    return done(ControlError{.refusal = Refusal::kTaskNotFound, .tid = tid});
  }
  if (const std::optional<ControlError> error = check_stop(*task, options)) {
    return done(*error);
  }
  const auto signal = prepare_signal(*task, options.signal);
  if (!signal.value) {
    return done(signal.error);
  }
  const auto step =
      std::make_shared<Step>(Step{.kind = wanted.kind, .count = wanted.count, .tid = tid});
  tracer.observer().collect(*task, {step, &step->sink});
  tracer.step(*task, step, *signal.value);
  tracer.await(
      [&tracer, step, deadline_ns = wanted.deadline_ns, done = std::move(done)](int64_t now) {
        if (!step->over && now < deadline_ns) {
          return deadline_ns;
        }
        if (Task* stepped = find_task(tracer, step->tid)) {
          tracer.observer().collect(*stepped, nullptr);
        }
        if (step->over) {
          finish_step(tracer, *step, done);
        } else {
          done(ControlError{.refusal = Refusal::kStopTimeout, .tid = step->tid});
        }
        return int64_t{0};
      });
}

void wait_stop(Tracer& tracer, pid_t tid, uint64_t after_stop_id, int64_t deadline_ns,
               StopDone done) {
  tracer.await([&tracer, tid, after_stop_id, deadline_ns, done = std::move(done)](int64_t now) {
    if (tid != 0 && find_task(tracer, tid) == nullptr) {
      done(ControlError{.refusal = Refusal::kTaskNotFound, .tid = tid});
      return int64_t{0};
    }
    const Task* first = nullptr;  // the oldest stop, so that a client that goes on from it sees all
    tracer.tasks().for_each([&](const Task& task) {
      if (task.held && task.held->id > after_stop_id && (tid == 0 || task.tid == tid) &&
          (first == nullptr || task.held->id < first->held->id)) {
        first = &task;
      }
    });
    if (first != nullptr) {
      done(tracer.snapshot(*first));
      return int64_t{0};
    }
    if (now >= deadline_ns) {
      done(ControlError{.refusal = Refusal::kStopTimeout, .tid = tid});
      return int64_t{0};
    }
    return deadline_ns;
  });
}

void renew_exit_events(Tracer& tracer, std::function<void()> done) {
  tracer.renew_exit_events();
  const int64_t began = monotonic_ns();
  tracer.await([&tracer, began, done = std::move(done)](int64_t now) {
    std::vector<pid_t> left;
    tracer.tasks().for_each([&](const Task& task) {
      if (tracer.exit_events() && !task.exit_events) {
        left.push_back(task.tid);
      }
    });
    const int64_t deadline = began + kPausePatienceNs;
    if (!left.empty() && now < deadline &&
        (now < began + kPauseLookNs || !std::all_of(left.begin(), left.end(), cannot_stop))) {
      return std::min(deadline, now + kPauseLookNs);
    }
    done();
    return int64_t{0};
  });
}

std::optional<ControlError> send_signal(Tracer& tracer, pid_t tid, int signal, bool thread_only) {
  const Task* task = find_task(tracer, tid);
  pid_t pid = task != nullptr ? task->pid : tid;
  if (task == nullptr) {  // a process whose leader is not traced, or has ended before its threads
    const bool ours = !thread_only && tracer.tasks().any([tid](const Task& one) {
      return one.pid == tid && one.announced;
    });
    if (!ours) {
      return ControlError{.refusal = Refusal::kTaskNotFound, .tid = tid};
    }
  }
  const long sent = thread_only ? syscall(SYS_tgkill, pid, tid, signal) : kill(pid, signal);
  if (sent < 0) {
    const Error error = last_error(thread_only ? "tgkill" : "kill", tid);
    return ControlError{.refusal = error.gone() ? Refusal::kTaskNotFound : Refusal::kFailed,
                        .tid = tid,
                        .error = error};
  }
  return std::nullopt;
}

std::optional<ControlError> detach_processes(Tracer& tracer, const std::vector<pid_t>& pids,
                                             PauseDone done) {
  const std::unordered_set<pid_t> wanted(pids.begin(), pids.end());
  std::vector<pid_t> tids;
  std::unordered_set<pid_t> found;
  auto tasks = std::make_shared<std::vector<TaskSnapshot>>();
  tracer.tasks().for_each([&](const Task& task) {
    if (task.announced && wanted.contains(task.pid)) {
      found.insert(task.pid);
      tids.push_back(task.tid);
      tasks->push_back(tracer.snapshot(task));
    }
  });
  for (const pid_t pid : pids) {
    if (!found.contains(pid)) {
      return ControlError{.refusal = Refusal::kTaskNotFound, .tid = pid};
    }
  }
  std::sort(tasks->begin(), tasks->end(),
            [](const auto& a, const auto& b) { return a.tid < b.tid; });
  for (const pid_t tid : tids) {
    if (Task* task = tracer.tasks().find(tid)) {
      tracer.let_go(*task);
    }
  }
  const int64_t deadline = monotonic_ns() + kDetachPatienceNs;
  tracer.await([&tracer, wanted, tasks, deadline, done = std::move(done)](int64_t now) {
    // Threads that they made while they were being let go are let go too.
    const bool left = tracer.tasks().any(
        [&](const Task& task) { return task.announced && wanted.contains(task.pid); });
    if (left && now < deadline) {
      return deadline;
    }
    std::erase_if(*tasks, [&](const TaskSnapshot& one) {
      const Task* task = tracer.tasks().find(one.tid);
      return task != nullptr && wanted.contains(task->pid);
    });
    done(std::move(*tasks));
    return int64_t{0};
  });
  return std::nullopt;
}
}  // namespace ptraced::core
