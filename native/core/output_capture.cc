#include "core/output_capture.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace ptraced::core {

Status OutputCapture::start(pid_t pid, std::array<UniqueFd, 2> readers, int wake_signal) {
  pid_ = pid;
  readers_ = std::move(readers);
  const f_owner_ex owner = {F_OWNER_TID, gettid()};
  for (const UniqueFd& reader : readers_) {
    if (reader && (fcntl(reader.get(), F_SETSIG, wake_signal) < 0 ||
                   fcntl(reader.get(), F_SETOWN_EX, &owner) < 0 ||
                   fcntl(reader.get(), F_SETFL, O_NONBLOCK | O_ASYNC) < 0)) {
      return last_error("fcntl", pid);
    }
  }
  return {};
}

ssize_t OutputCapture::read_some(UniqueFd& reader) {
  for (;;) {
    const ssize_t got = read(reader.get(), buffer_.data(), buffer_.size());
    if (got >= 0 || errno != EINTR) {
      if (got == 0 || (got < 0 && errno != EAGAIN)) {
        reader.reset();  // every writer is gone
      }
      return got;
    }
  }
}

void OutputCapture::drain(Observer& observer) {
  for (size_t i = 0; i < readers_.size(); ++i) {
    while (readers_[i] && observer.accepts()) {
      const ssize_t got = read_some(readers_[i]);
      if (got <= 0) {
        break;
      }
      observer.on_output(pid_, static_cast<int>(i) + 1, {buffer_.data(), static_cast<size_t>(got)});
    }
  }
}

void OutputCapture::discard() {
  for (UniqueFd& reader : readers_) {
    while (reader && read_some(reader) > 0) {
    }
  }
}

}  // namespace ptraced::core
