// Names of processes and their scheduling.

#include <elf.h>
#include <linux/kcmp.h>
#include <linux/membarrier.h>
#include <linux/personality.h>
#include <linux/pidfd.h>
#include <linux/ptrace.h>
#include <linux/reboot.h>
#include <linux/resource.h>
#include <linux/rseq.h>
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <linux/wait.h>

#include <csignal>
#include <span>

#include "newer.h"
#include "sets.h"
#include "xlat.h"

namespace ptraced::decode {

namespace {

constexpr Xlat kMembarrierCommandsNames[] = {
    XLAT(MEMBARRIER_CMD_QUERY),
    XLAT(MEMBARRIER_CMD_GLOBAL),
    XLAT(MEMBARRIER_CMD_GLOBAL_EXPEDITED),
    XLAT(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED),
    XLAT(MEMBARRIER_CMD_PRIVATE_EXPEDITED),
    XLAT(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED),
    XLAT(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE),
    XLAT(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE),
    XLAT(MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ),
    XLAT(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ),
    XLAT(MEMBARRIER_CMD_GET_REGISTRATIONS),
};

// MEMBARRIER_CMD_QUERY, which is 0, returns the others as a mask.
constexpr std::span kMembarrierMaskNames = std::span(kMembarrierCommandsNames).subspan(1);

constexpr Xlat kMembarrierFlagsNames[] = {
    XLAT(MEMBARRIER_CMD_FLAG_CPU),
};

constexpr Xlat kWaitOptionsNames[] = {
    XLAT(WNOHANG), XLAT(WEXITED),  XLAT(WSTOPPED), XLAT(WCONTINUED),
    XLAT(WNOWAIT), XLAT(__WCLONE), XLAT(__WALL),   XLAT(__WNOTHREAD),
};

constexpr Xlat kWaitidTypesNames[] = {
    XLAT(P_ALL),
    XLAT(P_PID),
    XLAT(P_PGID),
    XLAT(P_PIDFD),
};

constexpr Xlat kCloneFlagsFlagNames[] = {
    XLAT(CLONE_VM),
    XLAT(CLONE_FS),
    XLAT(CLONE_FILES),
    XLAT(CLONE_SIGHAND),
    XLAT(CLONE_PIDFD),
    XLAT(CLONE_PTRACE),
    XLAT(CLONE_VFORK),
    XLAT(CLONE_PARENT),
    XLAT(CLONE_THREAD),
    XLAT(CLONE_NEWNS),
    XLAT(CLONE_SYSVSEM),
    XLAT(CLONE_SETTLS),
    XLAT(CLONE_PARENT_SETTID),
    XLAT(CLONE_CHILD_CLEARTID),
    XLAT(CLONE_UNTRACED),
    XLAT(CLONE_CHILD_SETTID),
    XLAT(CLONE_NEWCGROUP),
    XLAT(CLONE_NEWUTS),
    XLAT(CLONE_NEWIPC),
    XLAT(CLONE_NEWUSER),
    XLAT(CLONE_NEWPID),
    XLAT(CLONE_NEWNET),
    XLAT(CLONE_IO),
};

constexpr Xlat kCloneFlagsConstantNames[] = {
    XLAT(SIGHUP),  XLAT(SIGINT),    XLAT(SIGQUIT), XLAT(SIGILL),    XLAT(SIGTRAP), XLAT(SIGABRT),
    XLAT(SIGBUS),  XLAT(SIGFPE),    XLAT(SIGKILL), XLAT(SIGUSR1),   XLAT(SIGSEGV), XLAT(SIGUSR2),
    XLAT(SIGPIPE), XLAT(SIGALRM),   XLAT(SIGTERM), XLAT(SIGSTKFLT), XLAT(SIGCHLD), XLAT(SIGCONT),
    XLAT(SIGSTOP), XLAT(SIGTSTP),   XLAT(SIGTTIN), XLAT(SIGTTOU),   XLAT(SIGURG),  XLAT(SIGXCPU),
    XLAT(SIGXFSZ), XLAT(SIGVTALRM), XLAT(SIGPROF), XLAT(SIGWINCH),  XLAT(SIGIO),   XLAT(SIGPWR),
    XLAT(SIGSYS),
};

constexpr Xlat kUnshareFlagsNames[] = {
    XLAT(CLONE_NEWTIME),   XLAT(CLONE_VM),     XLAT(CLONE_FS),     XLAT(CLONE_FILES),
    XLAT(CLONE_SIGHAND),   XLAT(CLONE_THREAD), XLAT(CLONE_NEWNS),  XLAT(CLONE_SYSVSEM),
    XLAT(CLONE_NEWCGROUP), XLAT(CLONE_NEWUTS), XLAT(CLONE_NEWIPC), XLAT(CLONE_NEWUSER),
    XLAT(CLONE_NEWPID),    XLAT(CLONE_NEWNET),
};

constexpr Xlat kSetnsFlagsNames[] = {
    XLAT(CLONE_NEWTIME), XLAT(CLONE_NEWNS),   XLAT(CLONE_NEWCGROUP), XLAT(CLONE_NEWUTS),
    XLAT(CLONE_NEWIPC),  XLAT(CLONE_NEWUSER), XLAT(CLONE_NEWPID),    XLAT(CLONE_NEWNET),
};

constexpr Xlat kPriorityWhoNames[] = {
    XLAT(PRIO_PROCESS),
    XLAT(PRIO_PGRP),
    XLAT(PRIO_USER),
};

constexpr Xlat kResourcesNames[] = {
    XLAT(RLIMIT_CPU),      XLAT(RLIMIT_FSIZE), XLAT(RLIMIT_DATA),   XLAT(RLIMIT_STACK),
    XLAT(RLIMIT_CORE),     XLAT(RLIMIT_RSS),   XLAT(RLIMIT_NPROC),  XLAT(RLIMIT_NOFILE),
    XLAT(RLIMIT_MEMLOCK),  XLAT(RLIMIT_AS),    XLAT(RLIMIT_LOCKS),  XLAT(RLIMIT_SIGPENDING),
    XLAT(RLIMIT_MSGQUEUE), XLAT(RLIMIT_NICE),  XLAT(RLIMIT_RTPRIO), XLAT(RLIMIT_RTTIME),
};

constexpr Xlat kRusageWhoNames[] = {
    XLAT(RUSAGE_SELF),
    XLAT(RUSAGE_THREAD),
    XLAT(RUSAGE_BOTH),
    XLAT(RUSAGE_CHILDREN),
};

constexpr Xlat kSchedPoliciesFlagNames[] = {
    XLAT(SCHED_RESET_ON_FORK),
};

constexpr Xlat kSchedPoliciesConstantNames[] = {
    XLAT(SCHED_OTHER), XLAT(SCHED_FIFO), XLAT(SCHED_RR),       XLAT(SCHED_BATCH),
    XLAT(SCHED_ISO),   XLAT(SCHED_IDLE), XLAT(SCHED_DEADLINE), XLAT(SCHED_EXT),
};

constexpr Xlat kSchedGetattrFlagsNames[] = {
    XLAT(SCHED_GETATTR_FLAG_DL_DYNAMIC),
};

constexpr Xlat kIoprioWhoNames[] = {
    XLAT(IOPRIO_WHO_PROCESS),
    XLAT(IOPRIO_WHO_PGRP),
    XLAT(IOPRIO_WHO_USER),
};

constexpr Xlat kPtraceRequestsNames[] = {
    XLAT(PTRACE_TRACEME),
    XLAT(PTRACE_PEEKTEXT),
    XLAT(PTRACE_PEEKDATA),
    XLAT(PTRACE_PEEKUSER),
    XLAT(PTRACE_POKETEXT),
    XLAT(PTRACE_POKEDATA),
    XLAT(PTRACE_POKEUSER),
    XLAT(PTRACE_CONT),
    XLAT(PTRACE_KILL),
    XLAT(PTRACE_SINGLESTEP),
    XLAT(PTRACE_GETREGS),
    XLAT(PTRACE_SETREGS),
    XLAT(PTRACE_GETFPREGS),
    XLAT(PTRACE_SETFPREGS),
    XLAT(PTRACE_ATTACH),
    XLAT(PTRACE_DETACH),
    XLAT(PTRACE_GETFPXREGS),
    XLAT(PTRACE_SETFPXREGS),
    XLAT(PTRACE_OLDSETOPTIONS),
    XLAT(PTRACE_SYSCALL),
    XLAT(PTRACE_GET_THREAD_AREA),
    XLAT(PTRACE_SET_THREAD_AREA),
    XLAT(PTRACE_ARCH_PRCTL),
    XLAT(PTRACE_SYSEMU),
    XLAT(PTRACE_SYSEMU_SINGLESTEP),
    XLAT(PTRACE_SINGLEBLOCK),
    XLAT(PTRACE_SETOPTIONS),
    XLAT(PTRACE_GETEVENTMSG),
    XLAT(PTRACE_GETSIGINFO),
    XLAT(PTRACE_SETSIGINFO),
    XLAT(PTRACE_GETREGSET),
    XLAT(PTRACE_SETREGSET),
    XLAT(PTRACE_SEIZE),
    XLAT(PTRACE_INTERRUPT),
    XLAT(PTRACE_LISTEN),
    XLAT(PTRACE_PEEKSIGINFO),
    XLAT(PTRACE_GETSIGMASK),
    XLAT(PTRACE_SETSIGMASK),
    XLAT(PTRACE_SECCOMP_GET_FILTER),
    XLAT(PTRACE_SECCOMP_GET_METADATA),
    XLAT(PTRACE_GET_SYSCALL_INFO),
    XLAT(PTRACE_GET_RSEQ_CONFIGURATION),
    XLAT(PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG),
    XLAT(PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG),
    XLAT(PTRACE_SET_SYSCALL_INFO),
};

constexpr Xlat kPersonalityFlagsFlagNames[] = {
    XLAT(UNAME26),          XLAT(ADDR_NO_RANDOMIZE),  XLAT(FDPIC_FUNCPTRS),
    XLAT(MMAP_PAGE_ZERO),   XLAT(ADDR_COMPAT_LAYOUT), XLAT(READ_IMPLIES_EXEC),
    XLAT(ADDR_LIMIT_32BIT), XLAT(SHORT_INODE),        XLAT(WHOLE_SECONDS),
    XLAT(STICKY_TIMEOUTS),  XLAT(ADDR_LIMIT_3GB),
};

constexpr Xlat kPersonalityFlagsConstantNames[] = {
    XLAT(PER_LINUX), XLAT(PER_BSD),  XLAT(PER_LINUX32), XLAT(PER_RISCOS),
    XLAT(PER_OSF4),  XLAT(PER_HPUX), XLAT(PER_MASK),
};

constexpr Xlat kRebootMagic1Names[] = {
    XLAT(LINUX_REBOOT_MAGIC1),
};

constexpr Xlat kRebootMagic2Names[] = {
    XLAT(LINUX_REBOOT_MAGIC2A),
    XLAT(LINUX_REBOOT_MAGIC2B),
    XLAT(LINUX_REBOOT_MAGIC2C),
    XLAT(LINUX_REBOOT_MAGIC2),
};

constexpr Xlat kRebootCommandsNames[] = {
    XLAT(LINUX_REBOOT_CMD_CAD_OFF),   XLAT(LINUX_REBOOT_CMD_RESTART),
    XLAT(LINUX_REBOOT_CMD_POWER_OFF), XLAT(LINUX_REBOOT_CMD_KEXEC),
    XLAT(LINUX_REBOOT_CMD_CAD_ON),    XLAT(LINUX_REBOOT_CMD_RESTART2),
    XLAT(LINUX_REBOOT_CMD_HALT),      XLAT(LINUX_REBOOT_CMD_SW_SUSPEND),
};

constexpr Xlat kKcmpTypesNames[] = {
    XLAT(KCMP_FILE),    XLAT(KCMP_VM), XLAT(KCMP_FILES),   XLAT(KCMP_FS),
    XLAT(KCMP_SIGHAND), XLAT(KCMP_IO), XLAT(KCMP_SYSVSEM), XLAT(KCMP_EPOLL_TFD),
};

constexpr Xlat kRseqFlagsNames[] = {
    XLAT(RSEQ_FLAG_UNREGISTER),
    XLAT(RSEQ_FLAG_SLICE_EXT_DEFAULT_ON),
};

constexpr Xlat kPidfdOpenFlagsNames[] = {
    XLAT(PIDFD_NONBLOCK),
    XLAT(PIDFD_THREAD),
    XLAT(PIDFD_AUTOKILL),
};

constexpr Xlat kPidfdSignalFlagsNames[] = {
    XLAT(PIDFD_SIGNAL_THREAD),
    XLAT(PIDFD_SIGNAL_THREAD_GROUP),
    XLAT(PIDFD_SIGNAL_PROCESS_GROUP),
};

constexpr Xlat kClone3FlagsNames[] = {
    XLAT(CLONE_VM),
    XLAT(CLONE_FS),
    XLAT(CLONE_FILES),
    XLAT(CLONE_SIGHAND),
    XLAT(CLONE_PIDFD),
    XLAT(CLONE_PTRACE),
    XLAT(CLONE_VFORK),
    XLAT(CLONE_PARENT),
    XLAT(CLONE_THREAD),
    XLAT(CLONE_NEWNS),
    XLAT(CLONE_SYSVSEM),
    XLAT(CLONE_SETTLS),
    XLAT(CLONE_PARENT_SETTID),
    XLAT(CLONE_CHILD_CLEARTID),
    XLAT(CLONE_UNTRACED),
    XLAT(CLONE_CHILD_SETTID),
    XLAT(CLONE_NEWCGROUP),
    XLAT(CLONE_NEWUTS),
    XLAT(CLONE_NEWIPC),
    XLAT(CLONE_NEWUSER),
    XLAT(CLONE_NEWPID),
    XLAT(CLONE_NEWNET),
    XLAT(CLONE_IO),
    XLAT(CLONE_NEWTIME),
    XLAT(CLONE_CLEAR_SIGHAND),
    XLAT(CLONE_INTO_CGROUP),
    XLAT(CLONE_AUTOREAP),
    XLAT(CLONE_NNP),
    XLAT(CLONE_PIDFD_AUTOKILL),
    XLAT(CLONE_EMPTY_MNTNS),
};

constexpr Xlat kIoprioClassesNames[] = {
    XLAT(IOPRIO_CLASS_NONE),
    XLAT(IOPRIO_CLASS_RT),
    XLAT(IOPRIO_CLASS_BE),
    XLAT(IOPRIO_CLASS_IDLE),
};

constexpr Xlat kPtraceOptionsNames[] = {
    XLAT(PTRACE_O_TRACESYSGOOD),    XLAT(PTRACE_O_TRACEFORK),    XLAT(PTRACE_O_TRACEVFORK),
    XLAT(PTRACE_O_TRACECLONE),      XLAT(PTRACE_O_TRACEEXEC),    XLAT(PTRACE_O_TRACEVFORKDONE),
    XLAT(PTRACE_O_TRACEEXIT),       XLAT(PTRACE_O_TRACESECCOMP), XLAT(PTRACE_O_EXITKILL),
    XLAT(PTRACE_O_SUSPEND_SECCOMP),
};

constexpr Xlat kRegisterSetsNames[] = {
    XLAT(NT_PRSTATUS), XLAT(NT_FPREGSET),   XLAT(NT_PRPSINFO),  XLAT(NT_PRXREG),
    XLAT(NT_PLATFORM), XLAT(NT_AUXV),       XLAT(NT_GWINDOWS),  XLAT(NT_ASRS),
    XLAT(NT_386_TLS),  XLAT(NT_X86_XSTATE), XLAT(NT_X86_SHSTK),
};

constexpr Xlat kRseqCsFlagsNames[] = {
    XLAT(RSEQ_CS_FLAG_NO_RESTART_ON_PREEMPT), XLAT(RSEQ_CS_FLAG_NO_RESTART_ON_SIGNAL),
    XLAT(RSEQ_CS_FLAG_NO_RESTART_ON_MIGRATE), XLAT(RSEQ_CS_FLAG_SLICE_EXT_AVAILABLE),
    XLAT(RSEQ_CS_FLAG_SLICE_EXT_ENABLED),
};

constexpr Xlat kSchedAttrFlagsNames[] = {
    XLAT(SCHED_FLAG_RESET_ON_FORK),  XLAT(SCHED_FLAG_RECLAIM),
    XLAT(SCHED_FLAG_DL_OVERRUN),     XLAT(SCHED_FLAG_KEEP_POLICY),
    XLAT(SCHED_FLAG_UTIL_CLAMP_MIN), XLAT(SCHED_FLAG_UTIL_CLAMP_MAX),
};

}  // namespace

const Set kMembarrierCommands = {
    .constants = kMembarrierCommandsNames, .unknown = "MEMBARRIER_CMD_???", .sorted = true};
const Set kMembarrierMask = {.flags = kMembarrierMaskNames};
const Set kMembarrierFlags = {.flags = kMembarrierFlagsNames,
                              .unknown_flags = "MEMBARRIER_CMD_FLAG_???"};
const Set kWaitOptions = {.flags = kWaitOptionsNames, .unknown_flags = "W???"};
const Set kWaitidOptions = {.flags = kWaitOptionsNames, .unknown_flags = "W???"};
const Set kWaitidTypes = {.constants = kWaitidTypesNames, .unknown = "P_???"};
const Set kCloneFlags = {.flags = kCloneFlagsFlagNames,
                         .constant_mask = 0xff,
                         .constants = kCloneFlagsConstantNames,
                         .unknown_flags = "CLONE_???",
                         .rest = Rest::kDecimal,
                         .constants_last = true,
                         .sorted = true};
const Set kUnshareFlags = {.flags = kUnshareFlagsNames, .unknown_flags = "CLONE_???"};
const Set kSetnsFlags = {.flags = kSetnsFlagsNames, .unknown_flags = "CLONE_NEW???"};
const Set kPriorityWho = {.constants = kPriorityWhoNames, .unknown = "PRIO_???"};
const Set kResources = {.constants = kResourcesNames, .unknown = "RLIMIT_???", .sorted = true};
const Set kRusageWho = {.constants = kRusageWhoNames, .unknown = "RUSAGE_???"};
const Set kSchedPolicies = {.flags = kSchedPoliciesFlagNames,
                            .constant_mask = 0xbfffffff,
                            .constants = kSchedPoliciesConstantNames,
                            .unknown = "SCHED_???",
                            .constants_last = true,
                            .bare_behind_flags = true};
const Set kSchedGetattrFlags = {.flags = kSchedGetattrFlagsNames,
                                .unknown_flags = "SCHED_GETATTR_FLAG_???"};
const Set kIoprioWho = {.constants = kIoprioWhoNames, .unknown = "IOPRIO_WHO_???"};
const Set kPtraceRequests = {
    .constants = kPtraceRequestsNames, .unknown = "PTRACE_???", .sorted = true};
const Set kPersonalityFlags = {.flags = kPersonalityFlagsFlagNames,
                               .constant_mask = 0xff,
                               .constants = kPersonalityFlagsConstantNames,
                               .unknown = "PER_???"};
const Set kRebootMagic1 = {.constants = kRebootMagic1Names, .unknown = "LINUX_REBOOT_MAGIC1???"};
const Set kRebootMagic2 = {.constants = kRebootMagic2Names, .unknown = "LINUX_REBOOT_MAGIC2???"};
const Set kRebootCommands = {.constants = kRebootCommandsNames, .unknown = "LINUX_REBOOT_CMD_???"};
const Set kKcmpTypes = {.constants = kKcmpTypesNames, .unknown = "KCMP_???"};
const Set kRseqFlags = {.flags = kRseqFlagsNames, .unknown_flags = "RSEQ_FLAG_???"};
const Set kPidfdOpenFlags = {.flags = kPidfdOpenFlagsNames, .unknown_flags = "PIDFD_???"};
const Set kPidfdSignalFlags = {.flags = kPidfdSignalFlagsNames,
                               .unknown_flags = "PIDFD_SIGNAL_???"};
const Set kClone3Flags = {.flags = kClone3FlagsNames, .unknown_flags = "CLONE_???"};
const Set kIoprioClasses = {.constants = kIoprioClassesNames, .unknown = "IOPRIO_CLASS_???"};
const Set kPtraceOptions = {.flags = kPtraceOptionsNames, .unknown_flags = "PTRACE_O_???"};
const Set kRegisterSets = {.constants = kRegisterSetsNames, .unknown = "NT_???", .sorted = true};
const Set kRseqCsFlags = {.flags = kRseqCsFlagsNames, .unknown_flags = "RSEQ_CS_FLAG_???"};
const Set kSchedAttrFlags = {.flags = kSchedAttrFlagsNames, .unknown_flags = "SCHED_FLAG_???"};

}  // namespace ptraced::decode
