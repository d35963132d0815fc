// Keeps what a traced program writes behind the lines about what it did before, where both go to
// the same terminal or file.
#pragma once

#include <sys/stat.h>

#include <optional>

#include "core/task.h"
#include "decode/syscall_set.h"

namespace ptraced::wire {

class OutputOrder {
 public:
  // For lines that a reader in this process writes to the descriptor. `follows_processes`: children
  // are traced too; of one that is not, only its start can wait. Nothing where the lines go
  // nowhere: the descriptor is closed, or /dev/null.
  static std::optional<OutputOrder> for_lines(int fd, bool follows_processes);

  // Calls that have to stop for this, whatever else stops.
  const decode::SyscallSet& calls() const { return calls_; }

  // The call that the task is about to make may put something where the lines go. One or more
  // stat(2) of /proc/TID/fd/N for calls that write to a descriptor, nothing for others. Tracer
  // thread.
  bool concerns(const core::Task& task) const;

 private:
  OutputOrder(const struct stat& lines, bool follows_processes);
  bool is_lines_file(pid_t tid, int fd) const;

  struct stat lines_;
  decode::SyscallSet to_descriptors_;  // they write to a descriptor among their arguments
  decode::SyscallSet indirect_;        // others that lead to output
  decode::SyscallSet calls_;           // both
};

}  // namespace ptraced::wire
