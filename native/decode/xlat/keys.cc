// Sets of one name, and of names that the C library's headers alone have.
#include <asm/fcntl.h>
#include <linux/futex.h>
#include <sys/ipc.h>
#include <sys/timex.h>

#include "sets.h"
#include "xlat.h"

namespace ptraced::decode {

namespace {

constexpr Xlat kIpcKeyNames[] = {XLAT(IPC_PRIVATE)};
constexpr Xlat kFutexBitsetNames[] = {XLAT(FUTEX_BITSET_MATCH_ANY)};
constexpr Xlat kAdjtimexStateNames[] = {
    XLAT(TIME_OK),  XLAT(TIME_INS),  XLAT(TIME_DEL),
    XLAT(TIME_OOP), XLAT(TIME_WAIT), XLAT(TIME_ERROR),
};

constexpr Xlat kMqFlagNames[] = {XLAT(O_NONBLOCK)};

}  // namespace

const Set kMqFlags = {.flags = kMqFlagNames};
const Set kIpcKeys = {.constants = kIpcKeyNames};
const Set kFutexBitsets = {.constants = kFutexBitsetNames};
const Set kAdjtimexStates = {.constants = kAdjtimexStateNames};

}  // namespace ptraced::decode
