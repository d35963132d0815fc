// The pipe to the standard input of a launched command.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/unique_fd.h"

namespace ptraced::core {

// Writes what the pipe has room for and keeps the rest until the command has read some: then the
// pipe sends the tracer thread its wake-up signal (fcntl(2), F_SETSIG), and flush() goes on. It
// never blocks. Tracer thread.
class InputFeed {
 public:
  // Takes the write end, or none. `wake_signal` goes to the calling thread.
  Status start(pid_t pid, UniqueFd writer, int wake_signal);

  // Takes all of the bytes, and with `close` closes the pipe after them. False where nobody reads
  // it any more, or it is closed already, or is none, and nothing is taken; closing alone does.
  bool write(std::string_view bytes, bool close);

  // Closes the pipe once everything taken is in it.
  void close();

  // Writes what has not fitted so far.
  void flush();

  // Calls `done` once nothing waits for room: now, or when the command has read enough or gone.
  void when_drained(std::function<void()> done);

  // Destroys what when_drained() has not called.
  void drop_listeners() { drain_listeners_.clear(); }

 private:
  void settle();

  UniqueFd writer_;
  std::string waiting_;
  size_t written_ = 0;  // of waiting_
  bool closing_ = false;
  std::vector<std::function<void()>> drain_listeners_;
};

}  // namespace ptraced::core
