// The structures that rows use, and pointers to them. The layouts stand in the .cc file of their
// subject; those that show more than a list of fields are custom types, declared here as well.
#pragma once

#include "../types/types.h"

namespace ptraced::decode {

// --- time (time.cc) ---
extern const Layout kTimespecLayout;
extern const Layout kTimespec64Layout;
extern const Layout kTimevalLayout;
extern const Layout kItimerspecLayout;
extern const Layout kItimerspec64Layout;
extern const Layout kItimervalLayout;
extern const Layout kTimexLayout;
extern const Layout kTimezoneLayout;
extern const Layout kTmsLayout;
extern const Layout kUtimbufLayout;
inline constexpr Type kTimespec = structure(kTimespecLayout);
inline constexpr Type kTimespecPointer = pointer(kTimespec);
inline constexpr Type kTimespecPointerAnyway = pointer_anyway(kTimespec);
inline constexpr Type kTimespec64 = structure(kTimespec64Layout);
inline constexpr Type kTimespec64Pointer = pointer(kTimespec64);
inline constexpr Type kTimespec64PointerAnyway = pointer_anyway(kTimespec64);
inline constexpr Type kTimeval = structure(kTimevalLayout);
inline constexpr Type kTimevalPointer = pointer(kTimeval);
inline constexpr Type kItimerspec = structure(kItimerspecLayout);
inline constexpr Type kItimerspecPointer = pointer(kItimerspec);
inline constexpr Type kItimerspec64 = structure(kItimerspec64Layout);
inline constexpr Type kItimerspec64Pointer = pointer(kItimerspec64);
inline constexpr Type kItimerval = structure(kItimervalLayout);
inline constexpr Type kItimervalPointer = pointer(kItimerval);
inline constexpr Type kTimex = structure(kTimexLayout);
inline constexpr Type kTimexPointer = pointer(kTimex);
inline constexpr Type kTimezone = structure(kTimezoneLayout);
inline constexpr Type kTimezonePointer = pointer(kTimezone);
inline constexpr Type kTms = structure(kTmsLayout);
inline constexpr Type kTmsPointer = pointer(kTms);
inline constexpr Type kUtimbuf = structure(kUtimbufLayout);
inline constexpr Type kUtimbufPointer = pointer(kUtimbuf);

// --- processes (process.cc) ---
extern const Layout kRusageLayout;
extern const Layout kRlimitLayout;
extern const Layout kRlimit64Layout;
extern const Layout kSysinfoLayout;
extern const Layout kUtsnameLayout;
extern const Layout kSchedParamLayout;
inline constexpr Type kRusage = structure(kRusageLayout);
inline constexpr Type kRusagePointer = pointer(kRusage);
inline constexpr Type kRlimit = structure(kRlimitLayout);
inline constexpr Type kRlimitPointer = pointer(kRlimit);
inline constexpr Type kRlimit64 = structure(kRlimit64Layout);
inline constexpr Type kRlimit64Pointer = pointer(kRlimit64);
inline constexpr Type kSysinfo = structure(kSysinfoLayout);
inline constexpr Type kSysinfoPointer = pointer(kSysinfo);
inline constexpr Type kUtsname = structure(kUtsnameLayout);
inline constexpr Type kUtsnamePointer = pointer(kUtsname);
inline constexpr Type kSchedParam = structure(kSchedParamLayout);
inline constexpr Type kSchedParamPointer = pointer(kSchedParam);

// --- files (files.cc) ---
extern const Layout kStatLayout;
extern const Layout kStatxLayout;
extern const Layout kStatfsLayout;
extern const Layout kFlockLayout;
extern const Layout kFlock64Layout;
extern const Layout kFlockResultLayout;
extern const Layout kFlock64ResultLayout;
extern const Layout kDelegationLayout;
extern const Layout kOwnerExLayout;
extern const Layout kCachestatRangeLayout;
extern const Layout kCachestatLayout;
// struct stat: size or device number, as the mode says.
void print_stat(Engine&, const Type&, const Operand&);
inline constexpr Type kStatbuf = {
    .kind = Kind::kCustom, .layout = &kStatLayout, .print = print_stat};
inline constexpr Type kStatPointer = pointer(kStatbuf);
// struct stat64 of i386.
void print_stat64(Engine&, const Type&, const Operand&);
extern const Layout kStat64Layout;
inline constexpr Type kStat64buf = {
    .kind = Kind::kCustom, .layout = &kStat64Layout, .print = print_stat64};
inline constexpr Type kStat64Pointer = pointer(kStat64buf);
inline constexpr Type kStatx = structure(kStatxLayout);
inline constexpr Type kStatxPointer = pointer(kStatx);
inline constexpr Type kStatfsbuf = structure(kStatfsLayout);
inline constexpr Type kStatfsPointer = pointer(kStatfsbuf);
inline constexpr Type kFlock = structure(kFlockLayout);
inline constexpr Type kFlockPointer = pointer(kFlock);
inline constexpr Type kFlockResult = structure(kFlockResultLayout);
inline constexpr Type kFlockResultPointer = pointer(kFlockResult);
inline constexpr Type kFlock64 = structure(kFlock64Layout);
inline constexpr Type kFlock64Pointer = pointer(kFlock64);
inline constexpr Type kFlock64Result = structure(kFlock64ResultLayout);
inline constexpr Type kFlock64ResultPointer = pointer(kFlock64Result);
inline constexpr Type kDelegation = structure(kDelegationLayout);
inline constexpr Type kDelegationPointer = pointer(kDelegation);
inline constexpr Type kOwnerEx = structure(kOwnerExLayout);
inline constexpr Type kOwnerExPointer = pointer(kOwnerEx);
inline constexpr Type kCachestatRange = structure(kCachestatRangeLayout);
inline constexpr Type kCachestatRangePointer = pointer(kCachestatRange);
inline constexpr Type kCachestat = structure(kCachestatLayout);
inline constexpr Type kCachestatPointer = pointer(kCachestat);

// --- signals and events (events.cc) ---
extern const Layout kAltstackLayout;
extern const Layout kPollDescriptorLayout;
extern const Layout kEpollEventLayout;
inline constexpr Type kAltstack = structure(kAltstackLayout);
inline constexpr Type kAltstackPointer = pointer(kAltstack);
inline constexpr Type kPollDescriptor = structure(kPollDescriptorLayout);
inline constexpr Type kEpollEvent = structure(kEpollEventLayout);
inline constexpr Type kEpollEventPointer = pointer(kEpollEvent);

// --- terminals (terminal.cc) ---
extern const Layout kTermiosLayout;
extern const Layout kTermios2Layout;
extern const Layout kWinsizeLayout;
inline constexpr Type kTermios = structure(kTermiosLayout);
inline constexpr Type kTermiosPointer = pointer(kTermios);
inline constexpr Type kTermios2 = structure(kTermios2Layout);
inline constexpr Type kTermios2Pointer = pointer(kTermios2);
inline constexpr Type kWinsize = structure(kWinsizeLayout);
inline constexpr Type kWinsizePointer = pointer(kWinsize);

// --- security, mounting, comparing (system.cc) ---
extern const Layout kNotifySizesLayout;
extern const Layout kPathBeneathLayout;
extern const Layout kNetPortLayout;
extern const Layout kEpollSlotLayout;
extern const Layout kMountAttrLayout;
inline constexpr Type kNotifySizes = structure(kNotifySizesLayout);
inline constexpr Type kNotifySizesPointer = pointer(kNotifySizes);
inline constexpr Type kPathBeneath = structure(kPathBeneathLayout);
inline constexpr Type kPathBeneathPointer = pointer(kPathBeneath);
inline constexpr Type kNetPort = structure(kNetPortLayout);
inline constexpr Type kNetPortPointer = pointer(kNetPort);
inline constexpr Type kEpollSlot = structure(kEpollSlotLayout);
inline constexpr Type kEpollSlotPointer = pointer(kEpollSlot);
inline constexpr Type kMountAttr = structure(kMountAttrLayout);
inline constexpr Type kMountAttrPointer = pointer(kMountAttr);

// --- IPC (ipc.cc) ---
extern const Layout kSembufLayout;
extern const Layout kShmidLayout;
extern const Layout kShmidSetLayout;
extern const Layout kShmInfoLayout;
extern const Layout kShminfoLayout;
extern const Layout kSemidLayout;
extern const Layout kSemidSetLayout;
extern const Layout kSeminfoLayout;
extern const Layout kMsqidLayout;
extern const Layout kMsqidSetLayout;
extern const Layout kMsginfoLayout;
extern const Layout kOldDirentLayout;
extern const Layout kStatfs64Layout;
extern const Layout kTimex64Layout;
extern const Layout kMqAttrLayout;
inline constexpr Type kSembuf = structure(kSembufLayout);
inline constexpr Type kSembufs = array(kSembuf, arg(2, 4));
extern const Layout kMqAttrRawLayout;
inline constexpr Type kMqAttrRaw = structure(kMqAttrRawLayout);
inline constexpr Type kMqAttrRawPointer = pointer(kMqAttrRaw);
inline constexpr Type kMqAttr = structure(kMqAttrLayout);
inline constexpr Type kMqAttrPointer = pointer(kMqAttr);

}  // namespace ptraced::decode
