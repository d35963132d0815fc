// What clients do to tasks: pause, resume, step, wait, signal, detach. All on the tracer thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/hold.h"
#include "core/result.h"
#include "core/task_snapshot.h"

namespace ptraced::core {

class Tracer;

// Why a request cannot be met. Names are those of the error model.
enum class Refusal { kTaskNotFound, kNotHeld, kStopChanged, kTaskEnding, kStopTimeout, kFailed };
struct ControlError {
  Refusal refusal;
  pid_t tid = 0;         // of the task that it is about
  uint64_t stop_id = 0;  // kStopChanged: the stop that it is in now, 0 where in none
  Error error = {};      // kFailed
};

// Nothing but a value or the reason why there is none.
template <typename T>
struct Outcome {
  std::optional<T> value;
  ControlError error = {};

  Outcome(T value) : value(std::move(value)) {}
  Outcome(ControlError error) : error(error) {}
};

// Tasks that follow `after` by tid, at most `limit`.
std::vector<TaskSnapshot> list_tasks(Tracer& tracer, pid_t after, size_t limit);

// Holds the tasks of these ids, or all with those that they make meanwhile, and calls `done` when
// they stand, with each of them in whatever state it is in then. What cannot stop now, such as the
// parent of a vfork, is not waited for once only such tasks are left, after 100 ms, and nothing
// longer than 2 s; it is held at its next stop.
using PauseDone = std::function<void(std::vector<TaskSnapshot>)>;
std::optional<ControlError> pause_tasks(Tracer& tracer, const std::vector<pid_t>& tids,
                                        StopReason reason, PauseDone done);

// How held tasks go on.
struct ResumeOptions {
  // Of a signal-delivery-stop: the signal to deliver instead, 0 for none. Elsewhere: sent to the
  // one task before it goes on.
  std::optional<int> signal;
  uint64_t expected_stop_id = 0;  // of the one task; 0: whichever
};

// Lets the tasks of these ids go on, or all that are held; returns them as they were. A pause that
// has not come about yet is forgotten. Nothing has happened after an error.
Outcome<std::vector<TaskSnapshot>> resume_tasks(Tracer& tracer, const std::vector<pid_t>& tids,
                                                const ResumeOptions& options);

// Lets go those that somebody has taken off the list of held tasks (held_tasks.h).
void resume_taken(Tracer& tracer, const std::vector<TaskSnapshot>& taken);

// How far, and how long it is waited for.
struct StepOptions {
  StepKind kind;
  uint32_t count;
  int64_t deadline_ns;  // CLOCK_MONOTONIC
};

// What came of a step: `task` is empty where it ended.
struct StepResult {
  std::optional<TaskSnapshot> task;
  uint32_t done = 0;
  std::vector<std::string> records;  // of the stops on the way, in the observer's form
  bool cut_short = false;            // there were too many bytes of them to go on
};
using StepDone = std::function<void(Outcome<StepResult>)>;

// Steps a held task and calls `done` when it is held again or has ended; with kStopTimeout at the
// deadline, after which it is still held when its stop comes.
void step_task(Tracer& tracer, pid_t tid, const StepOptions& step, const ResumeOptions& options,
               StepDone done);

// Waits until the task, or any where `tid` is 0, is held in a stop after `after_stop_id`.
using StopDone = std::function<void(Outcome<TaskSnapshot>)>;
void wait_stop(Tracer& tracer, pid_t tid, uint64_t after_stop_id, int64_t deadline_ns,
               StopDone done);

// Asks the observer again whether it wants exit events, and calls `done` when every task that can
// stop has been told, within 2 s.
void renew_exit_events(Tracer& tracer, std::function<void()> done);

// Sends a signal to the process that `tid` is of, or to the thread alone.
std::optional<ControlError> send_signal(Tracer& tracer, pid_t tid, int signal, bool thread_only);

// Detaches from every thread of the processes and calls `done` with those that are let go; within
// 800 ms, whereafter one that cannot stop is let go when it can.
std::optional<ControlError> detach_processes(Tracer& tracer, const std::vector<pid_t>& pids,
                                             PauseDone done);

}  // namespace ptraced::core
