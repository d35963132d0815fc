// Waiting for tasks: the part of ptrace.h that calls wait4(2) and waitid(2).
#include <sys/resource.h>
#include <sys/wait.h>

#include "core/ptrace.h"

namespace ptraced::core {

namespace {

int64_t nanoseconds(const timeval& time) {
  return (int64_t{time.tv_sec} * 1'000'000 + time.tv_usec) * 1000;
}

Result<std::optional<WaitEvent>> wait_for(pid_t which, bool block, bool usage) {
  int status = 0;
  rusage used = {};
  const pid_t tid =
      wait4(which, &status, __WALL | __WNOTHREAD | (block ? 0 : WNOHANG), usage ? &used : nullptr);
  if (tid > 0) {
    return std::optional<WaitEvent>(WaitEvent{tid, WaitStatus(status), nanoseconds(used.ru_stime)});
  }
  if (tid == 0 || errno == EINTR) {  // wait4(2): EINTR, an unblocked signal was caught
    return std::optional<WaitEvent>();
  }
  return last_error("wait4");
}

}  // namespace

Result<std::optional<WaitEvent>> wait_any(bool block, bool usage) {
  return wait_for(-1, block, usage);
}

Result<std::optional<WaitEvent>> take_event(pid_t tid, bool usage) {
  return wait_for(tid, /*block=*/false, usage);
}

Result<std::optional<WaitingEvent>> peek_any(bool block) {
  siginfo_t info = {};
  const int options = WEXITED | WNOWAIT | __WALL | __WNOTHREAD | (block ? 0 : WNOHANG);
  if (waitid(P_ALL, 0, &info, options) < 0) {
    if (errno == EINTR) {
      return std::optional<WaitingEvent>();
    }
    return last_error("waitid");
  }
  if (info.si_pid == 0) {
    return std::optional<WaitingEvent>();
  }
  const bool end =
      info.si_code == CLD_EXITED || info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED;
  return std::optional<WaitingEvent>(WaitingEvent{info.si_pid, end});
}

Result<WaitEvent> wait_task(pid_t tid) {
  for (;;) {
    int status = 0;
    if (wait4(tid, &status, __WALL | __WNOTHREAD, nullptr) == tid) {
      return WaitEvent{tid, WaitStatus(status)};
    }
    if (errno != EINTR) {
      return last_error("wait4", tid);
    }
  }
}

}  // namespace ptraced::core
