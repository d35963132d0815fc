// The engine's walks through memory whose length is not fixed: arrays, strings, vectors of strings.
#include <algorithm>
#include <charconv>
#include <climits>
#include <cstring>

#include "engine.h"

namespace ptraced::decode {

namespace {

constexpr size_t kFirstChunk = 128;
constexpr size_t kLaterChunk = 4096;
// Strings of an argument vector that are shown where everything is asked for.
constexpr uint64_t kMaxStrings = 65536;
// Bytes of a string that are looked at for its end (MAX_ARG_STRLEN).
constexpr uint64_t kLongestMeasured = 128 * 1024;

}  // namespace

void Engine::show_array(const Type& element, uint64_t address, uint64_t count, bool despite_error) {
  const PointerScope pointer(out_, address);
  if (!follow(address, despite_error)) {
    return;
  }
  if (count == 0) {
    out_.begin_array();
    out_.end_array();
    return;
  }
  const size_t size = size_of(element);
  uint8_t bytes[kMaxStructSize];
  if (size == 0 || size > sizeof bytes || count > UINT64_MAX / size ||
      address + count * size < address || !read(address, bytes, size)) {
    out_.address(address, Unread::kFault);
    return;
  }
  out_.begin_array(count);
  for (uint64_t i = 0; i < count; ++i) {
    if (!has_room_for(i)) {
      out_.omitted();
      break;
    }
    const uint64_t at = address + i * size;
    if (i > 0 && !read(at, bytes, size)) {
      out_.omitted();
      show_address_comment(at);
      break;
    }
    out_.begin_element();
    show_at(element, View{bytes, size, at});
  }
  out_.end_array();
}

void Engine::show_address_comment(uint64_t address) {
  char text[19] = "0x";
  const auto end = std::to_chars(text + 2, text + sizeof text, address, 16).ptr;
  out_.comment({text, static_cast<size_t>(end - text)});
}

void Engine::show_bytes(uint64_t address, uint64_t size, bool despite_error, bool hex) {
  const PointerScope pointer(out_, address);
  if (!follow(address, despite_error)) {
    return;
  }
  const size_t shown = std::min(size, limit());
  uint8_t* bytes = scratch(shown);
  if (!read(address, bytes, shown)) {
    const size_t readable = out_.wants_readable() ? read_some(address, bytes, shown) : 0;
    out_.unreadable(address, bytes, readable, hex);
    return;
  }
  out_.string(bytes, shown,
              {.truncated = shown < size, .hex = hex, .limited = true, .full_size = size});
}

bool Engine::read_string(uint64_t address, size_t limit, size_t& size, bool& terminated) {
  uint8_t* bytes = scratch(limit);
  size = 0;
  terminated = false;
  while (size < limit) {
    // Most strings are short: the first read is small, later ones are pages.
    const size_t want = std::min(limit - size, size == 0 ? kFirstChunk : kLaterChunk);
    const size_t got = memory_.read(address + size, bytes + size, want);
    if (const void* end = std::memchr(bytes + size, 0, got)) {
      size = static_cast<size_t>(static_cast<const uint8_t*>(end) - bytes);
      terminated = true;
      return true;
    }
    size += got;
    if (got < want) {
      return false;
    }
  }
  return true;
}

uint64_t Engine::full_size(uint64_t address, uint64_t known) {
  uint8_t bytes[kLaterChunk];
  uint64_t size = known;
  while (size < kLongestMeasured) {
    // Not beyond the end of a page: what is mapped may end there.
    const uint64_t at = address + size;
    const size_t want = kLaterChunk - at % kLaterChunk;
    const size_t got = memory_.read(at, bytes, want);
    if (const void* end = std::memchr(bytes, 0, got)) {
      return size + static_cast<size_t>(static_cast<const uint8_t*>(end) - bytes);
    }
    size += got;
    if (got < want) {
      break;
    }
  }
  return kUnknownSize;
}

void Engine::show_terminated(uint64_t address, size_t limit, bool despite_error, bool limited) {
  const PointerScope pointer(out_, address);
  if (!follow(address, despite_error)) {
    return;
  }
  size_t size = 0;
  bool terminated = false;
  // One byte more than is shown tells whether the string ends there.
  if (!read_string(address, limit + 1, size, terminated)) {
    if (limited && size > 0) {
      out_.unreadable(address, state_.scratch_.data(), size - 1, false);
    } else {
      out_.address(address, Unread::kFault);
    }
    return;
  }
  StringForm form = {.truncated = !terminated, .limited = limited};
  if (form.truncated && out_.wants_full_size()) {
    form.full_size = full_size(address, size);
  }
  out_.string(state_.scratch_.data(), std::min(size, limit), form);
}

void Engine::show_string(uint64_t address, bool despite_error) {
  show_terminated(address, limit(), despite_error, true);
}

void Engine::show_path(uint64_t address, bool despite_error) {
  show_terminated(address, PATH_MAX - 1, despite_error, false);
}

void Engine::show_whole(uint64_t address, uint64_t size) {
  const size_t wanted = std::min<uint64_t>(size, PATH_MAX - 1);
  uint8_t* bytes = scratch(wanted);
  if (!read(address, bytes, wanted)) {
    out_.address(address, Unread::kFault);
    return;
  }
  const void* end = std::memchr(bytes, 0, wanted);
  const size_t used =
      end != nullptr ? static_cast<size_t>(static_cast<const uint8_t*>(end) - bytes) : wanted;
  out_.string(bytes, used, {.truncated = end == nullptr && wanted < size, .full_size = size});
}

void Engine::show_strings(uint64_t address) {
  const PointerScope pointer(out_, address);
  if (!follow(address)) {
    return;
  }
  uint64_t string = 0;
  if (!read(address, &string, word_size())) {
    out_.address(address, Unread::kFault);
    return;
  }
  out_.begin_array();
  for (uint64_t i = 0; string != 0; ++i) {
    if (!has_room_for(i) || i >= kMaxStrings) {
      out_.omitted();
      break;
    }
    out_.begin_element();
    show_string(string);
    const uint64_t next = address + (i + 1) * word_size();
    string = 0;
    if (!read(next, &string, word_size())) {
      out_.omitted();
      show_address_comment(next);
      break;
    }
  }
  out_.end_array();
}

uint8_t* Engine::scratch(size_t size) {
  if (state_.scratch_.size() < size) {
    state_.scratch_.resize(size);
  }
  return state_.scratch_.data();
}

}  // namespace ptraced::decode
