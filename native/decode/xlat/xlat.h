// How a name becomes an entry of a set.
#pragma once

#include "../description.h"

namespace ptraced::decode {

// The bits of a constant of whatever type its header gave it; negative numbers keep 32 bits.
template <typename T>
constexpr uint64_t xlat_bits(T value) {
  return sizeof(T) <= 4 ? static_cast<uint32_t>(value) : static_cast<uint64_t>(value);
}

}  // namespace ptraced::decode

#define XLAT(name) \
  { ptraced::decode::xlat_bits(name), #name }
