// What is told of a task as it was at a moment.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace ptraced::core {

// Why a task stands still. The values are those of ptraced.v1.StopReason.
enum class StopReason : uint8_t {
  kPause = 1,
  kRule = 2,
  kStep = 3,
  kStart = 4,
  kGroupStop = 5,
  kGroupContinue = 6,
};

// What a task does. The values are those of ptraced.v1.TaskState.
enum class TaskState : uint8_t { kRunning = 1, kHeld = 2, kGroupStopped = 3 };

struct TaskSnapshot {
  pid_t tid;
  pid_t pid;
  TaskState state;
  // Where it is held:
  uint64_t stop_id = 0;
  std::optional<StopReason> reason;
  std::string name;
  std::string stop_record;  // in the observer's form
};

}  // namespace ptraced::core
