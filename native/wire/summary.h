// Counts and times of a session's calls (GetSummary of the API).
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/syscall_stop.h"
#include "wire/time_histogram.h"

namespace ptraced::wire {

// How long a call took; negative where that is not known.
struct CallTimes {
  int64_t wall_ns = -1;    // from its entry to its exit
  int64_t system_ns = -1;  // in the kernel
};

// Calls of one kind.
struct CallCounts {
  uint64_t calls = 0;  // that returned
  uint64_t errors = 0;
  std::vector<std::pair<int32_t, uint64_t>> errors_by_number;  // in no order
  TimeHistogram times;                                         // of calls whose entry was seen
  std::optional<uint64_t> system_ns;                           // of those, where it was measured

  void add_error(int32_t error, uint64_t count);
  void add(const CallCounts& other);
};

struct SummaryRow {
  std::string_view syscall;  // empty: numbers that no table has
  pid_t pid;                 // 0: of all processes, or of those that have no rows of their own
  std::string comm;          // of that process, of any bytes; empty for 0
  CallCounts counts;
};

// The tracer adds, any thread reads. Calls of the same name in different tables are one.
class Summary {
 public:
  // Rows by process and syscall at most, those of process 0 aside. For further ones, processes that
  // have ended and took the least time are added to process 0, with all their rows, until half of
  // the rows of ended processes are free. Where none has ended, calls that need further rows are
  // counted under process 0. What all processes did together is exact in either case. A row takes
  // 512 bytes for each magnitude of its times, of which a call has some five.
  static constexpr size_t kMaxRows = 4096;

  // The processes that may yet make calls; asked for seldom.
  using LiveProcesses = std::function<std::unordered_set<pid_t>()>;

  // A call has returned. `syscall` lives as long as the program; `error` is 0 for a success;
  // `serial` is that of the newest record.
  void add(pid_t pid, std::string_view syscall, int32_t error, CallTimes took, uint64_t serial,
           const LiveProcesses& live = {});

  // The process has a new program. Its name is read when it gets its first row, and here.
  void executed(pid_t pid);

  // The rows, most time first, and the serial of the last record counted.
  std::pair<std::vector<SummaryRow>, uint64_t> rows(bool by_process) const;

 private:
  struct Key {
    pid_t pid;
    const char* syscall;  // of the name: each is one object

    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    size_t operator()(const Key& key) const {
      return std::hash<const char*>()(key.syscall) * 31 + static_cast<size_t>(key.pid);
    }
  };
  struct Entry {
    std::string_view syscall;
    CallCounts counts;
  };

  // How many rows became free.
  size_t fold(const std::unordered_set<pid_t>& live);

  mutable std::mutex mutex_;
  size_t futile_requests_ = 0;  // for rows, before folding is tried again
  std::unordered_map<Key, Entry, KeyHash> entries_;
  std::unordered_map<pid_t, std::string> comms_;  // of the processes that have rows
  uint64_t last_serial_ = 0;
};

}  // namespace ptraced::wire
