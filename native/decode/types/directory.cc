// The entries of a directory, counted.
#include <charconv>

#include "../engine.h"
#include "subjects.h"

namespace ptraced::decode {

namespace {

// struct linux_dirent64 begins with d_ino, d_off, d_reclen.
constexpr size_t kEntryHeader = 19;

}  // namespace

void print_directory(Engine& engine, const Type& type, const Operand& operand) {
  Writer& out = engine.out();
  const uint64_t address = operand.word;
  out.address(address, address == 0 ? Unread::kNull : Unread::kOpaque);
  if (engine.failed()) {
    return;
  }
  const size_t length_at = type.parameter == 64 ? 16 : 2 * engine.word_size();
  const uint64_t size = static_cast<uint64_t>(engine.result());
  uint64_t count = 0;
  for (uint64_t offset = 0; offset + kEntryHeader <= size;) {
    uint16_t length = 0;
    if (!engine.read(address + offset + length_at, &length, sizeof length) ||
        length < kEntryHeader) {
      break;
    }
    ++count;
    offset += length;
  }
  out.elided(count);
  char text[40];
  char* end = std::to_chars(text, text + 24, count).ptr;
  constexpr std::string_view kEntries = " entries";
  end = std::copy(kEntries.begin(), kEntries.end(), end);
  out.comment({text, static_cast<size_t>(end - text)});
}

}  // namespace ptraced::decode
