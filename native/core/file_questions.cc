#include "core/file_questions.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <utility>

#include "core/clock.h"
#include "core/close_others.h"
#include "core/unique_fd.h"

namespace ptraced::core {
namespace {

constexpr int64_t kPatienceForPathNs = 5 * kNanosecondsPerSecond;
constexpr int64_t kPatienceForContentsNs = 2 * kNanosecondsPerSecond;
constexpr int64_t kPatienceForAllNs = 10 * kNanosecondsPerSecond;
// What a child that was killed needs to go, unless it cannot.
constexpr int64_t kDeathNs = 100 * kNanosecondsPerMillisecond;
// Children that cannot be killed, of one call.
constexpr size_t kMostStuck = 4;

// What the child says of one question: parts, then an end.
struct Message {
  enum class Kind : int32_t { kPart, kEnd, kNone };
  Kind kind;
  uint32_t size;
};

// Everything from here to run_child() runs in the child of a process with threads: calls that are
// async-signal-safe alone (signal-safety(7)).

void put(int out, const void* bytes, size_t size) {
  const char* at = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t written = write(out, at, size);
    if (written <= 0) {
      _exit(1);
    }
    at += written;
    size -= static_cast<size_t>(written);
  }
}

void say(int out, Message::Kind kind, const char* bytes, size_t size) {
  const Message message = {kind, static_cast<uint32_t>(size)};
  put(out, &message, sizeof(message));
  put(out, bytes, size);
}

// The name that the kernel has for what a path leads to. Opening it for nothing but its place needs
// no right to read it.
Message::Kind find_real_path(int out, const char* path, char* buffer) {
  const int fd = open(path, O_PATH | O_CLOEXEC);
  if (fd < 0) {
    return Message::Kind::kNone;
  }
  char link[64];
  std::snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, buffer, PATH_MAX);
  close(fd);
  if (size <= 0 || buffer[0] != '/') {
    return Message::Kind::kNone;
  }
  say(out, Message::Kind::kPart, buffer, static_cast<size_t>(size));
  return Message::Kind::kEnd;
}

Message::Kind read_contents(int out, const char* path, char* buffer) {
  // Not a pipe, whose open would wait for its writer.
  const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) {
    return Message::Kind::kNone;
  }
  struct stat file;
  ssize_t size = -1;
  if (fstat(fd, &file) == 0 && S_ISREG(file.st_mode) &&
      static_cast<uint64_t>(file.st_size) <= kMaxFileBytes) {
    size_t total = 0;
    while (total <= kMaxFileBytes && (size = read(fd, buffer, PATH_MAX)) > 0) {
      say(out, Message::Kind::kPart, buffer, static_cast<size_t>(size));
      total += static_cast<size_t>(size);
    }
  }
  close(fd);
  return size == 0 ? Message::Kind::kEnd : Message::Kind::kNone;
}

[[noreturn]] void run_child(const std::vector<FileQuestion>& questions, size_t from, int out) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // One that hangs outlives the server, whose connections must not stay open in it.
  close_others({&out, 1});
  char buffer[PATH_MAX];
  for (size_t i = from; i < questions.size(); ++i) {
    const char* path = questions[i].path.c_str();
    const Message::Kind end = questions[i].kind == FileQuestion::Kind::kRealPath
                                  ? find_real_path(out, path, buffer)
                                  : read_contents(out, path, buffer);
    say(out, end, nullptr, 0);
  }
  _exit(0);
}

struct Child {
  pid_t pid = 0;
  UniqueFd answers;
};

Result<Child> start_child(const std::vector<FileQuestion>& questions, size_t from) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) {
    return last_error("pipe2");
  }
  Child child{.pid = 0, .answers = UniqueFd(ends[0])};
  const UniqueFd out(ends[1]);
  child.pid = fork();
  if (child.pid < 0) {
    return last_error("fork");
  }
  if (child.pid == 0) {
    run_child(questions, from, out.get());
  }
  return child;
}

// False where the bytes have not come by then, or the child has ended.
bool take(int in, char* out, size_t size, int64_t deadline_ns) {
  while (size > 0) {
    pollfd ready = {.fd = in, .events = POLLIN, .revents = 0};
    const int64_t left = deadline_ns - monotonic_ns();
    const int ms = static_cast<int>(std::max<int64_t>(left, 0) / kNanosecondsPerMillisecond);
    const int found = poll(&ready, 1, ms);
    if (found < 0 && errno == EINTR) {
      continue;
    }
    const ssize_t got = found > 0 ? read(in, out, size) : 0;
    if (got <= 0) {
      return false;
    }
    out += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

FileAnswer take_answer(int in, int64_t deadline_ns) {
  FileAnswer answer = {.late = false, .text = std::string()};
  for (;;) {
    Message message = {};
    std::array<char, PATH_MAX> part;
    if (!take(in, reinterpret_cast<char*>(&message), sizeof(message), deadline_ns) ||
        message.size > part.size() || !take(in, part.data(), message.size, deadline_ns)) {
      return {.late = true, .text = std::nullopt};
    }
    if (message.kind == Message::Kind::kNone) {
      answer.text.reset();
    }
    if (message.kind != Message::Kind::kPart) {
      return answer;
    }
    answer.text->append(part.data(), message.size);
  }
}

bool dies(pid_t pid) {
  kill(pid, SIGKILL);
  const int64_t deadline = monotonic_ns() + kDeathNs;
  for (;;) {
    if (waitpid(pid, nullptr, WNOHANG | __WALL) != 0) {
      return true;
    }
    if (monotonic_ns() > deadline) {
      return false;
    }
    poll(nullptr, 0, 1);
  }
}

void reap(pid_t pid) {
  while (waitpid(pid, nullptr, __WALL) < 0 && errno == EINTR) {
  }
}

}  // namespace

Status ask_about_files(const std::vector<FileQuestion>& questions,
                       const std::function<void(std::vector<FileAnswer>)>& answered) {
  std::vector<FileAnswer> answers(questions.size(), FileAnswer{.late = true, .text = {}});
  std::vector<pid_t> stuck;
  const int64_t end_ns = monotonic_ns() + kPatienceForAllNs;
  size_t next = 0;
  while (next < questions.size() && stuck.size() < kMostStuck && monotonic_ns() < end_ns) {
    Result<Child> child = start_child(questions, next);
    if (!child) {
      if (next == 0) {
        return child.error();
      }
      break;
    }
    bool late = false;
    while (next < questions.size() && !late) {
      const int64_t patience = questions[next].kind == FileQuestion::Kind::kRealPath
                                   ? kPatienceForPathNs
                                   : kPatienceForContentsNs;
      const int64_t deadline = std::min(monotonic_ns() + patience, end_ns);
      answers[next] = take_answer(child->answers.get(), deadline);
      late = answers[next].late;
      ++next;
    }
    if (!dies(child->pid)) {
      stuck.push_back(child->pid);
    }
    if (late && questions[next - 1].kind == FileQuestion::Kind::kRealPath) {
      break;
    }
  }
  answered(std::move(answers));
  std::for_each(stuck.begin(), stuck.end(), reap);
  return {};
}

}  // namespace ptraced::core
