// The named types of single subjects: sockets, vectors, events, processes, memory policy, IPC,
// mounts. Each that needs code lives in the .cc file named beside its heading.
#pragma once

#include <sys/uio.h>

#include "../structs/structs.h"
#include "types.h"

namespace ptraced::decode {

// --- files ---
inline constexpr Type kOpen = flags(kOpenFlags);
inline constexpr Type kTwoFds = repeated(kFd, 2);
inline constexpr Type kFdPair = pointer(kTwoFds);
// An offset that sendfile moves: what it was, and what it is.
void print_moved_offset(Engine&, const Type&, const Operand&);
inline constexpr Type kSendfileOffset = custom_pointer(print_moved_offset, 8);
inline constexpr Type kSendfileOffset32 = custom_pointer(print_moved_offset, 4);
// The address and the number of entries of a directory (directory.cc).
void print_directory(Engine&, const Type&, const Operand&);
inline constexpr Type kDirents = custom_pointer(print_directory, 32, written(2, 4));
inline constexpr Type kDirents64 = custom_pointer(print_directory, 64, written(2, 4));
// An attribute's value or names; an address where the call was only asked for their size
// (system.cc).
void print_xattr_value(Engine&, const Type&, const Operand&);
inline constexpr Type kXattrValue = custom_pointer(print_xattr_value, 0, written(3));
inline constexpr Type kXattrList = custom_pointer(print_xattr_value, 0, written(2));
inline constexpr Type kXattrListAt = custom_pointer(print_xattr_value, 0, written(4));
void print_open_how(Engine&, const Type&, const Operand&);
inline constexpr Type kOpenHow = custom_pointer(print_open_how);

// --- vectors (vectors.cc) ---
// struct iovec whose bytes the call reads (kWriteVector) or has written (kReadVector; as many as
// the result says); addresses alone where the memory is another process's.
void print_write_vector(Engine&, const Type&, const Operand&);
void print_read_vector(Engine&, const Type&, const Operand&);
void print_address_vector(Engine&, const Type&, const Operand&);
bool read_iovec(Engine& engine, uint64_t address, iovec& out);
// For messages: a vector of `count` elements whose first `available` bytes are shown.
void show_written_vector(Engine& engine, uint64_t address, uint64_t count, uint64_t available);
inline constexpr Type kWriteVector = custom_pointer(print_write_vector, 2);
inline constexpr Type kReadVector = custom_pointer(print_read_vector, 2);
inline constexpr Type kRemoteVector = custom_pointer(print_address_vector, 4);
inline constexpr Type kAddressVector = custom_pointer(print_address_vector, 2);

// --- events (events.cc) ---
inline constexpr Type kPollDescriptors = array(kPollDescriptor, arg(1, 4));
void print_descriptor_set(Engine&, const Type&, const Operand&);
inline constexpr Type kDescriptorSet = custom_pointer(print_descriptor_set);
void print_select_mask(Engine&, const Type&, const Operand&);
inline constexpr Type kSelectMask = custom_pointer(print_select_mask);

// --- processes (process.cc) ---
inline constexpr Type kCloneFlagsType = flags(kCloneFlags, 0);
void print_clone_args(Engine&, const Type&, const Operand&);
inline constexpr Type kCloneArgs = custom_pointer(print_clone_args);
void print_wait_status(Engine&, const Type&, const Operand&);
inline constexpr Type kWaitStatus = custom_pointer(print_wait_status);
void print_wait_rusage(Engine&, const Type&, const Operand&);
inline constexpr Type kWaitRusage = custom_pointer(print_wait_rusage);
void print_cpu_set(Engine&, const Type&, const Operand&);
inline constexpr Type kCpuSetArgument = custom_pointer(print_cpu_set, 0, arg(1, 4));
inline constexpr Type kCpuSetResult = custom_pointer(print_cpu_set, 0, written(1, 4));
void print_sched_attr(Engine&, const Type&, const Operand&);
inline constexpr Type kSchedAttrIn = custom_pointer(print_sched_attr, 0);
inline constexpr Type kSchedAttrOut = custom_pointer(print_sched_attr, 1);
void print_capability_header(Engine&, const Type&, const Operand&);
inline constexpr Type kCapHeader = custom_pointer(print_capability_header);
void print_capability_data(Engine&, const Type&, const Operand&);
inline constexpr Type kCapData = custom_pointer(print_capability_data);
void print_rseq(Engine&, const Type&, const Operand&);
inline constexpr Type kRseq = custom_pointer(print_rseq);

// --- segments (segments.cc) ---
// A pointer to a struct user_desc; kWrittenUserDesc: the call fills it in.
inline constexpr uint32_t kWrittenUserDesc = 1;
void print_user_desc(Engine&, const Type&, const Operand&);
inline constexpr Type kUserDescPointer = custom_pointer(print_user_desc);
inline constexpr Type kWrittenUserDescPointer = custom_pointer(print_user_desc, kWrittenUserDesc);
// What modify_ldt reads or writes.
void print_ldt(Engine&, const Type&, const Operand&);
inline constexpr Type kLdt = custom_pointer(print_ldt);

// --- devices (ioctl.cc, scsi.cc, terminal.cc) ---
void print_sg_io(Engine&, const Type&, const Operand&);
inline constexpr Type kSgIo = custom_pointer(print_sg_io);
void print_ioctl_request(Engine&, const Type&, const Operand&);
inline constexpr Type kIoctlRequest = custom(print_ioctl_request, 0, 4);
inline constexpr Type kModemLineFlags = flags(kModemLines);
inline constexpr Type kModemLinesPointer = pointer(kModemLineFlags);

// --- timers and rings (timers.cc, uring.cc) ---
void print_sigevent(Engine&, const Type&, const Operand&);
inline constexpr Type kSigeventPointer = custom_pointer(print_sigevent);
inline constexpr Type kTimePointer = kDatePointer;
void print_uring_params(Engine&, const Type&, const Operand&);
inline constexpr Type kUringParams = custom_pointer(print_uring_params);

// --- the system (system.cc) ---
void print_quota_command(Engine&, const Type&, const Operand&);
inline constexpr Type kQuotaCommand = custom(print_quota_command, 0, 4);
void print_ioprio(Engine&, const Type&, const Operand&);
inline constexpr Type kIoprio = custom(print_ioprio, 0, 4);
void print_personality(Engine&, const Type&, const Operand&);
inline constexpr Type kPersonality = custom(print_personality, 0, 4);
void print_key_serial(Engine&, const Type&, const Operand&);
inline constexpr Type kKeySerial = custom(print_key_serial, 0, 4);
// A number whose name is a comment: 2 /* SYSLOG_ACTION_READ */.
void print_numbered_constant(Engine&, const Type&, const Operand&);
inline constexpr Type kSyslogAction = {
    .kind = Kind::kCustom, .size = 4, .set = &kSyslogActions, .print = print_numbered_constant};
// A number in hexadecimal whose name is a comment: 0x12 /* XFEATURE_XTILE_DATA */.
void print_hex_constant(Engine&, const Type&, const Operand&);
// The name that argument 1 is the length of; the kernel reads none that is longer than 64 bytes.
void print_uts_name(Engine&, const Type&, const Operand&);
inline constexpr Type kUtsName = custom_pointer(print_uts_name);
// A mask in hexadecimal whose names are a comment: 0x3 /* XFEATURE_MASK_FPSSE */.
void print_hex_flags(Engine&, const Type&, const Operand&);
// Flags, and a number in the bits that are none: SWAP_FLAG_PREFER|5.
void print_flags_and_number(Engine&, const Type&, const Operand&);
inline constexpr Type kSwapFlagBits = {
    .kind = Kind::kCustom, .size = 4, .set = &kSwapFlags, .print = print_flags_and_number};
inline constexpr Type kStatmountFlagBits = flags(kStatmountFlags);
inline constexpr Type kListmountFlagBits = flags(kListmountFlags);
inline constexpr Type kKexecLoadFlags = flags(kKexecFlags, 0);
inline constexpr Type kFanotifyDir = kDirFd;
// FUTEX_OP_SET<<28|0<<12|FUTEX_OP_CMP_EQ<<24|0x7.
void print_futex_operation(Engine&, const Type&, const Operand&);
inline constexpr Type kFutexOperation = custom(print_futex_operation, 0, 4);

// --- IPC ---
inline constexpr Type kIpcKey = one_of(kIpcKeys);
inline constexpr Type kIpcCreateFlags = flags(kShmgetFlags);
inline constexpr Type kSemCreateFlags = flags(kSemgetFlags);
inline constexpr Type kMsgCreateFlags = flags(kMsggetFlags);
inline constexpr Type kShmCommand = flags(kShmCommands);
inline constexpr Type kSemCommand = flags(kSemCommands);
inline constexpr Type kMsgCommand = flags(kMsgCommands);

}  // namespace ptraced::decode
