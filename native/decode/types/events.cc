// What poll and select wait for and what they found.
#include <poll.h>

#include <algorithm>
#include <cstring>

#include "../engine.h"
#include "../syscalls/rows.h"
#include "../xlat/sets.h"
#include "subjects.h"

namespace ptraced::decode {

namespace {

// Descriptors that a set of select(2) may hold: the kernel's limit is that of open files, strace
// looks at this many.
constexpr int kMaxSetBits = 1 << 20;
constexpr size_t kChunkBytes = 128;

// Bytes of a set of so many descriptors: whole words.
size_t set_bytes(Engine& engine, int bits) {
  const size_t word = engine.word_size();
  return (static_cast<size_t>(bits) + word * 8 - 1) / (word * 8) * word;
}

// Whether a set can be shown: it has bits and can be read.
bool is_shown_set(Engine& engine, uint64_t address, int bits) {
  uint8_t last = 0;
  return address != 0 && bits > 0 &&
         engine.read(address + set_bytes(engine, bits) - 1, &last, sizeof last) &&
         engine.read(address, &last, sizeof last);
}

// Calls `member` for each descriptor in the set, until one returns false.
template <typename Member>
void for_each_member(Engine& engine, uint64_t address, int bits, Member member) {
  const size_t size = set_bytes(engine, bits);
  for (size_t offset = 0; offset < size; offset += kChunkBytes) {
    uint8_t chunk[kChunkBytes] = {};
    const size_t want = std::min(kChunkBytes, size - offset);
    const size_t got = engine.read_some(address + offset, chunk, want);
    for (size_t i = 0; i < got; ++i) {
      for (int bit = 0; chunk[i] >> bit != 0; ++bit) {
        const int fd = static_cast<int>((offset + i) * 8) + bit;
        if ((chunk[i] >> bit & 1) != 0 && fd < bits && !member(fd)) {
          return;
        }
      }
    }
    if (got < want) {
      return;
    }
  }
}

int select_bits(Engine& engine) {
  return std::clamp(static_cast<int>(engine.arg(0)), 0, kMaxSetBits);
}

// A note that begins with its first item at the latest.
class Note {
 public:
  explicit Note(Writer& out) : out_(out) {}
  ~Note() {
    if (begun_) {
      out_.end_note();
    }
  }
  Note(const Note&) = delete;
  Note& operator=(const Note&) = delete;

  void begin() {
    if (!begun_) {
      out_.begin_note();
      begun_ = true;
    }
  }
  void item(std::string_view label) {
    begin();
    out_.note_item(label);
  }

 private:
  Writer& out_;
  bool begun_ = false;
};

// "left {tv_sec=0, tv_usec=5}": what the call has left of its timeout.
void show_time_left(Engine& engine, Note& note, uint64_t timeout, const Type& pointer_type) {
  if (timeout != 0) {
    note.item("left ");
    engine.show_word(pointer_type, timeout);
  }
}

const Type& timeout_type(Engine& engine, bool is_timeval) {
  const std::string_view name = engine.syscall().name;
  if (name.ends_with("_time64")) {
    return kTimespec64Pointer;
  }
  return is_timeval ? kTimevalPointer : kTimespecPointer;
}

}  // namespace

void print_descriptor_set(Engine& engine, const Type&, const Operand& operand) {
  Writer& out = engine.out();
  const int bits = select_bits(engine);
  if (!is_shown_set(engine, operand.word, bits)) {
    out.address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kFault);
    return;
  }
  out.begin_set();
  for_each_member(engine, operand.word, bits, [&](int fd) {
    if (!engine.has_room()) {
      out.omitted();
      return false;
    }
    out.begin_member();
    out.descriptor(fd, false);
    return true;
  });
  out.end_set();
}

