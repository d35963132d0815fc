#pragma once
#include "types.h"
namespace ptraced::decode {
inline constexpr Type kWriteHint = kAddress;
inline constexpr Type kMountAttrPointer = kAddress;
inline constexpr Type kMntIdReq = kAddress;
inline constexpr Type kFileAttr = kAddress;
inline constexpr Type kXattrArgsOut = kAddress;
inline constexpr Type kXattrArgsIn = kAddress;
inline constexpr Type kUidPairPointer = kAddress;
inline constexpr Type kPerfAttr = kAddress;
inline constexpr Type kMountId = kAddress;
inline constexpr Type kMountIds = kAddress;
inline constexpr Type kLandlockRuleset = kAddress;
inline constexpr Type kKexecSegments = kAddress;
inline constexpr Type kIocbs = kAddress;
inline constexpr Type kIocbPointer = kAddress;
inline constexpr Type kFileHandleOut = kAddress;
inline constexpr Type kFileHandleIn = kAddress;
inline constexpr Type kMqFlags = kHexInt;

}
