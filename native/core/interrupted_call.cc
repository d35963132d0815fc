#include "core/interrupted_call.h"

#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>

#include "core/clock.h"

namespace ptraced::core {
namespace {

// CS of a task in 32-bit mode (asm/segment.h, __USER32_CS).
constexpr uint64_t kUser32Cs = 0x23;
constexpr uint64_t kI386Close = 6;

// Both `syscall` (0f 05) and `int $0x80` (cd 80); the kernel restarts calls by the same two bytes.
constexpr uint64_t kSyscallInstructionBytes = 2;

// ERESTARTNOHAND of the kernel's include/linux/errno.h: on the way back to the program, the call is
// made again where no handler runs, and fails with EINTR where one does. PTRACE_DETACH sees to it
// that the task takes that way (TIF_SIGPENDING).
constexpr int64_t kRestartNoHandler = 514;

// A descriptor is released even where close(2) fails with EINTR: a second close could hit another.
bool may_be_repeated(const Registers& now) {
  return now.orig_rax != (now.cs == kUser32Cs ? kI386Close : SYS_close);
}

bool has_timeout_in_register(const Registers& now) {
  return now.cs != kUser32Cs &&
         (now.orig_rax == SYS_epoll_wait || now.orig_rax == SYS_epoll_pwait) &&
         static_cast<int32_t>(now.r10) > 0;
}

}  // namespace

bool is_restarting(const Registers& now) {
  if (static_cast<int64_t>(now.orig_rax) < 0) {
    return false;
  }
  switch (-static_cast<int64_t>(now.rax)) {
    case 512:
    case 513:
    case 514:
    case 516:
      return true;
    default:
      return false;
  }
}

// The registers where the call has just failed with EINTR and may be made again, with what is left
// of its timeout.
std::optional<Registers> InterruptedCall::interrupted_registers(const Stopped& stop,
                                                                std::optional<int64_t> elapsed_ns) {
  Result<Registers> now = registers(stop);
  if (!now || static_cast<int64_t>(now->orig_rax) < 0 || static_cast<int64_t>(now->rax) != -EINTR ||
      !may_be_repeated(*now)) {
    return std::nullopt;
  }
  if (elapsed_ns && has_timeout_in_register(*now)) {
    const uint64_t full = timeout_.value_or(now->r10);
    const int64_t left = static_cast<int32_t>(full) - *elapsed_ns / kNanosecondsPerMillisecond;
    timeout_ = full;
    now->r10 = static_cast<uint64_t>(std::max<int64_t>(left, 0));
  }
  return *now;
}

bool InterruptedCall::repeat(const Stopped& stop, std::optional<int64_t> elapsed_ns) {
  std::optional<Registers> now = interrupted_registers(stop, elapsed_ns);
  if (!now) {
    return false;
  }
  now->rax = now->orig_rax;
  now->rip -= kSyscallInstructionBytes;
  waiting_ = static_cast<bool>(set_registers(stop, *now));
  return waiting_;
}

bool InterruptedCall::leave_to_kernel(const Stopped& stop, std::optional<int64_t> elapsed_ns) {
  std::optional<Registers> now = interrupted_registers(stop, elapsed_ns);
  if (!now) {
    return false;
  }
  now->rax = static_cast<uint64_t>(-kRestartNoHandler);
  return static_cast<bool>(set_registers(stop, *now));
}

void InterruptedCall::hand_over(const Stopped& stop) {
  if (!waiting_) {
    return;
  }
  waiting_ = false;
  timeout_.reset();
  if (Result<Registers> now = registers(stop)) {
    now->orig_rax = now->rax;  // an interrupt since then would have cleared it
    now->rax = static_cast<uint64_t>(-kRestartNoHandler);
    now->rip += kSyscallInstructionBytes;
    (void)static_cast<bool>(set_registers(stop, *now));
  }
}

void InterruptedCall::put_back(const Stopped& stop) {
  if (!waiting_) {
    return;
  }
  waiting_ = false;
  Result<Registers> now = registers(stop);
  if (!now) {
    return;  // it died
  }
  now->rax = static_cast<uint64_t>(-EINTR);
  now->rip += kSyscallInstructionBytes;
  if (timeout_) {
    now->r10 = *timeout_;
    timeout_.reset();
  }
  (void)static_cast<bool>(set_registers(stop, *now));
}

void InterruptedCall::restore_timeout(const Stopped& stop) {
  if (!timeout_) {
    return;
  }
  if (Result<Registers> now = registers(stop)) {
    now->r10 = *timeout_;
    (void)static_cast<bool>(set_registers(stop, *now));
  }
  timeout_.reset();
}

}  // namespace ptraced::core
