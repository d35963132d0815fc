// Vectors of buffers: struct iovec.
#include <sys/uio.h>

#include <algorithm>

#include "../engine.h"
#include "../structs/compat.h"
#include "subjects.h"

namespace ptraced::decode {

namespace {

enum class Bases { kAddresses, kShown };

// Shows a vector. Of the bytes behind it `available` are shown at most, in the order of its
// elements.
void show_vector(Engine& engine, uint64_t address, uint64_t count, Bases bases,
                 uint64_t available) {
  Writer& out = engine.out();
  const PointerScope pointer(out, address);
  if (!engine.follow(address, true)) {
    return;
  }
  if (count == 0) {
    out.begin_array();
    out.end_array();
    return;
  }
  const uint64_t width = 2 * engine.word_size();
  iovec element;
  if (count > UINT64_MAX / width || address + count * width < address ||
      !read_iovec(engine, address, element)) {
    out.address(address, Unread::kFault);
    return;
  }
  out.begin_array(count);
  for (uint64_t i = 0; i < count; ++i) {
    if (!engine.has_room_for(i)) {
      out.omitted();
      break;
    }
    const uint64_t at = address + i * width;
    if (i > 0 && !read_iovec(engine, at, element)) {
      out.omitted();
      engine.show_address_comment(at);
      break;
    }
    const uint64_t base = reinterpret_cast<uint64_t>(element.iov_base);
    out.begin_element();
    out.begin_struct("iovec");
    out.begin_field("iov_base");
    if (bases == Bases::kAddresses) {
      out.address(base, Unread::kOpaque);
    } else {
      const uint64_t shown = std::min<uint64_t>(element.iov_len, available);
      engine.show_bytes(base, shown, true);
      available -= shown;
    }
    out.begin_field("iov_len");
    out.unsigned_number(element.iov_len);
    out.end_struct();
  }
  out.end_array();
}

}  // namespace

bool read_iovec(Engine& engine, uint64_t address, iovec& out) {
  if (engine.word_size() == 8) {
    return engine.read(address, &out, sizeof out);
  }
  iovec32 narrow;
  if (!engine.read(address, &narrow, sizeof narrow)) {
    return false;
  }
  out.iov_base = reinterpret_cast<void*>(static_cast<uintptr_t>(narrow.iov_base));
  out.iov_len = narrow.iov_len;
  return true;
}

void show_written_vector(Engine& engine, uint64_t address, uint64_t count, uint64_t available) {
  show_vector(engine, address, count, Bases::kShown, available);
}

void print_write_vector(Engine& engine, const Type& type, const Operand& operand) {
  show_vector(engine, operand.word, engine.arg(type.parameter), Bases::kShown, UINT64_MAX);
}

void print_read_vector(Engine& engine, const Type& type, const Operand& operand) {
  const Bases bases = engine.failed() ? Bases::kAddresses : Bases::kShown;
  show_vector(engine, operand.word, engine.arg(type.parameter), bases,
              engine.failed() ? 0 : static_cast<uint64_t>(engine.result()));
}

void print_address_vector(Engine& engine, const Type& type, const Operand& operand) {
  show_vector(engine, operand.word, engine.arg(type.parameter), Bases::kAddresses, 0);
}

}  // namespace ptraced::decode
