// What clients do to the memory and the registers of tasks. All on the tracer thread, where a task
// that is held stays held until the function returns, and no id is given to another task.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "core/address_expression.h"
#include "core/control.h"
#include "core/held_tasks.h"
#include "core/memory_write.h"
#include "core/ptrace.h"

namespace ptraced::core {

class Tracer;

// The kernel does not take the value for this register (register_names.h).
struct RefusedRegister {
  size_t index;
};

// Why a request cannot be met: the task or its stop, the address as it is written, the memory
// there, or a register.
using AccessError = std::variant<ControlError, AddressError, MemoryFault, RefusedRegister>;

template <typename T>
using AccessResult = std::variant<T, AccessError>;

// A place in the memory of a process: an address, or how to find it.
using Location = std::variant<uint64_t, AddressExpression>;

// Bytes that were read.
struct MemoryRead {
  uint64_t address = 0;
  std::vector<uint8_t> bytes;
  uint64_t stop_id = 0;              // of the stop that the task was held in; 0: it was not
  std::optional<MemoryFault> fault;  // where there are fewer than asked for
};

// Reads from the memory of the task `pid`, or of the process where that task is not traced.
AccessResult<MemoryRead> read_task_memory(Tracer& tracer, pid_t pid, const Location& at,
                                          size_t size);

// Bytes to write.
struct TaskWrite {
  std::vector<uint8_t> bytes;
  std::optional<std::vector<uint8_t>> expected;  // only for a held task
  bool force = false;
  uint64_t expected_stop_id = 0;  // 0: whichever, or none
};

// What was written.
struct WrittenMemory {
  uint64_t address = 0;
  std::vector<uint8_t> previous;
};

AccessResult<WrittenMemory> write_task_memory(Tracer& tracer, pid_t pid, const Location& at,
                                              const TaskWrite& write);

// A process whose memory can be read from any thread, for as long as process_is() says so.
struct MemoryTarget {
  pid_t pid = 0;
  pid_t tid = 0;         // a thread that has memory
  uint64_t address = 0;  // of the location
  uint64_t stop_id = 0;  // of the stop that the task was held in; 0: it was not
};
AccessResult<MemoryTarget> find_memory(Tracer& tracer, pid_t pid, const Location& at);

// Of a held task.
AccessResult<TaskRegisters> task_registers(Tracer& tracer, pid_t tid);

// New values of registers by index (register_names.h); others stay.
struct RegisterWrite {
  std::vector<std::pair<size_t, uint64_t>> values;
  uint64_t expected_stop_id = 0;  // 0: whichever
};

// Sets all or none and returns the registers as they are then. The kernel refuses some values of
// segment selectors and bases, and sets only some of the flags.
AccessResult<TaskRegisters> set_task_registers(Tracer& tracer, pid_t tid,
                                               const RegisterWrite& write);

}  // namespace ptraced::core
