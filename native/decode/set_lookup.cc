#include "set_lookup.h"

#include <algorithm>

namespace ptraced::decode {

const Xlat* find_constant(const Set& set, uint64_t value) {
  if (set.sorted) {
    const auto it = std::lower_bound(set.constants.begin(), set.constants.end(), value,
                                     [](const Xlat& x, uint64_t v) { return x.value < v; });
    return it != set.constants.end() && it->value == value ? &*it : nullptr;
  }
  for (const Xlat& x : set.constants) {
    if (x.value == value) {
      return &x;
    }
  }
  return nullptr;
}

}  // namespace ptraced::decode
