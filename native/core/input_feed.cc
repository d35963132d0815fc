#include "core/input_feed.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace ptraced::core {
namespace {

// Whether the last reader of the pipe is gone (poll(2), POLLERR).
bool is_broken(int writer) {
  pollfd end = {.fd = writer, .events = POLLOUT, .revents = 0};
  return poll(&end, 1, /*timeout=*/0) == 1 && (end.revents & POLLERR) != 0;
}

}  // namespace

Status InputFeed::start(pid_t pid, UniqueFd writer, int wake_signal) {
  writer_ = std::move(writer);
  const f_owner_ex owner = {F_OWNER_TID, gettid()};
  if (writer_ && (fcntl(writer_.get(), F_SETSIG, wake_signal) < 0 ||
                  fcntl(writer_.get(), F_SETOWN_EX, &owner) < 0 ||
                  fcntl(writer_.get(), F_SETFL, O_NONBLOCK | O_ASYNC) < 0)) {
    return last_error("fcntl", pid);
  }
  return {};
}

bool InputFeed::write(std::string_view bytes, bool close) {
  if (writer_ && is_broken(writer_.get())) {
    this->close();
  }
  if (!writer_ || closing_) {
    return bytes.empty() && close;
  }
  waiting_.append(bytes);
  closing_ = close;
  flush();
  return true;
}

void InputFeed::close() {
  closing_ = true;
  flush();
}

void InputFeed::flush() {
  while (writer_ && written_ < waiting_.size()) {
    // SIGPIPE does not come: Node ignores it, and this thread blocks it.
    const ssize_t put =
        ::write(writer_.get(), waiting_.data() + written_, waiting_.size() - written_);
    if (put >= 0) {
      written_ += static_cast<size_t>(put);
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR) {  // EPIPE: nobody reads it
      writer_.reset();
    }
  }
  settle();
}

// Nothing waits for room any more.
void InputFeed::settle() {
  waiting_.clear();
  written_ = 0;
  if (closing_) {
    writer_.reset();
  }
  for (const auto& done : std::exchange(drain_listeners_, {})) {
    done();
  }
}

void InputFeed::when_drained(std::function<void()> done) {
  drain_listeners_.push_back(std::move(done));
  flush();
}

}  // namespace ptraced::core
