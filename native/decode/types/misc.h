// Types of few calls: prctl's values, memory policies, queues, mounts, asynchronous I/O.
#pragma once

#include "net.h"
#include "subjects.h"
#include "types.h"

namespace ptraced::decode {

// --- prctl (misc.cc) ---
// A thread's name: at most 15 bytes.
void print_task_name(Engine&, const Type&, const Operand&);
inline constexpr Type kTaskName = custom_pointer(print_task_name);
// A filter, where the mode (argument 1) is the one that has one.
void print_seccomp_filter(Engine&, const Type&, const Operand&);
inline constexpr Type kSeccompFilter = custom(print_seccomp_filter);
// A capability, where the action (argument 1) has one.
void print_ambient_capability(Engine&, const Type&, const Operand&);
inline constexpr Type kAmbientCapability = custom(print_ambient_capability);
// A process, or any.
void print_tracer_pid(Engine&, const Type&, const Operand&);
inline constexpr Type kTracerPid = custom(print_tracer_pid);

// --- memory ---
// A name of at most 249 bytes (memfd_create).
inline constexpr Type kMemfdName = kString;
// Bytes of residency, one for each page.
void print_residency(Engine&, const Type&, const Operand&);
inline constexpr Type kMincoreVector = custom_pointer(print_residency);
inline constexpr Type kMempolicyMode = flags(kMempolicyModes);
inline constexpr Type kMempolicyPointer = pointer(kMempolicyMode);
// A mask of nodes; the parameter is the index of the argument with its bits.
void print_node_mask(Engine&, const Type&, const Operand&);
inline constexpr Type kNodemask1 = custom_pointer(print_node_mask, 1);
inline constexpr Type kNodemask2 = custom_pointer(print_node_mask, 2);
inline constexpr Type kNodemask4 = custom_pointer(print_node_mask, 4);
inline constexpr Type kPageAddresses = array(kAddress, arg(1));
inline constexpr Type kPageNodes = array(kInt, arg(1));
void print_page_statuses(Engine&, const Type&, const Operand&);
inline constexpr Type kPageStatuses = custom_pointer(print_page_statuses);

// --- files ---
inline constexpr Type kWriteHintValue = one_of(kFcntlWriteHints, 8);
inline constexpr Type kWriteHint = pointer(kWriteHintValue);

// --- queues ---
// struct msgbuf: its text has as many bytes as the caller says, or as the call has received.
void print_message_buffer(Engine&, const Type&, const Operand&);
inline constexpr Type kMessageBuffer = custom_pointer(print_message_buffer, 0, arg(2));
inline constexpr Type kMessageResult = custom_pointer(print_message_buffer, 0, written(2));
inline constexpr Type kHexWordBracket = kHexWordPointer;

// --- mounts ---
// A string of mount(2), or an address where the flags (argument 3) leave it unused. The parameter
// has the flags that do.
// mount's flags, with the magic number that old programs pass before them.
void print_mount_flags(Engine&, const Type&, const Operand&);
inline constexpr Type kMountWord = custom(print_mount_flags);
void print_mount_string(Engine&, const Type&, const Operand&);
inline constexpr Type kMountString = custom_pointer(print_mount_string, 0x3);
inline constexpr Type kMountData = custom_pointer(print_mount_string, 0x4);
inline constexpr Type kMountSource = kPath;

// --- handles, security, tracing (handles.cc) ---
void print_file_handle(Engine&, const Type&, const Operand&);
inline constexpr Type kFileHandleIn = custom_pointer(print_file_handle);
void print_file_handle_result(Engine&, const Type&, const Operand&);
inline constexpr Type kFileHandleOut = custom_pointer(print_file_handle_result);
inline constexpr Type kMountId = kIntPointer;
void print_landlock_ruleset(Engine&, const Type&, const Operand&);
inline constexpr Type kLandlockRuleset = custom_pointer(print_landlock_ruleset);
// An offset in struct user: 8*ORIG_RAX.
void print_user_offset(Engine&, const Type&, const Operand&);
inline constexpr Type kUserOffset = custom(print_user_offset);
void print_ptrace_signal(Engine&, const Type&, const Operand&);
inline constexpr Type kPtraceSignal = custom(print_ptrace_signal);
void print_register_vector(Engine&, const Type&, const Operand&);
inline constexpr Type kRegisterVector = custom_pointer(print_register_vector);
// What keyctl writes: as much as its result says and its buffer (argument 3) holds.
void print_key_answer(Engine&, const Type&, const Operand&);
inline constexpr Type kKeyAnswer = custom_pointer(print_key_answer, 0, written(3));

// --- futexes and asynchronous I/O ---
extern const Layout kFutexWaiterLayout;
inline constexpr Type kFutexWaiter = structure(kFutexWaiterLayout);
inline constexpr Type kFutexWaiters = array(kFutexWaiter, arg(1, 4));
inline constexpr Type kFutexPair = array(kFutexWaiter, fixed(2));
extern const Layout kIoEventLayout;
inline constexpr Type kIoEvent = structure(kIoEventLayout);
inline constexpr Type kIoEventPointer = pointer(kIoEvent);
inline constexpr Type kIoEvents = array(kIoEvent, written(2));
inline constexpr Type kAioSigset = kSelectMask;

}  // namespace ptraced::decode
