// UTF-8 as RFC 3629 has it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ptraced::decode {

// Whether the bytes are whole characters: none overlong, no surrogate, none beyond U+10FFFF.
bool is_utf8(const uint8_t* bytes, size_t size);

// The size without a character at the end of which not all bytes are there.
size_t without_cut_character(const uint8_t* bytes, size_t size);

}  // namespace ptraced::decode
