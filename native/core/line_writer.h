// A log that nothing waits for.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "core/result.h"

namespace ptraced::core {

// Writes lines to a descriptor on a thread of its own, since a pipe that nobody reads, a terminal
// that was stopped or a file system that does not answer block write(2). The descriptor stays
// blocking where it is: launched commands may share it. Lines that find no room in memory, or that
// the descriptor does not take (ENOSPC, EPIPE), are dropped and counted; once it takes lines again,
// one of the log's own says how many. A line that was cut off by an error gets its line end later.
//
// Lives until the process ends. Methods may be called from any thread.
class LineWriter : public std::enable_shared_from_this<LineWriter> {
 public:
  // `descriptor` is borrowed. At most `max_bytes` of lines wait. Error: "pthread_create".
  static Result<std::shared_ptr<LineWriter>> start(int descriptor, size_t max_bytes);

  // Takes whole lines, with their ends. Does not wait.
  void write(std::string lines);

  // Waits until what was taken before is written or dropped; false where `timeout` came first.
  bool flush(std::chrono::milliseconds timeout);

  // Lines that were dropped so far.
  uint64_t dropped() const;

 private:
  LineWriter(int descriptor, size_t max_bytes) : descriptor_(descriptor), max_bytes_(max_bytes) {}

  struct Entry {
    std::string lines;
    uint64_t dropped_before = 0;  // for which there was no room
  };

  void loop();
  bool put(std::string lines);
  void put_entry(Entry entry);
  void drop(uint64_t count);

  const int descriptor_;
  const size_t max_bytes_;
  bool torn_ = false;       // the writer's thread; the last line has no end
  uint64_t unwritten_ = 0;  // the writer's thread; dropped, and not told

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable idle_;
  std::deque<Entry> entries_;
  size_t bytes_ = 0;  // of the entries
  bool writing_ = false;
  uint64_t no_room_ = 0;  // dropped since the last entry
  uint64_t dropped_ = 0;
};

}  // namespace ptraced::core
