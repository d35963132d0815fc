// Undoes the EINTR that our own PTRACE_INTERRUPT causes.
#pragma once

#include <cstdint>
#include <optional>

#include "core/ptrace.h"

namespace ptraced::core {

// The call that these registers have just left is made again when the task goes on: ERESTARTSYS,
// ERESTARTNOINTR, ERESTARTNOHAND and ERESTART_RESTARTBLOCK of the kernel's include/linux/errno.h
// (T13).
bool is_restarting(const Registers& now);

// Some calls end with EINTR for good when a task is stopped, although no handler runs: epoll_wait,
// sigtimedwait, semop, io_getevents, sockets with a timeout and others (signal(7), "Interruption of
// system calls and library functions by stop signals"). An untraced task would have slept on; so
// the task is made to repeat the call. Where a signal turns out to be the true cause, the EINTR is
// put back, since that is what the program would have seen.
//
// One for each task. Tracer thread.
class InterruptedCall {
 public:
  // At an EVENT_STOP or syscall-exit-stop that PTRACE_INTERRUPT or an ignored signal caused: if the
  // call has just failed with EINTR, sets the registers so that it is made again. `elapsed_ns` has
  // passed since it was first made, where that is known: a relative timeout that stands in a
  // register is shortened by it. Returns whether the call will be repeated.
  bool repeat(const Stopped& stop, std::optional<int64_t> elapsed_ns);

  // The same where the task is let go at this stop: the kernel makes the call again, or ends it
  // with EINTR where a handler runs before that, be it for a signal that comes after this.
  bool leave_to_kernel(const Stopped& stop, std::optional<int64_t> elapsed_ns);

  // Where the task is let go between repeat() and made_again(): what repeat() has begun is left to
  // the kernel.
  void hand_over(const Stopped& stop);

  // At a signal-delivery-stop before the call was made again: what repeat() changed is undone.
  void put_back(const Stopped& stop);

  // At the next syscall-enter-stop: it is made again.
  void made_again() { waiting_ = false; }

  // At the syscall-exit-stop that follows: restores a timeout that was shortened.
  void restore_timeout(const Stopped& stop);

  // Between repeat() and made_again() or put_back().
  bool waiting() const { return waiting_; }

 private:
  std::optional<Registers> interrupted_registers(const Stopped& stop,
                                                 std::optional<int64_t> elapsed_ns);

  bool waiting_ = false;
  std::optional<uint64_t> timeout_;  // as the program gave it, while a shortened one is in place
};

}  // namespace ptraced::core
