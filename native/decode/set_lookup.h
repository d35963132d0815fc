// Names in sets.
#pragma once

#include <cstdint>

#include "description.h"

namespace ptraced::decode {

// The entry of a constant, null where there is none.
const Xlat* find_constant(const Set& set, uint64_t value);

// Calls `visit(name)` for each name that a word of constants and flags has, as the text shows them;
// returns the bits that no name accounts for.
template <typename Visit>
uint64_t for_each_name(const Set& set, uint64_t value, Visit visit) {
  const uint64_t constant = value & set.constant_mask;
  const Xlat* named = set.constant_mask != 0 ? find_constant(set, constant) : nullptr;
  if (named != nullptr && !set.constants_last) {
    visit(named->name);
  }
  uint64_t left = value & ~set.constant_mask;
  for (const Xlat& x : set.flags) {
    if (x.value == 0 ? value == 0 : (left & x.value) == x.value) {
      visit(x.name);
      left &= ~x.value;
    }
  }
  if (named != nullptr && set.constants_last) {
    visit(named->name);
  }
  return named != nullptr ? left : left | constant;
}

}  // namespace ptraced::decode
