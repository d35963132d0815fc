// The named types of single subjects: sockets, vectors, events, processes, memory policy, IPC, mounts.
// Each that needs code lives in the .cc file named beside its heading.
#pragma once

#include <sys/uio.h>

#include "../structs/structs.h"
#include "types.h"
#include "pending.h"

namespace ptraced::decode {

// --- files ---
inline constexpr Type kOpen = flags(kOpenFlags);
inline constexpr Type kTwoFds = repeated(kFd, 2);
inline constexpr Type kFdPair = pointer(kTwoFds);
// An offset that sendfile moves: what it was, and what it is.
void print_moved_offset(Engine&, const Type&, const Operand&);
inline constexpr Type kSendfileOffset = custom(print_moved_offset);
// The address and the number of entries of a directory (directory.cc).
void print_directory(Engine&, const Type&, const Operand&);
inline constexpr Type kDirents = custom(print_directory, 32);
inline constexpr Type kDirents64 = custom(print_directory, 64);
// An attribute's value or names, as many bytes as the result says (files.cc).
void print_xattr_value(Engine&, const Type&, const Operand&);
inline constexpr Type kXattrValue = custom(print_xattr_value, 3);
inline constexpr Type kXattrList = custom(print_xattr_value, 2);
inline constexpr Type kXattrListAt = custom(print_xattr_value, 4);
void print_open_how(Engine&, const Type&, const Operand&);
inline constexpr Type kOpenHow = custom(print_open_how);

// --- vectors (vectors.cc) ---
// struct iovec whose bytes the call reads (kWriteVector) or has written (kReadVector; as many as the
// result says); addresses alone where the memory is another process's.
void print_write_vector(Engine&, const Type&, const Operand&);
void print_read_vector(Engine&, const Type&, const Operand&);
void print_address_vector(Engine&, const Type&, const Operand&);
bool read_iovec(Engine& engine, uint64_t address, iovec& out);
// For messages: a vector of `count` elements whose first `available` bytes are shown, or none.
void show_written_vector(Engine& engine, uint64_t address, uint64_t count, uint64_t available);
void show_address_vector(Engine& engine, uint64_t address, uint64_t count);
inline constexpr Type kWriteVector = custom(print_write_vector, 2);
inline constexpr Type kReadVector = custom(print_read_vector, 2);
inline constexpr Type kRemoteVector = custom(print_address_vector, 4);
inline constexpr Type kAddressVector = custom(print_address_vector, 2);

// --- events (events.cc) ---
inline constexpr Type kPollDescriptors = array(kPollDescriptor, arg(1, 4));
void print_descriptor_set(Engine&, const Type&, const Operand&);
inline constexpr Type kDescriptorSet = custom(print_descriptor_set);
void print_select_mask(Engine&, const Type&, const Operand&);
inline constexpr Type kSelectMask = custom(print_select_mask);

// --- processes (process.cc) ---
inline constexpr Type kCloneFlagsType = flags(kCloneFlags, 8);
void print_clone_args(Engine&, const Type&, const Operand&);
inline constexpr Type kCloneArgs = custom(print_clone_args);
void print_wait_status(Engine&, const Type&, const Operand&);
inline constexpr Type kWaitStatus = custom(print_wait_status);
void print_wait_rusage(Engine&, const Type&, const Operand&);
inline constexpr Type kWaitRusage = custom(print_wait_rusage);
void print_cpu_set(Engine&, const Type&, const Operand&);
inline constexpr Type kCpuSetArgument = custom(print_cpu_set, 0);
inline constexpr Type kCpuSetResult = custom(print_cpu_set, 1);
void print_sched_attr(Engine&, const Type&, const Operand&);
inline constexpr Type kSchedAttrIn = custom(print_sched_attr, 0);
inline constexpr Type kSchedAttrOut = custom(print_sched_attr, 1);
void print_rseq(Engine&, const Type&, const Operand&);
inline constexpr Type kRseq = custom(print_rseq);

}  // namespace ptraced::decode
