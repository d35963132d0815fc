// Numbers and strings as strace writes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace ptraced::decode {

// Appends a number: decimal, 0x hexadecimal ("0" for 0), or octal with at least three digits.
void append_signed(std::string& out, int64_t value);
void append_unsigned(std::string& out, uint64_t value);
void append_hex(std::string& out, uint64_t value);
void append_octal(std::string& out, uint64_t value);
// In hexadecimal, with zeros up to `width` characters, prefix included; 0 has no prefix.
void append_padded_hex(std::string& out, uint64_t value, size_t width);

// Appends a string in quotes, escaped as in C, or, `hex`, each byte in hexadecimal.
void append_quoted(std::string& out, const uint8_t* bytes, size_t size, bool hex);

// How many of the bytes fit into `room` characters between the quotes.
size_t quoted_prefix(const uint8_t* bytes, size_t size, bool hex, size_t room);

}  // namespace ptraced::decode
