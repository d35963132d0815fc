#include "utf8.h"

#include <cstdio>
#include <cstring>

namespace ptraced::decode {

namespace {

bool is_continuation(uint8_t byte) {
  return (byte & 0xc0) == 0x80;
}

// Bytes of the character that begins so; 0 where none does.
size_t length_of(uint8_t lead) {
  if (lead < 0x80) {
    return 1;
  }
  if (lead < 0xc2) {
    return 0;  // a continuation, or overlong
  }
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
}

bool is_character(const uint8_t* bytes, size_t length) {
  for (size_t i = 1; i < length; ++i) {
    if (!is_continuation(bytes[i])) {
      return false;
    }
  }
  switch (bytes[0]) {
    case 0xe0:
      return bytes[1] >= 0xa0;  // else overlong
    case 0xed:
      return bytes[1] < 0xa0;  // else a surrogate
    case 0xf0:
      return bytes[1] >= 0x90;  // else overlong
    case 0xf4:
      return bytes[1] < 0x90;  // else beyond U+10FFFF
    default:
      return true;
  }
}

// Length of the character at the front; 0 where there is no valid one.
size_t character_at(const uint8_t* bytes, size_t size) {
  const size_t length = length_of(bytes[0]);
  return length > 0 && length <= size && is_character(bytes, length) ? length : 0;
}

}  // namespace

bool is_utf8(const uint8_t* bytes, size_t size) {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  size_t i = 0;
  while (i < size) {
    uint64_t word = 0;
    if (i + sizeof word <= size) {
      std::memcpy(&word, bytes + i, sizeof word);
      if ((word & kHighBits) == 0) {
        i += sizeof word;
        continue;
      }
    }
    const size_t length = character_at(bytes + i, size - i);
    if (length == 0) {
      return false;
    }
    i += length;
  }
  return true;
}

std::string displayable(std::string_view text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  if (is_utf8(bytes, text.size())) {
    return std::string(text);
  }
  std::string result;
  for (size_t i = 0; i < text.size();) {
    const size_t length = character_at(bytes + i, text.size() - i);
    if (length > 0) {
      result.append(text, i, length);
      i += length;
      continue;
    }
    char escape[5];
    std::snprintf(escape, sizeof(escape), "\\%03o", static_cast<unsigned>(bytes[i]));
    result += escape;
    ++i;
  }
  return result;
}

size_t without_cut_character(const uint8_t* bytes, size_t size) {
  for (size_t back = 1; back <= 3 && back <= size; ++back) {
    const uint8_t byte = bytes[size - back];
    if (!is_continuation(byte)) {
      return length_of(byte) > back ? size - back : size;
    }
  }
  return size;
}

}  // namespace ptraced::decode
