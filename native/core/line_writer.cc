#include "core/line_writer.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <utility>

#include "core/thread.h"

namespace ptraced::core {
namespace {

uint64_t count_lines(const std::string& lines) {
  return static_cast<uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
}

// In the form of the log's lines (src/observability/logger.ts): 40 is "warn".
std::string dropped_line(uint64_t count) {
  timespec now = {};
  clock_gettime(CLOCK_REALTIME, &now);
  tm utc = {};
  gmtime_r(&now.tv_sec, &utc);
  std::array<char, 32> time;
  std::strftime(time.data(), time.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::array<char, 256> line;
  std::snprintf(line.data(), line.size(),
                R"({"level":40,"time":"%s.%03ldZ","pid":%d,"name":"ptraced","dropped":%llu,)"
                R"("msg":"%llu log lines dropped"})"
                "\n",
                time.data(), now.tv_nsec / 1'000'000, getpid(),
                static_cast<unsigned long long>(count), static_cast<unsigned long long>(count));
  return line.data();
}

}  // namespace

Result<std::shared_ptr<LineWriter>> LineWriter::start(int descriptor, size_t max_bytes) {
  std::shared_ptr<LineWriter> self(new LineWriter(descriptor, max_bytes));
  if (Status status = start_thread("ptraced-log", [self] { self->loop(); }); !status) {
    return status.error();
  }
  return self;
}

void LineWriter::write(std::string lines) {
  const std::lock_guard lock(mutex_);
  if (bytes_ + lines.size() > max_bytes_) {
    const uint64_t count = count_lines(lines);
    no_room_ += count;
    dropped_ += count;
    return;
  }
  bytes_ += lines.size();
  entries_.push_back({std::move(lines), std::exchange(no_room_, 0)});
  changed_.notify_one();
}

bool LineWriter::flush(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return idle_.wait_for(lock, timeout, [this] { return entries_.empty() && !writing_; });
}

uint64_t LineWriter::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void LineWriter::loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (entries_.empty() && no_room_ > 0) {  // told at once, though no line may follow
      entries_.push_back({{}, std::exchange(no_room_, 0)});
    }
    writing_ = !entries_.empty();
    if (!writing_) {
      idle_.notify_all();
      changed_.wait(lock);
      continue;
    }
    Entry entry = std::move(entries_.front());
    entries_.pop_front();
    const size_t size = entry.lines.size();
    lock.unlock();
    put_entry(std::move(entry));
    lock.lock();
    bytes_ -= size;
  }
}

void LineWriter::put_entry(Entry entry) {
  unwritten_ += entry.dropped_before;
  if (unwritten_ > 0 && put(dropped_line(unwritten_))) {
    unwritten_ = 0;
  }
  const uint64_t count = count_lines(entry.lines);
  if (count > 0 && (unwritten_ > 0 || !put(std::move(entry.lines)))) {
    drop(count);
  }
}

// Where the error is for good, each line costs one call that fails.
void LineWriter::drop(uint64_t count) {
  unwritten_ += count;
  const std::lock_guard lock(mutex_);
  dropped_ += count;
}

bool LineWriter::put(std::string lines) {
  if (torn_) {
    lines.insert(0, 1, '\n');
  }
  size_t written = 0;
  while (written < lines.size()) {
    const ssize_t put = ::write(descriptor_, lines.data() + written, lines.size() - written);
    if (put > 0) {
      written += static_cast<size_t>(put);
      torn_ = true;
    } else if (put < 0 && errno == EAGAIN) {  // somebody else made it non-blocking
      pollfd room = {.fd = descriptor_, .events = POLLOUT, .revents = 0};
      poll(&room, 1, /*timeout=*/-1);
    } else if (put == 0 || errno != EINTR) {
      return false;
    }
  }
  torn_ = false;
  return true;
}

}  // namespace ptraced::core
