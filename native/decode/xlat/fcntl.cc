// Names of open, *at, fcntl and stat.

#include <asm/fcntl.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <linux/stat.h>

#include "newer.h"
#include "sets.h"
#include "xlat.h"

namespace ptraced::decode {

namespace {

constexpr Xlat kOpenFlagsFlagNames[] = {
    XLAT(O_CREAT),     XLAT(O_EXCL),      XLAT(O_NOCTTY),    XLAT(O_TRUNC),     XLAT(O_APPEND),
    XLAT(O_NONBLOCK),  XLAT(O_SYNC),      XLAT(O_DSYNC),     XLAT(__O_SYNC),    XLAT(O_DIRECT),
    XLAT(O_LARGEFILE), XLAT(O_NOFOLLOW),  XLAT(O_NOATIME),   XLAT(O_CLOEXEC),   XLAT(O_PATH),
    XLAT(O_TMPFILE),   XLAT(O_DIRECTORY), XLAT(__O_TMPFILE), XLAT(O_EMPTYPATH), XLAT(FASYNC),
};

constexpr Xlat kOpenFlagsConstantNames[] = {
    XLAT(O_RDONLY),
    XLAT(O_WRONLY),
    XLAT(O_RDWR),
    XLAT(O_ACCMODE),
};

constexpr Xlat kPipeFlagsNames[] = {
    XLAT(O_CREAT),     XLAT(O_EXCL),      XLAT(O_NOCTTY),    XLAT(O_TRUNC),     XLAT(O_APPEND),
    XLAT(O_NONBLOCK),  XLAT(O_SYNC),      XLAT(O_DSYNC),     XLAT(__O_SYNC),    XLAT(O_DIRECT),
    XLAT(O_LARGEFILE), XLAT(O_NOFOLLOW),  XLAT(O_NOATIME),   XLAT(O_CLOEXEC),   XLAT(O_PATH),
    XLAT(O_TMPFILE),   XLAT(O_DIRECTORY), XLAT(__O_TMPFILE), XLAT(O_EMPTYPATH), XLAT(FASYNC),
};

constexpr Xlat kDupFlagsNames[] = {
    XLAT(O_CREAT),     XLAT(O_EXCL),      XLAT(O_NOCTTY),    XLAT(O_TRUNC),     XLAT(O_APPEND),
    XLAT(O_NONBLOCK),  XLAT(O_SYNC),      XLAT(O_DSYNC),     XLAT(__O_SYNC),    XLAT(O_DIRECT),
    XLAT(O_LARGEFILE), XLAT(O_NOFOLLOW),  XLAT(O_NOATIME),   XLAT(O_CLOEXEC),   XLAT(O_PATH),
    XLAT(O_TMPFILE),   XLAT(O_DIRECTORY), XLAT(__O_TMPFILE), XLAT(O_EMPTYPATH), XLAT(FASYNC),
};

constexpr Xlat kAtFlagsNames[] = {
    XLAT(AT_SYMLINK_NOFOLLOW), XLAT(AT_REMOVEDIR),  XLAT(AT_SYMLINK_FOLLOW),
    XLAT(AT_NO_AUTOMOUNT),     XLAT(AT_EMPTY_PATH), XLAT(AT_RECURSIVE),
};

constexpr Xlat kUnlinkatFlagsNames[] = {
    XLAT(AT_SYMLINK_NOFOLLOW), XLAT(AT_REMOVEDIR),  XLAT(AT_SYMLINK_FOLLOW),
    XLAT(AT_NO_AUTOMOUNT),     XLAT(AT_EMPTY_PATH), XLAT(AT_RECURSIVE),
};

constexpr Xlat kLinkatFlagsNames[] = {
    XLAT(AT_SYMLINK_NOFOLLOW), XLAT(AT_REMOVEDIR),  XLAT(AT_SYMLINK_FOLLOW),
    XLAT(AT_NO_AUTOMOUNT),     XLAT(AT_EMPTY_PATH), XLAT(AT_RECURSIVE),
};

constexpr Xlat kFchownatFlagsNames[] = {
    XLAT(AT_SYMLINK_NOFOLLOW), XLAT(AT_REMOVEDIR),  XLAT(AT_SYMLINK_FOLLOW),
    XLAT(AT_NO_AUTOMOUNT),     XLAT(AT_EMPTY_PATH), XLAT(AT_RECURSIVE),
};

constexpr Xlat kFaccessat2FlagsNames[] = {
    XLAT(AT_SYMLINK_NOFOLLOW),
    XLAT(AT_EACCESS),
    XLAT(AT_EMPTY_PATH),
};

constexpr Xlat kFchmodat2FlagsNames[] = {
    XLAT(AT_SYMLINK_NOFOLLOW),
    XLAT(AT_EMPTY_PATH),
};

constexpr Xlat kExecveatFlagsNames[] = {
    XLAT(AT_SYMLINK_NOFOLLOW),
    XLAT(AT_EMPTY_PATH),
    XLAT(AT_EXECVE_CHECK),
};

constexpr Xlat kUtimensatFlagsNames[] = {
    XLAT(AT_SYMLINK_NOFOLLOW), XLAT(AT_REMOVEDIR),  XLAT(AT_SYMLINK_FOLLOW),
    XLAT(AT_NO_AUTOMOUNT),     XLAT(AT_EMPTY_PATH), XLAT(AT_RECURSIVE),
};

constexpr Xlat kStatxFlagsFlagNames[] = {
    XLAT(AT_SYMLINK_NOFOLLOW), XLAT(AT_REMOVEDIR),  XLAT(AT_SYMLINK_FOLLOW),
    XLAT(AT_NO_AUTOMOUNT),     XLAT(AT_EMPTY_PATH), XLAT(AT_RECURSIVE),
};

constexpr Xlat kStatxFlagsConstantNames[] = {
    XLAT(AT_STATX_SYNC_AS_STAT),
    XLAT(AT_STATX_FORCE_SYNC),
    XLAT(AT_STATX_DONT_SYNC),
};

constexpr Xlat kStatxMaskNames[] = {
    XLAT(STATX_ALL),           XLAT(STATX_BASIC_STATS),
    XLAT(STATX_TYPE),          XLAT(STATX_MODE),
    XLAT(STATX_NLINK),         XLAT(STATX_UID),
    XLAT(STATX_GID),           XLAT(STATX_ATIME),
    XLAT(STATX_MTIME),         XLAT(STATX_CTIME),
    XLAT(STATX_INO),           XLAT(STATX_SIZE),
    XLAT(STATX_BLOCKS),        XLAT(STATX_BTIME),
    XLAT(STATX_MNT_ID),        XLAT(STATX_DIOALIGN),
    XLAT(STATX_MNT_ID_UNIQUE), XLAT(STATX_SUBVOL),
    XLAT(STATX_WRITE_ATOMIC),  XLAT(STATX_DIO_READ_ALIGN),
};

constexpr Xlat kNameToHandleFlagsNames[] = {
    XLAT(AT_HANDLE_MNT_ID_UNIQUE), XLAT(AT_HANDLE_CONNECTABLE), XLAT(AT_HANDLE_FID),
    XLAT(AT_SYMLINK_FOLLOW),       XLAT(AT_EMPTY_PATH),
};

constexpr Xlat kRenameFlagsNames[] = {
    XLAT(RENAME_NOREPLACE),
    XLAT(RENAME_EXCHANGE),
    XLAT(RENAME_WHITEOUT),
};

constexpr Xlat kWhencesNames[] = {
    XLAT(SEEK_SET), XLAT(SEEK_CUR), XLAT(SEEK_END), XLAT(SEEK_DATA), XLAT(SEEK_HOLE),
};

constexpr Xlat kFcntlCommandsNames[] = {
    XLAT(F_DUPFD),
    XLAT(F_GETFD),
    XLAT(F_SETFD),
    XLAT(F_GETFL),
    XLAT(F_SETFL),
    XLAT(F_GETLK),
    XLAT(F_SETLK),
    XLAT(F_SETLKW),
    XLAT(F_SETOWN),
    XLAT(F_GETOWN),
    XLAT(F_SETSIG),
    XLAT(F_GETSIG),
    XLAT(F_GETLK64),
    XLAT(F_SETLK64),
    XLAT(F_SETLKW64),
    XLAT(F_SETOWN_EX),
    XLAT(F_GETOWN_EX),
    XLAT(F_GETOWNER_UIDS),
    XLAT(F_OFD_GETLK),
    XLAT(F_OFD_SETLK),
    XLAT(F_OFD_SETLKW),
    XLAT(F_SETLEASE),
    XLAT(F_GETLEASE),
    XLAT(F_NOTIFY),
    XLAT(F_DUPFD_QUERY),
    XLAT(F_CREATED_QUERY),
    XLAT(F_CANCELLK),
    XLAT(F_DUPFD_CLOEXEC),
    XLAT(F_SETPIPE_SZ),
    XLAT(F_GETPIPE_SZ),
    XLAT(F_ADD_SEALS),
    XLAT(F_GET_SEALS),
    XLAT(F_GET_RW_HINT),
    XLAT(F_SET_RW_HINT),
    XLAT(F_GET_FILE_RW_HINT),
    XLAT(F_SET_FILE_RW_HINT),
    XLAT(F_GETDELEG),
    XLAT(F_SETDELEG),
};

constexpr Xlat kFlockOperationsNames[] = {
    XLAT(LOCK_SH),   XLAT(LOCK_EX), XLAT(LOCK_NB),   XLAT(LOCK_UN),
    XLAT(LOCK_MAND), XLAT(LOCK_RW), XLAT(LOCK_READ), XLAT(LOCK_WRITE),
};

constexpr Xlat kResolveFlagsNames[] = {
    XLAT(RESOLVE_NO_XDEV), XLAT(RESOLVE_NO_MAGICLINKS), XLAT(RESOLVE_NO_SYMLINKS),
    XLAT(RESOLVE_BENEATH), XLAT(RESOLVE_IN_ROOT),       XLAT(RESOLVE_CACHED),
};

constexpr Xlat kStatxAttributesNames[] = {
    XLAT(STATX_ATTR_COMPRESSED),   XLAT(STATX_ATTR_IMMUTABLE), XLAT(STATX_ATTR_APPEND),
    XLAT(STATX_ATTR_NODUMP),       XLAT(STATX_ATTR_ENCRYPTED), XLAT(STATX_ATTR_AUTOMOUNT),
    XLAT(STATX_ATTR_MOUNT_ROOT),   XLAT(STATX_ATTR_VERITY),    XLAT(STATX_ATTR_DAX),
    XLAT(STATX_ATTR_WRITE_ATOMIC),
};

constexpr Xlat kLockTypesNames[] = {
    XLAT(F_RDLCK), XLAT(F_WRLCK), XLAT(F_UNLCK), XLAT(F_EXLCK), XLAT(F_SHLCK),
};

constexpr Xlat kOwnerTypesNames[] = {
    XLAT(F_OWNER_TID),
    XLAT(F_OWNER_PID),
    XLAT(F_OWNER_PGRP),
};

constexpr Xlat kSealsNames[] = {
    XLAT(F_SEAL_SEAL),  XLAT(F_SEAL_SHRINK),       XLAT(F_SEAL_GROW),
    XLAT(F_SEAL_WRITE), XLAT(F_SEAL_FUTURE_WRITE), XLAT(F_SEAL_EXEC),
};

constexpr Xlat kDescriptorFlagsNames[] = {
    XLAT(FD_CLOEXEC),
};

constexpr Xlat kNotifyEventsNames[] = {
    XLAT(DN_ACCESS), XLAT(DN_MODIFY), XLAT(DN_CREATE),    XLAT(DN_DELETE),
    XLAT(DN_RENAME), XLAT(DN_ATTRIB), XLAT(DN_MULTISHOT),
};

constexpr Xlat kFcntlWriteHintsNames[] = {
    XLAT(RWH_WRITE_LIFE_NOT_SET), XLAT(RWH_WRITE_LIFE_NONE), XLAT(RWH_WRITE_LIFE_SHORT),
    XLAT(RWH_WRITE_LIFE_MEDIUM),  XLAT(RWH_WRITE_LIFE_LONG), XLAT(RWH_WRITE_LIFE_EXTREME),
};

}  // namespace

const Set kOpenFlags = {
    .flags = kOpenFlagsFlagNames, .constant_mask = 0x3, .constants = kOpenFlagsConstantNames};
const Set kPipeFlags = {.flags = kPipeFlagsNames, .unknown_flags = "O_???"};
const Set kDupFlags = {.flags = kDupFlagsNames, .unknown_flags = "O_???"};
const Set kAtFlags = {.flags = kAtFlagsNames, .unknown_flags = "AT_???"};
const Set kUnlinkatFlags = {.flags = kUnlinkatFlagsNames, .unknown_flags = "AT_???"};
const Set kLinkatFlags = {.flags = kLinkatFlagsNames, .unknown_flags = "AT_???"};
const Set kFchownatFlags = {.flags = kFchownatFlagsNames, .unknown_flags = "AT_???"};
const Set kFaccessat2Flags = {.flags = kFaccessat2FlagsNames, .unknown_flags = "AT_???"};
const Set kFchmodat2Flags = {.flags = kFchmodat2FlagsNames, .unknown_flags = "AT_???"};
const Set kExecveatFlags = {.flags = kExecveatFlagsNames, .unknown_flags = "AT_???"};
const Set kUtimensatFlags = {.flags = kUtimensatFlagsNames, .unknown_flags = "AT_???"};
const Set kStatxFlags = {
    .flags = kStatxFlagsFlagNames, .constant_mask = 0x6000, .constants = kStatxFlagsConstantNames};
const Set kStatxMask = {.flags = kStatxMaskNames, .unknown_flags = "STATX_???"};
const Set kNameToHandleFlags = {.flags = kNameToHandleFlagsNames, .unknown_flags = "AT_???"};
const Set kRenameFlags = {.flags = kRenameFlagsNames, .unknown_flags = "RENAME_???"};
const Set kWhences = {.constants = kWhencesNames, .unknown = "SEEK_???"};
const Set kFcntlCommands = {.constants = kFcntlCommandsNames, .unknown = "F_???", .sorted = true};
const Set kFlockOperations = {.flags = kFlockOperationsNames, .unknown_flags = "LOCK_???"};
const Set kResolveFlags = {.flags = kResolveFlagsNames, .unknown_flags = "RESOLVE_???"};
const Set kStatxAttributes = {.flags = kStatxAttributesNames, .unknown_flags = "STATX_ATTR_???"};
const Set kLockTypes = {.constants = kLockTypesNames, .unknown = "F_???"};
const Set kOwnerTypes = {.constants = kOwnerTypesNames, .unknown = "F_OWNER_???"};
const Set kSeals = {.flags = kSealsNames, .unknown_flags = "F_SEAL_???"};
const Set kDescriptorFlags = {.flags = kDescriptorFlagsNames, .unknown_flags = "FD_???"};
const Set kNotifyEvents = {.flags = kNotifyEventsNames, .unknown_flags = "DN_???"};
const Set kFcntlWriteHints = {.constants = kFcntlWriteHintsNames, .unknown = "RWH_WRITE_LIFE_???"};

}  // namespace ptraced::decode
