// Names of capabilities.

#include <linux/capability.h>

#include "newer.h"
#include "sets.h"
#include "xlat.h"

namespace ptraced::decode {

namespace {

constexpr Xlat kCapabilitiesNames[] = {
    XLAT(CAP_CHOWN),
    XLAT(CAP_DAC_OVERRIDE),
    XLAT(CAP_DAC_READ_SEARCH),
    XLAT(CAP_FOWNER),
    XLAT(CAP_FSETID),
    XLAT(CAP_KILL),
    XLAT(CAP_SETGID),
    XLAT(CAP_SETUID),
    XLAT(CAP_SETPCAP),
    XLAT(CAP_LINUX_IMMUTABLE),
    XLAT(CAP_NET_BIND_SERVICE),
    XLAT(CAP_NET_BROADCAST),
    XLAT(CAP_NET_ADMIN),
    XLAT(CAP_NET_RAW),
    XLAT(CAP_IPC_LOCK),
    XLAT(CAP_IPC_OWNER),
    XLAT(CAP_SYS_MODULE),
    XLAT(CAP_SYS_RAWIO),
    XLAT(CAP_SYS_CHROOT),
    XLAT(CAP_SYS_PTRACE),
    XLAT(CAP_SYS_PACCT),
    XLAT(CAP_SYS_ADMIN),
    XLAT(CAP_SYS_BOOT),
    XLAT(CAP_SYS_NICE),
    XLAT(CAP_SYS_RESOURCE),
    XLAT(CAP_SYS_TIME),
    XLAT(CAP_SYS_TTY_CONFIG),
    XLAT(CAP_MKNOD),
    XLAT(CAP_LEASE),
    XLAT(CAP_AUDIT_WRITE),
    XLAT(CAP_AUDIT_CONTROL),
    XLAT(CAP_SETFCAP),
    XLAT(CAP_MAC_OVERRIDE),
    XLAT(CAP_MAC_ADMIN),
    XLAT(CAP_SYSLOG),
    XLAT(CAP_WAKE_ALARM),
    XLAT(CAP_BLOCK_SUSPEND),
    XLAT(CAP_AUDIT_READ),
    XLAT(CAP_PERFMON),
    XLAT(CAP_BPF),
    XLAT(CAP_CHECKPOINT_RESTORE),
};

constexpr Xlat kCapabilityVersionsNames[] = {
    XLAT(_LINUX_CAPABILITY_VERSION_1),
    XLAT(_LINUX_CAPABILITY_VERSION_2),
    XLAT(_LINUX_CAPABILITY_VERSION_3),
};

}  // namespace

const Set kCapabilities = {.constants = kCapabilitiesNames, .unknown = "CAP_???", .sorted = true};
const Set kCapabilityVersions = {.constants = kCapabilityVersionsNames,
                                 .unknown = "_LINUX_CAPABILITY_VERSION_???"};

}  // namespace ptraced::decode
