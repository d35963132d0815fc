// Names of mount, umount and the mount API.

#include <linux/fcntl.h>
#include <linux/mount.h>

#include "newer.h"
#include "sets.h"
#include "xlat.h"

namespace ptraced::decode {

namespace {

constexpr Xlat kOpenTreeFlagsNames[] = {
    XLAT(OPEN_TREE_CLONE),     XLAT(OPEN_TREE_NAMESPACE), XLAT(OPEN_TREE_CLOEXEC),
    XLAT(AT_SYMLINK_NOFOLLOW), XLAT(AT_NO_AUTOMOUNT),     XLAT(AT_EMPTY_PATH),
    XLAT(AT_RECURSIVE),
};

constexpr Xlat kMoveMountFlagsNames[] = {
    XLAT(MOVE_MOUNT_F_SYMLINKS), XLAT(MOVE_MOUNT_F_AUTOMOUNTS), XLAT(MOVE_MOUNT_F_EMPTY_PATH),
    XLAT(MOVE_MOUNT_T_SYMLINKS), XLAT(MOVE_MOUNT_T_AUTOMOUNTS), XLAT(MOVE_MOUNT_T_EMPTY_PATH),
    XLAT(MOVE_MOUNT_SET_GROUP),  XLAT(MOVE_MOUNT_BENEATH),
};

constexpr Xlat kFsopenFlagsNames[] = {
    XLAT(FSOPEN_CLOEXEC),
};

constexpr Xlat kFsconfigCommandsNames[] = {
    XLAT(FSCONFIG_SET_FLAG),   XLAT(FSCONFIG_SET_STRING),      XLAT(FSCONFIG_SET_BINARY),
    XLAT(FSCONFIG_SET_PATH),   XLAT(FSCONFIG_SET_PATH_EMPTY),  XLAT(FSCONFIG_SET_FD),
    XLAT(FSCONFIG_CMD_CREATE), XLAT(FSCONFIG_CMD_RECONFIGURE), XLAT(FSCONFIG_CMD_CREATE_EXCL),
};

constexpr Xlat kFsmountFlagsNames[] = {
    XLAT(FSMOUNT_CLOEXEC),
    XLAT(FSMOUNT_NAMESPACE),
};

constexpr Xlat kMountAttrsNames[] = {
    XLAT(MOUNT_ATTR_RDONLY),     XLAT(MOUNT_ATTR_NOSUID),      XLAT(MOUNT_ATTR_NODEV),
    XLAT(MOUNT_ATTR_NOEXEC),     XLAT(MOUNT_ATTR_NOATIME),     XLAT(MOUNT_ATTR_STRICTATIME),
    XLAT(MOUNT_ATTR_NODIRATIME), XLAT(MOUNT_ATTR_NOSYMFOLLOW),
};

constexpr Xlat kFspickFlagsNames[] = {
    XLAT(FSPICK_CLOEXEC),
    XLAT(FSPICK_SYMLINK_NOFOLLOW),
    XLAT(FSPICK_NO_AUTOMOUNT),
    XLAT(FSPICK_EMPTY_PATH),
};

constexpr Xlat kMountSetattrFlagsNames[] = {
    XLAT(AT_SYMLINK_NOFOLLOW),
    XLAT(AT_NO_AUTOMOUNT),
    XLAT(AT_EMPTY_PATH),
    XLAT(AT_RECURSIVE),
};

constexpr Xlat kMountFlagsNames[] = {
    XLAT(MS_RDONLY),      XLAT(MS_NOSUID),    XLAT(MS_NODEV),        XLAT(MS_NOEXEC),
    XLAT(MS_SYNCHRONOUS), XLAT(MS_REMOUNT),   XLAT(MS_MANDLOCK),     XLAT(MS_DIRSYNC),
    XLAT(MS_NOSYMFOLLOW), XLAT(MS_NOATIME),   XLAT(MS_NODIRATIME),   XLAT(MS_BIND),
    XLAT(MS_MOVE),        XLAT(MS_REC),       XLAT(MS_SILENT),       XLAT(MS_POSIXACL),
    XLAT(MS_UNBINDABLE),  XLAT(MS_PRIVATE),   XLAT(MS_SLAVE),        XLAT(MS_SHARED),
    XLAT(MS_RELATIME),    XLAT(MS_KERNMOUNT), XLAT(MS_I_VERSION),    XLAT(MS_STRICTATIME),
    XLAT(MS_LAZYTIME),    XLAT(MS_SUBMOUNT),  XLAT(MS_NOREMOTELOCK), XLAT(MS_NOSEC),
    XLAT(MS_BORN),        XLAT(MS_ACTIVE),    XLAT(MS_NOUSER),
};

constexpr Xlat kMountMagicNames[] = {
    XLAT(MS_MGC_VAL),
};

constexpr Xlat kUmountFlagsNames[] = {
    XLAT(MNT_FORCE),
    XLAT(MNT_DETACH),
    XLAT(MNT_EXPIRE),
    XLAT(UMOUNT_NOFOLLOW),
};

constexpr Xlat kStatmountFlagsNames[] = {
    XLAT(STATMOUNT_BY_FD),
};

constexpr Xlat kListmountFlagsNames[] = {
    XLAT(LISTMOUNT_REVERSE),
};

}  // namespace

const Set kOpenTreeFlags = {.flags = kOpenTreeFlagsNames, .unknown_flags = "OPEN_TREE_???"};
const Set kMoveMountFlags = {.flags = kMoveMountFlagsNames, .unknown_flags = "MOVE_MOUNT_???"};
const Set kFsopenFlags = {.flags = kFsopenFlagsNames, .unknown_flags = "FSOPEN_???"};
const Set kFsconfigCommands = {
    .constants = kFsconfigCommandsNames, .unknown = "FSCONFIG_???", .sorted = true};
const Set kFsmountFlags = {.flags = kFsmountFlagsNames, .unknown_flags = "FSMOUNT_???"};
const Set kMountAttrs = {.flags = kMountAttrsNames, .unknown_flags = "MOUNT_ATTR_???"};
const Set kFspickFlags = {.flags = kFspickFlagsNames, .unknown_flags = "FSPICK_???"};
const Set kMountSetattrFlags = {.flags = kMountSetattrFlagsNames, .unknown_flags = "AT_???"};
const Set kMountFlags = {.flags = kMountFlagsNames, .unknown_flags = "MS_???"};
const Set kMagicMountFlags = {
    .flags = kMountFlagsNames, .constant_mask = MS_MGC_MSK, .constants = kMountMagicNames};
const Set kUmountFlags = {.flags = kUmountFlagsNames, .unknown_flags = "MNT_???"};
const Set kStatmountFlags = {.flags = kStatmountFlagsNames, .unknown_flags = "STATMOUNT_???"};
const Set kListmountFlags = {.flags = kListmountFlagsNames, .unknown_flags = "LISTMOUNT_???"};

}  // namespace ptraced::decode
