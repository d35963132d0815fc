#include "core/wait_status.h"

#include <linux/ptrace.h>
#include <signal.h>

namespace ptraced::core {

StopKind WaitStatus::stop_kind() const {
  constexpr int kSysgood = 0x80;
  switch (raw_ >> 16) {
    case PTRACE_EVENT_FORK:
      return StopKind::kFork;
    case PTRACE_EVENT_VFORK:
      return StopKind::kVfork;
    case PTRACE_EVENT_CLONE:
      return StopKind::kClone;
    case PTRACE_EVENT_VFORK_DONE:
      return StopKind::kVforkDone;
    case PTRACE_EVENT_EXEC:
      return StopKind::kExec;
    case PTRACE_EVENT_EXIT:
      return StopKind::kExit;
    case PTRACE_EVENT_SECCOMP:
      return StopKind::kSeccomp;
    case PTRACE_EVENT_STOP:
      return WSTOPSIG(raw_) == SIGTRAP ? StopKind::kInterruptStop : StopKind::kGroupStop;
    default:
      return WSTOPSIG(raw_) == (SIGTRAP | kSysgood) ? StopKind::kSyscall : StopKind::kSignal;
  }
}

}  // namespace ptraced::core
