// Names of file systems, files and file events.

#include <dirent.h>
#include <linux/close_range.h>
#include <linux/fadvise.h>
#include <linux/falloc.h>
#include <linux/fanotify.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/inotify.h>
#include <linux/module.h>
#include <linux/stat.h>
#include <linux/xattr.h>

#include "newer.h"
#include "sets.h"
#include "xlat.h"

namespace ptraced::decode {

namespace {

constexpr Xlat kXattrFlagsNames[] = {
    XLAT(XATTR_CREATE),
    XLAT(XATTR_REPLACE),
};

constexpr Xlat kXattratFlagsNames[] = {
    XLAT(AT_SYMLINK_NOFOLLOW),
    XLAT(AT_EMPTY_PATH),
};

constexpr Xlat kFallocateModesNames[] = {
    XLAT(FALLOC_FL_KEEP_SIZE),      XLAT(FALLOC_FL_PUNCH_HOLE),   XLAT(FALLOC_FL_NO_HIDE_STALE),
    XLAT(FALLOC_FL_COLLAPSE_RANGE), XLAT(FALLOC_FL_ZERO_RANGE),   XLAT(FALLOC_FL_INSERT_RANGE),
    XLAT(FALLOC_FL_UNSHARE_RANGE),  XLAT(FALLOC_FL_WRITE_ZEROES),
};

constexpr Xlat kFadviceNames[] = {
    XLAT(POSIX_FADV_NORMAL),   XLAT(POSIX_FADV_RANDOM),   XLAT(POSIX_FADV_SEQUENTIAL),
    XLAT(POSIX_FADV_WILLNEED), XLAT(POSIX_FADV_DONTNEED), XLAT(POSIX_FADV_NOREUSE),
};

constexpr Xlat kSwapFlagsNames[] = {
    XLAT(SWAP_FLAG_PREFER),
    XLAT(SWAP_FLAG_DISCARD),
    XLAT(SWAP_FLAG_DISCARD_ONCE),
    XLAT(SWAP_FLAG_DISCARD_PAGES),
};

constexpr Xlat kDeleteModuleFlagsNames[] = {
    XLAT(O_NONBLOCK),
    XLAT(O_TRUNC),
};

constexpr Xlat kFinitModuleFlagsNames[] = {
    XLAT(MODULE_INIT_IGNORE_MODVERSIONS),
    XLAT(MODULE_INIT_IGNORE_VERMAGIC),
    XLAT(MODULE_INIT_COMPRESSED_FILE),
};

constexpr Xlat kInotifyFlagsNames[] = {
    XLAT(IN_NONBLOCK),
    XLAT(IN_CLOEXEC),
};

constexpr Xlat kInotifyEventsNames[] = {
    XLAT(IN_ACCESS),        XLAT(IN_MODIFY),      XLAT(IN_ATTRIB),      XLAT(IN_CLOSE_WRITE),
    XLAT(IN_CLOSE_NOWRITE), XLAT(IN_OPEN),        XLAT(IN_MOVED_FROM),  XLAT(IN_MOVED_TO),
    XLAT(IN_CREATE),        XLAT(IN_DELETE),      XLAT(IN_DELETE_SELF), XLAT(IN_MOVE_SELF),
    XLAT(IN_UNMOUNT),       XLAT(IN_Q_OVERFLOW),  XLAT(IN_IGNORED),     XLAT(IN_ONLYDIR),
    XLAT(IN_DONT_FOLLOW),   XLAT(IN_EXCL_UNLINK), XLAT(IN_MASK_CREATE), XLAT(IN_MASK_ADD),
    XLAT(IN_ISDIR),         XLAT(IN_ONESHOT),
};

constexpr Xlat kFanotifyInitFlagsFlagNames[] = {
    XLAT(FAN_CLOEXEC),         XLAT(FAN_NONBLOCK),          XLAT(FAN_UNLIMITED_QUEUE),
    XLAT(FAN_UNLIMITED_MARKS), XLAT(FAN_ENABLE_AUDIT),      XLAT(FAN_REPORT_PIDFD),
    XLAT(FAN_REPORT_TID),      XLAT(FAN_REPORT_FID),        XLAT(FAN_REPORT_DIR_FID),
    XLAT(FAN_REPORT_NAME),     XLAT(FAN_REPORT_TARGET_FID), XLAT(FAN_REPORT_FD_ERROR),
    XLAT(FAN_REPORT_MNT),
};

constexpr Xlat kFanotifyInitFlagsConstantNames[] = {
    XLAT(FAN_CLASS_NOTIF),
    XLAT(FAN_CLASS_CONTENT),
    XLAT(FAN_CLASS_PRE_CONTENT),
};

constexpr Xlat kFanotifyMarkFlagsNames[] = {
    XLAT(FAN_MARK_ADD),          XLAT(FAN_MARK_REMOVE),
    XLAT(FAN_MARK_FLUSH),        XLAT(FAN_MARK_DONT_FOLLOW),
    XLAT(FAN_MARK_ONLYDIR),      XLAT(FAN_MARK_MNTNS),
    XLAT(FAN_MARK_MOUNT),        XLAT(FAN_MARK_FILESYSTEM),
    XLAT(FAN_MARK_IGNORED_MASK), XLAT(FAN_MARK_IGNORED_SURV_MODIFY),
    XLAT(FAN_MARK_IGNORE),       XLAT(FAN_MARK_EVICTABLE),
};

constexpr Xlat kFanotifyEventsNames[] = {
    XLAT(FAN_ACCESS),      XLAT(FAN_MODIFY),         XLAT(FAN_ATTRIB),
    XLAT(FAN_CLOSE_WRITE), XLAT(FAN_CLOSE_NOWRITE),  XLAT(FAN_OPEN),
    XLAT(FAN_MOVED_FROM),  XLAT(FAN_MOVED_TO),       XLAT(FAN_CREATE),
    XLAT(FAN_DELETE),      XLAT(FAN_DELETE_SELF),    XLAT(FAN_MOVE_SELF),
    XLAT(FAN_OPEN_EXEC),   XLAT(FAN_Q_OVERFLOW),     XLAT(FAN_FS_ERROR),
    XLAT(FAN_OPEN_PERM),   XLAT(FAN_ACCESS_PERM),    XLAT(FAN_OPEN_EXEC_PERM),
    XLAT(FAN_DIR_MODIFY),  XLAT(FAN_PRE_ACCESS),     XLAT(FAN_MNT_ATTACH),
    XLAT(FAN_MNT_DETACH),  XLAT(FAN_EVENT_ON_CHILD), XLAT(FAN_RENAME),
    XLAT(FAN_ONDIR),
};

constexpr Xlat kSpliceFlagsNames[] = {
    XLAT(SPLICE_F_MOVE),
    XLAT(SPLICE_F_NONBLOCK),
    XLAT(SPLICE_F_MORE),
    XLAT(SPLICE_F_GIFT),
};

constexpr Xlat kSyncFileRangeFlagsNames[] = {
    XLAT(SYNC_FILE_RANGE_WAIT_BEFORE),
    XLAT(SYNC_FILE_RANGE_WRITE),
    XLAT(SYNC_FILE_RANGE_WAIT_AFTER),
};

constexpr Xlat kRwFlagsNames[] = {
    XLAT(RWF_HIPRI),    XLAT(RWF_DSYNC),  XLAT(RWF_SYNC),      XLAT(RWF_NOWAIT),   XLAT(RWF_APPEND),
    XLAT(RWF_NOAPPEND), XLAT(RWF_ATOMIC), XLAT(RWF_DONTCACHE), XLAT(RWF_NOSIGNAL),
};

constexpr Xlat kCloseRangeFlagsNames[] = {
    XLAT(CLOSE_RANGE_UNSHARE),
    XLAT(CLOSE_RANGE_CLOEXEC),
};

constexpr Xlat kStatfsFlagsNames[] = {
    XLAT(ST_VALID),      XLAT(ST_RDONLY),      XLAT(ST_NOSUID),      XLAT(ST_NODEV),
    XLAT(ST_NOEXEC),     XLAT(ST_SYNCHRONOUS), XLAT(ST_MANDLOCK),    XLAT(ST_NOATIME),
    XLAT(ST_NODIRATIME), XLAT(ST_RELATIME),    XLAT(ST_NOSYMFOLLOW),
};

constexpr Xlat kSyslogActionsNames[] = {
    XLAT(SYSLOG_ACTION_CLOSE),         XLAT(SYSLOG_ACTION_OPEN),
    XLAT(SYSLOG_ACTION_READ),          XLAT(SYSLOG_ACTION_READ_ALL),
    XLAT(SYSLOG_ACTION_READ_CLEAR),    XLAT(SYSLOG_ACTION_CLEAR),
    XLAT(SYSLOG_ACTION_CONSOLE_OFF),   XLAT(SYSLOG_ACTION_CONSOLE_ON),
    XLAT(SYSLOG_ACTION_CONSOLE_LEVEL), XLAT(SYSLOG_ACTION_SIZE_UNREAD),
    XLAT(SYSLOG_ACTION_SIZE_BUFFER),
};

constexpr Xlat kDirentTypesNames[] = {
    XLAT(DT_UNKNOWN), XLAT(DT_FIFO), XLAT(DT_CHR),  XLAT(DT_DIR), XLAT(DT_BLK),
    XLAT(DT_REG),     XLAT(DT_LNK),  XLAT(DT_SOCK), XLAT(DT_WHT),
};

}  // namespace

const Set kXattrFlags = {.flags = kXattrFlagsNames, .unknown_flags = "XATTR_???"};
const Set kXattratFlags = {.flags = kXattratFlagsNames, .unknown_flags = "AT_???"};
const Set kFallocateModes = {.flags = kFallocateModesNames, .unknown_flags = "FALLOC_FL_???"};
const Set kFadvice = {.constants = kFadviceNames, .unknown = "POSIX_FADV_???"};
const Set kSwapFlags = {.flags = kSwapFlagsNames, .unknown_flags = "SWAP_FLAG_???"};
const Set kDeleteModuleFlags = {.flags = kDeleteModuleFlagsNames, .unknown_flags = "O_???"};
const Set kFinitModuleFlags = {.flags = kFinitModuleFlagsNames, .unknown_flags = "MODULE_INIT_???"};
const Set kInotifyFlags = {.flags = kInotifyFlagsNames, .unknown_flags = "IN_???"};
const Set kInotifyEvents = {.flags = kInotifyEventsNames, .unknown_flags = "IN_???"};
const Set kFanotifyInitFlags = {.flags = kFanotifyInitFlagsFlagNames,
                                .constant_mask = 0xc,
                                .constants = kFanotifyInitFlagsConstantNames,
                                .unknown = "FAN_CLASS_???",
                                .unknown_flags = "FAN_???"};
const Set kFanotifyMarkFlags = {.flags = kFanotifyMarkFlagsNames, .unknown_flags = "FAN_MARK_???"};
const Set kFanotifyEvents = {.flags = kFanotifyEventsNames, .unknown_flags = "FAN_???"};
const Set kSpliceFlags = {.flags = kSpliceFlagsNames, .unknown_flags = "SPLICE_F_???"};
const Set kSyncFileRangeFlags = {.flags = kSyncFileRangeFlagsNames,
                                 .unknown_flags = "SYNC_FILE_RANGE_???"};
const Set kRwFlags = {.flags = kRwFlagsNames, .unknown_flags = "RWF_???"};
const Set kCloseRangeFlags = {.flags = kCloseRangeFlagsNames, .unknown_flags = "CLOSE_RANGE_???"};
const Set kStatfsFlags = {.flags = kStatfsFlagsNames};
const Set kSyslogActions = {
    .constants = kSyslogActionsNames, .unknown = "SYSLOG_ACTION_???", .sorted = true};
const Set kDirentTypes = {.constants = kDirentTypesNames, .unknown = "DT_???", .sorted = true};

}  // namespace ptraced::decode
