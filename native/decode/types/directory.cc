// The entries of a directory: counted, or each of them where everything is asked for.
#include <charconv>
#include <cstring>

#include "../engine.h"
#include "../structs/layout.h"
#include "subjects.h"

namespace ptraced::decode {

namespace {

constexpr Type kUint16 = {.kind = Kind::kUnsigned, .size = 2};
constexpr Type kEntryType = one_of(kDirentTypes, 1);

// struct linux_dirent64 up to its d_name, the same for tracees of either word size.
constexpr Field kDirent64Fields[] = {
    {.name = "d_ino", .offset = 0, .offset32 = 0, .type = kUint64},
    {.name = "d_off", .offset = 8, .offset32 = 8, .type = kUint64},
    {.name = "d_reclen", .offset = 16, .offset32 = 16, .type = kUint16},
    {.name = "d_type", .offset = 18, .offset32 = 18, .type = kEntryType},
};
constexpr Layout kDirent64Layout = {19, 19, kDirent64Fields, "linux_dirent64"};

// struct linux_dirent up to its d_name; d_type is the last byte of an entry (getdents(2)).
constexpr Field kDirentFields[] = {
    {.name = "d_ino", .offset = 0, .offset32 = 0, .type = kUlong},
    {.name = "d_off", .offset = 8, .offset32 = 4, .type = kUlong},
    {.name = "d_reclen", .offset = 16, .offset32 = 8, .type = kUint16},
};
constexpr Layout kDirentLayout = {18, 10, kDirentFields, "linux_dirent"};

constexpr size_t kMaxHeader = 19;

// Entries as a call has written them.
class Entries {
 public:
  Entries(Engine& engine, const Layout& layout, uint64_t address, uint64_t size)
      : engine_(engine), layout_(layout), next_(address), left_(size) {}

  size_t header_size() const { return engine_.word_size() == 4 ? layout_.size32 : layout_.size; }

  // Takes the next; false where none is left, or where it is none.
  bool next() {
    address_ = next_;
    if (left_ < header_size() || !engine_.read(address_, header_, header_size())) {
      return false;
    }
    const Field& reclen = layout_.fields[2];
    length_ = header().number(engine_.word_size() == 4 ? reclen.offset32 : reclen.offset, 2);
    if (length_ <= header_size() || length_ > left_) {
      return false;
    }
    next_ += length_;
    left_ -= length_;
    return true;
  }

  bool all_taken() const { return left_ == 0; }
  // Where what next() refused stands.
  uint64_t address() const { return address_; }

  void show() const {
    Writer& out = engine_.out();
    out.begin_struct(layout_.name);
    engine_.show_fields(layout_, header());
    const bool type_is_last = &layout_ == &kDirentLayout;
    out.begin_field("d_name");
    show_name(length_ - header_size() - (type_is_last ? 1 : 0));
    if (type_is_last) {
      out.begin_field("d_type");
      show_last_byte();
    }
    out.end_struct();
  }

 private:
  View header() const { return {header_, header_size(), address_}; }

  // A name is never cut: it is at most NAME_MAX bytes long.
  void show_name(size_t room) const {
    const uint64_t at = address_ + header_size();
    uint8_t* bytes = engine_.scratch(room);
    if (!engine_.read(at, bytes, room)) {
      engine_.out().address(at, Unread::kFault);
      return;
    }
    const size_t length = strnlen(reinterpret_cast<const char*>(bytes), room);
    engine_.out().string(bytes, length, {.truncated = length == room});
  }

  void show_last_byte() const {
    const uint64_t at = address_ + length_ - 1;
    uint8_t type = 0;
    if (!engine_.read(at, &type, sizeof type)) {
      engine_.out().address(at, Unread::kFault);
      return;
    }
    engine_.show_word(kEntryType, type);
  }

  Engine& engine_;
  const Layout& layout_;
  uint64_t next_;
  uint64_t left_;
  uint64_t address_ = 0;
  uint64_t length_ = 0;
  uint8_t header_[kMaxHeader] = {};
};

void show_entries(Engine& engine, Entries entries, uint64_t address) {
  Writer& out = engine.out();
  const PointerScope pointer(out, address);
  bool is_entry = entries.next();
  if (!is_entry && !entries.all_taken()) {
    out.address(address, Unread::kFault);
    return;
  }
  out.begin_array();
  for (uint64_t shown = 0; is_entry; is_entry = entries.next()) {
    if (!engine.has_room_for(shown++)) {
      out.omitted();
      out.end_array();
      return;
    }
    out.begin_element();
    entries.show();
  }
  if (!entries.all_taken()) {
    out.omitted();
    engine.show_address_comment(entries.address());
  }
  out.end_array();
}

void count_entries(Engine& engine, Entries entries, uint64_t address) {
  Writer& out = engine.out();
  out.address(address, address == 0 ? Unread::kNull : Unread::kOpaque);
  uint64_t count = 0;
  while (entries.next()) {
    ++count;
  }
  out.elided(count);
  char text[40];
  char* end = std::to_chars(text, text + 24, count).ptr;
  constexpr std::string_view kEntries = " entries";
  end = std::copy(kEntries.begin(), kEntries.end(), end);
  out.comment({text, static_cast<size_t>(end - text)});
}

}  // namespace

void print_directory(Engine& engine, const Type& type, const Operand& operand) {
  const uint64_t address = operand.word;
  if (engine.failed()) {
    engine.out().address(address, address == 0 ? Unread::kNull : Unread::kOpaque);
    return;
  }
  const Entries entries(engine, type.parameter == 64 ? kDirent64Layout : kDirentLayout, address,
                        engine.written(type));
  if (engine.options().unabbreviated) {
    show_entries(engine, entries, address);
  } else {
    count_entries(engine, entries, address);
  }
}

}  // namespace ptraced::decode
