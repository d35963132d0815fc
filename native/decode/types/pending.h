#pragma once
#include "types.h"
namespace ptraced::decode {
inline constexpr Type kWriteHint = kAddress;
inline constexpr Type kNodemask2 = kAddress;
inline constexpr Type kNodemask1 = kAddress;
inline constexpr Type kMountAttrPointer = kAddress;
inline constexpr Type kMntIdReq = kAddress;
inline constexpr Type kIoEvents = kAddress;
inline constexpr Type kFutexWaiters = kAddress;
inline constexpr Type kFileAttr = kAddress;
inline constexpr Type kXattrArgsOut = kAddress;
inline constexpr Type kXattrArgsIn = kAddress;
inline constexpr Type kUidPairPointer = kAddress;
inline constexpr Type kPerfAttr = kAddress;
inline constexpr Type kPageStatuses = kAddress;
inline constexpr Type kPageNodes = kAddress;
inline constexpr Type kPageAddresses = kAddress;
inline constexpr Type kNodemask4 = kAddress;
inline constexpr Type kMsgbufSent = kAddress;
inline constexpr Type kMsgbufReceived = kAddress;
inline constexpr Type kMempolicyPointer = kAddress;
inline constexpr Type kMountId = kAddress;
inline constexpr Type kMountIds = kAddress;
inline constexpr Type kLandlockRuleset = kAddress;
inline constexpr Type kKexecSegments = kAddress;
inline constexpr Type kIocbs = kAddress;
inline constexpr Type kIocbPointer = kAddress;
inline constexpr Type kIoEventPointer = kAddress;
inline constexpr Type kHexWordBracket = kAddress;
inline constexpr Type kHexOrNull = kAddress;
inline constexpr Type kFileHandleOut = kAddress;
inline constexpr Type kFileHandleIn = kAddress;
inline constexpr Type kAioSigset = kAddress;
inline constexpr Type kMincoreVector = kAddress;
inline constexpr Type kMountString = kAddress;
inline constexpr Type kMountSource = kAddress;
inline constexpr Type kMountData = kAddress;
inline constexpr Type kMemfdName = kAddress;
inline constexpr Type kMqFlags = kHexInt;

}
