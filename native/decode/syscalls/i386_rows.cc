// Rows of i386 whose calls x86_64 does not have, or has with other arguments.
#include <asm/unistd_32.h>
#include <linux/sched.h>

#include "../structs/structs.h"
#include "../types/i386.h"
#include "../types/subjects.h"
#include "rows_i386.h"

namespace ptraced::decode {

namespace {

constexpr uint64_t kParentTid = CLONE_PARENT_SETTID | CLONE_PIDFD;
constexpr uint64_t kTls = CLONE_SETTLS;
constexpr uint64_t kChildTid = CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;

constexpr Syscall kRows[] = {
    // 16-bit ids:
    {.number = __NR_lchown, .name = "lchown", .classes = kFile, .args = {in("pathname", kPath), in("owner", kUid16), in("group", kUid16)}},
    {.number = __NR_fchown, .name = "fchown", .classes = kDesc, .args = {in("fd", kFd), in("owner", kUid16), in("group", kUid16)}},
    {.number = __NR_chown, .name = "chown", .classes = kFile, .args = {in("pathname", kPath), in("owner", kUid16), in("group", kUid16)}},
    {.number = __NR_setuid, .name = "setuid", .classes = kCreds, .args = {in("uid", kUid16)}},
    {.number = __NR_setgid, .name = "setgid", .classes = kCreds, .args = {in("gid", kUid16)}},
    {.number = __NR_setreuid, .name = "setreuid", .classes = kCreds, .args = {in("ruid", kUid16), in("euid", kUid16)}},
    {.number = __NR_setregid, .name = "setregid", .classes = kCreds, .args = {in("rgid", kUid16), in("egid", kUid16)}},
    {.number = __NR_setresuid, .name = "setresuid", .classes = kCreds, .args = {in("ruid", kUid16), in("euid", kUid16), in("suid", kUid16)}},
    {.number = __NR_setresgid, .name = "setresgid", .classes = kCreds, .args = {in("rgid", kUid16), in("egid", kUid16), in("sgid", kUid16)}},
    {.number = __NR_getresuid, .name = "getresuid", .classes = kCreds, .args = {out("ruid", kUid16Pointer), out("euid", kUid16Pointer), out("suid", kUid16Pointer)}},
    {.number = __NR_getresgid, .name = "getresgid", .classes = kCreds, .args = {out("rgid", kUid16Pointer), out("egid", kUid16Pointer), out("sgid", kUid16Pointer)}},
    {.number = __NR_setfsuid, .name = "setfsuid", .classes = kCreds, .args = {in("fsuid", kUid16)}},
    {.number = __NR_setfsgid, .name = "setfsgid", .classes = kCreds, .args = {in("fsgid", kUid16)}},
    {.number = __NR_getgroups, .name = "getgroups", .classes = kCreds, .args = {in("size", kInt), out("list", array(kUid16, result()))}},
    {.number = __NR_setgroups, .name = "setgroups", .classes = kCreds, .args = {in("size", kInt), in("list", array(kUid16, arg(0, 4)))}},
    // offsets in two registers:
    {.number = __NR_pread64, .name = "pread64", .classes = kDesc, .args = {in("fd", kFd), out("buf", bytes(result())), in("count", kSize), in("offset", split(3))}},
    {.number = __NR_pwrite64, .name = "pwrite64", .classes = kDesc, .args = {in("fd", kFd), in("buf", bytes(arg(2))), in("count", kSize), in("offset", split(3))}},
    {.number = __NR_preadv, .name = "preadv", .classes = kDesc, .args = {in("fd", kFd), out("iov", kReadVector), in("iovcnt", kUlong), in("offset", split(3))}},
    {.number = __NR_pwritev, .name = "pwritev", .classes = kDesc, .args = {in("fd", kFd), in("iov", kWriteVector), in("iovcnt", kUlong), in("offset", split(3))}},
    {.number = __NR_preadv2, .name = "preadv2", .classes = kDesc, .args = {in("fd", kFd), out("iov", kReadVector), in("iovcnt", kUlong), in("offset", split(3)), at(5, in("flags", flags(kRwFlags)))}},
    {.number = __NR_pwritev2, .name = "pwritev2", .classes = kDesc, .args = {in("fd", kFd), in("iov", kWriteVector), in("iovcnt", kUlong), in("offset", split(3)), at(5, in("flags", flags(kRwFlags)))}},
    {.number = __NR_readahead, .name = "readahead", .classes = kDesc, .args = {in("fd", kFd), in("offset", split(1)), at(3, in("count", kSize))}},
    {.number = __NR_truncate64, .name = "truncate64", .classes = kFile, .args = {in("path", kPath), in("length", split(1))}},
    {.number = __NR_ftruncate64, .name = "ftruncate64", .classes = kDesc, .args = {in("fd", kFd), in("length", split(1))}},
    {.number = __NR_fadvise64, .name = "fadvise64", .classes = kDesc, .args = {in("fd", kFd), in("offset", split(1)), at(3, in("len", kSize)), at(4, in("advice", one_of(kFadvice)))}},
    {.number = __NR_fadvise64_64, .name = "fadvise64_64", .classes = kDesc, .args = {in("fd", kFd), in("offset", split(1)), in("len", split(3)), at(5, in("advice", one_of(kFadvice)))}},
    {.number = __NR_sync_file_range, .name = "sync_file_range", .classes = kDesc, .args = {in("fd", kFd), in("offset", split(1)), in("nbytes", split(3)), at(5, in("flags", flags(kSyncFileRangeFlags)))}},
    {.number = __NR_fallocate, .name = "fallocate", .classes = kDesc, .args = {in("fd", kFd), in("mode", flags(kFallocateModes)), in("offset", split(2)), in("len", split(4))}},
    {.number = __NR_lookup_dcookie, .name = "lookup_dcookie", .args = {in("cookie", split(0)), at(2, out("buffer", bytes(result()))), at(3, in("len", kSize))}},
    {.number = __NR__llseek, .name = "_llseek", .classes = kDesc, .args = {in("fd", kFd), in("offset", kSeekOffset), at(3, out("result", kInt64Pointer)), at(4, in("whence", one_of(kWhences)))}},
    {.number = __NR_mmap2, .name = "mmap2", .classes = kDesc | kMemory, .result = {.format = Result::Format::kHex}, .args = {in("addr", kAddress), in("length", kSize), in("prot", flags(kProt, 0)), in("flags", flags(kMmapFlags)), in("fd", kFd), in("pgoffset", kPageOffset)}},
    {.number = __NR_mmap, .name = "mmap", .classes = kDesc | kMemory, .result = {.format = Result::Format::kHex}, .args = {in("args", kAddress)}},
    {.number = __NR_select, .name = "select", .classes = kDesc, .args = {in("args", kAddress)}},
    {.number = __NR_sendfile, .name = "sendfile", .classes = kNetwork | kDesc, .args = {in("out_fd", kFd), in("in_fd", kFd), both("offset", kSendfileOffset32), in("count", kSize)}},
    {.number = __NR_fanotify_mark, .name = "fanotify_mark", .classes = kFile | kDesc, .args = {in("fanotify_fd", kFd), in("flags", flags(kFanotifyMarkFlags)), in("mask", kSplitFanotifyMask), at(4, in("dirfd", kDirFd)), at(5, in("pathname", kPath))}},
    {.number = __NR_clone, .name = "clone", .classes = kProcess, .args = {at(1, named("child_stack", kAddress)), at(0, named("flags", kCloneFlagsType)), only_if(0, kParentTid, at(2, named("parent_tid", kIntPointer, When::kExit))), only_if(0, kTls, at(3, named("tls", kAddress, When::kExit))), only_if(0, kChildTid, at(4, named("child_tidptr", kAddress, When::kExit)))}},
    // stat and statfs of their own:
    {.number = __NR_stat64, .name = "stat64", .classes = kFile | kStat | kStatLike, .args = {in("pathname", kPath), out("statbuf", kStat64Pointer)}},
    {.number = __NR_lstat64, .name = "lstat64", .classes = kFile | kLstat | kStatLike, .args = {in("pathname", kPath), out("statbuf", kStat64Pointer)}},
    {.number = __NR_fstat64, .name = "fstat64", .classes = kDesc | kFstat | kStatLike, .args = {in("fd", kFd), out("statbuf", kStat64Pointer)}},
    {.number = __NR_fstatat64, .name = "fstatat64", .classes = kFile | kDesc | kFstat | kStatLike, .args = {in("dirfd", kDirFd), in("pathname", kPath), out("statbuf", kStat64Pointer), in("flags", flags(kAtFlags))}},
    {.number = __NR_statfs64, .name = "statfs64", .classes = kFile | kStatfs | kStatfsLike, .args = {in("path", kPath), in("size", kSize), out("buf", kAddress)}},
    {.number = __NR_fstatfs64, .name = "fstatfs64", .classes = kDesc | kFstatfs | kStatfsLike, .args = {in("fd", kFd), in("size", kSize), out("buf", kAddress)}},
    {.number = __NR_oldstat, .name = "oldstat", .classes = kFile | kStat | kStatLike, .args = {in("pathname", kPath), out("statbuf", kAddress)}},
    {.number = __NR_oldlstat, .name = "oldlstat", .classes = kFile | kLstat | kStatLike, .args = {in("pathname", kPath), out("statbuf", kAddress)}},
    {.number = __NR_oldfstat, .name = "oldfstat", .classes = kDesc | kFstat | kStatLike, .args = {in("fd", kFd), out("statbuf", kAddress)}},
    // old signal calls:
    {.number = __NR_signal, .name = "signal", .classes = kSignal, .args = {in("signum", kSignalNumber), in("handler", kHandler)}},
    {.number = __NR_sigaction, .name = "sigaction", .classes = kSignal, .args = {in("signum", kSignalNumber), in("act", kAddress), out("oldact", kAddress)}},
    {.number = __NR_sigsuspend, .name = "sigsuspend", .classes = kSignal, .args = {in("mask", kOldSigmask)}},
    {.number = __NR_sigpending, .name = "sigpending", .classes = kSignal, .args = {out("set", sigset32())}},
    {.number = __NR_sigprocmask, .name = "sigprocmask", .classes = kSignal, .args = {in("how", one_of(kSigprocmaskHow)), in("set", sigset32()), out("oldset", sigset32())}},
    {.number = __NR_sgetmask, .name = "sgetmask", .classes = kSignal},
    {.number = __NR_ssetmask, .name = "ssetmask", .classes = kSignal, .args = {in("newmask", kOldSigmask)}},
    {.number = __NR_sigreturn, .name = "sigreturn", .classes = kSignal, .args = {in("frame", kAddress)}},
    // the rest:
    {.number = __NR_waitpid, .name = "waitpid", .classes = kProcess, .args = {in("pid", kPid), out("wstatus", kWaitStatus), in("options", flags(kWaitOptions))}},
    {.number = __NR_umount, .name = "umount", .classes = kFile, .args = {in("target", kPath)}},
    {.number = __NR_nice, .name = "nice", .args = {in("inc", kInt)}},
    {.number = __NR_stime, .name = "stime", .args = {in("t", kDatePointer)}},
    {.number = __NR_break, .name = "break", .classes = kMemory},
    {.number = __NR_stty, .name = "stty", .args = {in("fd", kHexWord), in("params", kHexWord)}},
    {.number = __NR_gtty, .name = "gtty", .args = {in("fd", kHexWord), in("params", kHexWord)}},
    {.number = __NR_ftime, .name = "ftime"},
    {.number = __NR_prof, .name = "prof"},
    {.number = __NR_lock, .name = "lock"},
    {.number = __NR_mpx, .name = "mpx"},
    {.number = __NR_ulimit, .name = "ulimit", .args = {in("cmd", kHexWord), in("newlimit", kHexWord)}},
    {.number = __NR_oldolduname, .name = "oldolduname", .args = {out("buf", kAddress)}},
    {.number = __NR_olduname, .name = "olduname", .args = {out("buf", kAddress)}},
    {.number = __NR_readdir, .name = "readdir", .classes = kDesc, .args = {in("fd", kFd), out("dirp", kAddress), in("count", kUint)}},
    {.number = __NR_profil, .name = "profil", .args = {in("buf", kHexWord), in("bufsiz", kHexWord), in("offset", kHexWord), in("scale", kHexWord)}},
    {.number = __NR_socketcall, .name = "socketcall", .classes = kDesc, .args = {in("call", kLong), in("args", kAddress)}},
    {.number = __NR_ipc, .name = "ipc", .classes = kIpc, .args = {in("call", kUint), in("first", kHexWord), in("second", kHexWord), in("third", kHexWord), in("ptr", kHexWord), in("fifth", kHexWord)}},
    {.number = __NR_idle, .name = "idle"},
    {.number = __NR_vm86old, .name = "vm86old", .args = {in("info", kHexWord)}},
    {.number = __NR_vm86, .name = "vm86", .args = {in("function", kHexWord), in("info", kHexWord), in("arg3", kHexWord), in("arg4", kHexWord), in("arg5", kHexWord)}},
    {.number = __NR_bdflush, .name = "bdflush", .args = {in("func", kHexWord), in("data", kHexWord)}},
    // 64-bit times:
    {.number = __NR_clock_gettime64, .name = "clock_gettime64", .classes = kClock, .args = {in("clockid", one_of(kClocks)), out("tp", kTimespec64Pointer)}},
    {.number = __NR_clock_settime64, .name = "clock_settime64", .classes = kClock, .args = {in("clockid", one_of(kClocks)), in("tp", kTimespec64Pointer)}},
    {.number = __NR_clock_adjtime64, .name = "clock_adjtime64", .classes = kClock, .args = {in("clockid", one_of(kClocks)), out("buf", kAddress)}},
    {.number = __NR_clock_getres_time64, .name = "clock_getres_time64", .classes = kClock, .args = {in("clockid", one_of(kClocks)), out("res", kTimespec64Pointer)}},
    {.number = __NR_clock_nanosleep_time64, .name = "clock_nanosleep_time64", .args = {in("clockid", one_of(kClocks)), in("flags", flags(kClockNanosleepFlags)), in("rqtp", kTimespec64Pointer), out("rmtp", kRemainingTime64)}},
    {.number = __NR_timer_gettime64, .name = "timer_gettime64", .args = {in("timerid", kInt), out("curr_value", kItimerspec64Pointer)}},
    {.number = __NR_timer_settime64, .name = "timer_settime64", .args = {in("timerid", kInt), in("flags", flags(kTimerSettimeFlags)), in("new_value", kItimerspec64Pointer), out("old_value", kItimerspec64Pointer)}},
    {.number = __NR_timerfd_gettime64, .name = "timerfd_gettime64", .classes = kDesc, .args = {in("fd", kFd), out("curr_value", kItimerspec64Pointer)}},
    {.number = __NR_timerfd_settime64, .name = "timerfd_settime64", .classes = kDesc, .args = {in("fd", kFd), in("flags", flags(kTimerfdSettimeFlags)), in("new_value", kItimerspec64Pointer), out("old_value", kItimerspec64Pointer)}},
    {.number = __NR_utimensat_time64, .name = "utimensat_time64", .classes = kFile | kDesc, .args = {in("dirfd", kDirFd), in("pathname", kPath), in("times", kFileTimespecs64), in("flags", flags(kUtimensatFlags))}},
    {.number = __NR_pselect6_time64, .name = "pselect6_time64", .classes = kDesc, .result = {.note = note_select}, .args = {in("nfds", kInt), in("readfds", kDescriptorSet), in("writefds", kDescriptorSet), in("exceptfds", kDescriptorSet), in("timeout", kTimespec64Pointer), in("sig", kSelectMask)}},
    {.number = __NR_ppoll_time64, .name = "ppoll_time64", .classes = kDesc, .result = {.note = note_poll}, .args = {in("fds", kPollDescriptors), in("nfds", kUint), in("tmo_p", kTimespec64Pointer), in("sigmask", sigset(4)), in("sigsetsize", kSize)}},
    {.number = __NR_io_pgetevents_time64, .name = "io_pgetevents_time64", .args = {in("ctx_id", kHexWord), in("min_nr", kLong), in("nr", kLong), out("events", kAddress), in("timeout", kTimespec64PointerAnyway), in("usig", kAddress)}},
    {.number = __NR_recvmmsg_time64, .name = "recvmmsg_time64", .classes = kNetwork, .args = {in("sockfd", kFd), out("msgvec", kAddress), in("vlen", kUint), in("flags", flags(kMsgSocketFlags)), in("timeout", kTimespec64PointerAnyway)}},
    {.number = __NR_mq_timedsend_time64, .name = "mq_timedsend_time64", .classes = kDesc, .args = {in("mqdes", kFd), in("msg_ptr", bytes(arg(2))), in("msg_len", kSize), in("msg_prio", kUint), in("abs_timeout", kTimespec64Pointer)}},
    {.number = __NR_mq_timedreceive_time64, .name = "mq_timedreceive_time64", .classes = kDesc, .args = {in("mqdes", kFd), out("msg_ptr", bytes(result())), in("msg_len", kSize), out("msg_prio", kUintPointer), in("abs_timeout", kTimespec64PointerAnyway)}},
    {.number = __NR_semtimedop_time64, .name = "semtimedop_time64", .classes = kIpc, .args = {in("semid", kInt), in("sops", kSembufs), in("nsops", kUint), in("timeout", kTimespec64Pointer)}},
    {.number = __NR_rt_sigtimedwait_time64, .name = "rt_sigtimedwait_time64", .classes = kSignal, .args = {in("set", sigset(3)), out("info", kSiginfo), in("timeout", kTimespec64PointerAnyway), in("sigsetsize", kSize)}},
    {.number = __NR_futex_time64, .name = "futex_time64", .args = {in("uaddr", kAddress), in("futex_op", one_of(kFutexOperations)), in("val", kUint), in("timeout", kAddress), in("uaddr2", kAddress), in("val3", kHexWord)}, .variants = &kFutexTime64Variants},
    {.number = __NR_sched_rr_get_interval_time64, .name = "sched_rr_get_interval_time64", .args = {in("pid", kPid), out("tp", kTimespec64Pointer)}},
};

}  // namespace

std::span<const Syscall> i386_own_rows() { return kRows; }

}  // namespace ptraced::decode
