// Calls of which one argument decides what the others are.
#include <asm/prctl.h>
#include <linux/eventpoll.h>
#include <linux/futex.h>
#include <sys/stat.h>

#include "rows.h"
#include "rows_i386.h"

namespace ptraced::decode {

namespace {

constexpr Variant kMknodCases[] = {
    {S_IFCHR, {in("dev", kDevice)}},
    {S_IFBLK, {in("dev", kDevice)}},
};

constexpr uint64_t kMremapMoved = MREMAP_MAYMOVE | MREMAP_FIXED;
constexpr Variant kMremapCases[] = {
    {kMremapMoved, {in("new_address", kAddress)}, kHexResult},
};

constexpr Variant kEpollCtlCases[] = {
    {EPOLL_CTL_DEL, {in("event", kAddress)}},
};

constexpr Type kUlongBracket = pointer(kHexWord);

constexpr Variant kArchPrctlCases[] = {
    {ARCH_SET_GS, {in("addr", kAddress)}},
    {ARCH_SET_FS, {in("addr", kAddress)}},
    {ARCH_GET_FS, {out("addr", kUlongBracket)}},
    {ARCH_GET_GS, {out("addr", kUlongBracket)}},
    {ARCH_GET_CPUID, {}},
    {ARCH_SET_CPUID, {in("addr", kUint)}},
};

// What the arguments of futex(2) are for one operation, with and without its private and clock
// flags.
#define FUTEX_CASES(operation, ...)                                        \
  {operation, __VA_ARGS__}, {operation | FUTEX_PRIVATE_FLAG, __VA_ARGS__}, \
      {operation | FUTEX_CLOCK_REALTIME, __VA_ARGS__}, {                   \
    operation | FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME, __VA_ARGS__     \
  }

#define FUTEX_TABLE(timespec)                                                                     \
  FUTEX_CASES(FUTEX_WAIT, {in("val", kUint), in("timeout", timespec)}),                           \
      FUTEX_CASES(FUTEX_WAKE, {in("val", kInt)}), FUTEX_CASES(FUTEX_FD, {in("val", kInt)}),       \
      FUTEX_CASES(FUTEX_REQUEUE, {in("val", kInt), in("val2", kUint), in("uaddr2", kAddress)}),   \
      FUTEX_CASES(FUTEX_CMP_REQUEUE, {in("val", kInt), in("val2", kUint), in("uaddr2", kAddress), \
                                      in("val3", kUint)}),                                        \
      FUTEX_CASES(FUTEX_WAKE_OP, {in("val", kInt), in("val2", kUint), in("uaddr2", kAddress),     \
                                  in("val3", kFutexOperation)}),                                  \
      FUTEX_CASES(FUTEX_LOCK_PI, {at(3, in("timeout", timespec))}),                               \
      FUTEX_CASES(FUTEX_LOCK_PI2, {at(3, in("timeout", timespec))}),                              \
      FUTEX_CASES(FUTEX_UNLOCK_PI, {}), FUTEX_CASES(FUTEX_TRYLOCK_PI, {}),                        \
      FUTEX_CASES(FUTEX_WAIT_BITSET, {in("val", kUint), in("timeout", timespec),                  \
                                      at(5, in("val3", one_of(kFutexBitsets)))}),                 \
      FUTEX_CASES(FUTEX_WAKE_BITSET,                                                              \
                  {in("val", kUint), at(5, in("val3", one_of(kFutexBitsets)))}),                  \
      FUTEX_CASES(FUTEX_WAIT_REQUEUE_PI,                                                          \
                  {in("val", kUint), in("timeout", timespec), in("uaddr2", kAddress)}),           \
      FUTEX_CASES(FUTEX_CMP_REQUEUE_PI,                                                           \
                  {in("val", kInt), in("val2", kUint), in("uaddr2", kAddress), in("val3", kUint)})

constexpr Variant kFutexCases[] = {FUTEX_TABLE(kTimespecPointer)};
constexpr Variant kFutexTime64Cases[] = {FUTEX_TABLE(kTimespec64Pointer)};

}  // namespace

const Variants kMknodVariants = {.selector = 1, .first = 2, .mask = S_IFMT, .cases = kMknodCases};
const Variants kMknodatVariants = {.selector = 2, .first = 3, .mask = S_IFMT, .cases = kMknodCases};
const Variants kMremapVariants = {
    .selector = 3, .first = 4, .mask = kMremapMoved, .cases = kMremapCases};
const Variants kEpollCtlVariants = {.selector = 1, .first = 3, .cases = kEpollCtlCases};
const Variants kArchPrctlVariants = {.selector = 0, .first = 1, .cases = kArchPrctlCases};
const Variants kFutexVariants = {.selector = 1, .first = 2, .cases = kFutexCases};
const Variants kFutexTime64Variants = {.selector = 1, .first = 2, .cases = kFutexTime64Cases};

}  // namespace ptraced::decode
