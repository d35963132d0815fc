// Descriptors, ids, modes, devices and addresses with a count.
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "../engine.h"
#include "types.h"

namespace ptraced::decode {

namespace {

// Strings of an environment that are counted; execve(2) could not take more in 128 MiB.
constexpr uint64_t kMaxCounted = 16 * 1024 * 1024;

}  // namespace

void print_dirfd(Engine& engine, const Type&, const Operand& operand) {
  engine.out().descriptor(static_cast<int32_t>(operand.word), true);
}

void print_id(Engine& engine, const Type& type, const Operand& operand) {
  const uint64_t mask = type.size == 2 ? UINT16_MAX : UINT32_MAX;
  const uint64_t id = operand.word & mask;
  if (id == mask) {
    engine.out().signed_number(-1);
  } else {
    engine.out().unsigned_number(id);
  }
}

void print_mode(Engine& engine, const Type& type, const Operand& operand) {
  const uint64_t mode = type.size == 2 ? operand.word & UINT16_MAX : operand.word & UINT32_MAX;
  constexpr uint64_t kNamed = S_IFMT | S_ISUID | S_ISGID | S_ISVTX;
  Writer& out = engine.out();
  const uint64_t permissions = mode & ~kNamed;
  if ((mode & kNamed) == 0) {
    out.octal(mode);
    return;
  }
  bool known = false;
  for (const Xlat& x : kModeTypes.constants) {
    known = known || x.value == (mode & S_IFMT);
  }
  if (!known && (mode & S_IFMT) != 0) {
    out.octal(mode);
    return;
  }
  out.flags(mode & kNamed, kModeTypes);
  out.begin_part();
  out.octal(permissions);
}

void print_device(Engine& engine, const Type& type, const Operand& operand) {
  const uint64_t device = type.size == 8 ? operand.word : operand.word & UINT32_MAX;
  Writer& out = engine.out();
  out.begin_call("makedev");
  out.begin_call_argument("major");
  out.hex(gnu_dev_major(device));
  out.begin_call_argument("minor");
  out.hex(gnu_dev_minor(device));
  out.end_call();
}

void print_environment(Engine& engine, const Type&, const Operand& operand) {
  const uint64_t address = operand.word;
  if (engine.options().unabbreviated) {
    engine.show_strings(address);
    return;
  }
  engine.out().address(address, address == 0 ? Unread::kNull : Unread::kOpaque);
  if (address == 0) {
    return;
  }
  uint64_t count = 0;
  bool terminated = false;
  // The vector is read page by page, since it may be long.
  constexpr size_t kPage = 4096;
  uint8_t page[kPage];
  const size_t width = engine.word_size();
  uint64_t first = 0;
  if (!engine.read(address, &first, width)) {
    return;
  }
  uint64_t at = address;
  bool readable = true;
  while (readable && !terminated && count < kMaxCounted) {
    const size_t want = kPage - at % kPage;
    const size_t got = engine.read_some(at, page, want);
    size_t used = 0;
    for (; used + width <= got; used += width) {
      uint64_t word = 0;
      std::memcpy(&word, page + used, width);
      if (word == 0) {
        terminated = true;
        break;
      }
      ++count;
    }
    readable = got == want && used == got;
    at += got;
  }
  engine.out().elided(count);
  char text[64];
  const auto end = std::to_chars(text, text + 24, count).ptr;
  std::string_view tail = count == 1 ? " var" : " vars";
  char* cursor = std::copy(tail.begin(), tail.end(), end);
  if (!terminated) {
    tail = ", unterminated";
    cursor = std::copy(tail.begin(), tail.end(), cursor);
  }
  engine.out().comment({text, static_cast<size_t>(cursor - text)});
}

void print_cwd(Engine& engine, const Type& type, const Operand& operand) {
  if (engine.follow(operand.word)) {
    // The result counts the NUL.
    const uint64_t written = engine.written(type);
    engine.show_whole(operand.word, written > 0 ? written - 1 : 0);
  }
}

}  // namespace ptraced::decode
