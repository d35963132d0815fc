// Commands of the system's rarer calls: keys, tracing, mounts, kexec, the log, seccomp, Landlock.
#include <linux/dqblk_xfs.h>
#include <linux/kcmp.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/mount.h>
#include <linux/ptrace.h>
#include <linux/quota.h>
#include <linux/reboot.h>
#include <linux/seccomp.h>

#include "../decoder.h"
#include "../engine.h"
#include "../set_lookup.h"
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

constexpr Xlat kConsoleLevelNames[] = {
    {0, "LOGLEVEL_EMERG"},   {1, "LOGLEVEL_ALERT"},  {2, "LOGLEVEL_CRIT"}, {3, "LOGLEVEL_ERR"},
    {4, "LOGLEVEL_WARNING"}, {5, "LOGLEVEL_NOTICE"}, {6, "LOGLEVEL_INFO"}, {7, "LOGLEVEL_DEBUG"},
};
constexpr Set kConsoleLevels = {.constants = kConsoleLevelNames, .unknown = "LOGLEVEL_???"};

void print_console_level(Engine& engine, const Type&, const Operand& operand) {
  const int32_t level = static_cast<int32_t>(operand.word);
  engine.out().signed_number(level);
  const Xlat* x = find_constant(kConsoleLevels, static_cast<uint32_t>(level));
  engine.out().comment(x != nullptr ? x->name : kConsoleLevels.unknown);
}

constexpr Type kConsoleLevel = custom(print_console_level, 0, 4);

constexpr Variant kSyslogCases[] = {
    {0, {}},
    {1, {}},
    {2, {out("bufp", bytes(written(2, 4))), in("size", kInt)}},
    {3, {out("bufp", bytes(written(2, 4))), in("size", kInt)}},
    {4, {out("bufp", bytes(written(2, 4))), in("size", kInt)}},
    {5, {}},
    {6, {}},
    {7, {}},
    {8, {in("bufp", kAddress), in("size", kConsoleLevel)}},
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
    {FSCONFIG_SET_BINARY, {in("key", kString), in("value", hex_bytes(arg(4, 4))), in("aux", kInt)}},
    {FSCONFIG_SET_PATH, {in("key", kString), in("value", kPath), in("aux", kDirFd)}},
    {FSCONFIG_SET_PATH_EMPTY, {in("key", kString), in("value", kPath), in("aux", kDirFd)}},
    {FSCONFIG_SET_FD, {in("key", kString), in("value", kAddress), in("aux", kFd)}},
};

// --- ptrace(2) ---

constexpr Arg kAddr = in("addr", kAddress);
constexpr Arg kSignalData = in("data", kPtraceSignal);
constexpr Arg kOptionData = in("data", flags(kPtraceOptions, 0));
constexpr Arg kWordResult = out("data", kHexWordPointer);
constexpr Arg kTracee = in("pid", kPid);
constexpr Arg kSizeAddr = in("addr", kUlong);
constexpr Arg kStructData = in("data", kAddress);

constexpr Variant kPtraceCases[] = {
    {PTRACE_TRACEME, {}},
    {PTRACE_PEEKTEXT, {in("pid", kPid), kAddr, kWordResult}},
    {PTRACE_PEEKDATA, {in("pid", kPid), kAddr, kWordResult}},
    {PTRACE_PEEKUSR, {in("pid", kPid), in("addr", kUserOffset), kWordResult}},
    {PTRACE_POKEUSR, {in("pid", kPid), in("addr", kUserOffset), kStructData}},
    {PTRACE_POKETEXT, {in("pid", kPid), kAddr, kStructData}},
    {PTRACE_POKEDATA, {in("pid", kPid), kAddr, kStructData}},
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
    {PTRACE_GETREGS, {kTracee, at(3, kStructData)}},
    {PTRACE_SETREGS, {kTracee, at(3, kStructData)}},
    {PTRACE_GETFPREGS, {kTracee, at(3, kStructData)}},
    {PTRACE_SETFPREGS, {kTracee, at(3, kStructData)}},
    {PTRACE_OLDSETOPTIONS, {kTracee, kAddr, kOptionData}},
    {PTRACE_SYSEMU, {kTracee, kAddr, kSignalData}},
    {PTRACE_SYSEMU_SINGLESTEP, {kTracee, kAddr, kSignalData}},
    {PTRACE_SINGLEBLOCK, {kTracee, kAddr, kSignalData}},
    {PTRACE_GETSIGMASK, {kTracee, kSizeAddr, kStructData}},
    {PTRACE_SETSIGMASK, {kTracee, kSizeAddr, kStructData}},
    {PTRACE_SECCOMP_GET_FILTER, {kTracee, kSizeAddr, kStructData}},
    {PTRACE_SECCOMP_GET_METADATA, {kTracee, kSizeAddr, kStructData}},
    {0x4212, {kTracee, kSizeAddr, kStructData}},  // PTRACE_SET_SYSCALL_INFO, Linux 6.16
    {PTRACE_GET_SYSCALL_INFO, {in("pid", kPid), in("addr", kUlong), out("data", kAddress)}},
};

// --- keyctl(2) ---

