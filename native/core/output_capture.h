// The output pipes of a launched command.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>

#include "core/observer.h"
#include "core/result.h"
#include "core/unique_fd.h"

namespace ptraced::core {

// Reads what the command writes to stdout and stderr. The pipes send the tracer thread its wake-up
// signal when bytes come (fcntl(2), F_SETSIG), so that a command that fills its pipe and blocks
// there is served although it makes no stop.
class OutputCapture {
 public:
  // Takes the read ends; either may be none. `wake_signal` goes to the calling thread.
  Status start(pid_t pid, std::array<UniqueFd, 2> readers, int wake_signal);

  // Gives the observer what is there, in pieces of at most 64 KiB, for as long as it accepts.
  void drain(Observer& observer);

  // Reads what is there and drops it: for a command that runs on unobserved, and must not be
  // stopped by a full or broken pipe.
  void discard();

  bool open() const { return readers_[0] || readers_[1]; }

 private:
  ssize_t read_some(UniqueFd& reader);

  pid_t pid_ = 0;
  std::array<UniqueFd, 2> readers_;
  std::array<unsigned char, 65536> buffer_;
};

}  // namespace ptraced::core
