// Reading a process's memory beside its tracer thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/mappings.h"
#include "core/memory_write.h"
#include "core/pattern.h"
#include "core/result.h"
#include "core/unique_fd.h"

namespace ptraced::core {

// Where strings of an array ended, and why.
struct StringVector {
  std::vector<std::string> strings;
  bool truncated = false;  // there were more, or longer ones
  std::optional<MemoryFault>
      fault;  // an address could not be read; the strings before it are there
};

// Most of a read or a string vector in all.
// Which mappings are wanted: up to `max_count`, and until their paths come to `max_path_bytes`.
struct MappingsRange {
  uint64_t from = 0;
  size_t max_count = SIZE_MAX;
  size_t max_path_bytes = SIZE_MAX;
  bool with_paths = true;
};

inline constexpr size_t kMaxVectorBytes = 1 << 20;

// The memory of one process, whichever program it runs. Made on the tracer thread while the task is
// traced, so that its ids are its own; used on any one thread. An id may be given to another
// process once the tracer has reaped it: after each read it is made sure that the process was still
// there, so that nothing of another one is returned. All methods then say ESRCH.
class ProcessReader {
 public:
  // `tid`: a thread of the process that has memory.
  static Result<ProcessReader> open(pid_t pid, pid_t tid);

  // How many leading bytes the process itself could read, copied to `out`.
  Result<size_t> read(uint64_t address, std::span<uint8_t> out) const;

  // Those that begin at `range.from` or behind it, in order of address.
  Result<std::vector<Mapping>> mappings(MappingsRange range = {}) const;

  // The strings that a NULL-terminated array of pointers names, with the pointers' size in the
  // process.
  Result<StringVector> read_strings(uint64_t address, size_t max_strings,
                                    size_t max_string_bytes) const;

  // Where the pattern begins in [start, end), overlapping ones included, and lies before `limit`;
  // at most `max_matches`. What cannot be read matches nothing.
  Result<std::vector<uint64_t>> search(uint64_t start, uint64_t end, uint64_t limit,
                                       const Pattern& pattern, size_t max_matches) const;

  // What is mapped at an address that could not be read.
  MemoryFault describe(uint64_t address) const { return describe_unreadable(tid_, address); }

 private:
  ProcessReader(pid_t pid, pid_t tid, UniqueFd process)
      : pid_(pid), tid_(tid), process_(std::move(process)) {}

  bool still_there() const;

  pid_t pid_;
  pid_t tid_;
  UniqueFd process_;  // a pidfd
};

}  // namespace ptraced::core
