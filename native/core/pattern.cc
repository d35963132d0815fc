#include "core/pattern.h"

#include <cstring>

namespace ptraced::core {
namespace {

// A run of bytes of the pattern that are wholly given, to be looked for fast.
struct Anchor {
  size_t offset = 0;
  size_t size = 0;
};

Anchor longest_given(const Pattern& pattern) {
  Anchor best;
  size_t begin = 0;
  for (size_t i = 0; i < pattern.mask.size(); ++i) {
    if (pattern.mask[i] != 0xff) {
      begin = i + 1;
    } else if (i + 1 - begin > best.size) {
      best = {begin, i + 1 - begin};
    }
  }
  return best;
}

bool matches(const uint8_t* bytes, const Pattern& pattern) {
  for (size_t i = 0; i < pattern.value.size(); ++i) {
    if (((bytes[i] ^ pattern.value[i]) & pattern.mask[i]) != 0) {
      return false;
    }
  }
  return true;
}

}  // namespace

void find_pattern(std::span<const uint8_t> bytes, const Pattern& pattern,
                  const std::function<bool(size_t offset)>& visit) {
  const size_t size = pattern.value.size();
  if (bytes.size() < size) {
    return;
  }
  const Anchor anchor = longest_given(pattern);
  const size_t last = bytes.size() - size;  // where a match may begin at the latest
  for (size_t at = 0; at <= last; ++at) {
    if (anchor.size != 0) {
      const uint8_t* from = bytes.data() + at + anchor.offset;
      const size_t room = last - at + anchor.size;
      const void* found = memmem(from, room, pattern.value.data() + anchor.offset, anchor.size);
      if (found == nullptr) {
        return;
      }
      at += static_cast<size_t>(static_cast<const uint8_t*>(found) - from);
    }
    if (matches(bytes.data() + at, pattern) && !visit(at)) {
      return;
    }
  }
}

}  // namespace ptraced::core
