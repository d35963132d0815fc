#include "core/procfs.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "core/unique_fd.h"

namespace ptraced::core {
namespace {

constexpr uint64_t bit(int signal) {
  return uint64_t{1} << (signal - 1);
}

// signal(7): the signals whose default is to be ignored.
constexpr uint64_t kIgnoredByDefault = bit(SIGCHLD) | bit(SIGCONT) | bit(SIGURG) | bit(SIGWINCH);

template <typename T>
void parse(std::string_view line, std::string_view name, int base, T& out) {
  if (!line.starts_with(name)) {
    return;
  }
  line.remove_prefix(name.size());
  const size_t digits = line.find_first_not_of(" \t");
  if (digits != std::string_view::npos) {
    std::from_chars(line.data() + digits, line.data() + line.size(), out, base);
  }
}

void parse_line(std::string_view line, TaskStatus& status) {
  if (line.starts_with("State:\t") && line.size() > 7) {
    status.state = line[7];
  }
  parse(line, "Tgid:", 10, status.tgid);
  parse(line, "PPid:", 10, status.parent);
  parse(line, "TracerPid:", 10, status.tracer);
  parse(line, "Seccomp:", 10, status.seccomp);
  uint64_t pending = 0;
  parse(line, "SigPnd:", 16, pending);
  parse(line, "ShdPnd:", 16, pending);
  status.pending |= pending;
  parse(line, "SigBlk:", 16, status.blocked);
  parse(line, "SigIgn:", 16, status.ignored);
  parse(line, "SigCgt:", 16, status.caught);
  parse(line, "CapEff:", 16, status.capabilities);
}

// Names in a folder that are numbers; none where it cannot be read.
std::vector<int> numbers_in(const char* path) {
  std::vector<int> numbers;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(path), closedir);
  while (const dirent* entry = directory ? readdir(directory.get()) : nullptr) {
    const std::string_view name = entry->d_name;
    int number = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), number).ec == std::errc()) {
      numbers.push_back(number);
    }
  }
  return numbers;
}

// The same of a folder of /proc/PID.
std::vector<int> numbers_in(pid_t pid, const char* folder) {
  std::array<char, 64> path;
  std::snprintf(path.data(), path.size(), "/proc/%d/%s", pid, folder);
  return numbers_in(path.data());
}

}  // namespace

bool TaskStatus::ignores(int signal) const {
  const uint64_t it = bit(signal);
  return (ignored & it) != 0 || ((caught & it) == 0 && (kIgnoredByDefault & it) != 0);
}

bool TaskStatus::is_pending(int signal) const {
  return (pending & bit(signal)) != 0;
}

bool TaskStatus::is_deliverable(int signal) const {
  return (pending & ~blocked & bit(signal)) != 0;
}

bool TaskStatus::has_deliverable_signal() const {
  return (pending & ~blocked & ~ignored & ~(kIgnoredByDefault & ~caught)) != 0;
}

std::optional<TaskStatus> task_status(pid_t tid) {
  std::array<char, 64> path;
  std::snprintf(path.data(), path.size(), "/proc/%d/status", tid);
  const UniqueFd file(open(path.data(), O_RDONLY | O_CLOEXEC));
  std::string text;  // of a task in many groups it is long
  std::array<char, 4096> part;
  ssize_t size = file ? read(file.get(), part.data(), part.size()) : -1;
  for (; size > 0; size = read(file.get(), part.data(), part.size())) {
    text.append(part.data(), static_cast<size_t>(size));
  }
  if (size < 0) {
    return std::nullopt;
  }
  TaskStatus status;
  std::string_view rest(text);
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    parse_line(rest.substr(0, end), status);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return status;
}

std::vector<pid_t> process_ids() {
  return numbers_in("/proc");
}

std::vector<pid_t> thread_ids(pid_t pid) {
  return numbers_in(pid, "task");
}

std::string task_name(pid_t tid) {
  std::array<char, 64> text;  // a path, then the name: 15 bytes (proc_pid_comm(5)), a newline
  std::snprintf(text.data(), text.size(), "/proc/%d/comm", tid);
  const UniqueFd file(open(text.data(), O_RDONLY | O_CLOEXEC));
  const ssize_t size = file ? read(file.get(), text.data(), text.size()) : 0;
  return size > 0 ? std::string(text.data(), static_cast<size_t>(size) - 1) : std::string();
}

namespace {

size_t link_target(const char* path, char* out, size_t size) {
  const ssize_t length = readlink(path, out, size);
  return length < 0 ? 0 : static_cast<size_t>(length);
}

}  // namespace

size_t executable(pid_t pid, char* out, size_t size) {
  std::array<char, 64> path;
  std::snprintf(path.data(), path.size(), "/proc/%d/exe", pid);
  return link_target(path.data(), out, size);
}

size_t root_directory(pid_t pid, char* out, size_t size) {
  std::array<char, 64> path;
  std::snprintf(path.data(), path.size(), "/proc/%d/root", pid);
  return link_target(path.data(), out, size);
}

size_t working_directory(pid_t tid, char* out, size_t size) {
  std::array<char, 64> path;
  std::snprintf(path.data(), path.size(), "/proc/%d/cwd", tid);
  return link_target(path.data(), out, size);
}

size_t descriptor_target(pid_t tid, int fd, char* out, size_t size) {
  std::array<char, 64> path;
  std::snprintf(path.data(), path.size(), "/proc/%d/fd/%d", tid, fd);
  return link_target(path.data(), out, size);
}

bool may_hold_userfaultfd(pid_t pid) {
  constexpr std::string_view kTarget = "anon_inode:[userfaultfd]";
  const std::vector<int> descriptors = numbers_in(pid, "fd");
  return descriptors.empty() || std::any_of(descriptors.begin(), descriptors.end(), [&](int fd) {
           std::array<char, kTarget.size() + 1> target;
           return std::string_view(target.data(), descriptor_target(pid, fd, target.data(),
                                                                    target.size())) == kTarget;
         });
}

Result<struct stat> descriptor_status(pid_t tid, int fd) {
  std::array<char, 64> path;
  std::snprintf(path.data(), path.size(), "/proc/%d/fd/%d", tid, fd);
  // Not by asking a file server, which may not answer.
  struct statx found;
  if (::statx(AT_FDCWD, path.data(), AT_STATX_DONT_SYNC, STATX_TYPE | STATX_INO, &found) < 0) {
    return last_error("statx", tid);
  }
  struct stat file = {};
  file.st_mode = found.stx_mode;
  file.st_ino = found.stx_ino;
  file.st_dev = makedev(found.stx_dev_major, found.stx_dev_minor);
  file.st_rdev = makedev(found.stx_rdev_major, found.stx_rdev_minor);
  return file;
}

bool shares_pid_namespace(pid_t tid) {
  struct stat own;
  struct stat theirs;
  char path[64];
  std::snprintf(path, sizeof(path), "/proc/%d/ns/pid", tid);
  return ::stat("/proc/self/ns/pid", &own) == 0 && ::stat(path, &theirs) == 0 &&
         own.st_dev == theirs.st_dev && own.st_ino == theirs.st_ino;
}

}  // namespace ptraced::core