void note_select(Engine& engine) {
  if (engine.failed()) {
    return;
  }
  if (engine.result() == 0) {
    note_timeout(engine);
    return;
  }
  Writer& out = engine.out();
  constexpr std::string_view kSets[] = {"in ", "out ", "except "};
  const int bits = select_bits(engine);
  // The result counts the members of all sets.
  int64_t left = engine.result();
  Note note(out);
  note.begin();
  for (size_t i = 0; i < std::size(kSets) && left > 0; ++i) {
    const uint64_t address = engine.arg(i + 1);
    if (!is_shown_set(engine, address, bits)) {
      continue;
    }
    bool open = false;
    for_each_member(engine, address, bits, [&](int fd) {
      if (left == 0 || !engine.has_room()) {
        return false;
      }
      --left;
      if (!open) {
        note.item(kSets[i]);
        out.begin_set();
        open = true;
      }
      out.begin_member();
      out.descriptor(fd, false);
      return true;
    });
    if (open) {
      out.end_set();
    }
  }
  const bool is_timeval = engine.syscall().name == std::string_view("select") ||
                          engine.syscall().name == std::string_view("_newselect");
  show_time_left(engine, note, engine.arg(4), timeout_type(engine, is_timeval));
}

void note_receive(Engine& engine) {
  if (engine.failed() || engine.result() == 0) {
    note_timeout(engine);
    return;
  }
  constexpr size_t kTimeout = 4;
  if (engine.arg(kTimeout) != 0) {
    Note note(engine.out());
    show_time_left(engine, note, engine.arg(kTimeout), timeout_type(engine, false));
  }
}

void print_select_mask(Engine& engine, const Type&, const Operand& operand) {
  if (!engine.follow(operand.word)) {
    return;
  }
  uint64_t words[2] = {};
  const size_t width = engine.word_size();
  if (!engine.read(operand.word, &words[0], width) ||
      !engine.read(operand.word + width, &words[1], width)) {
    engine.out().address(operand.word, Unread::kFault);
    return;
  }
  Writer& out = engine.out();
  out.begin_struct("pselect6_sigmask");
  out.begin_field("sigmask");
  uint64_t mask = 0;
  if (words[0] == 0) {
    out.address(0, Unread::kNull);
  } else if (words[1] == sizeof mask && engine.read(words[0], &mask, sizeof mask)) {
    engine.show_word(kSigmask, mask);
  } else {
    out.address(words[0], Unread::kFault);
  }
  out.begin_field("sigsetsize");
  out.unsigned_number(words[1]);
  out.end_struct();
}

void note_poll(Engine& engine) {
  if (engine.failed()) {
    return;
  }
  if (engine.result() == 0) {
    note_timeout(engine);
    return;
  }
  Writer& out = engine.out();
  const uint64_t address = engine.arg(0);
  const uint64_t count = static_cast<uint32_t>(engine.arg(1));
  uint64_t shown = 0;
  bool open = false;
  Note note(out);
  const auto begin = [&] {
    if (!open) {
      note.item("");
      out.begin_array();
      open = true;
    }
  };
  for (uint64_t i = 0; i < count; ++i) {
    pollfd descriptor;
    const uint64_t at = address + i * sizeof descriptor;
    if (at < address || !engine.read(at, &descriptor, sizeof descriptor)) {
      begin();
      out.begin_element();
      out.address(at, Unread::kFault);
      break;
    }
    if (descriptor.revents == 0) {
      continue;
    }
    begin();
    if (!engine.has_room_for(shown)) {
      out.omitted();
      break;
    }
    ++shown;
    out.begin_element();
    out.begin_struct("pollfd");
    out.begin_field("fd");
    out.descriptor(descriptor.fd, false);
    out.begin_field("revents");
    out.flags(static_cast<uint16_t>(descriptor.revents), kPollEvents);
    out.end_struct();
  }
  if (open) {
    out.end_array();
  }
  const std::string_view name = engine.syscall().name;
  if (name.starts_with("ppoll")) {
    show_time_left(engine, note, engine.arg(2), timeout_type(engine, false));
  }
}

}  // namespace ptraced::decode
