#include "core/inheritance.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace ptraced::core {
namespace {

constexpr int kSignals = 64;  // _NSIG of the kernel
constexpr int kFirstFreeFd = 3;
constexpr size_t kLongestId = sizeof("2147483647");
constexpr std::array<__itimer_which_t, 3> kTimers = {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF};

// sched_setattr(2). The C library of Debian 12 has no wrapper.
struct SchedulingAttributes {
  uint32_t size;
  uint32_t policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime;
  uint64_t deadline;
  uint64_t period;
  uint32_t utilization_minimum;
  uint32_t utilization_maximum;
};

// struct sigaction of the kernel. The C library's call refuses the two signals that it uses itself.
struct KernelAction {
  void (*handler)(int);
  unsigned long flags;
  void* restorer;
  uint64_t mask;
};

uint64_t bit(int signal) {
  return uint64_t{1} << (signal - 1);
}

}  // namespace

bool Inheritance::has(int descriptor) const {
  return std::any_of(descriptors.begin(), descriptors.end(), [descriptor](const Range& range) {
    return range.first <= descriptor && descriptor <= range.last;
  });
}

void read_process(Inheritance& inheritance) {
  prctl(PR_GET_PDEATHSIG, &inheritance.parent_death_signal);
  int subreaper = 0;
  prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
  inheritance.subreaper = subreaper != 0;
  for (size_t i = 0; i < kTimers.size(); ++i) {
    getitimer(kTimers[i], &inheritance.timers[i]);
  }
  inheritance.reset_on_fork = (sched_getscheduler(getpid()) & SCHED_RESET_ON_FORK) != 0;
}

void set_dispositions(uint64_t ignored) {
  for (int signal = 1; signal <= kSignals; ++signal) {
    KernelAction action = {};
    action.handler = (ignored & bit(signal)) != 0 ? SIG_IGN : SIG_DFL;
    syscall(SYS_rt_sigaction, signal, &action, nullptr, sizeof(action.mask));
  }
}

void pass_descriptors(const Inheritance& inheritance) {
  for (const Inheritance::Range& range : inheritance.descriptors) {
    for (int fd = std::max(range.first, kFirstFreeFd); fd <= range.last; ++fd) {
      fcntl(fd, F_SETFD, 0);
    }
  }
}

void restore_process(const Inheritance& inheritance) {
  if (inheritance.reset_on_fork) {
    SchedulingAttributes attributes = {};
    if (syscall(SYS_sched_getattr, getppid(), &attributes, sizeof(attributes), 0) == 0) {
      syscall(SYS_sched_setattr, 0, &attributes, 0);
    }
  }
  if (inheritance.parent_death_signal != 0) {
    prctl(PR_SET_PDEATHSIG, inheritance.parent_death_signal);
  }
  if (inheritance.subreaper) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
  }
  for (size_t i = 0; i < kTimers.size(); ++i) {
    const itimerval& timer = inheritance.timers[i];
    if (timer.it_value.tv_sec != 0 || timer.it_value.tv_usec != 0) {
      setitimer(kTimers[i], &timer, nullptr);
    }
  }
}

void restore_mask(uint64_t blocked, uint64_t pending) {
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &blocked, nullptr, sizeof(blocked));
  for (int signal = 1; signal <= kSignals; ++signal) {
    if ((pending & blocked & bit(signal)) != 0) {
      kill(getpid(), signal);
    }
  }
}

IdentityEntries::IdentityEntries(std::vector<char*>& environment) {
  constexpr std::array<std::string_view, 3> kNames = {
      "LISTEN_PID=", "WATCHDOG_PID=", "SYSTEMD_EXEC_PID="};
  // It names the same process by the inode of its pidfd; without it, the id alone is looked at.
  constexpr std::string_view kInode = "LISTEN_PIDFDID=";
  const std::string own_id = std::to_string(getpid());
  bool is_listener = false;
  entries_.reserve(environment.size());  // the strings stay where they are
  for (char*& entry : environment) {
    const std::string_view text = entry != nullptr ? entry : "";
    for (const std::string_view name : kNames) {
      if (text.starts_with(name) && text.substr(name.size()) == own_id) {
        is_listener = is_listener || name == kNames[0];
        std::string& kept = entries_.emplace_back(name);
        kept.append(kLongestId, '\0');
        entry = kept.data();
      }
    }
  }
  if (is_listener) {
    std::erase_if(environment, [=](const char* entry) {
      return entry != nullptr && std::string_view(entry).starts_with(kInode);
    });
  }
}

void IdentityEntries::rewrite() {
  for (std::string& entry : entries_) {
    const size_t name = entry.find('=') + 1;
    char* const end = std::to_chars(entry.data() + name, entry.data() + entry.size(), getpid()).ptr;
    *end = '\0';
  }
}

void hand_over(const Inheritance& inheritance) {
  // A handler will not do for SIGTTOU: the write would be tried again for ever. SIGCHLD stays,
  // since children of who ignores it leave no status.
  const uint64_t unwanted = inheritance.ignored_signals | inheritance.blocked_signals;
  for (int signal = 1; signal <= kSignals; ++signal) {
    KernelAction action = {};
    syscall(SYS_rt_sigaction, signal, nullptr, &action, sizeof(action.mask));
    if ((unwanted & bit(signal)) != 0 && signal != SIGCHLD && action.handler == SIG_DFL) {
      action.handler = SIG_IGN;
      syscall(SYS_rt_sigaction, signal, &action, nullptr, sizeof(action.mask));
    }
  }
  for (const Inheritance::Range& range : inheritance.descriptors) {
    for (int fd = std::max(range.first, kFirstFreeFd); fd <= range.last; ++fd) {
      const std::vector<int>& kept = inheritance.kept_descriptors;
      if (std::find(kept.begin(), kept.end(), fd) == kept.end()) {
        close(fd);
      }
    }
  }
  for (const int stream : inheritance.released_streams) {
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null >= 0) {
      dup3(null, stream, O_CLOEXEC);
      close(null);
    }
  }
  for (const __itimer_which_t timer : kTimers) {
    constexpr itimerval kNone = {};
    setitimer(timer, &kNone, nullptr);
  }
}

}  // namespace ptraced::core
