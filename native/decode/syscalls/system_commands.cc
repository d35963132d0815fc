// Commands of the system's rarer calls: keys, tracing, mounts, kexec, the log, seccomp, Landlock.
#include <linux/kcmp.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/mount.h>
#include <linux/ptrace.h>
#include <linux/reboot.h>
#include <linux/seccomp.h>

#include "../types/misc.h"
#include "../xlat/newer.h"
#include "rows.h"

namespace ptraced::decode {

namespace {

// --- seccomp(2) ---

constexpr Variant kSeccompCases[] = {
    {SECCOMP_SET_MODE_FILTER, {in("flags", flags(kSeccompFilterFlags)), in("args", kBpfProgram)}},
    {SECCOMP_GET_NOTIF_SIZES, {in("flags", kHexInt), out("args", kNotifySizesPointer)}},
};

// --- landlock_add_rule(2) ---

constexpr Variant kLandlockCases[] = {
    {LANDLOCK_RULE_PATH_BENEATH,
     {in("rule_attr", kPathBeneathPointer), in("flags", flags(kLandlockAddFlags))}},
    {LANDLOCK_RULE_NET_PORT,
     {in("rule_attr", kNetPortPointer), in("flags", flags(kLandlockAddFlags))}},
};

// --- reboot(2), syslog(2), kcmp(2) ---

constexpr Variant kRebootCases[] = {
    {LINUX_REBOOT_CMD_RESTART2, {in("arg", kString)}},
};

constexpr Variant kSyslogCases[] = {
    {0, {}},
    {1, {}},
    {2, {out("bufp", bytes(written(2, 4))), in("size", kInt)}},
    {3, {out("bufp", bytes(written(2, 4))), in("size", kInt)}},
    {4, {out("bufp", bytes(written(2, 4))), in("size", kInt)}},
    {5, {}},
    {6, {}},
    {7, {}},
    {9, {}},
    {10, {}},
};

constexpr Variant kKcmpCases[] = {
    {KCMP_FILE, {in("idx1", kUint), in("idx2", kUint)}},
    {KCMP_VM, {}},
    {KCMP_FILES, {}},
    {KCMP_FS, {}},
    {KCMP_SIGHAND, {}},
    {KCMP_IO, {}},
    {KCMP_SYSVSEM, {}},
    {KCMP_EPOLL_TFD, {in("idx1", kUint), in("idx2", kEpollSlotPointer)}},
};

// --- fsconfig(2) ---

constexpr Variant kFsconfigCases[] = {
    {FSCONFIG_SET_FLAG, {in("key", kString), in("value", kAddress), in("aux", kInt)}},
    {FSCONFIG_SET_STRING, {in("key", kString), in("value", kString), in("aux", kInt)}},
    {FSCONFIG_SET_BINARY, {in("key", kString), in("value", hex_bytes(arg(4))), in("aux", kInt)}},
    {FSCONFIG_SET_PATH, {in("key", kString), in("value", kPath), in("aux", kDirFd)}},
    {FSCONFIG_SET_PATH_EMPTY, {in("key", kString), in("value", kPath), in("aux", kDirFd)}},
    {FSCONFIG_SET_FD, {in("key", kString), in("value", kAddress), in("aux", kFd)}},
};

// --- ptrace(2) ---

constexpr Arg kAddr = in("addr", kAddress);
constexpr Arg kSignalData = in("data", kPtraceSignal);
constexpr Arg kOptionData = in("data", flags(kPtraceOptions, 0));
constexpr Arg kWordResult = out("data", kHexWordPointer);

constexpr Variant kPtraceCases[] = {
    {PTRACE_TRACEME, {}},
    {PTRACE_PEEKTEXT, {in("pid", kPid), kAddr, kWordResult}},
    {PTRACE_PEEKDATA, {in("pid", kPid), kAddr, kWordResult}},
    {PTRACE_PEEKUSR, {in("pid", kPid), in("addr", kUserOffset), kWordResult}},
    {PTRACE_POKEUSR, {in("pid", kPid), in("addr", kUserOffset), in("data", kHexWord)}},
    {PTRACE_POKETEXT, {in("pid", kPid), kAddr, in("data", kHexWord)}},
    {PTRACE_POKEDATA, {in("pid", kPid), kAddr, in("data", kHexWord)}},
    {PTRACE_CONT, {in("pid", kPid), kAddr, kSignalData}},
    {PTRACE_SYSCALL, {in("pid", kPid), kAddr, kSignalData}},
    {PTRACE_SINGLESTEP, {in("pid", kPid), kAddr, kSignalData}},
    {PTRACE_DETACH, {in("pid", kPid), kAddr, kSignalData}},
    {PTRACE_KILL, {in("pid", kPid)}},
    {PTRACE_ATTACH, {in("pid", kPid)}},
    {PTRACE_INTERRUPT, {in("pid", kPid)}},
    {PTRACE_LISTEN, {in("pid", kPid)}},
    {PTRACE_SEIZE, {in("pid", kPid), kAddr, kOptionData}},
    {PTRACE_SETOPTIONS, {in("pid", kPid), kAddr, kOptionData}},
    {PTRACE_GETEVENTMSG, {in("pid", kPid), kAddr, out("data", kUlongPointer)}},
    {PTRACE_GETSIGINFO, {in("pid", kPid), kAddr, out("data", kSiginfo)}},
    {PTRACE_SETSIGINFO, {in("pid", kPid), kAddr, in("data", kSiginfo)}},
    {PTRACE_GETREGSET,
     {in("pid", kPid), in("addr", one_of(kRegisterSets)), out("data", kRegisterVector)}},
    {PTRACE_SETREGSET,
     {in("pid", kPid), in("addr", one_of(kRegisterSets)), in("data", kRegisterVector)}},
    {PTRACE_GET_SYSCALL_INFO, {in("pid", kPid), in("addr", kUlong), out("data", kAddress)}},
};

// --- keyctl(2) ---

constexpr Arg kKey = in("key", kKeySerial);
constexpr Arg kKeyring = in("keyring", kKeySerial);
constexpr Arg kPayload = in("payload", bytes(arg(3)));
constexpr Arg kPayloadLength = in("plen", kSize);
constexpr Arg kAnswer = out("buffer", kKeyAnswer);

constexpr Variant kKeyctlCases[] = {
    {KEYCTL_GET_KEYRING_ID, {kKey, in("create", kInt)}},
    {KEYCTL_JOIN_SESSION_KEYRING, {in("name", kString)}},
    {KEYCTL_UPDATE, {kKey, kPayload, kPayloadLength}},
    {KEYCTL_REVOKE, {kKey}},
    {KEYCTL_CHOWN, {kKey, in("uid", kUid), in("gid", kGid)}},
    {KEYCTL_SETPERM, {kKey, in("perm", flags(kKeyPermissions))}},
    {KEYCTL_DESCRIBE, {kKey, kAnswer, kPayloadLength}},
    {KEYCTL_CLEAR, {kKeyring}},
    {KEYCTL_LINK, {kKey, kKeyring}},
    {KEYCTL_UNLINK, {kKey, kKeyring}},
    {KEYCTL_SEARCH,
     {kKeyring, in("type", kString), in("description", kString), in("destination", kKeySerial)}},
    {KEYCTL_READ, {kKey, kAnswer, kPayloadLength}},
    {KEYCTL_INSTANTIATE, {kKey, kPayload, kPayloadLength, kKeyring}},
    {KEYCTL_NEGATE, {kKey, in("timeout", kUint), kKeyring}},
    {KEYCTL_SET_REQKEY_KEYRING, {in("default", one_of(kKeyDefaults))}},
    {KEYCTL_SET_TIMEOUT, {kKey, in("timeout", kUint)}},
    {KEYCTL_ASSUME_AUTHORITY, {kKey}},
    {KEYCTL_GET_SECURITY, {kKey, kAnswer, kPayloadLength}},
    {KEYCTL_SESSION_TO_PARENT, {}},
    {KEYCTL_REJECT, {kKey, in("timeout", kUint), in("error", kUint), kKeyring}},
    {KEYCTL_INVALIDATE, {kKey}},
    {KEYCTL_GET_PERSISTENT, {in("uid", kUid), kKeyring}},
    {KEYCTL_RESTRICT_KEYRING, {kKeyring, in("type", kString), in("restriction", kString)}},
    {KEYCTL_MOVE, {kKey, in("from", kKeySerial), in("to", kKeySerial), in("flags", kHexInt)}},
};

}  // namespace

const Variants kSeccompVariants = {.selector = 0, .first = 1, .cases = kSeccompCases};
const Variants kLandlockRuleVariants = {.selector = 1, .first = 2, .cases = kLandlockCases};
const Variants kRebootVariants = {.selector = 2, .first = 3, .cases = kRebootCases};
const Variants kSyslogVariants = {.selector = 0, .first = 1, .cases = kSyslogCases};
const Variants kKcmpVariants = {.selector = 2, .first = 3, .cases = kKcmpCases};
const Variants kFsconfigVariants = {.selector = 1, .first = 2, .cases = kFsconfigCases};
const Variants kPtraceVariants = {
    .selector = 0, .first = 1, .mask = UINT64_MAX, .cases = kPtraceCases};
const Variants kKeyctlVariants = {.selector = 0, .first = 1, .cases = kKeyctlCases};

}  // namespace ptraced::decode
