#include "core/wakeup.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>

#include "core/clock.h"

namespace ptraced::core {
namespace {

constexpr int64_t kRepeatNs = kNanosecondsPerMillisecond;

// Of the thread that the handler runs on. Plain data: a handler may touch nothing else, and with
// the initial-exec model the access itself never allocates, as the default one of a loaded module
// may.
#define PTRACED_HANDLER_LOCAL thread_local __attribute__((tls_model("initial-exec")))
PTRACED_HANDLER_LOCAL volatile sig_atomic_t kicked = 0;
PTRACED_HANDLER_LOCAL volatile sig_atomic_t has_timer = 0;
PTRACED_HANDLER_LOCAL timer_t repeat_timer;

void arm_timer(timer_t timer, int64_t first_ns) {
  const itimerspec spec = {
      .it_interval = {.tv_sec = 0, .tv_nsec = kRepeatNs},
      .it_value = {.tv_sec = first_ns / kNanosecondsPerSecond,
                   .tv_nsec = first_ns % kNanosecondsPerSecond},
  };
  timer_settime(timer, 0, &spec, nullptr);  // async-signal-safe: signal-safety(7)
}

void on_signal(int) {
  if (kicked == 0 && has_timer != 0) {
    const int error = errno;
    arm_timer(repeat_timer, kRepeatNs);
    errno = error;
  }
  kicked = 1;
}

}  // namespace

void Wakeup::prepare_process() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action = {};
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    sigaction(kSignal, &action, nullptr);
    sigaction(kTimerSignal, &action, nullptr);

    struct sigaction child = {};
    sigaction(SIGCHLD, nullptr, &child);
    if (child.sa_handler == SIG_IGN) {
      child.sa_handler = SIG_DFL;  // else the kernel reaps launched commands itself
    }
    child.sa_flags |= SA_NOCLDSTOP;
    sigaction(SIGCHLD, &child, nullptr);
  });
}

Wakeup::Wakeup() : tid_(gettid()) {
  sigset_t all;
  sigfillset(&all);
  sigdelset(&all, kSignal);
  sigdelset(&all, kTimerSignal);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);

  sigevent event = {};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = kTimerSignal;
  event._sigev_un._tid = tid_;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0) {
    repeat_timer = timer_;
    has_timer = 1;
  }
}

Wakeup::~Wakeup() {
  if (has_timer != 0) {
    has_timer = 0;
    timer_delete(timer_);
  }
}

void Wakeup::kick(pid_t tid) {
  tgkill(getpid(), tid, kSignal);
}

bool Wakeup::may_block() const {
  return has_timer != 0;
}

void Wakeup::nap(int64_t nanoseconds) const {
  const timespec moment = {.tv_sec = 0, .tv_nsec = nanoseconds};
  nanosleep(&moment, nullptr);
}

bool Wakeup::take() {
  const bool late = has_timer == 0 && deadline_ != 0 && deadline_ <= monotonic_ns();
  if (kicked == 0 && !late) {
    return false;
  }
  kicked = 0;
  deadline_ = 0;
  if (has_timer != 0) {
    const itimerspec off = {};
    timer_settime(timer_, 0, &off, nullptr);
  }
  return true;
}

bool Wakeup::pending() const {
  return kicked != 0;
}

void Wakeup::set_deadline(int64_t monotonic_ns) {
  if (deadline_ != 0 && deadline_ <= monotonic_ns) {
    return;
  }
  deadline_ = monotonic_ns;
  if (has_timer != 0) {
    arm_timer(timer_, std::max<int64_t>(1, monotonic_ns - core::monotonic_ns()));
  }
}

}  // namespace ptraced::core
