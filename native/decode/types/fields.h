// Fields of structures that are printed by hand.
#pragma once

#include <cstdint>
#include <string_view>

#include "../writer.h"

namespace ptraced::decode {

inline void show_number(Writer& out, std::string_view name, uint64_t value) {
  out.begin_field(name);
  out.unsigned_number(value);
}

inline void show_hex(Writer& out, std::string_view name, uint64_t value) {
  out.begin_field(name);
  out.hex(value);
}

}  // namespace ptraced::decode
