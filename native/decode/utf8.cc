#include "utf8.h"

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
    const size_t length = length_of(bytes[i]);
    if (length == 0 || length > size - i || !is_character(bytes + i, length)) {
      return false;
    }
    i += length;
  }
  return true;
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
