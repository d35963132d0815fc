// UTF-8 as RFC 3629 has it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ptraced::decode {

// Whether the bytes are whole characters: none overlong, no surrogate, none beyond U+10FFFF.
bool is_utf8(const uint8_t* bytes, size_t size);

// The size without a character at the end of which not all bytes are there.
size_t without_cut_character(const uint8_t* bytes, size_t size);

// The text with each byte that is not part of a valid character as "\\ooo", three octal digits, as
// strace writes it. The result is UTF-8; a backslash in the text stays as it is.
std::string displayable(std::string_view text);

}  // namespace ptraced::decode
