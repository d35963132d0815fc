// Every set of names that rows and layouts use; the data stands in the .cc file of its subject.
#pragma once

#include "../description.h"

namespace ptraced::decode {

// Open, *at, fcntl and stat.
extern const Set kOpenFlags;
extern const Set kPipeFlags;
extern const Set kDupFlags;
extern const Set kAtFlags;
extern const Set kUnlinkatFlags;
extern const Set kLinkatFlags;
extern const Set kFchownatFlags;
extern const Set kFaccessat2Flags;
extern const Set kFchmodat2Flags;
extern const Set kExecveatFlags;
extern const Set kUtimensatFlags;
extern const Set kStatxFlags;
extern const Set kStatxMask;
extern const Set kNameToHandleFlags;
extern const Set kRenameFlags;
extern const Set kWhences;
extern const Set kFcntlCommands;
extern const Set kFlockOperations;
extern const Set kResolveFlags;
extern const Set kStatxAttributes;
extern const Set kLockTypes;
extern const Set kOwnerTypes;
extern const Set kSeals;
extern const Set kDescriptorFlags;
extern const Set kNotifyEvents;
extern const Set kFcntlWriteHints;

// File modes.
extern const Set kAccessModes;
extern const Set kModeTypes;

// Mount, umount and the mount API.
extern const Set kOpenTreeFlags;
extern const Set kMoveMountFlags;
extern const Set kFsopenFlags;
extern const Set kFsconfigCommands;
extern const Set kFsmountFlags;
extern const Set kMountAttrs;
extern const Set kFspickFlags;
extern const Set kMountSetattrFlags;
extern const Set kMountFlags;
extern const Set kMagicMountFlags;
extern const Set kUmountFlags;
extern const Set kStatmountFlags;
extern const Set kListmountFlags;

// File systems, files and file events.
extern const Set kXattrFlags;
extern const Set kXattratFlags;
extern const Set kFallocateModes;
extern const Set kFadvice;
extern const Set kSwapFlags;
extern const Set kDeleteModuleFlags;
extern const Set kFinitModuleFlags;
extern const Set kInotifyFlags;
extern const Set kInotifyEvents;
extern const Set kFanotifyInitFlags;
extern const Set kFanotifyMarkFlags;
extern const Set kFanotifyEvents;
extern const Set kSpliceFlags;
extern const Set kSyncFileRangeFlags;
extern const Set kRwFlags;
extern const Set kCloseRangeFlags;
extern const Set kStatfsFlags;
extern const Set kSyslogActions;
extern const Set kDirentTypes;

// Memory.
extern const Set kProt;
extern const Set kMmapFlags;
extern const Set kMremapFlags;
extern const Set kMsyncFlags;
extern const Set kMadvice;
extern const Set kMlockallFlags;
extern const Set kMlock2Flags;
extern const Set kMemfdFlags;
extern const Set kMemfdSecretFlags;
extern const Set kPkeyRights;
extern const Set kShadowStackFlags;
extern const Set kMempolicyModes;
extern const Set kMbindFlags;
extern const Set kGetMempolicyFlags;
extern const Set kUserfaultfdFlags;
extern const Set kMovePagesFlags;

// Processes and their scheduling.
extern const Set kMembarrierCommands;
extern const Set kMembarrierMask;
extern const Set kMembarrierFlags;
extern const Set kWaitOptions;
extern const Set kWaitidOptions;
extern const Set kWaitidTypes;
extern const Set kCloneFlags;
extern const Set kUnshareFlags;
extern const Set kSetnsFlags;
extern const Set kPriorityWho;
extern const Set kResources;
extern const Set kRusageWho;
extern const Set kSchedPolicies;
extern const Set kSchedGetattrFlags;
extern const Set kIoprioWho;
extern const Set kPtraceRequests;
extern const Set kPersonalityFlags;
extern const Set kRebootMagic1;
extern const Set kRebootMagic2;
extern const Set kRebootCommands;
extern const Set kKcmpTypes;
extern const Set kRseqFlags;
extern const Set kPidfdOpenFlags;
extern const Set kPidfdSignalFlags;
extern const Set kClone3Flags;
extern const Set kIoprioClasses;
extern const Set kPtraceOptions;
extern const Set kRegisterSets;
extern const Set kRseqCsFlags;
extern const Set kSchedAttrFlags;

// System V IPC.
extern const Set kShmatFlags;
extern const Set kShmgetFlags;
extern const Set kShmCommands;
extern const Set kSemCommands;
extern const Set kMsgCommands;
extern const Set kSemgetFlags;
extern const Set kMsggetFlags;
extern const Set kMsgFlags;
extern const Set kSemopFlags;

// Clocks and timers.
extern const Set kItimers;
extern const Set kClocks;
extern const Set kClockNanosleepFlags;
extern const Set kTimerSettimeFlags;
extern const Set kTimerfdFlags;
extern const Set kTimerfdSettimeFlags;
extern const Set kSigevNotify;
extern const Set kAdjtimexModes;
extern const Set kAdjtimexStatus;

// Sockets.
extern const Set kAddressFamilies;
extern const Set kSocketTypes;
extern const Set kInetProtocols;
extern const Set kNetlinkProtocols;
extern const Set kSocketFunctionNames;
extern const Set kSocketFlags;
extern const Set kMsgSocketFlags;
extern const Set kShutdownModes;
extern const Set kSocketLevels;
extern const Set kControlLevels;

// Prctl and arch_prctl.
extern const Set kPrctlOptions;
extern const Set kArchPrctlOptions;
extern const Set kSeccompModes;
extern const Set kDumpModes;
extern const Set kSecureBits;
extern const Set kTscModes;
extern const Set kUnalignModes;
extern const Set kMceKill;
extern const Set kMceKillSet;
extern const Set kMmFields;
extern const Set kAmbientOps;
extern const Set kSpeculations;
extern const Set kSpeculationStates;
extern const Set kSpeculationResults;
extern const Set kDispatchModes;
extern const Set kSchedCoreOperations;
extern const Set kPidTypes;
extern const Set kXfeatures;
extern const Set kXfeatureMask;
extern const Set kMdweFlags;
extern const Set kVmaAttributes;

// Futexes.
extern const Set kFutexOperations;
extern const Set kFutex2Flags;
extern const Set kFutexWaitFlags;

// Poll, epoll, eventfd and signalfd.
extern const Set kEpollOperations;
extern const Set kEpollCreateFlags;
extern const Set kEventfdFlags;
extern const Set kSignalfdFlags;
extern const Set kPollEvents;
extern const Set kEpollEvents;

// Seccomp, bpf, keys, perf, kexec, Landlock, quotas.
extern const Set kPerfEventFlags;
extern const Set kKexecFlags;
extern const Set kKexecFileFlags;
extern const Set kGetrandomFlags;
extern const Set kSeccompOperations;
extern const Set kSeccompFilterFlags;
extern const Set kBpfCommands;
extern const Set kKeyctlOperations;
extern const Set kLandlockCreateFlags;
extern const Set kLandlockRuleTypes;
extern const Set kLandlockAddFlags;
extern const Set kLsmAttributes;
extern const Set kLsmFlags;
extern const Set kQuotaFormats;
extern const Set kQuotaCommands;
extern const Set kLandlockFsAccess;
extern const Set kLandlockNetAccess;
extern const Set kLandlockScopes;
extern const Set kKeySerials;
extern const Set kKeyDefaults;
extern const Set kKeyMoveFlags;
extern const Set kKeyPermissions;

// Io_uring.
extern const Set kIoUringEnterFlags;
extern const Set kIoUringRegisterOps;
extern const Set kIoUringSetupFlags;
extern const Set kIoUringFeatures;

// Signals.
extern const Set kSigprocmaskHow;
extern const Set kSigactionFlags;
extern const Set kAltstackFlags;

// File systems in statfs.
extern const Set kFsMagics;

// Terminals.
extern const Set kTermiosInput;
extern const Set kTermiosLocal;
extern const Set kTermiosOutputFlags;
extern const Set kTermiosControlFlags;
extern const Set kBaudRates;
extern const Set kLineDisciplines;
extern const Set kModemLines;

// Capabilities.
extern const Set kCapabilities;
extern const Set kCapabilityVersions;

// Packet sockets.
extern const Set kArpHardware;
extern const Set kPacketTypes;
extern const Set kEtherTypes;

// Signal codes.
extern const Set kSignalCodesIll;
extern const Set kSignalCodesTrap;
extern const Set kSignalCodesBus;
extern const Set kSignalCodesFpe;
extern const Set kSignalCodesSegv;
extern const Set kSignalCodesChld;
extern const Set kSignalCodesPoll;
extern const Set kSignalCodesSys;
extern const Set kSignalCodes;

// Socket options.
extern const Set kSocketControl;
extern const Set kIpControl;
extern const Set kSocketOptions;
extern const Set kSocketOptionsGet;
extern const Set kIpOptions;
extern const Set kIpOptionsGet;
extern const Set kIpv6Options;
extern const Set kIpv6OptionsGet;
extern const Set kTcpOptions;
extern const Set kUdpOptions;
extern const Set kRawOptions;
extern const Set kPacketOptions;
extern const Set kNetlinkOptions;
extern const Set kSctpOptions;
extern const Set kAlgOptions;
extern const Set kTlsOptions;
extern const Set kXdpOptions;
extern const Set kTipcOptions;
extern const Set kBluetoothOptions;
extern const Set kLlcOptions;

// Keys of System V IPC and bitsets of futexes (keys.cc).
extern const Set kIpcKeys;
extern const Set kMqFlags;
extern const Set kFutexBitsets;
extern const Set kAdjtimexStates;

// ioctl requests (ioctl.cc), and what SG_IO's structures name (scsi.cc).
extern const Set kIoctls;
extern const Set kSgDirections;
extern const Set kSgFlags;
extern const Set kSgInfo;
extern const Set kBsgProtocols;
extern const Set kBsgSubprotocols;
extern const Set kBsgFlags;

}  // namespace ptraced::decode
