// Gets a tracer thread out of wait4(2).
#pragma once

#include <signal.h>
#include <sys/types.h>
#include <time.h>

#include <cstdint>

namespace ptraced::core {

// wait4 has no descriptor to poll and no signal mask to swap, so a signal must interrupt it:
// SIGURG, which by default does nothing, directed to the thread, its handler installed without
// SA_RESTART. A signal that comes just before the wait would be lost; therefore the handler sets a
// flag and lets a timer interrupt the thread every millisecond until it has taken the flag. The
// timer has a signal of its own: one that a change of the timer has made stale is dropped by Linux
// 6.13 and later, and a kick of the same number that came meanwhile would be dropped with it.
//
// One for a thread; made, used and ended on it. kick() alone may be called from elsewhere.
class Wakeup {
 public:
  // Installs the handler for the process, once, and sets SA_NOCLDSTOP on SIGCHLD: without it, each
  // stop of a tracee would send the process a signal. To be called before any tracer thread starts.
  static void prepare_process();

  // Blocks every signal but these two in the calling thread and makes its timer.
  Wakeup();
  ~Wakeup();
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  // Whether a wait may block until it is interrupted. Not where the timer could not be made, which
  // timer_create(2) refuses with EAGAIN when the user has used up RLIMIT_SIGPENDING: a kick could
  // be lost then, and the thread must look again every nap().
  bool may_block() const;

  // Sleeps so long, or until a kick.
  void nap(int64_t nanoseconds = kNapNs) const;

  // Interrupts the thread's wait now, or the one that it is about to begin.
  void kick() const { kick(tid_); }
  // The same for the thread of that id, which may have ended.
  static void kick(pid_t tid);

  // The signal that means a kick, for descriptors that can send it (fcntl(2), F_SETSIG).
  static constexpr int kSignal = SIGURG;
  // Of the timer. Linux has no other use for it on x86.
  static constexpr int kTimerSignal = SIGSTKFLT;
  static constexpr int64_t kNapNs = 1'000'000;
  pid_t tid() const { return tid_; }

  // Whether somebody kicked, or the deadline passed, since the last call. The thread must wait only
  // where pending() is false after the last take() and set_deadline().
  bool take();
  bool pending() const;

  // Kicks at that time of CLOCK_MONOTONIC, in nanoseconds, unless an earlier deadline stands.
  void set_deadline(int64_t monotonic_ns);

 private:
  pid_t tid_;
  timer_t timer_ = {};
  int64_t deadline_ = 0;  // 0: none
};

}  // namespace ptraced::core
