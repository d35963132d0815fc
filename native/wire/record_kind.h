// What a record reports.
#pragma once

#include <cstdint>

namespace ptraced::wire {

// The values of ptraced.v1.RecordKind.
enum class RecordKind : uint8_t {
  kEnter = 1,
  kExit = 2,
  kSignal = 3,
  kNewTask = 4,
  kExec = 5,
  kTaskExit = 6,
  kStop = 7,
  kOutput = 8,
  kRulesChanged = 9,
  kTracerError = 10,
};

}  // namespace ptraced::wire
