// Names of futexes.

#include <linux/futex.h>

#include "newer.h"
#include "sets.h"
#include "xlat.h"

namespace ptraced::decode {

namespace {

#define BOTH(operation, flag) \
  { xlat_bits(operation | flag), #operation "|" #flag }

constexpr Xlat kFutexOperationsNames[] = {
    XLAT(FUTEX_WAIT),
    XLAT(FUTEX_WAKE),
    XLAT(FUTEX_FD),
    XLAT(FUTEX_REQUEUE),
    XLAT(FUTEX_CMP_REQUEUE),
    XLAT(FUTEX_WAKE_OP),
    XLAT(FUTEX_LOCK_PI),
    XLAT(FUTEX_UNLOCK_PI),
    XLAT(FUTEX_TRYLOCK_PI),
    XLAT(FUTEX_WAIT_BITSET),
    XLAT(FUTEX_WAKE_BITSET),
    XLAT(FUTEX_WAIT_REQUEUE_PI),
    XLAT(FUTEX_CMP_REQUEUE_PI),
    XLAT(FUTEX_LOCK_PI2),
    XLAT(FUTEX_WAIT_PRIVATE),
    XLAT(FUTEX_WAKE_PRIVATE),
    BOTH(FUTEX_FD, FUTEX_PRIVATE_FLAG),
    XLAT(FUTEX_REQUEUE_PRIVATE),
    XLAT(FUTEX_CMP_REQUEUE_PRIVATE),
    XLAT(FUTEX_WAKE_OP_PRIVATE),
    XLAT(FUTEX_LOCK_PI_PRIVATE),
    XLAT(FUTEX_UNLOCK_PI_PRIVATE),
    XLAT(FUTEX_TRYLOCK_PI_PRIVATE),
    XLAT(FUTEX_WAIT_BITSET_PRIVATE),
    XLAT(FUTEX_WAKE_BITSET_PRIVATE),
    XLAT(FUTEX_WAIT_REQUEUE_PI_PRIVATE),
    XLAT(FUTEX_CMP_REQUEUE_PI_PRIVATE),
    XLAT(FUTEX_LOCK_PI2_PRIVATE),
    // The operations that FUTEX_CLOCK_REALTIME may go with.
    BOTH(FUTEX_WAIT, FUTEX_CLOCK_REALTIME),
    BOTH(FUTEX_WAIT_BITSET, FUTEX_CLOCK_REALTIME),
    BOTH(FUTEX_WAIT_REQUEUE_PI, FUTEX_CLOCK_REALTIME),
    BOTH(FUTEX_WAIT_PRIVATE, FUTEX_CLOCK_REALTIME),
    BOTH(FUTEX_WAIT_BITSET_PRIVATE, FUTEX_CLOCK_REALTIME),
    BOTH(FUTEX_WAIT_REQUEUE_PI_PRIVATE, FUTEX_CLOCK_REALTIME),
};

constexpr Xlat kFutex2FlagsFlagNames[] = {
    XLAT(FUTEX2_NUMA),
    XLAT(FUTEX2_MPOL),
    XLAT(FUTEX2_PRIVATE),
};

constexpr Xlat kFutex2FlagsConstantNames[] = {
    XLAT(FUTEX2_SIZE_U8),
    XLAT(FUTEX2_SIZE_U16),
    XLAT(FUTEX2_SIZE_U32),
    XLAT(FUTEX2_SIZE_U64),
};

constexpr Xlat kFutexWaitFlagsFlagNames[] = {
    XLAT(FUTEX2_NUMA),
    XLAT(FUTEX2_MPOL),
    XLAT(FUTEX2_PRIVATE),
};

constexpr Xlat kFutexWaitFlagsConstantNames[] = {
    XLAT(FUTEX2_SIZE_U8),
    XLAT(FUTEX2_SIZE_U16),
    XLAT(FUTEX2_SIZE_U32),
    XLAT(FUTEX2_SIZE_U64),
};

}  // namespace

const Set kFutexOperations = {
    .constants = kFutexOperationsNames, .unknown = "FUTEX_???", .sorted = true};
const Set kFutex2Flags = {
    .flags = kFutex2FlagsFlagNames, .constant_mask = 0x3, .constants = kFutex2FlagsConstantNames};
const Set kFutexWaitFlags = {.flags = kFutexWaitFlagsFlagNames,
                             .constant_mask = 0x3,
                             .constants = kFutexWaitFlagsConstantNames};

}  // namespace ptraced::decode
