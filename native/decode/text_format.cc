#include "text_format.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace ptraced::decode {

namespace {

void append_number(std::string& out, uint64_t value, int base) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, base).ptr;
  out.append(digits, static_cast<size_t>(end - digits));
}

// Appends a byte of a string as C source would have it. An octal escape takes all three digits
// where a digit follows it, so that it cannot be read as a part of the escape.
void append_escaped(std::string& out, uint8_t byte, bool digit_follows) {
  switch (byte) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\v':
      out += "\\v";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\r':
      out += "\\r";
      return;
    default:
      break;
  }
  out += '\\';
  if (digit_follows || byte >= 0100) {
    out += static_cast<char>('0' + (byte >> 6));
  }
  if (digit_follows || byte >= 010) {
    out += static_cast<char>('0' + ((byte >> 3) & 7));
  }
  out += static_cast<char>('0' + (byte & 7));
}

void append_hex_bytes(std::string& out, const uint8_t* bytes, size_t size) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (size_t i = 0; i < size; ++i) {
    out += "\\x";
    out += kDigits[bytes[i] >> 4];
    out += kDigits[bytes[i] & 15];
  }
}

bool is_plain(uint8_t byte) {
  return byte >= ' ' && byte < 0x7f && byte != '"' && byte != '\\';
}

}  // namespace

void append_signed(std::string& out, int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, static_cast<size_t>(end - digits));
}

void append_unsigned(std::string& out, uint64_t value) {
  append_number(out, value, 10);
}

void append_hex(std::string& out, uint64_t value) {
  if (value == 0) {
    out += '0';
    return;
  }
  out += "0x";
  append_number(out, value, 16);
}

void append_octal(std::string& out, uint64_t value) {
  if (value < 0100) {
    out += value < 010 ? "00" : "0";
    append_number(out, value, 8);
    return;
  }
  out += '0';
  append_number(out, value, 8);
}

void append_quoted(std::string& out, const uint8_t* bytes, size_t size, bool hex) {
  out += '"';
  size_t plain = 0;  // start of a run that needs no escape
  if (hex) {
    append_hex_bytes(out, bytes, size);
    plain = size;
  }
  for (size_t i = plain; i < size; ++i) {
    if (is_plain(bytes[i])) {
      continue;
    }
    out.append(reinterpret_cast<const char*>(bytes) + plain, i - plain);
    plain = i + 1;
    append_escaped(out, bytes[i], i + 1 < size && bytes[i + 1] >= '0' && bytes[i + 1] <= '7');
  }
  out.append(reinterpret_cast<const char*>(bytes) + plain, size - plain);
  out += '"';
}

size_t quoted_prefix(const uint8_t* bytes, size_t size, bool hex, size_t room) {
  if (hex) {
    return std::min(size, room / 4);  // \x00
  }
  std::string escaped;
  size_t used = 0;
  for (size_t i = 0; i < size; ++i) {
    escaped.clear();
    if (!is_plain(bytes[i])) {
      append_escaped(escaped, bytes[i], i + 1 < size && bytes[i + 1] >= '0' && bytes[i + 1] <= '7');
    }
    used += escaped.empty() ? 1 : escaped.size();
    if (used > room) {
      return i;
    }
  }
  return size;
}

void append_padded_hex(std::string& out, uint64_t value, size_t width) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, 16).ptr;
  const size_t count = static_cast<size_t>(end - digits);
  const size_t prefix = value != 0 ? 2 : 0;
  if (prefix != 0) {
    out += "0x";
  }
  out.append(width > count + prefix ? width - count - prefix : 0, '0');
  out.append(digits, count);
}

}  // namespace ptraced::decode
