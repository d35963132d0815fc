// prctl's options.
#include <linux/prctl.h>

#include "../engine.h"
#include "../types/net.h"
#include "../xlat/newer.h"
#include "rows.h"

namespace ptraced::decode {

namespace {

void note_set(Engine& engine, const Set& set, bool are_flags) {
  if (engine.failed()) {
    return;
  }
  engine.out().begin_note();
  engine.out().note_item("");
  if (are_flags) {
    engine.out().flags(static_cast<uint64_t>(engine.result()), set);
  } else {
    engine.out().constant(static_cast<uint64_t>(engine.result()), set);
  }
  engine.out().end_note();
}

void note_dumpable(Engine& engine) {
  note_set(engine, kDumpModes, false);
}

void note_mce_kill(Engine& engine) {
  note_set(engine, kMceKillSet, false);
}

void note_secure_bits(Engine& engine) {
  if (engine.result() != 0) {
    note_set(engine, kSecureBits, true);
  }
}

constexpr Type kSignalPointer = pointer(kSignalNumber);
constexpr Type kTscMode = one_of(kTscModes);
constexpr Type kTscPointer = pointer(kTscMode);
constexpr Type kUnalignMode = one_of(kUnalignModes);
constexpr Type kUnalignPointer = pointer(kUnalignMode);

// The three words that these options want to be zero are shown.
#define UNUSED(first_name) in(first_name, kHexWord)
#define FOUR_UNUSED UNUSED("arg2"), UNUSED("arg3"), UNUSED("arg4"), UNUSED("arg5")
#define THREE_UNUSED UNUSED("arg3"), UNUSED("arg4"), UNUSED("arg5")

constexpr Variant kCases[] = {
    {PR_SET_PDEATHSIG, {in("sig", kSignalNumber)}},
    {PR_GET_PDEATHSIG, {out("sig", kSignalPointer)}},
    {PR_GET_DUMPABLE, {}, {.note = note_dumpable}},
    {PR_SET_DUMPABLE, {in("dumpable", one_of(kDumpModes, 0))}},
    {PR_GET_UNALIGN, {out("value", kUnalignPointer)}},
    {PR_SET_UNALIGN, {in("value", one_of(kUnalignModes))}},
    {PR_GET_KEEPCAPS, {}},
    {PR_SET_KEEPCAPS, {in("state", kUlong)}},
    {PR_GET_FPEMU, {out("value", kUintPointer)}},
    {PR_SET_FPEMU, {in("value", kUint)}},
    {PR_GET_FPEXC, {out("mode", kUintPointer)}},
    {PR_SET_FPEXC, {in("mode", kUint)}},
    {PR_GET_TIMING, {}},
    {PR_SET_TIMING, {in("flag", kUlong)}},
    {PR_SET_NAME, {in("name", kTaskName)}},
    {PR_GET_NAME, {out("name", kTaskName)}},
    {PR_GET_ENDIAN, {out("endianness", kUintPointer)}},
    {PR_SET_ENDIAN, {in("endianness", kUint)}},
    {PR_GET_SECCOMP, {}},
    {PR_SET_SECCOMP, {in("mode", one_of(kSeccompModes, 0)), in("filter", kSeccompFilter)}},
    {PR_CAPBSET_READ, {in("cap", one_of(kCapabilities, 0))}},
    {PR_CAPBSET_DROP, {in("cap", one_of(kCapabilities, 0))}},
    {PR_GET_TSC, {out("flag", kTscPointer)}},
    {PR_SET_TSC, {in("flag", one_of(kTscModes))}},
    {PR_GET_SECUREBITS, {}, {.note = note_secure_bits}},
    {PR_SET_SECUREBITS, {in("flags", flags(kSecureBits, 0))}},
    {PR_SET_TIMERSLACK, {in("timerslack", kLong)}},
    {PR_GET_TIMERSLACK, {}},
    {PR_TASK_PERF_EVENTS_DISABLE, {}},
    {PR_TASK_PERF_EVENTS_ENABLE, {}},
    {PR_MCE_KILL,
     {in("arg2", one_of(kMceKill, 0)), in("arg3", one_of(kMceKillSet, 0)), UNUSED("arg4"),
      UNUSED("arg5")}},
    {PR_MCE_KILL_GET, {FOUR_UNUSED}, {.note = note_mce_kill}},
    {PR_SET_CHILD_SUBREAPER, {in("set", kUlong)}},
    {PR_GET_CHILD_SUBREAPER, {out("isset", kUintPointer)}},
    {PR_SET_NO_NEW_PRIVS, {in("set", kUlong), THREE_UNUSED}},
    {PR_GET_NO_NEW_PRIVS, {FOUR_UNUSED}},
    {PR_GET_TID_ADDRESS, {out("address", kHexWordPointer)}},
    {PR_SET_THP_DISABLE, {in("set", kUlong), THREE_UNUSED}},
    {PR_GET_THP_DISABLE, {FOUR_UNUSED}},
    {PR_CAP_AMBIENT,
     {in("action", one_of(kAmbientOps, 0)), in("cap", kAmbientCapability), UNUSED("arg4"),
      UNUSED("arg5")}},
    {PR_SET_MM,
     {in("field", one_of(kMmFields, 0)), in("addr", kHexWord), UNUSED("arg4"), UNUSED("arg5")}},
    {PR_GET_SPECULATION_CTRL, {in("misfeature", one_of(kSpeculations, 0))}},
    {PR_SET_SPECULATION_CTRL,
     {in("misfeature", one_of(kSpeculations, 0)), in("value", one_of(kSpeculationStates, 0))}},
    {PR_SET_MDWE, {in("flags", flags(kMdweFlags, 0)), THREE_UNUSED}},
    {PR_SET_PTRACER, {in("pid", kTracerPid)}},
    {PR_SET_VMA,
     {in("attr", one_of(kVmaAttributes, 0)), in("addr", kHexWord), in("size", kUlong),
      in("name", kString)}},
    {PR_GET_AUXV, {in("auxv", kHexWord), in("size", kHexWord), UNUSED("arg4"), UNUSED("arg5")}},
};

}  // namespace

const Variants kPrctlVariants = {.selector = 0, .first = 1, .cases = kCases};

}  // namespace ptraced::decode
