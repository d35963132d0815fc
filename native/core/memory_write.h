// Writing a range of a task's memory: all of it or nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/process_memory.h"

namespace ptraced::core {

// What is wrong with a range of memory.
struct MemoryFault {
  enum class Kind {
    kUnmapped,    // nothing is mapped at `address`, or the task may not read it (`permissions`)
    kReadOnly,    // the task may not write at `address`, and no force was asked for or possible
    kMismatch,    // the bytes from `address` on are not the expected ones
    kNeedsStop,   // only PTRACE_POKEDATA could do it, and the task is in no stop
    kImpossible,  // `error` says which system call failed; ESRCH: the task is gone
  };
  Kind kind = Kind::kUnmapped;
  uint64_t address = 0;
  std::string
      permissions;  // of the mapping at `address`, such as "r-xp"; empty where there is none
  Error error;
};

struct MemoryWrite {
  uint64_t address = 0;
  std::span<const uint8_t> bytes;
  // Only if these are there, at the same address.
  std::optional<std::span<const uint8_t>> expected;
  // Also to private pages that the task itself may not write.
  bool force = false;
};

// The bytes that were there before. Memory is as before where a fault is returned: the whole range
// is looked at first, and what was written before a failure is put back.
std::variant<std::vector<uint8_t>, MemoryFault> write_memory(const ProcessMemory& memory,
                                                             const MemoryWrite& write);

// The fault of a read that came as far as `address`.
MemoryFault describe_unreadable(pid_t tid, uint64_t address);

}  // namespace ptraced::core
