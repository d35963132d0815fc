// The status that wait4(2) gives, named as the kernel's stops are.
#pragma once

#include <sys/wait.h>

namespace ptraced::core {

// A stop of a seized task (ptrace(2), "Stopped states").
enum class StopKind {
  kSyscall,        // syscall-enter-stop or syscall-exit-stop; PTRACE_O_TRACESYSGOOD
  kSignal,         // signal-delivery-stop
  kGroupStop,      // PTRACE_EVENT_STOP with the stopping signal
  kInterruptStop,  // PTRACE_EVENT_STOP with SIGTRAP: PTRACE_INTERRUPT, a new task's first stop, or
                   // the end of a group-stop
  kFork,
  kVfork,
  kClone,
  kVforkDone,
  kExec,
  kExit,
  kSeccomp,
};

// A wait status. Nobody else shifts its bits.
class WaitStatus {
 public:
  explicit WaitStatus(int raw) : raw_(raw) {}

  bool stopped() const { return WIFSTOPPED(raw_); }

  // The task is dead: either exited() or killed().
  bool exited() const { return WIFEXITED(raw_); }
  bool killed() const { return WIFSIGNALED(raw_); }
  int exit_code() const { return WEXITSTATUS(raw_); }
  int fatal_signal() const { return WTERMSIG(raw_); }
  bool core_dumped() const { return WCOREDUMP(raw_); }

  // Which stop. Only when stopped().
  StopKind stop_kind() const;

  // The signal of a kSignal or kGroupStop.
  int stop_signal() const { return WSTOPSIG(raw_) & 0x7f; }

 private:
  int raw_;
};

}  // namespace ptraced::core
