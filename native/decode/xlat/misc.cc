// Names of seccomp, bpf, keys, perf, kexec, Landlock, quotas.

#include <linux/bpf.h>
#include <linux/dqblk_xfs.h>
#include <linux/kexec.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/perf_event.h>
#include <linux/quota.h>
#include <linux/random.h>
#include <linux/seccomp.h>

#include "newer.h"
#include "sets.h"
#include "xlat.h"

namespace ptraced::decode {

namespace {

constexpr Xlat kPerfEventFlagsNames[] = {
    XLAT(PERF_FLAG_FD_NO_GROUP),
    XLAT(PERF_FLAG_FD_OUTPUT),
    XLAT(PERF_FLAG_PID_CGROUP),
    XLAT(PERF_FLAG_FD_CLOEXEC),
};

constexpr Xlat kKexecFlagsFlagNames[] = {
    XLAT(KEXEC_ON_CRASH),
    XLAT(KEXEC_PRESERVE_CONTEXT),
    XLAT(KEXEC_UPDATE_ELFCOREHDR),
    XLAT(KEXEC_CRASH_HOTPLUG_SUPPORT),
};

constexpr Xlat kKexecFlagsConstantNames[] = {
    XLAT(KEXEC_ARCH_DEFAULT),   XLAT(KEXEC_ARCH_386),     XLAT(KEXEC_ARCH_68K),
    XLAT(KEXEC_ARCH_MIPS),      XLAT(KEXEC_ARCH_MIPS_LE), XLAT(KEXEC_ARCH_PARISC),
    XLAT(KEXEC_ARCH_PPC),       XLAT(KEXEC_ARCH_PPC64),   XLAT(KEXEC_ARCH_S390),
    XLAT(KEXEC_ARCH_ARM),       XLAT(KEXEC_ARCH_SH),      XLAT(KEXEC_ARCH_IA_64),
    XLAT(KEXEC_ARCH_X86_64),    XLAT(KEXEC_ARCH_AARCH64), XLAT(KEXEC_ARCH_RISCV),
    XLAT(KEXEC_ARCH_LOONGARCH),
};

constexpr Xlat kKexecFileFlagsNames[] = {
    XLAT(KEXEC_FILE_UNLOAD), XLAT(KEXEC_FILE_ON_CRASH), XLAT(KEXEC_FILE_NO_INITRAMFS),
    XLAT(KEXEC_FILE_DEBUG),  XLAT(KEXEC_FILE_NO_CMA),   XLAT(KEXEC_FILE_FORCE_DTB),
};

constexpr Xlat kGetrandomFlagsNames[] = {
    XLAT(GRND_NONBLOCK),
    XLAT(GRND_RANDOM),
    XLAT(GRND_INSECURE),
};

constexpr Xlat kSeccompOperationsNames[] = {
    XLAT(SECCOMP_SET_MODE_STRICT),
    XLAT(SECCOMP_SET_MODE_FILTER),
    XLAT(SECCOMP_GET_ACTION_AVAIL),
    XLAT(SECCOMP_GET_NOTIF_SIZES),
};

constexpr Xlat kSeccompFilterFlagsNames[] = {
    XLAT(SECCOMP_FILTER_FLAG_TSYNC),       XLAT(SECCOMP_FILTER_FLAG_LOG),
    XLAT(SECCOMP_FILTER_FLAG_SPEC_ALLOW),  XLAT(SECCOMP_FILTER_FLAG_NEW_LISTENER),
    XLAT(SECCOMP_FILTER_FLAG_TSYNC_ESRCH), XLAT(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV),
};

constexpr Xlat kBpfCommandsNames[] = {
    XLAT(BPF_MAP_CREATE),
    XLAT(BPF_MAP_LOOKUP_ELEM),
    XLAT(BPF_MAP_UPDATE_ELEM),
    XLAT(BPF_MAP_DELETE_ELEM),
    XLAT(BPF_MAP_GET_NEXT_KEY),
    XLAT(BPF_PROG_LOAD),
    XLAT(BPF_OBJ_PIN),
    XLAT(BPF_OBJ_GET),
    XLAT(BPF_PROG_ATTACH),
    XLAT(BPF_PROG_DETACH),
    XLAT(BPF_PROG_TEST_RUN),
    XLAT(BPF_PROG_GET_NEXT_ID),
    XLAT(BPF_MAP_GET_NEXT_ID),
    XLAT(BPF_PROG_GET_FD_BY_ID),
    XLAT(BPF_MAP_GET_FD_BY_ID),
    XLAT(BPF_OBJ_GET_INFO_BY_FD),
    XLAT(BPF_PROG_QUERY),
    XLAT(BPF_RAW_TRACEPOINT_OPEN),
    XLAT(BPF_BTF_LOAD),
    XLAT(BPF_BTF_GET_FD_BY_ID),
    XLAT(BPF_TASK_FD_QUERY),
    XLAT(BPF_MAP_LOOKUP_AND_DELETE_ELEM),
    XLAT(BPF_MAP_FREEZE),
    XLAT(BPF_BTF_GET_NEXT_ID),
    XLAT(BPF_MAP_LOOKUP_BATCH),
    XLAT(BPF_MAP_LOOKUP_AND_DELETE_BATCH),
    XLAT(BPF_MAP_UPDATE_BATCH),
    XLAT(BPF_MAP_DELETE_BATCH),
    XLAT(BPF_LINK_CREATE),
    XLAT(BPF_LINK_UPDATE),
    XLAT(BPF_LINK_GET_FD_BY_ID),
    XLAT(BPF_LINK_GET_NEXT_ID),
    XLAT(BPF_ENABLE_STATS),
    XLAT(BPF_ITER_CREATE),
    XLAT(BPF_LINK_DETACH),
    XLAT(BPF_PROG_BIND_MAP),
    XLAT(BPF_TOKEN_CREATE),
    XLAT(BPF_PROG_STREAM_READ_BY_FD),
    XLAT(BPF_PROG_ASSOC_STRUCT_OPS),
};

constexpr Xlat kKeyctlOperationsNames[] = {
    XLAT(KEYCTL_GET_KEYRING_ID),
    XLAT(KEYCTL_JOIN_SESSION_KEYRING),
    XLAT(KEYCTL_UPDATE),
    XLAT(KEYCTL_REVOKE),
    XLAT(KEYCTL_CHOWN),
    XLAT(KEYCTL_SETPERM),
    XLAT(KEYCTL_DESCRIBE),
    XLAT(KEYCTL_CLEAR),
    XLAT(KEYCTL_LINK),
    XLAT(KEYCTL_UNLINK),
    XLAT(KEYCTL_SEARCH),
    XLAT(KEYCTL_READ),
    XLAT(KEYCTL_INSTANTIATE),
    XLAT(KEYCTL_NEGATE),
    XLAT(KEYCTL_SET_REQKEY_KEYRING),
    XLAT(KEYCTL_SET_TIMEOUT),
    XLAT(KEYCTL_ASSUME_AUTHORITY),
    XLAT(KEYCTL_GET_SECURITY),
    XLAT(KEYCTL_SESSION_TO_PARENT),
    XLAT(KEYCTL_REJECT),
    XLAT(KEYCTL_INSTANTIATE_IOV),
    XLAT(KEYCTL_INVALIDATE),
    XLAT(KEYCTL_GET_PERSISTENT),
    XLAT(KEYCTL_DH_COMPUTE),
    XLAT(KEYCTL_PKEY_QUERY),
    XLAT(KEYCTL_PKEY_ENCRYPT),
    XLAT(KEYCTL_PKEY_DECRYPT),
    XLAT(KEYCTL_PKEY_SIGN),
    XLAT(KEYCTL_PKEY_VERIFY),
    XLAT(KEYCTL_RESTRICT_KEYRING),
    XLAT(KEYCTL_MOVE),
    XLAT(KEYCTL_CAPABILITIES),
    XLAT(KEYCTL_WATCH_KEY),
};

constexpr Xlat kLandlockCreateFlagsNames[] = {
    XLAT(LANDLOCK_CREATE_RULESET_VERSION),
    XLAT(LANDLOCK_CREATE_RULESET_ERRATA),
};

constexpr Xlat kLandlockRuleTypesNames[] = {
    XLAT(LANDLOCK_RULE_PATH_BENEATH),
    XLAT(LANDLOCK_RULE_NET_PORT),
};

constexpr Xlat kLandlockAddFlagsNames[] = {
    XLAT(LANDLOCK_ADD_RULE_QUIET),
};

constexpr Xlat kLsmAttributesNames[] = {
    XLAT(LSM_ATTR_UNDEF),      XLAT(LSM_ATTR_CURRENT),   XLAT(LSM_ATTR_EXEC),
    XLAT(LSM_ATTR_FSCREATE),   XLAT(LSM_ATTR_KEYCREATE), XLAT(LSM_ATTR_PREV),
    XLAT(LSM_ATTR_SOCKCREATE),
};

constexpr Xlat kLsmFlagsNames[] = {
    XLAT(LSM_FLAG_SINGLE),
};

constexpr Xlat kQuotaCommandsNames[] = {
    XLAT(Q_XQUOTAON),      XLAT(Q_XQUOTAOFF),    XLAT(Q_XGETQUOTA),  XLAT(Q_XSETQLIM),
    XLAT(Q_XGETQSTAT),     XLAT(Q_XQUOTARM),     XLAT(Q_XQUOTASYNC), XLAT(Q_XGETQSTATV),
    XLAT(Q_XGETNEXTQUOTA), XLAT(Q_SYNC),         XLAT(Q_QUOTAON),    XLAT(Q_QUOTAOFF),
    XLAT(Q_GETFMT),        XLAT(Q_GETINFO),      XLAT(Q_SETINFO),    XLAT(Q_GETQUOTA),
    XLAT(Q_SETQUOTA),      XLAT(Q_GETNEXTQUOTA),
};

constexpr Xlat kQuotaFormatsNames[] = {
    XLAT(QFMT_VFS_OLD), XLAT(QFMT_VFS_V0), XLAT(QFMT_OCFS2), XLAT(QFMT_VFS_V1), {5, "QFMT_SHMEM"},
};

constexpr Xlat kLandlockFsAccessNames[] = {
    XLAT(LANDLOCK_ACCESS_FS_EXECUTE),      XLAT(LANDLOCK_ACCESS_FS_WRITE_FILE),
    XLAT(LANDLOCK_ACCESS_FS_READ_FILE),    XLAT(LANDLOCK_ACCESS_FS_READ_DIR),
    XLAT(LANDLOCK_ACCESS_FS_REMOVE_DIR),   XLAT(LANDLOCK_ACCESS_FS_REMOVE_FILE),
    XLAT(LANDLOCK_ACCESS_FS_MAKE_CHAR),    XLAT(LANDLOCK_ACCESS_FS_MAKE_DIR),
    XLAT(LANDLOCK_ACCESS_FS_MAKE_REG),     XLAT(LANDLOCK_ACCESS_FS_MAKE_SOCK),
    XLAT(LANDLOCK_ACCESS_FS_MAKE_FIFO),    XLAT(LANDLOCK_ACCESS_FS_MAKE_BLOCK),
    XLAT(LANDLOCK_ACCESS_FS_MAKE_SYM),     XLAT(LANDLOCK_ACCESS_FS_REFER),
    XLAT(LANDLOCK_ACCESS_FS_TRUNCATE),     XLAT(LANDLOCK_ACCESS_FS_IOCTL_DEV),
    XLAT(LANDLOCK_ACCESS_FS_RESOLVE_UNIX),
};

constexpr Xlat kLandlockNetAccessNames[] = {
    XLAT(LANDLOCK_ACCESS_NET_BIND_TCP),
    XLAT(LANDLOCK_ACCESS_NET_CONNECT_TCP),
    XLAT(LANDLOCK_ACCESS_NET_BIND_UDP),
    XLAT(LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP),
};

constexpr Xlat kLandlockScopesNames[] = {
    XLAT(LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET),
    XLAT(LANDLOCK_SCOPE_SIGNAL),
};

constexpr Xlat kKeySerialsNames[] = {
    XLAT(KEY_SPEC_REQUESTOR_KEYRING), XLAT(KEY_SPEC_REQKEY_AUTH_KEY),
    XLAT(KEY_SPEC_GROUP_KEYRING),     XLAT(KEY_SPEC_USER_SESSION_KEYRING),
    XLAT(KEY_SPEC_USER_KEYRING),      XLAT(KEY_SPEC_SESSION_KEYRING),
    XLAT(KEY_SPEC_PROCESS_KEYRING),   XLAT(KEY_SPEC_THREAD_KEYRING),
};

constexpr Xlat kKeyDefaultsNames[] = {
    XLAT(KEY_REQKEY_DEFL_DEFAULT),         XLAT(KEY_REQKEY_DEFL_THREAD_KEYRING),
    XLAT(KEY_REQKEY_DEFL_PROCESS_KEYRING), XLAT(KEY_REQKEY_DEFL_SESSION_KEYRING),
    XLAT(KEY_REQKEY_DEFL_USER_KEYRING),    XLAT(KEY_REQKEY_DEFL_USER_SESSION_KEYRING),
    XLAT(KEY_REQKEY_DEFL_GROUP_KEYRING),   XLAT(KEY_REQKEY_DEFL_REQUESTOR_KEYRING),
    XLAT(KEY_REQKEY_DEFL_NO_CHANGE),
};

constexpr Xlat kKeyMoveFlagsNames[] = {
    XLAT(KEYCTL_MOVE_EXCL),
};

constexpr Xlat kKeyPermissionsNames[] = {
    XLAT(KEY_POS_VIEW),  XLAT(KEY_POS_READ),    XLAT(KEY_POS_WRITE), XLAT(KEY_POS_SEARCH),
    XLAT(KEY_POS_LINK),  XLAT(KEY_POS_SETATTR), XLAT(KEY_USR_VIEW),  XLAT(KEY_USR_READ),
    XLAT(KEY_USR_WRITE), XLAT(KEY_USR_SEARCH),  XLAT(KEY_USR_LINK),  XLAT(KEY_USR_SETATTR),
    XLAT(KEY_GRP_VIEW),  XLAT(KEY_GRP_READ),    XLAT(KEY_GRP_WRITE), XLAT(KEY_GRP_SEARCH),
    XLAT(KEY_GRP_LINK),  XLAT(KEY_GRP_SETATTR), XLAT(KEY_OTH_VIEW),  XLAT(KEY_OTH_READ),
    XLAT(KEY_OTH_WRITE), XLAT(KEY_OTH_SEARCH),  XLAT(KEY_OTH_LINK),  XLAT(KEY_OTH_SETATTR),
};

}  // namespace

const Set kPerfEventFlags = {.flags = kPerfEventFlagsNames, .unknown_flags = "PERF_FLAG_???"};
const Set kKexecFlags = {.flags = kKexecFlagsFlagNames,
                         .constant_mask = 0xffff0000,
                         .constants = kKexecFlagsConstantNames,
                         .unknown = "KEXEC_ARCH_???",
                         .sorted = true};
const Set kKexecFileFlags = {.flags = kKexecFileFlagsNames, .unknown_flags = "KEXEC_FILE_???"};
const Set kGetrandomFlags = {.flags = kGetrandomFlagsNames, .unknown_flags = "GRND_???"};
const Set kSeccompOperations = {.constants = kSeccompOperationsNames, .unknown = "SECCOMP_???"};
const Set kSeccompFilterFlags = {.flags = kSeccompFilterFlagsNames,
                                 .unknown_flags = "SECCOMP_FILTER_FLAG_???"};
const Set kBpfCommands = {.constants = kBpfCommandsNames, .unknown = "BPF_???", .sorted = true};
const Set kKeyctlOperations = {
    .constants = kKeyctlOperationsNames, .unknown = "KEYCTL_???", .sorted = true};
const Set kLandlockCreateFlags = {.flags = kLandlockCreateFlagsNames,
                                  .unknown_flags = "LANDLOCK_CREATE_RULESET_???"};
const Set kLandlockRuleTypes = {.constants = kLandlockRuleTypesNames,
                                .unknown = "LANDLOCK_RULE_???"};
const Set kLandlockAddFlags = {.flags = kLandlockAddFlagsNames,
                               .unknown_flags = "LANDLOCK_ADD_RULE_???"};
const Set kLsmAttributes = {.constants = kLsmAttributesNames, .unknown = "LSM_ATTR_???"};
const Set kLsmFlags = {.flags = kLsmFlagsNames, .unknown_flags = "LSM_FLAG_???"};
const Set kQuotaFormats = {.constants = kQuotaFormatsNames, .unknown = "QFMT_???"};
const Set kQuotaCommands = {.constants = kQuotaCommandsNames, .unknown = "Q_???", .sorted = true};
const Set kLandlockFsAccess = {.flags = kLandlockFsAccessNames,
                               .unknown_flags = "LANDLOCK_ACCESS_FS_???"};
const Set kLandlockNetAccess = {.flags = kLandlockNetAccessNames,
                                .unknown_flags = "LANDLOCK_ACCESS_NET_???"};
const Set kLandlockScopes = {.flags = kLandlockScopesNames, .unknown_flags = "LANDLOCK_SCOPE_???"};
const Set kKeySerials = {.constants = kKeySerialsNames};
const Set kKeyDefaults = {
    .constants = kKeyDefaultsNames, .unknown = "KEY_REQKEY_DEFL_???", .sorted = true};
const Set kKeyMoveFlags = {.flags = kKeyMoveFlagsNames, .unknown_flags = "KEYCTL_MOVE_???"};
const Set kKeyPermissions = {.flags = kKeyPermissionsNames, .unknown_flags = "KEY_???"};

}  // namespace ptraced::decode
