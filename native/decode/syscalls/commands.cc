// Calls of which one argument decides what the others are.
#include <asm/prctl.h>
#include <linux/eventpoll.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sys/stat.h>

#include "../engine.h"
#include "rows.h"
#include "rows_i386.h"

namespace ptraced::decode {

namespace {

constexpr Variant kMknodCases[] = {
    {S_IFCHR, {in("dev", kDevice)}},
    {S_IFBLK, {in("dev", kDevice)}},
};

constexpr uint64_t kMremapMoved = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
constexpr Variant kMremapCases[] = {
    {MREMAP_MAYMOVE | MREMAP_FIXED, {in("new_address", kAddress)}, kAddressResult},
    {MREMAP_MAYMOVE | MREMAP_DONTUNMAP, {in("new_address", kAddress)}, kAddressResult},
    {kMremapMoved, {in("new_address", kAddress)}, kAddressResult},
};

constexpr Variant kEpollCtlCases[] = {
    {EPOLL_CTL_DEL, {in("event", kAddress)}},
};

constexpr Type kXfeature = {.kind = Kind::kCustom, .set = &kXfeatures, .print = print_hex_constant};
constexpr Type kXfeatureSet = {
    .kind = Kind::kCustom, .size = 8, .set = &kXfeatureMask, .print = print_hex_flags};
constexpr Type kXfeatureSetPointer = pointer(kXfeatureSet);
constexpr Type kXfeaturesResult = flags(kXfeatureMask, 8);

void note_xfeatures(Engine& engine) {
  note_named_flags(engine, kXfeatureMask);
}

constexpr Variant kArchPrctlCases[] = {
    {ARCH_SET_GS, {in("addr", kHexWord)}},
    {ARCH_SET_FS, {in("addr", kHexWord)}},
    {ARCH_GET_FS, {out("addr", kAddressPointer)}},
    {ARCH_GET_GS, {out("addr", kAddressPointer)}},
    {ARCH_GET_CPUID, {}},
    {ARCH_SET_CPUID, {in("addr", kHexWord)}},
    {ARCH_GET_XCOMP_SUPP, {out("features", kXfeatureSetPointer)}},
    {ARCH_GET_XCOMP_PERM, {out("features", kXfeatureSetPointer)}},
    {ARCH_REQ_XCOMP_PERM,
     {in("feature", kXfeature)},
     {Result::Format::kHex, note_xfeatures, &kXfeaturesResult}},
    {ARCH_GET_XCOMP_GUEST_PERM, {out("features", kXfeatureSetPointer)}},
    {ARCH_REQ_XCOMP_GUEST_PERM,
     {in("feature", kXfeature)},
     {Result::Format::kHex, note_xfeatures, &kXfeaturesResult}},
};

constexpr Type kMembarrierResult = flags(kMembarrierMask);

// What the arguments of futex(2) are for each operation, whatever its flags.
constexpr std::array<Variant, 14> futex_cases(const Type& timespec) {
  constexpr Type kBitset = one_of(kFutexBitsets);
  const Arg timeout = in("timeout", timespec);
  const Arg wake = in("val", kUint);
  const Arg expected = in("val", kUint);
  const Arg second = in("val2", kUint);
  const Arg other = in("uaddr2", kAddress);
  const Arg third = in("val3", kUint);
  return {{
      {FUTEX_WAIT, {expected, timeout}},
      {FUTEX_WAKE, {wake}},
      {FUTEX_FD, {wake}},
      {FUTEX_REQUEUE, {wake, second, other}},
      {FUTEX_CMP_REQUEUE, {wake, second, other, third}},
      {FUTEX_WAKE_OP, {wake, second, other, in("val3", kFutexOperation)}},
      {FUTEX_LOCK_PI, {at(3, timeout)}},
      {FUTEX_LOCK_PI2, {at(3, timeout)}},
      {FUTEX_UNLOCK_PI, {}},
      {FUTEX_TRYLOCK_PI, {}},
      {FUTEX_WAIT_BITSET, {expected, timeout, at(5, in("val3", kBitset))}},
      {FUTEX_WAKE_BITSET, {expected, at(5, in("val3", kBitset))}},
      {FUTEX_WAIT_REQUEUE_PI, {expected, timeout, other}},
      {FUTEX_CMP_REQUEUE_PI, {wake, second, other, third}},
  }};
}

constexpr auto kFutexCases = futex_cases(kTimespecPointer);
constexpr auto kFutexTime64Cases = futex_cases(kTimespec64Pointer);
constexpr Variant kMembarrierCases[] = {
    {MEMBARRIER_CMD_QUERY,
     {in("flags", flags(kMembarrierFlags)),
      only_if(1, MEMBARRIER_CMD_FLAG_CPU, in("cpu_id", kInt))},
     {Result::Format::kHex, note_membarrier, &kMembarrierResult}},
};
constexpr uint64_t kFutexCommand = 0x7f;

}  // namespace

const Variants kMknodVariants = {.selector = 1, .first = 2, .mask = S_IFMT, .cases = kMknodCases};
const Variants kMknodatVariants = {.selector = 2, .first = 3, .mask = S_IFMT, .cases = kMknodCases};
const Variants kMremapVariants = {
    .selector = 3, .first = 4, .mask = kMremapMoved, .cases = kMremapCases};
const Variants kEpollCtlVariants = {.selector = 1, .first = 3, .cases = kEpollCtlCases};
const Variants kArchPrctlVariants = {.selector = 0, .first = 1, .cases = kArchPrctlCases};
const Variants kMembarrierVariants = {.selector = 0, .first = 1, .cases = kMembarrierCases};
const Variants kFutexVariants = {
    .selector = 1, .first = 2, .mask = kFutexCommand, .cases = kFutexCases};
const Variants kFutexTime64Variants = {
    .selector = 1, .first = 2, .mask = kFutexCommand, .cases = kFutexTime64Cases};

}  // namespace ptraced::decode
