// Names of memory.

#include <asm/fcntl.h>
#include <asm/mman.h>
#include <linux/memfd.h>
#include <linux/mempolicy.h>
#include <linux/mman.h>
#include <linux/userfaultfd.h>

#include "newer.h"
#include "sets.h"
#include "xlat.h"

namespace ptraced::decode {

namespace {

constexpr Xlat kProtNames[] = {
    XLAT(PROT_READ),      XLAT(PROT_WRITE),   XLAT(PROT_EXEC), XLAT(PROT_SEM),
    XLAT(PROT_GROWSDOWN), XLAT(PROT_GROWSUP), XLAT(PROT_NONE),
};

constexpr Xlat kMmapFlagsFlagNames[] = {
    XLAT(MAP_FIXED),     XLAT(MAP_ANONYMOUS),  XLAT(MAP_32BIT),           XLAT(MAP_ABOVE4G),
    XLAT(MAP_NORESERVE), XLAT(MAP_POPULATE),   XLAT(MAP_NONBLOCK),        XLAT(MAP_GROWSDOWN),
    XLAT(MAP_DENYWRITE), XLAT(MAP_EXECUTABLE), XLAT(MAP_LOCKED),          XLAT(MAP_STACK),
    XLAT(MAP_HUGETLB),   XLAT(MAP_SYNC),       XLAT(MAP_FIXED_NOREPLACE),
};

constexpr Xlat kMmapFlagsConstantNames[] = {
    XLAT(MAP_FILE),      XLAT(MAP_SHARED), XLAT(MAP_PRIVATE), XLAT(MAP_SHARED_VALIDATE),
    XLAT(MAP_DROPPABLE),
};

constexpr Xlat kMremapFlagsNames[] = {
    XLAT(MREMAP_MAYMOVE),
    XLAT(MREMAP_FIXED),
    XLAT(MREMAP_DONTUNMAP),
};

constexpr Xlat kMsyncFlagsNames[] = {
    XLAT(MS_SYNC),
    XLAT(MS_ASYNC),
    XLAT(MS_INVALIDATE),
};

constexpr Xlat kMadviceNames[] = {
    XLAT(MADV_NORMAL),          XLAT(MADV_RANDOM),        XLAT(MADV_SEQUENTIAL),
    XLAT(MADV_WILLNEED),        XLAT(MADV_DONTNEED),      XLAT(MADV_FREE),
    XLAT(MADV_REMOVE),          XLAT(MADV_DONTFORK),      XLAT(MADV_DOFORK),
    XLAT(MADV_MERGEABLE),       XLAT(MADV_UNMERGEABLE),   XLAT(MADV_HUGEPAGE),
    XLAT(MADV_NOHUGEPAGE),      XLAT(MADV_DONTDUMP),      XLAT(MADV_DODUMP),
    XLAT(MADV_WIPEONFORK),      XLAT(MADV_KEEPONFORK),    XLAT(MADV_COLD),
    XLAT(MADV_PAGEOUT),         XLAT(MADV_POPULATE_READ), XLAT(MADV_POPULATE_WRITE),
    XLAT(MADV_DONTNEED_LOCKED), XLAT(MADV_COLLAPSE),      XLAT(MADV_HWPOISON),
    XLAT(MADV_SOFT_OFFLINE),    XLAT(MADV_GUARD_INSTALL), XLAT(MADV_GUARD_REMOVE),
};

constexpr Xlat kMlockallFlagsNames[] = {
    XLAT(MCL_CURRENT),
    XLAT(MCL_FUTURE),
    XLAT(MCL_ONFAULT),
};

constexpr Xlat kMlock2FlagsNames[] = {
    XLAT(MLOCK_ONFAULT),
};

constexpr Xlat kMemfdFlagsNames[] = {
    XLAT(MFD_CLOEXEC),     XLAT(MFD_ALLOW_SEALING), XLAT(MFD_HUGETLB),
    XLAT(MFD_NOEXEC_SEAL), XLAT(MFD_EXEC),
};

constexpr Xlat kMemfdSecretFlagsNames[] = {
    XLAT(O_CLOEXEC),
};

constexpr Xlat kPkeyRightsNames[] = {
    XLAT(PKEY_DISABLE_ACCESS),
    XLAT(PKEY_DISABLE_WRITE),
    XLAT(PKEY_DISABLE_EXECUTE),
    XLAT(PKEY_UNRESTRICTED),
};

constexpr Xlat kShadowStackFlagsNames[] = {
    XLAT(SHADOW_STACK_SET_TOKEN),
};

constexpr Xlat kMempolicyModesFlagNames[] = {
    XLAT(MPOL_F_STATIC_NODES),
    XLAT(MPOL_F_RELATIVE_NODES),
    XLAT(MPOL_F_NUMA_BALANCING),
};

constexpr Xlat kMempolicyModesConstantNames[] = {
    XLAT(MPOL_DEFAULT),
    XLAT(MPOL_PREFERRED),
    XLAT(MPOL_BIND),
    XLAT(MPOL_INTERLEAVE),
    XLAT(MPOL_LOCAL),
    XLAT(MPOL_PREFERRED_MANY),
    XLAT(MPOL_WEIGHTED_INTERLEAVE),
};

constexpr Xlat kMbindFlagsNames[] = {
    XLAT(MPOL_MF_STRICT),
    XLAT(MPOL_MF_MOVE),
    XLAT(MPOL_MF_MOVE_ALL),
};

constexpr Xlat kGetMempolicyFlagsNames[] = {
    XLAT(MPOL_F_NODE),
    XLAT(MPOL_F_ADDR),
    XLAT(MPOL_F_MEMS_ALLOWED),
};

constexpr Xlat kUserfaultfdFlagsNames[] = {
    XLAT(UFFD_USER_MODE_ONLY),
    XLAT(O_NONBLOCK),
    XLAT(O_CLOEXEC),
};

constexpr Xlat kMovePagesFlagsNames[] = {
    XLAT(MPOL_MF_MOVE),
    XLAT(MPOL_MF_MOVE_ALL),
};

}  // namespace

const Set kProt = {.flags = kProtNames, .unknown_flags = "PROT_???"};
const Set kMmapFlags = {.flags = kMmapFlagsFlagNames,
                        .constant_mask = 0xf,
                        .constants = kMmapFlagsConstantNames,
                        .unknown = "MAP_???"};
const Set kMremapFlags = {.flags = kMremapFlagsNames, .unknown_flags = "MREMAP_???"};
const Set kMsyncFlags = {.flags = kMsyncFlagsNames, .unknown_flags = "MS_???"};
const Set kMadvice = {.constants = kMadviceNames, .unknown = "MADV_???", .sorted = true};
const Set kMlockallFlags = {.flags = kMlockallFlagsNames, .unknown_flags = "MCL_???"};
const Set kMlock2Flags = {.flags = kMlock2FlagsNames, .unknown_flags = "MLOCK_???"};
const Set kMemfdFlags = {.flags = kMemfdFlagsNames, .unknown_flags = "MFD_???"};
const Set kMemfdSecretFlags = {.flags = kMemfdSecretFlagsNames};
const Set kPkeyRights = {.flags = kPkeyRightsNames, .unknown_flags = "PKEY_???"};
const Set kShadowStackFlags = {.flags = kShadowStackFlagsNames,
                               .unknown_flags = "SHADOW_STACK_???"};
const Set kMempolicyModes = {.flags = kMempolicyModesFlagNames,
                             .constant_mask = ~uint64_t{0xe000},
                             .constants = kMempolicyModesConstantNames,
                             .unknown_flags = "MPOL_???",
                             .unnamed_is_flag = true};
const Set kMbindFlags = {.flags = kMbindFlagsNames, .unknown_flags = "MPOL_MF_???"};
const Set kGetMempolicyFlags = {.flags = kGetMempolicyFlagsNames, .unknown_flags = "MPOL_F_???"};
const Set kUserfaultfdFlags = {.flags = kUserfaultfdFlagsNames, .unknown_flags = "UFFD_???"};
const Set kMovePagesFlags = {.flags = kMovePagesFlagsNames, .unknown_flags = "MPOL_MF_???"};

}  // namespace ptraced::decode
