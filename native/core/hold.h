// How a task comes to be kept in a stop, and what is remembered of it meanwhile.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/held_tasks.h"
#include "core/ptrace.h"
#include "core/task_snapshot.h"
#include "core/wait_status.h"

namespace ptraced::core {

// The wish that a task be held, in the stop that it is in or at its next one.
struct HoldOrder {
  StopReason reason = StopReason::kPause;
  int64_t timeout_ns = 0;  // goes on by itself once it has been held so long; 0: never
  bool at_signal = false;  // a rule, or the end of a step, wants the signal-delivery-stop itself
  bool for_new_tasks = false;  // what the task makes before it stands is held too
};

// A stop in which a task is kept until a client lets it go, and how it would have gone on.
struct HeldStop {
  Stopped stop;
  uint64_t id;  // stop_id of the API: never given twice in a session
  StopReason reason;
  StopKind kind;
  Resume how;
  int signal;          // that it is about to get, where `kind` is kSignal; else 0
  int64_t release_ns;  // goes on by itself at this time of CLOCK_MONOTONIC; 0: never
  // The task's name as it came into the stop: read while nobody waits for an answer.
  std::string name = {};
  HeldTasks::Listing listing = {};  // for as long as clients may know of it
};

// How far one step goes.
enum class StepKind : uint8_t {
  kSyscall,      // to the next syscall-stop
  kInstruction,  // one machine instruction; a call is one, however long it takes
};

// What an observer has written of one task, for whoever asked for it. Tracer thread.
struct RecordSink {
  std::vector<std::string> records;
  size_t bytes = 0;

  void add(const std::string& record) {
    records.push_back(record);
    bytes += record.size();
  }
};

// Steps that a task is to do. Shared by the task and whoever waits for the end of it.
struct Step {
  StepKind kind;
  uint32_t count;
  pid_t tid;               // of the task, as it is now
  uint32_t done = 0;       // fewer than `count` where another stop or the end came first
  bool over = false;       // it is held, or has ended
  RecordSink sink = {};    // of the stops on the way
  bool cut_short = false;  // it would have gone on, but for kMaxBytes

  // Of records; with the ones of the last step they may be more. A client takes 4 MiB.
  static constexpr size_t kMaxBytes = 1024 * 1024;
};

// Somebody who waits for what becomes of tasks. Called with the time of CLOCK_MONOTONIC after each
// turn of the loop in which a task was held, let go or ended. Returns the time at which it must be
// called again at the latest, or 0 once it is done.
using Waiter = std::function<int64_t(int64_t now)>;

}  // namespace ptraced::core
