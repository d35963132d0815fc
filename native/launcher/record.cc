#include "launcher/record.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace ptraced::launcher {
namespace {

constexpr int kSignals = 64;  // _NSIG of the kernel

// struct sigaction of the kernel. The C library's call refuses the two signals that it uses itself.
struct KernelAction {
  void* handler;
  unsigned long flags;
  void* restorer;
  uint64_t mask;
};

uint64_t ignored_signals() {
  uint64_t ignored = 0;
  for (int signal = 1; signal <= kSignals; ++signal) {
    KernelAction action = {};
    const long result = syscall(SYS_rt_sigaction, signal, nullptr, &action, sizeof(action.mask));
    if (result == 0 && reinterpret_cast<uintptr_t>(action.handler) == 1) {  // SIG_IGN
      ignored |= uint64_t{1} << (signal - 1);
    }
  }
  return ignored;
}

uint64_t blocked_signals() {
  uint64_t blocked = 0;
  syscall(SYS_rt_sigprocmask, 0, nullptr, &blocked, sizeof(blocked));
  return blocked;
}

// Takes away what is pending behind the mask, which Node would receive as soon as it clears the
// mask.
uint64_t take_pending(uint64_t blocked) {
  uint64_t pending = 0;
  syscall(SYS_rt_sigpending, &pending, sizeof(pending));
  pending &= blocked;
  constexpr timespec kNow = {};
  while (syscall(SYS_rt_sigtimedwait, &pending, nullptr, &kNow, sizeof(pending)) > 0) {
  }
  return pending;
}

// Open descriptors in ascending order, in memory that is never freed. Without /proc, those below
// the soft limit.
struct Descriptors {
  int* numbers = nullptr;
  size_t size = 0;
  size_t capacity = 0;

  void add(int number) {
    if (size == capacity) {
      capacity = std::max<size_t>(64, 2 * capacity);
      numbers = static_cast<int*>(std::realloc(numbers, capacity * sizeof(int)));
      if (numbers == nullptr) {
        std::abort();
      }
    }
    numbers[size++] = number;
  }
};

Descriptors open_descriptors(rlim_t limit) {
  Descriptors found;
  if (DIR* folder = opendir("/proc/self/fd"); folder != nullptr) {
    while (const dirent* entry = readdir(folder)) {
      const int number = std::atoi(entry->d_name);
      if (entry->d_name[0] != '.' && number != dirfd(folder)) {
        found.add(number);
      }
    }
    closedir(folder);
    std::sort(found.numbers, found.numbers + found.size);
    return found;
  }
  for (int number = 0; static_cast<rlim_t>(number) < limit; ++number) {
    if (fcntl(number, F_GETFD) >= 0) {
      found.add(number);
    }
  }
  return found;
}

}  // namespace

void Record::add(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = std::vsnprintf(text_ + size_, kCapacity - size_, format, arguments);
  va_end(arguments);
  size_ = std::min(size_ + static_cast<size_t>(std::max(length, 0)), kCapacity - 1);
}

void Record::add_descriptors() {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  add(" nofile:%llu fds:", static_cast<unsigned long long>(limit.rlim_cur));
  const Descriptors found = open_descriptors(limit.rlim_cur);
  constexpr size_t kLongestRange = sizeof(",2147483647-2147483647 more:2147483647");
  const char* separator = "";
  size_t next = 0;
  while (next < found.size && size_ + kLongestRange < kCapacity) {
    const int first = found.numbers[next++];
    int last = first;
    while (next < found.size && found.numbers[next] == last + 1) {
      last = found.numbers[next++];
    }
    add(first == last ? "%s%d" : "%s%d-%d", separator, first, last);
    separator = ",";
  }
  if (next < found.size) {
    add(" more:%zu", found.size - next);
  }
}

void Record::fill() {
  size_ = 0;
  const uint64_t blocked = blocked_signals();
  add(PTRACECTL_INHERITED "=pid:%d ignored:%llx blocked:%llx pending:%llx",
      static_cast<int>(getpid()), static_cast<unsigned long long>(ignored_signals()),
      static_cast<unsigned long long>(blocked),
      static_cast<unsigned long long>(take_pending(blocked)));
  add_descriptors();
}

}  // namespace ptraced::launcher
