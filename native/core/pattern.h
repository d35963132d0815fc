// Patterns of bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace ptraced::core {

// Bytes with bits that may be any: a byte matches where it equals `value` in the bits of `mask`.
struct Pattern {
  std::vector<uint8_t> value;  // not empty
  std::vector<uint8_t> mask;   // as long
};

// Calls `visit` with the offset of each place where the pattern lies in the bytes, overlapping ones
// included, in order, until it returns false.
void find_pattern(std::span<const uint8_t> bytes, const Pattern& pattern,
                  const std::function<bool(size_t offset)>& visit);

}  // namespace ptraced::core
