// Names of SG_IO's structures.

#include <linux/bsg.h>
#include <scsi/sg.h>

#include "sets.h"
#include "xlat.h"

namespace ptraced::decode {

namespace {

constexpr Xlat kSgDirectionsNames[] = {
    XLAT(SG_DXFER_NONE),
    XLAT(SG_DXFER_TO_DEV),
    XLAT(SG_DXFER_FROM_DEV),
    XLAT(SG_DXFER_TO_FROM_DEV),
};

// Those of the kernel's own scsi/sg.h, of which the C library's has not all.
constexpr Xlat kSgFlagsNames[] = {
    XLAT(SG_FLAG_DIRECT_IO), {2, "SG_FLAG_UNUSED_LUN_INHIBIT"}, {4, "SG_FLAG_MMAP_IO"},
    XLAT(SG_FLAG_NO_DXFER),  {0x10, "SG_FLAG_Q_AT_TAIL"},       {0x20, "SG_FLAG_Q_AT_HEAD"},
};

constexpr Xlat kSgInfoNames[] = {
    XLAT(SG_INFO_CHECK),
    XLAT(SG_INFO_DIRECT_IO),
    XLAT(SG_INFO_MIXED_IO),
};

constexpr Xlat kBsgProtocolsNames[] = {
    XLAT(BSG_PROTOCOL_SCSI),
};

constexpr Xlat kBsgSubprotocolsNames[] = {
    XLAT(BSG_SUB_PROTOCOL_SCSI_CMD),
    XLAT(BSG_SUB_PROTOCOL_SCSI_TMF),
    XLAT(BSG_SUB_PROTOCOL_SCSI_TRANSPORT),
};

constexpr Xlat kBsgFlagsNames[] = {
    XLAT(BSG_FLAG_Q_AT_TAIL),
    XLAT(BSG_FLAG_Q_AT_HEAD),
};

}  // namespace

const Set kSgDirections = {.constants = kSgDirectionsNames, .unknown = "SG_DXFER_???"};
const Set kSgFlags = {.flags = kSgFlagsNames, .unknown_flags = "SG_FLAG_???"};
const Set kSgInfo = {.flags = kSgInfoNames, .unknown_flags = "SG_INFO_???"};
const Set kBsgProtocols = {.constants = kBsgProtocolsNames, .unknown = "BSG_PROTOCOL_???"};
const Set kBsgSubprotocols = {.constants = kBsgSubprotocolsNames,
                              .unknown = "BSG_SUB_PROTOCOL_???"};
const Set kBsgFlags = {.flags = kBsgFlagsNames, .unknown_flags = "BSG_FLAG_???"};

}  // namespace ptraced::decode
