// The memory of a tracee, as the decoder sees it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace ptraced::core {

// Reads the memory of one task at one ptrace-stop. Implementations cache, so that reading the same
// page twice within a stop costs one system call.
class Memory {
 public:
  virtual ~Memory() = default;

  // Copies the `size` bytes at `address` to `out` and returns how many leading bytes could be
  // read: fewer than `size` where the mapped memory ends, 0 where `address` itself is unreadable.
  // Never fails in another way, whatever the address, wrap-around at 2^64 included.
  virtual size_t read(uint64_t address, void* out, size_t size) = 0;

  // Reads one object, all of it or nothing.
  template <typename T>
  bool read_object(uint64_t address, T& out) {
    static_assert(std::is_trivially_copyable_v<T>);
    return read(address, &out, sizeof(T)) == sizeof(T);
  }
};

}  // namespace ptraced::core
