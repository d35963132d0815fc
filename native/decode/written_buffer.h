// Where a call writes what its result counts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "../core/memory.h"
#include "../core/syscall_stop.h"

namespace ptraced::decode {

// A buffer of the caller's. A result may exceed it: that of recvfrom(2) with MSG_TRUNC is the size
// of the datagram.
struct WrittenBuffer {
  uint64_t address = 0;
  uint64_t capacity = 0;  // bytes
};

// The buffer whose bytes or elements the result of the call counts (read, recvfrom, getgroups);
// nothing where its row has none or has several (readv). `args` are the six words of the call. Any
// thread.
std::optional<WrittenBuffer> written_buffer(core::Arch arch, uint64_t number,
                                            std::span<const uint64_t> args);

// Bytes that the call has written from `address` on, of the buffer that `address` is in: of the one
// above, or of one of a vector's (readv, recvmsg). Nothing where it is in none. `result`: bytes or
// elements, as the call returned; not negative. The tracer thread, at the syscall-exit-stop.
std::optional<uint64_t> written_at(core::Arch arch, uint64_t number, std::span<const uint64_t> args,
                                   uint64_t result, core::Memory& memory, uint64_t address);

}  // namespace ptraced::decode
