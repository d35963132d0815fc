// fcntl's commands.
#include <asm/fcntl.h>
#include <linux/fcntl.h>

#include "../engine.h"
#include "../xlat/newer.h"
#include "rows.h"

namespace ptraced::decode {

namespace {

void note_open_flags(Engine& engine) {
  if (!engine.failed()) {
    note_flags(engine, kOpenFlags, "flags ");
  }
}

void note_descriptor_flags(Engine& engine) {
  if (!engine.failed() && engine.result() != 0) {
    note_flags(engine, kDescriptorFlags, "flags ");
  }
}

void note_lease(Engine& engine) {
  note_constant(engine, kLockTypes);
}

void note_seals(Engine& engine) {
  if (!engine.failed() && engine.result() != 0) {
    note_flags(engine, kSeals, "seals ");
  }
}

constexpr Type kDescriptorFlagsResult = flags(kDescriptorFlags);
constexpr Type kSignalResult = kSignalNumber;
constexpr Type kLeaseResult = one_of(kLockTypes);
constexpr Type kSealsResult = flags(kSeals);

constexpr Variant kCases[] = {
    {F_DUPFD, {in("arg", kUint)}, kDescriptorResult},
    {1030, {in("arg", kUint)}, kDescriptorResult},  // F_DUPFD_CLOEXEC
    {F_GETFD, {}, {Result::Format::kHex, note_descriptor_flags, &kDescriptorFlagsResult}},
    {F_SETFD, {in("arg", flags(kDescriptorFlags))}},
    {F_GETFL, {}, {Result::Format::kHex, note_open_flags, &kOpen}},
    {F_SETFL, {in("arg", kOpen)}},
    {F_GETLK, {out("arg", kFlockResultPointer)}},
    {F_SETLK, {in("arg", kFlockPointer)}},
    {F_SETLKW, {in("arg", kFlockPointer)}},
    {12, {out("arg", kFlock64ResultPointer)}},  // F_GETLK64 of i386
    {13, {in("arg", kFlock64Pointer)}},         // F_SETLK64
    {14, {in("arg", kFlock64Pointer)}},         // F_SETLKW64
    {F_OFD_GETLK, {out("arg", kFlock64ResultPointer)}},
    {F_OFD_SETLK, {in("arg", kFlock64Pointer)}},
    {F_OFD_SETLKW, {in("arg", kFlock64Pointer)}},
    {F_SETOWN, {in("arg", kPid)}},
    {F_GETOWN, {}, kTaskResult},
    {F_SETOWN_EX, {in("arg", kOwnerExPointer)}},
    {F_GETOWN_EX, {out("arg", kOwnerExPointer)}},
    {F_SETSIG, {in("arg", kSignalNumber)}},
    {F_GETSIG, {}, {.note = note_signal, .type = &kSignalResult}},
    {F_SETLEASE, {in("arg", one_of(kLockTypes))}},
    {F_GETLEASE, {}, {Result::Format::kHex, note_lease, &kLeaseResult}},
    {F_NOTIFY, {in("arg", flags(kNotifyEvents))}},
    {F_SETPIPE_SZ, {in("arg", kUint)}},
    {F_GETPIPE_SZ, {}},
    {1027, {in("arg", kFd)}},  // F_DUPFD_QUERY
    {F_ADD_SEALS, {in("arg", flags(kSeals))}},
    {F_GET_SEALS, {}, {Result::Format::kHex, note_seals, &kSealsResult}},
    {F_GET_RW_HINT, {out("arg", kWriteHint)}},
    {F_GET_FILE_RW_HINT, {out("arg", kWriteHint)}},
    {F_SET_RW_HINT, {in("arg", kWriteHint)}},
    {F_SET_FILE_RW_HINT, {in("arg", kWriteHint)}},
    {F_GETDELEG, {out("arg", kDelegationPointer)}},
    {F_SETDELEG, {in("arg", kDelegationPointer)}},
    {F_GETOWNER_UIDS, {in("arg", kHexWord)}},
};

}  // namespace

const Variants kFcntlVariants = {.selector = 1, .first = 2, .cases = kCases};

}  // namespace ptraced::decode
