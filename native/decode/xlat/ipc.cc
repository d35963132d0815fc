// Names of System V IPC.

#include <linux/ipc.h>
#include <linux/msg.h>
#include <linux/sem.h>
#include <linux/shm.h>

#include "newer.h"
#include "sets.h"
#include "xlat.h"

namespace ptraced::decode {

namespace {

constexpr Xlat kShmatFlagsNames[] = {
    XLAT(SHM_RDONLY),
    XLAT(SHM_RND),
    XLAT(SHM_REMAP),
    XLAT(SHM_EXEC),
};

constexpr Xlat kShmgetFlagsNames[] = {
    XLAT(IPC_CREAT),
    XLAT(IPC_EXCL),
    XLAT(SHM_HUGETLB),
    XLAT(SHM_NORESERVE),
};

constexpr Xlat kShmCommandsFlagNames[] = {
    XLAT(IPC_64),
};

constexpr Xlat kShmCommandsConstantNames[] = {
    XLAT(IPC_RMID),   XLAT(IPC_SET),  XLAT(IPC_STAT), XLAT(IPC_INFO),     XLAT(SHM_LOCK),
    XLAT(SHM_UNLOCK), XLAT(SHM_STAT), XLAT(SHM_INFO), XLAT(SHM_STAT_ANY),
};

constexpr Xlat kSemCommandsFlagNames[] = {
    XLAT(IPC_64),
};

constexpr Xlat kSemCommandsConstantNames[] = {
    XLAT(IPC_RMID), XLAT(IPC_SET),  XLAT(IPC_STAT), XLAT(IPC_INFO),     XLAT(GETPID),
    XLAT(GETVAL),   XLAT(GETALL),   XLAT(GETNCNT),  XLAT(GETZCNT),      XLAT(SETVAL),
    XLAT(SETALL),   XLAT(SEM_STAT), XLAT(SEM_INFO), XLAT(SEM_STAT_ANY),
};

constexpr Xlat kMsgCommandsFlagNames[] = {
    XLAT(IPC_64),
};

constexpr Xlat kMsgCommandsConstantNames[] = {
    XLAT(IPC_RMID), XLAT(IPC_SET),  XLAT(IPC_STAT),     XLAT(IPC_INFO),
    XLAT(MSG_STAT), XLAT(MSG_INFO), XLAT(MSG_STAT_ANY),
};

constexpr Xlat kSemgetFlagsNames[] = {
    XLAT(IPC_CREAT),
    XLAT(IPC_EXCL),
    XLAT(IPC_NOWAIT),
};

constexpr Xlat kMsggetFlagsNames[] = {
    XLAT(IPC_CREAT),
    XLAT(IPC_EXCL),
    XLAT(IPC_NOWAIT),
};

constexpr Xlat kMsgFlagsNames[] = {
    XLAT(MSG_NOERROR),
    XLAT(MSG_EXCEPT),
    XLAT(MSG_COPY),
    XLAT(IPC_NOWAIT),
};

constexpr Xlat kSemopFlagsNames[] = {
    XLAT(SEM_UNDO),
    XLAT(IPC_NOWAIT),
};

}  // namespace

const Set kShmatFlags = {.flags = kShmatFlagsNames, .unknown_flags = "SHM_???"};
const Set kShmgetFlags = {.flags = kShmgetFlagsNames, .rest = Rest::kOctal};
const Set kShmCommands = {.flags = kShmCommandsFlagNames,
                          .constant_mask = 0xfffffeff,
                          .constants = kShmCommandsConstantNames,
                          .unknown = "SHM_???",
                          .constants_last = true,
                          .sorted = true};
const Set kSemCommands = {.flags = kSemCommandsFlagNames,
                          .constant_mask = 0xfffffeff,
                          .constants = kSemCommandsConstantNames,
                          .unknown = "SEM_???",
                          .constants_last = true,
                          .sorted = true};
const Set kMsgCommands = {.flags = kMsgCommandsFlagNames,
                          .constant_mask = 0xfffffeff,
                          .constants = kMsgCommandsConstantNames,
                          .unknown = "MSG_???",
                          .constants_last = true};
const Set kSemgetFlags = {.flags = kSemgetFlagsNames, .rest = Rest::kOctal};
const Set kMsggetFlags = {.flags = kMsggetFlagsNames, .rest = Rest::kOctal};
const Set kMsgFlags = {.flags = kMsgFlagsNames, .unknown_flags = "MSG_???"};
const Set kSemopFlags = {.flags = kSemopFlagsNames, .unknown_flags = "SEM_???"};

}  // namespace ptraced::decode
