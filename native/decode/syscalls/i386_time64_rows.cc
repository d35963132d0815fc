// Rows of i386 for the calls that take 64-bit times beside those of x86_64's names.
#include <asm/unistd_32.h>

#include "../structs/structs.h"
#include "../types/i386.h"
#include "../types/net.h"
#include "../types/subjects.h"
#include "rows_i386.h"

namespace ptraced::decode {

namespace {

constexpr Type kClockStateResult = one_of(kAdjtimexStates);
constexpr Type kTimex64 = structure(kTimex64Layout);
constexpr Type kTimex64Pointer = pointer(kTimex64);

constexpr Syscall kRows[] = {
    {.number = __NR_clock_gettime64,
     .name = "clock_gettime64",
     .classes = kClock,
     .args = {in("clockid", one_of(kClocks)), out("tp", kTimespec64Pointer)}},
    {.number = __NR_clock_settime64,
     .name = "clock_settime64",
     .classes = kClock,
     .args = {in("clockid", one_of(kClocks)), in("tp", kTimespec64Pointer)}},
    {.number = __NR_clock_adjtime64,
     .name = "clock_adjtime64",
     .classes = kClock,
     .result = {.note = note_clock_state, .type = &kClockStateResult},
     .args = {in("clockid", one_of(kClocks)), out("buf", kTimex64Pointer)}},
    {.number = __NR_clock_getres_time64,
     .name = "clock_getres_time64",
     .classes = kClock,
     .args = {in("clockid", one_of(kClocks)), out("res", kTimespec64Pointer)}},
    {.number = __NR_clock_nanosleep_time64,
     .name = "clock_nanosleep_time64",
     .args = {in("clockid", one_of(kClocks)), in("flags", flags(kClockNanosleepFlags)),
              in("rqtp", kTimespec64Pointer), out("rmtp", kRemainingTime64)}},
    {.number = __NR_timer_gettime64,
     .name = "timer_gettime64",
     .args = {in("timerid", kInt), out("curr_value", kItimerspec64Pointer)}},
    {.number = __NR_timer_settime64,
     .name = "timer_settime64",
     .args = {in("timerid", kInt), in("flags", flags(kTimerSettimeFlags)),
              in("new_value", kItimerspec64Pointer), out("old_value", kItimerspec64Pointer)}},
    {.number = __NR_timerfd_gettime64,
     .name = "timerfd_gettime64",
     .classes = kDesc,
     .args = {in("fd", kFd), out("curr_value", kItimerspec64Pointer)}},
    {.number = __NR_timerfd_settime64,
     .name = "timerfd_settime64",
     .classes = kDesc,
     .args = {in("fd", kFd), in("flags", flags(kTimerfdSettimeFlags)),
              in("new_value", kItimerspec64Pointer), out("old_value", kItimerspec64Pointer)}},
    {.number = __NR_utimensat_time64,
     .name = "utimensat_time64",
     .classes = kFile | kDesc,
     .args = {in("dirfd", kDirFd), in("pathname", kPath), in("times", kFileTimespecs64),
              in("flags", flags(kUtimensatFlags))}},
    {.number = __NR_pselect6_time64,
     .name = "pselect6_time64",
     .classes = kDesc,
     .result = {.note = note_select},
     .args = {in("nfds", kInt), in_and_out("readfds", kDescriptorSet),
              in_and_out("writefds", kDescriptorSet), in_and_out("exceptfds", kDescriptorSet),
              in_and_out("timeout", kTimespec64Pointer), in("sig", kSelectMask)}},
    {.number = __NR_ppoll_time64,
     .name = "ppoll_time64",
     .classes = kDesc,
     .result = {.note = note_poll},
     .args = {in_and_out("fds", kPollDescriptors), in("nfds", kUint),
              in_and_out("tmo_p", kTimespec64Pointer), in("sigmask", sigset(4)),
              in("sigsetsize", kSize)}},
    {.number = __NR_io_pgetevents_time64,
     .name = "io_pgetevents_time64",
     .args = {in("ctx_id", kHexWord), in("min_nr", kLong), in("nr", kLong), out("events", kAddress),
              in("timeout", kTimespec64PointerAnyway), in("usig", kAddress)}},
    {.number = __NR_recvmmsg_time64,
     .name = "recvmmsg_time64",
     .classes = kNetwork,
     .result = {.note = note_receive},
     .args = {in("sockfd", kFd), saving_each(1, 8, 2, out("msgvec", kReceiveMessages)),
              in("vlen", kUint), in("flags", flags(kMsgSocketFlags)),
              keeping(16, in("timeout", kTimespec64PointerAnyway))}},
    {.number = __NR_mq_timedsend_time64,
     .name = "mq_timedsend_time64",
     .classes = kDesc,
     .args = {in("mqdes", kFd), in("msg_ptr", bytes(arg(2))), in("msg_len", kSize),
              in("msg_prio", kUint), in("abs_timeout", kTimespec64Pointer)}},
    {.number = __NR_mq_timedreceive_time64,
     .name = "mq_timedreceive_time64",
     .classes = kDesc,
     .args = {in("mqdes", kFd), out("msg_ptr", bytes(written(2))), in("msg_len", kSize),
              out("msg_prio", kUintPointer), in("abs_timeout", kTimespec64PointerAnyway)}},
    {.number = __NR_semtimedop_time64,
     .name = "semtimedop_time64",
     .classes = kIpc,
     .args = {in("semid", kInt), in("sops", kSembufs), in("nsops", kUint),
              in("timeout", kTimespec64Pointer)}},
    {.number = __NR_rt_sigtimedwait_time64,
     .name = "rt_sigtimedwait_time64",
     .classes = kSignal,
     .result = {.note = note_signal, .type = &kSignalNumber},
     .args = {in("set", sigset(3)), out("info", kSiginfo), in("timeout", kTimespec64PointerAnyway),
              in("sigsetsize", kSize)}},
    {.number = __NR_futex_time64,
     .name = "futex_time64",
     .args = {in("uaddr", kAddress), in("futex_op", one_of(kFutexOperations)), in("val", kUint),
              in("timeout", kAddress), in("uaddr2", kAddress), in("val3", kHexWord)},
     .variants = &kFutexTime64Variants},
    {.number = __NR_sched_rr_get_interval_time64,
     .name = "sched_rr_get_interval_time64",
     .args = {in("pid", kPid), out("tp", kTimespec64Pointer)}},
};

}  // namespace

std::span<const Syscall> i386_time64_rows() {
  return kRows;
}

}  // namespace ptraced::decode
