// What the engine says of a call, in the order in which it is shown. A writer gives it a form: text
// (text_writer.h) or a tree of values (value_writer.h). Nothing here has syntax.
//
// Names of arguments, fields, types, functions and constants live as long as the program, except
// those of symbol().
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "description.h"

namespace ptraced::decode {

// Why a pointer's target is not shown.
enum class Unread : uint8_t {
  kNull,
  kOpaque,  // it is an address and nothing more, or what it points to is not described
  kFailed,  // the call failed, so that nothing was written there
  kFault,   // it cannot be read
};

// How a string is shown and how much of it is there.
struct StringForm {
  bool truncated = false;             // more follows
  bool hex = false;                   // binary data: each byte in hexadecimal
  bool limited = false;               // Options::max_string_bytes says where it is cut
  uint64_t full_size = kUnknownSize;  // bytes of all of it, where it is truncated
};

class Writer {
 public:
  virtual ~Writer() = default;

  // What was written so far takes about so many bytes.
  virtual size_t written() const = 0;
  // Whether full_size of a truncated string is worth looking for its end.
  virtual bool wants_full_size() const = 0;

  // Whether fields that the call has written are shown where they stand (Field::Shown::kWritten).
  virtual bool wants_written() const = 0;

  // The next argument. `shown`: its name belongs to the notation.
  virtual void begin_argument(std::string_view name, bool shown) = 0;
  // More of the argument that stood last at the entry.
  virtual void resume_argument() = 0;
  virtual void end_arguments() = 0;

  // What stands at the address follows, or address() where it is not shown. May be said twice of
  // one pointer, by a type and by the type that it is made of.
  virtual void begin_pointer(uint64_t address) = 0;
  virtual void end_pointer() = 0;
  // A number that a pointer leads to; the notation has brackets around it.
  virtual void begin_target() = 0;
  virtual void end_target() = 0;

  // `type`: the name of the C structure.
  virtual void begin_struct(std::string_view type) = 0;
  virtual void begin_field(std::string_view name) = 0;
  virtual void end_struct() = 0;
  // More of a structure that has fields already and was left open at the entry.
  virtual void resume_struct() = 0;

  // `count`: elements that are there, whether shown or not.
  virtual void begin_array(uint64_t count = kUnknownSize) = 0;
  virtual void begin_element() = 0;
  virtual void end_array() = 0;
  // Here Options::max_string_bytes decides whether the array goes on.
  virtual void may_omit() {}

  // A set of small numbers: descriptors, processors.
  virtual void begin_set() = 0;
  virtual void begin_member() = 0;
  virtual void end_set() = 0;
  // Signals, bit 0 for signal 1.
  virtual void signal_set(uint64_t mask) = 0;

  // A value in the form of the macro or function that makes it: htons(80), makedev(0x8, 0x1). An
  // argument has a name where the function has several.
  virtual void begin_call(std::string_view function) = 0;
  virtual void begin_call_argument(std::string_view name = {}) = 0;
  virtual void end_call() = 0;

  // A part of a word that is the "or" of its parts follows. The first part needs no begin_part.
  virtual void begin_part() = 0;

  // Something was left out here: elements, fields.
  virtual void omitted() = 0;
  // `count` elements stand where the address before it leads, and none of them is shown.
  virtual void elided(uint64_t count) = 0;
  // What follows is the value after the call, what stood before is the one before it.
  virtual void becomes() = 0;
  // Explains the value before it: a date, a count.
  virtual void comment(std::string_view text) = 0;

  virtual void signed_number(int64_t value) = 0;
  virtual void unsigned_number(uint64_t value) = 0;
  virtual void hex(uint64_t value) = 0;
  // With a prefix and zeros up to `width` characters; 0 has no prefix.
  virtual void padded_hex(uint64_t value, size_t width) = 0;
  virtual void octal(uint64_t value) = 0;
  // A multiple of a unit: 8192*1024.
  virtual void product(uint64_t count, uint64_t unit) = 0;
  virtual void address(uint64_t value, Unread why) = 0;
  // Whether unreadable() looks at the bytes.
  virtual bool wants_readable() const { return false; }
  // The address of a limited string: kFault. With a limit of `size` bytes or fewer, these could be
  // read.
  virtual void unreadable(uint64_t value, const uint8_t* bytes, size_t size, bool hex) {
    static_cast<void>(bytes), static_cast<void>(size), static_cast<void>(hex);
    address(value, Unread::kFault);
  }
  // A file descriptor. `at`: one of the calls to which AT_FDCWD is the working directory.
  virtual void descriptor(int32_t fd, bool at) = 0;
  // A process or thread, or what such an argument else says: 0, a negative group.
  virtual void task(int32_t id) = 0;
  virtual void constant(uint64_t value, const Set& set) = 0;
  // One whose number is shown, and its name as a comment: 2 /* SYSLOG_ACTION_READ */.
  virtual void numbered_constant(uint64_t value, const Set& set) = 0;
  virtual void flags(uint64_t value, const Set& set) = 0;
  // Flags of which none is set, where the notation has nothing for that.
  virtual void no_flags() = 0;
  // A part of a word that stands in its upper bits, of a set, by name or as a number: B50<<IBSHIFT.
  // `bits`: by how many it is shifted; `shift`: how the notation says so.
  virtual void shifted(uint64_t value, const Set& set, unsigned bits, std::string_view shift) = 0;
  virtual void shifted_symbol(uint64_t value, std::string_view name, unsigned bits,
                              std::string_view shift) = 0;
  virtual void shifted_number(uint64_t value, unsigned bits, std::string_view shift) = 0;
  // The index of the element that follows: [VINTR]=.
  virtual void begin_index(std::string_view index) = 0;
  // A bit by the name of its number: 1<<CAP_KILL.
  virtual void bit(unsigned number, std::string_view name) = 0;
  // A name that stands for a value (UTIME_NOW, SIGINT).
  virtual void symbol(std::string_view name, int64_t value) = 0;
  // The status that wait(2) gives, in terms of its macros.
  virtual void wait_status(int status) = 0;
  // One that stands for its negative: -EFAULT.
  virtual void negative_symbol(std::string_view name, int64_t value) = 0;
  virtual void string(const uint8_t* bytes, size_t size, StringForm form) = 0;

  // A name in the abstract namespace of unix sockets.
  virtual void abstract_name(const uint8_t* bytes, size_t size) = 0;
  // A field that holds an IPv6 address.
  virtual void ipv6_address(std::string_view field, std::string_view address) = 0;

  // Something about the result: "Timeout", "in [3]".
  virtual void begin_note() = 0;
  virtual void note_item(std::string_view label) = 0;
  virtual void end_note() = 0;
};

// Everything that is said while it lives stands at the address.
class PointerScope {
 public:
  PointerScope(Writer& out, uint64_t address) : out_(out) { out_.begin_pointer(address); }
  ~PointerScope() { out_.end_pointer(); }
  PointerScope(const PointerScope&) = delete;
  PointerScope& operator=(const PointerScope&) = delete;

 private:
  Writer& out_;
};

}  // namespace ptraced::decode
