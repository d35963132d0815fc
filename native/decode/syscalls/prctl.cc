// prctl's options.
#include <linux/prctl.h>
#include <linux/seccomp.h>

#include "../engine.h"
#include "../types/net.h"
#include "../xlat/newer.h"
#include "rows.h"

namespace ptraced::decode {

namespace {

void note_dumpable(Engine& engine) {
  note_constant(engine, kDumpModes);
}

void note_mce_kill(Engine& engine) {
  note_constant(engine, kMceKillSet);
}

void note_secure_bits(Engine& engine) {
  note_named_flags(engine, kSecureBits);
}

void note_mdwe(Engine& engine) {
  note_named_flags(engine, kMdweFlags);
}

void note_speculation(Engine& engine) {
  note_named_flags(engine, kSpeculationResults);
}

constexpr Type kDumpModeResult = one_of(kDumpModes);
constexpr Type kMceKillResult = one_of(kMceKillSet);
constexpr Type kSecureBitsResult = flags(kSecureBits);
constexpr Type kMdweResult = flags(kMdweFlags);
constexpr Type kSpeculationResult = flags(kSpeculationResults);

constexpr Type kSignalPointer = pointer(kSignalNumber);
// How an action of PR_MCE_KILL kills: of PR_MCE_KILL_SET alone.
void print_mce_kill_mode(Engine& engine, const Type&, const Operand& operand) {
  if (engine.arg(1) == PR_MCE_KILL_SET) {
    engine.out().constant(operand.word, kMceKillSet);
  } else {
    engine.out().hex(operand.word);
  }
}

constexpr Type kMceKillMode = custom(print_mce_kill_mode);

// PR_SCHED_CORE_GET writes a cookie; the other operations take none.
void print_core_cookie(Engine& engine, const Type&, const Operand& operand) {
  if (engine.arg(1) == 0) {
    engine.show_word(kHex64Pointer, operand.word);
  } else {
    engine.out().hex(operand.word);
  }
}

constexpr Type kPidType = {
    .kind = Kind::kCustom, .size = 4, .set = &kPidTypes, .print = print_hex_constant};
constexpr Type kCoreCookie = custom(print_core_cookie);
constexpr Type kTscMode = one_of(kTscModes);
constexpr Type kTscPointer = pointer(kTscMode);
constexpr Type kUnalignMode = flags(kUnalignModes);
constexpr Type kUnalignPointer = pointer(kUnalignMode);

// The three words that these options want to be zero are shown.
#define UNUSED(first_name) in(first_name, kHexWord)
#define FOUR_UNUSED UNUSED("arg2"), UNUSED("arg3"), UNUSED("arg4"), UNUSED("arg5")
#define THREE_UNUSED UNUSED("arg3"), UNUSED("arg4"), UNUSED("arg5")

constexpr Variant kCases[] = {
    {PR_SET_PDEATHSIG, {in("sig", kSignalWord)}},
    {PR_GET_PDEATHSIG, {out("sig", kSignalPointer)}},
    {PR_GET_DUMPABLE, {}, {.note = note_dumpable, .type = &kDumpModeResult}},
    {PR_SET_DUMPABLE, {in("dumpable", one_of(kDumpModes, 0))}},
    {PR_GET_UNALIGN, {out("value", kUnalignPointer)}},
    {PR_SET_UNALIGN, {in("value", kUnalignMode)}},
    {PR_GET_KEEPCAPS, {}},
    {PR_SET_KEEPCAPS, {in("state", kUlong)}},
    {PR_GET_FPEMU, {out("value", kUintPointer)}},
    {PR_SET_FPEMU, {in("value", kUlong)}},
    {PR_GET_FPEXC, {out("mode", kUintPointer)}},
    {PR_SET_FPEXC, {in("mode", kUlong)}},
    {PR_GET_TIMING, {}},
    {PR_SET_TIMING, {in("flag", kUlong)}},
    {PR_SET_NAME, {in("name", kTaskName)}},
    {PR_GET_NAME, {out("name", kTaskName)}},
    {PR_GET_ENDIAN, {out("endianness", kUintPointer)}},
    {PR_SET_ENDIAN, {in("endianness", kUlong)}},
    {PR_GET_SECCOMP, {}},
    {PR_SET_SECCOMP,
     {in("mode", one_of(kSeccompModes, 0)),
      only_if(1, ~uint64_t{SECCOMP_MODE_STRICT}, in("filter", kSeccompFilter))}},
    {PR_CAPBSET_READ, {in("cap", one_of(kCapabilities, 0))}},
    {PR_CAPBSET_DROP, {in("cap", one_of(kCapabilities, 0))}},
    {PR_GET_TSC, {out("flag", kTscPointer)}},
    {PR_SET_TSC, {in("flag", one_of(kTscModes))}},
    {PR_GET_SECUREBITS, {}, {Result::Format::kHex, note_secure_bits, &kSecureBitsResult}},
    {PR_SET_SECUREBITS, {in("flags", flags(kSecureBits, 0))}},
    {PR_SET_TIMERSLACK, {in("timerslack", kInt64)}},
    {PR_GET_TIMERSLACK, {}},
    {PR_TASK_PERF_EVENTS_DISABLE, {}},
    {PR_TASK_PERF_EVENTS_ENABLE, {}},
    {PR_MCE_KILL,
     {in("arg2", one_of(kMceKill, 0)), in("arg3", kMceKillMode), UNUSED("arg4"), UNUSED("arg5")}},
    {PR_MCE_KILL_GET, {FOUR_UNUSED}, {.note = note_mce_kill, .type = &kMceKillResult}},
    {PR_SET_CHILD_SUBREAPER, {in("set", kUlong)}},
    {PR_GET_CHILD_SUBREAPER, {out("isset", kUintPointer)}},
    {PR_SET_NO_NEW_PRIVS, {in("set", kUlong), THREE_UNUSED}},
    {PR_GET_NO_NEW_PRIVS, {FOUR_UNUSED}},
    {PR_GET_TID_ADDRESS, {out("address", kAddressPointer)}},
    {PR_SET_THP_DISABLE, {in("set", kUlong), THREE_UNUSED}},
    {PR_GET_THP_DISABLE, {FOUR_UNUSED}},
    {PR_CAP_AMBIENT,
     {in("action", one_of(kAmbientOps, 0)), in("cap", kAmbientCapability), UNUSED("arg4"),
      UNUSED("arg5")}},
    {PR_SET_MM,
     {in("field", one_of(kMmFields)), in("addr", kHexWord), UNUSED("arg4"), UNUSED("arg5")}},
    {PR_GET_SPECULATION_CTRL,
     {in("misfeature", one_of(kSpeculations, 0))},
     {Result::Format::kHex, note_speculation, &kSpeculationResult}},
    {PR_SET_SPECULATION_CTRL,
     {in("misfeature", one_of(kSpeculations, 0)), in("value", one_of(kSpeculationStates, 0))}},
    {PR_SET_MDWE, {in("flags", flags(kMdweFlags, 0)), THREE_UNUSED}},
    {PR_GET_MDWE, {FOUR_UNUSED}, {Result::Format::kHex, note_mdwe, &kMdweResult}},
    {PR_SET_IO_FLUSHER, {in("state", kUlong), THREE_UNUSED}},
    {PR_SET_SYSCALL_USER_DISPATCH,
     {in("mode", one_of(kDispatchModes, 0)), in("offset", kHexWord), in("len", kHexWord),
      in("selector", kAddress)}},
    {PR_SCHED_CORE,
     {in("op", one_of(kSchedCoreOperations)), in("pid", kPid), in("type", kPidType),
      out("cookie", kCoreCookie)}},
    {PR_SET_PTRACER, {in("pid", kTracerPid)}},
    {PR_SET_VMA,
     {in("attr", one_of(kVmaAttributes, 0)), in("addr", kAddress), in("size", kUlong),
      in("name", kString)}},
    {PR_GET_AUXV, {in("auxv", kHexWord), in("size", kHexWord), UNUSED("arg4"), UNUSED("arg5")}},
};

}  // namespace

const Variants kPrctlVariants = {.selector = 0, .first = 1, .cases = kCases};

}  // namespace ptraced::decode