void print_error_number(Engine& engine, const Type&, const Operand& operand) {
  const uint32_t error = static_cast<uint32_t>(operand.word);
  const std::string_view name = error <= INT32_MAX ? errno_name(static_cast<int>(error)) : "";
  if (name.empty()) {
    engine.out().unsigned_number(error);
  } else {
    engine.out().symbol(name, error);
  }
}

void print_key_default(Engine& engine, const Type&, const Operand& operand) {
  const uint32_t value = static_cast<uint32_t>(operand.word);
  if (find_constant(kKeyDefaults, value) != nullptr) {
    engine.out().constant(value, kKeyDefaults);
  } else {
    engine.out().signed_number(static_cast<int32_t>(value));
    engine.out().comment(kKeyDefaults.unknown);
  }
}

constexpr Type kErrorNumber = custom(print_error_number, 0, 4);
constexpr Type kKeyDefault = custom(print_key_default, 0, 4);
constexpr Arg kKey = in("key", kKeySerial);
constexpr Arg kKeyring = in("keyring", kKeySerial);
constexpr Arg kPayload = in("payload", bytes(arg(3)));
constexpr Arg kPayloadLength = in("plen", kSize);
constexpr Arg kPkeyParams = in("params", kAddress);
constexpr Arg kPkeyIn = in("in", kAddress);
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
    {KEYCTL_SET_REQKEY_KEYRING, {in("default", kKeyDefault)}},
    {KEYCTL_SET_TIMEOUT, {kKey, in("timeout", kUint)}},
    {KEYCTL_ASSUME_AUTHORITY, {kKey}},
    {KEYCTL_GET_SECURITY, {kKey, kAnswer, kPayloadLength}},
    {KEYCTL_SESSION_TO_PARENT, {}},
    {KEYCTL_REJECT, {kKey, in("timeout", kUint), in("error", kErrorNumber), kKeyring}},
    {KEYCTL_INVALIDATE, {kKey}},
    {KEYCTL_GET_PERSISTENT, {in("uid", kUid), kKeyring}},
    {KEYCTL_RESTRICT_KEYRING, {kKeyring, in("type", kString), in("restriction", kString)}},
    {KEYCTL_MOVE,
     {kKey, in("from", kKeySerial), in("to", kKeySerial), in("flags", flags(kKeyMoveFlags))}},
    // Payloads that are shown as addresses: docs/differences.md.
    {KEYCTL_INSTANTIATE_IOV, {kKey, in("payload", kAddress), in("count", kSize), kKeyring}},
    {KEYCTL_DH_COMPUTE,
     {in("params", kAddress), in("buffer", kAddress), in("buflen", kSize), in("kdf", kAddress)}},
    {KEYCTL_PKEY_QUERY,
     {kKey, in("reserved", kHexWord), in("info", kString), in("query", kAddress)}},
    {KEYCTL_PKEY_ENCRYPT, {kPkeyParams, in("info", kString), kPkeyIn, in("out", kAddress)}},
    {KEYCTL_PKEY_DECRYPT, {kPkeyParams, in("info", kString), kPkeyIn, in("out", kAddress)}},
    {KEYCTL_PKEY_SIGN, {kPkeyParams, in("info", kString), kPkeyIn, in("out", kAddress)}},
    {KEYCTL_PKEY_VERIFY, {kPkeyParams, in("info", kString), kPkeyIn, in("sig", kAddress)}},
    {KEYCTL_CAPABILITIES, {in("buffer", kAddress), in("buflen", kSize)}},
};

// --- quotactl(2) ---

// The word of a command, without the type of quota.
constexpr uint64_t quota(uint32_t command) {
  return uint64_t{command} << SUBCMDSHIFT;
}

constexpr Arg kQuotaSpecial = in("special", kPath);
constexpr Arg kQuotaData = at(3, in("addr", kAddress));
constexpr Variant kQuotaCases[] = {
    {quota(Q_SYNC), {kQuotaSpecial}},
    {quota(Q_QUOTAOFF), {kQuotaSpecial}},
    {quota(Q_XQUOTASYNC), {kQuotaSpecial}},
    {quota(Q_QUOTAON), {kQuotaSpecial, in("id", one_of(kQuotaFormats)), in("addr", kPath)}},
    {quota(Q_GETFMT), {kQuotaSpecial, kQuotaData}},
    {quota(Q_GETINFO), {kQuotaSpecial, kQuotaData}},
    {quota(Q_SETINFO), {kQuotaSpecial, kQuotaData}},
    {quota(Q_XQUOTAON), {kQuotaSpecial, kQuotaData}},
    {quota(Q_XQUOTAOFF), {kQuotaSpecial, kQuotaData}},
    {quota(Q_XGETQSTAT), {kQuotaSpecial, kQuotaData}},
    {quota(Q_XGETQSTATV), {kQuotaSpecial, kQuotaData}},
    {quota(Q_XQUOTARM), {kQuotaSpecial, kQuotaData}},
};
// Whatever the type of quota.
constexpr uint64_t kQuotaCommandMask = 0xffffff00;

}  // namespace

const Variants kQuotaVariants = {
    .selector = 0, .first = 1, .mask = kQuotaCommandMask, .cases = kQuotaCases};
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
