// Names of prctl and arch_prctl.

#include <asm/prctl.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>

#include "newer.h"
#include "sets.h"
#include "xlat.h"

namespace ptraced::decode {

namespace {

constexpr Xlat kPrctlOptionsNames[] = {
    XLAT(PR_SET_PDEATHSIG),
    XLAT(PR_GET_PDEATHSIG),
    XLAT(PR_GET_DUMPABLE),
    XLAT(PR_SET_DUMPABLE),
    XLAT(PR_GET_UNALIGN),
    XLAT(PR_SET_UNALIGN),
    XLAT(PR_GET_KEEPCAPS),
    XLAT(PR_SET_KEEPCAPS),
    XLAT(PR_GET_FPEMU),
    XLAT(PR_SET_FPEMU),
    XLAT(PR_GET_FPEXC),
    XLAT(PR_SET_FPEXC),
    XLAT(PR_GET_TIMING),
    XLAT(PR_SET_TIMING),
    XLAT(PR_SET_NAME),
    XLAT(PR_GET_NAME),
    XLAT(PR_GET_ENDIAN),
    XLAT(PR_SET_ENDIAN),
    XLAT(PR_GET_SECCOMP),
    XLAT(PR_SET_SECCOMP),
    XLAT(PR_CAPBSET_READ),
    XLAT(PR_CAPBSET_DROP),
    XLAT(PR_GET_TSC),
    XLAT(PR_SET_TSC),
    XLAT(PR_GET_SECUREBITS),
    XLAT(PR_SET_SECUREBITS),
    XLAT(PR_SET_TIMERSLACK),
    XLAT(PR_GET_TIMERSLACK),
    XLAT(PR_TASK_PERF_EVENTS_DISABLE),
    XLAT(PR_TASK_PERF_EVENTS_ENABLE),
    XLAT(PR_MCE_KILL),
    XLAT(PR_MCE_KILL_GET),
    XLAT(PR_SET_MM),
    XLAT(PR_SET_CHILD_SUBREAPER),
    XLAT(PR_GET_CHILD_SUBREAPER),
    XLAT(PR_SET_NO_NEW_PRIVS),
    XLAT(PR_GET_NO_NEW_PRIVS),
    XLAT(PR_GET_TID_ADDRESS),
    XLAT(PR_SET_THP_DISABLE),
    XLAT(PR_GET_THP_DISABLE),
    XLAT(PR_MPX_ENABLE_MANAGEMENT),
    XLAT(PR_MPX_DISABLE_MANAGEMENT),
    XLAT(PR_SET_FP_MODE),
    XLAT(PR_GET_FP_MODE),
    XLAT(PR_CAP_AMBIENT),
    XLAT(PR_SVE_SET_VL),
    XLAT(PR_SVE_GET_VL),
    XLAT(PR_GET_SPECULATION_CTRL),
    XLAT(PR_SET_SPECULATION_CTRL),
    XLAT(PR_PAC_RESET_KEYS),
    XLAT(PR_SET_TAGGED_ADDR_CTRL),
    XLAT(PR_GET_TAGGED_ADDR_CTRL),
    XLAT(PR_SET_IO_FLUSHER),
    XLAT(PR_GET_IO_FLUSHER),
    XLAT(PR_SET_SYSCALL_USER_DISPATCH),
    XLAT(PR_PAC_SET_ENABLED_KEYS),
    XLAT(PR_PAC_GET_ENABLED_KEYS),
    XLAT(PR_SCHED_CORE),
    XLAT(PR_SME_SET_VL),
    XLAT(PR_SME_GET_VL),
    XLAT(PR_SET_MDWE),
    XLAT(PR_GET_MDWE),
    XLAT(PR_SET_MEMORY_MERGE),
    XLAT(PR_GET_MEMORY_MERGE),
    XLAT(PR_RISCV_V_SET_CONTROL),
    XLAT(PR_RISCV_V_GET_CONTROL),
    XLAT(PR_RISCV_SET_ICACHE_FLUSH_CTX),
    XLAT(PR_PPC_GET_DEXCR),
    XLAT(PR_PPC_SET_DEXCR),
    XLAT(PR_GET_SHADOW_STACK_STATUS),
    XLAT(PR_SET_SHADOW_STACK_STATUS),
    XLAT(PR_LOCK_SHADOW_STACK_STATUS),
    XLAT(PR_TIMER_CREATE_RESTORE_IDS),
    XLAT(PR_FUTEX_HASH),
    XLAT(PR_RSEQ_SLICE_EXTENSION),
    XLAT(PR_GET_CFI),
    XLAT(PR_SET_CFI),
    XLAT(PR_GET_AUXV),
    XLAT(PR_SET_VMA),
    XLAT(PR_SET_PTRACER),
};

constexpr Xlat kArchPrctlOptionsNames[] = {
    XLAT(ARCH_SET_GS),
    XLAT(ARCH_SET_FS),
    XLAT(ARCH_GET_FS),
    XLAT(ARCH_GET_GS),
    XLAT(ARCH_GET_CPUID),
    XLAT(ARCH_SET_CPUID),
    XLAT(ARCH_GET_XCOMP_SUPP),
    XLAT(ARCH_GET_XCOMP_PERM),
    XLAT(ARCH_REQ_XCOMP_PERM),
    XLAT(ARCH_GET_XCOMP_GUEST_PERM),
    XLAT(ARCH_REQ_XCOMP_GUEST_PERM),
    XLAT(ARCH_MAP_VDSO_X32),
    XLAT(ARCH_MAP_VDSO_32),
    XLAT(ARCH_MAP_VDSO_64),
    XLAT(ARCH_GET_UNTAG_MASK),
    XLAT(ARCH_ENABLE_TAGGED_ADDR),
    XLAT(ARCH_GET_MAX_TAG_BITS),
    XLAT(ARCH_FORCE_TAGGED_SVA),
    XLAT(ARCH_SHSTK_ENABLE),
    XLAT(ARCH_SHSTK_DISABLE),
    XLAT(ARCH_SHSTK_LOCK),
    XLAT(ARCH_SHSTK_UNLOCK),
    XLAT(ARCH_SHSTK_STATUS),
};

constexpr Xlat kSeccompModesNames[] = {
    XLAT(SECCOMP_MODE_DISABLED),
    XLAT(SECCOMP_MODE_STRICT),
    XLAT(SECCOMP_MODE_FILTER),
};

constexpr Xlat kDumpModesNames[] = {
    XLAT(SUID_DUMP_DISABLE),
    XLAT(SUID_DUMP_USER),
    XLAT(SUID_DUMP_ROOT),
};

constexpr Xlat kSecureBitsNames[] = {
    XLAT(SECBIT_NOROOT),
    XLAT(SECBIT_NOROOT_LOCKED),
    XLAT(SECBIT_NO_SETUID_FIXUP),
    XLAT(SECBIT_NO_SETUID_FIXUP_LOCKED),
    XLAT(SECBIT_KEEP_CAPS),
    XLAT(SECBIT_KEEP_CAPS_LOCKED),
    XLAT(SECBIT_NO_CAP_AMBIENT_RAISE),
    XLAT(SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED),
    XLAT(SECBIT_EXEC_RESTRICT_FILE),
    XLAT(SECBIT_EXEC_RESTRICT_FILE_LOCKED),
    XLAT(SECBIT_EXEC_DENY_INTERACTIVE),
    XLAT(SECBIT_EXEC_DENY_INTERACTIVE_LOCKED),
};

constexpr Xlat kTscModesNames[] = {
    XLAT(PR_TSC_ENABLE),
    XLAT(PR_TSC_SIGSEGV),
};

constexpr Xlat kUnalignModesNames[] = {
    XLAT(PR_UNALIGN_NOPRINT),
    XLAT(PR_UNALIGN_SIGBUS),
};

constexpr Xlat kMceKillNames[] = {
    XLAT(PR_MCE_KILL_CLEAR),
    XLAT(PR_MCE_KILL_SET),
};

constexpr Xlat kMceKillSetNames[] = {
    XLAT(PR_MCE_KILL_LATE),
    XLAT(PR_MCE_KILL_EARLY),
    XLAT(PR_MCE_KILL_DEFAULT),
};

constexpr Xlat kMmFieldsNames[] = {
    XLAT(PR_SET_MM_START_CODE), XLAT(PR_SET_MM_END_CODE),    XLAT(PR_SET_MM_START_DATA),
    XLAT(PR_SET_MM_END_DATA),   XLAT(PR_SET_MM_START_STACK), XLAT(PR_SET_MM_START_BRK),
    XLAT(PR_SET_MM_BRK),        XLAT(PR_SET_MM_ARG_START),   XLAT(PR_SET_MM_ARG_END),
    XLAT(PR_SET_MM_ENV_START),  XLAT(PR_SET_MM_ENV_END),     XLAT(PR_SET_MM_AUXV),
    XLAT(PR_SET_MM_EXE_FILE),   XLAT(PR_SET_MM_MAP),         XLAT(PR_SET_MM_MAP_SIZE),
};

constexpr Xlat kAmbientOpsNames[] = {
    XLAT(PR_CAP_AMBIENT_IS_SET),
    XLAT(PR_CAP_AMBIENT_RAISE),
    XLAT(PR_CAP_AMBIENT_LOWER),
    XLAT(PR_CAP_AMBIENT_CLEAR_ALL),
};

constexpr Xlat kSpeculationsNames[] = {
    XLAT(PR_SPEC_STORE_BYPASS),
    XLAT(PR_SPEC_INDIRECT_BRANCH),
    XLAT(PR_SPEC_L1D_FLUSH),
};

constexpr Xlat kSpeculationStatesNames[] = {
    XLAT(PR_SPEC_ENABLE),
    XLAT(PR_SPEC_DISABLE),
    XLAT(PR_SPEC_FORCE_DISABLE),
    XLAT(PR_SPEC_DISABLE_NOEXEC),
};

// What PR_GET_SPECULATION_CTRL returns.
constexpr Xlat kSpeculationResultsNames[] = {
    XLAT(PR_SPEC_NOT_AFFECTED), XLAT(PR_SPEC_PRCTL),         XLAT(PR_SPEC_ENABLE),
    XLAT(PR_SPEC_DISABLE),      XLAT(PR_SPEC_FORCE_DISABLE), XLAT(PR_SPEC_DISABLE_NOEXEC),
};

constexpr Xlat kDispatchModesNames[] = {
    XLAT(PR_SYS_DISPATCH_OFF),
    XLAT(PR_SYS_DISPATCH_EXCLUSIVE_ON),
    XLAT(PR_SYS_DISPATCH_INCLUSIVE_ON),
};

constexpr Xlat kSchedCoreOperationsNames[] = {
    XLAT(PR_SCHED_CORE_GET),
    XLAT(PR_SCHED_CORE_CREATE),
    XLAT(PR_SCHED_CORE_SHARE_TO),
    XLAT(PR_SCHED_CORE_SHARE_FROM),
};

constexpr Xlat kPidTypesNames[] = {
    XLAT(PIDTYPE_PID),
    XLAT(PIDTYPE_TGID),
    XLAT(PIDTYPE_PGID),
    XLAT(PIDTYPE_SID),
};

// The numbers of features of the processor's extended state, and their bits in masks.
constexpr Xlat kXfeaturesNames[] = {
    XLAT(XFEATURE_FP),        XLAT(XFEATURE_SSE),        XLAT(XFEATURE_YMM),
    XLAT(XFEATURE_BNDREGS),   XLAT(XFEATURE_BNDCSR),     XLAT(XFEATURE_OPMASK),
    XLAT(XFEATURE_ZMM_Hi256), XLAT(XFEATURE_Hi16_ZMM),   XLAT(XFEATURE_PT_UNIMPLEMENTED_SO_FAR),
    XLAT(XFEATURE_PKRU),      XLAT(XFEATURE_PASID),      XLAT(XFEATURE_LBR),
    XLAT(XFEATURE_XTILE_CFG), XLAT(XFEATURE_XTILE_DATA),
};

// Combinations that have a name come first.
constexpr Xlat kXfeatureMaskNames[] = {
    {0x3, "XFEATURE_MASK_FPSSE"},
    {0x1, "XFEATURE_MASK_FP"},
    {0x2, "XFEATURE_MASK_SSE"},
    {0x4, "XFEATURE_MASK_YMM"},
    {0x8, "XFEATURE_MASK_BNDREGS"},
    {0x10, "XFEATURE_MASK_BNDCSR"},
    {0xe0, "XFEATURE_MASK_AVX512"},
    {0x20, "XFEATURE_MASK_OPMASK"},
    {0x40, "XFEATURE_MASK_ZMM_Hi256"},
    {0x80, "XFEATURE_MASK_Hi16_ZMM"},
    {0x100, "XFEATURE_MASK_PT"},
    {0x200, "XFEATURE_MASK_PKRU"},
    {0x400, "XFEATURE_MASK_PASID"},
    {0x8000, "XFEATURE_MASK_LBR"},
    {0x60000, "XFEATURE_MASK_XTILE"},
    {0x20000, "XFEATURE_MASK_XTILE_CFG"},
    {0x40000, "XFEATURE_MASK_XTILE_DATA"},
};

constexpr Xlat kMdweFlagsNames[] = {
    XLAT(PR_MDWE_REFUSE_EXEC_GAIN),
    XLAT(PR_MDWE_NO_INHERIT),
};

constexpr Xlat kVmaAttributesNames[] = {
    XLAT(PR_SET_VMA_ANON_NAME),
};

}  // namespace

const Set kPrctlOptions = {.constants = kPrctlOptionsNames, .unknown = "PR_???", .sorted = true};
const Set kArchPrctlOptions = {
    .constants = kArchPrctlOptionsNames, .unknown = "ARCH_???", .sorted = true};
const Set kSeccompModes = {.constants = kSeccompModesNames, .unknown = "SECCOMP_MODE_???"};
const Set kDumpModes = {.constants = kDumpModesNames, .unknown = "SUID_DUMP_???"};
const Set kSecureBits = {.flags = kSecureBitsNames, .unknown_flags = "SECBIT_???"};
const Set kTscModes = {.constants = kTscModesNames, .unknown = "PR_TSC_???"};
const Set kUnalignModes = {.flags = kUnalignModesNames, .unknown_flags = "PR_UNALIGN_???"};
const Set kMceKill = {.constants = kMceKillNames, .unknown = "PR_MCE_KILL_???"};
const Set kMceKillSet = {.constants = kMceKillSetNames, .unknown = "PR_MCE_KILL_???"};
const Set kMmFields = {.constants = kMmFieldsNames, .unknown = "PR_SET_MM_???", .sorted = true};
const Set kAmbientOps = {.constants = kAmbientOpsNames, .unknown = "PR_CAP_AMBIENT_???"};
const Set kSpeculations = {.constants = kSpeculationsNames, .unknown = "PR_SPEC_???"};
const Set kSpeculationStates = {.constants = kSpeculationStatesNames, .unknown = "PR_SPEC_???"};
const Set kSpeculationResults = {.flags = kSpeculationResultsNames};
const Set kDispatchModes = {.constants = kDispatchModesNames, .unknown = "PR_SYS_DISPATCH_???"};
const Set kSchedCoreOperations = {.constants = kSchedCoreOperationsNames,
                                  .unknown = "PR_SCHED_CORE_???"};
const Set kPidTypes = {.constants = kPidTypesNames, .unknown = "PIDTYPE_???"};
const Set kXfeatures = {.constants = kXfeaturesNames, .unknown = "XFEATURE_???"};
const Set kXfeatureMask = {.flags = kXfeatureMaskNames};
const Set kMdweFlags = {.flags = kMdweFlagsNames, .unknown_flags = "PR_MDWE_???"};
const Set kVmaAttributes = {.constants = kVmaAttributesNames, .unknown = "PR_SET_VMA_???"};

}  // namespace ptraced::decode
