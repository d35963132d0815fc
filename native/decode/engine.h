// Walks the types of a call and tells a Writer what is there. The only reader of tracee memory in
// this room; it never trusts what it reads: every loop is bounded, every length checked.
#pragma once

#include <algorithm>

#include "../core/memory.h"
#include "decoder.h"
#include "writer.h"

namespace ptraced::decode {

class CallValues;
class ValueTree;

// The lower `size` bytes of a word; all of it where size is 0.
inline uint64_t truncate(uint64_t word, size_t size) {
  return size == 0 || size >= 8 ? word : word & ((uint64_t{1} << (size * 8)) - 1);
}

// Bytes of a pointer or a long, in registers and memory, as the engine takes them.
inline size_t word_size(core::Arch arch) {
  return arch == core::Arch::kI386 ? 4 : 8;
}

// The type's size in the memory of a tracee with words of that size; 0 where it has none or is not
// described.
size_t size_of(const Type& type, size_t word_size);

// Bytes of the tracee that have been read.
struct View {
  const uint8_t* bytes = nullptr;
  size_t size = 0;
  uint64_t address = 0;

  // The unsigned number of `width` (1, 2, 4 or 8) bytes at `offset`; 0 where the view is shorter.
  uint64_t number(size_t offset, size_t width) const;
};

// A value: a word in a register, or bytes in memory.
struct Operand {
  // The number: the register, or the first bytes of the memory as far as they fit.
  uint64_t word = 0;
  // What stands in memory; no bytes for a register.
  View memory = {};
  // The structure that it is a field of, if any.
  const View* within = nullptr;
};

class Engine {
 public:
  Engine(Writer& out, core::Memory& memory, const Options& options, const Call& call,
         CallText& state);

  // Decodes arguments up to the first that is known at exit only.
  void enter();
  // Decodes the arguments left, and knows the result from then on.
  void exit(const core::SyscallExit& exit);

  // Decodes every argument as the caller passes it; of what the call will write, the address.
  void enter_values(CallValues& values);
  // Decodes again what the call has written, and knows the result from then on.
  void exit_values(const core::SyscallExit& exit, CallValues& values);
  // Decodes the result.
  void return_value(const Type& type, CallValues& values);

  // What custom types use.
  Writer& out() { return out_; }
  const Options& options() const { return options_; }
  const Call& call() const { return call_; }
  const Syscall& syscall() const { return *state_.syscall_; }
  bool exiting() const { return exiting_; }
  // The call has returned an error.
  bool failed() const { return exiting_ && exit_.is_error; }
  int64_t result() const { return exit_.value; }
  // Error number of a failed call, positive.
  int error() const { return failed() ? static_cast<int>(-exit_.value) : 0; }
  // Argument as the tracee's register has it: 32 bits wide on i386.
  uint64_t arg(size_t index) const;
  // What saved_word kept at entry; `has_saved` tells whether it could be read.
  uint32_t saved(size_t index) const { return static_cast<uint32_t>(state_.saved_[index]); }
  bool has_saved(size_t index) const { return (state_.saved_[index] >> 32) != 0; }
  // The entry was decoded, so that what is saved stood there before the call.
  bool saw_entry() const { return state_.saw_entry_; }
  // What saved_stride kept of an element; null where it is not known.
  const uint32_t* saved_of(uint64_t element) const {
    return state_.saw_entry_ && element < state_.saved_each_.size() ? &state_.saved_each_[element]
                                                                    : nullptr;
  }
  // Bytes or elements that the type's `length` says.
  uint64_t length(const Type& type, const Operand& operand) const;
  // Bytes or elements that the call has written to a buffer of the type: as many as its result
  // says, and never more than the buffer has.
  uint64_t written(const Type& type) const;
  // Whether the buffer of the type has what the result says.
  bool holds_result(const Type& type) const;
  // Bytes that the call has written where the length stands behind the pointer in argument `index`:
  // what stands there now, and never more than what stood there at the entry. False where one of
  // them is not known or negative.
  bool written_behind(size_t index, uint32_t& size);
  // Bytes of a pointer or a long in the tracee's memory.
  size_t word_size() const { return decode::word_size(call_.arch); }
  // The type's size in memory; 0 where it has none or is not described for this tracee.
  size_t size_of(const Type& type) const { return decode::size_of(type, word_size()); }

  // Reads all of it or nothing.
  bool read(uint64_t address, void* out, size_t size);
  // Reads as far as memory is mapped.
  size_t read_some(uint64_t address, void* out, size_t size) {
    return memory_.read(address, out, size);
  }
  // Whether memory behind the pointer is to be shown; writes its address where not.
  bool follow(uint64_t address, bool despite_error = false);

  // Shows a value of the type.
  void show(const Type& type, const Operand& operand);
  // Shows what a register holds.
  void show_word(const Type& type, uint64_t word) { show(type, Operand{.word = word}); }
  // Shows what stands in memory.
  void show_at(const Type& type, const View& view, const View* within = nullptr);
  // Shows a field of the structure.
  void show_field(std::string_view name, const Type& type, const View& within, size_t offset);
  // Shows fields without the braces.
  void show_fields(const Layout& layout, const View& view);
  // Shows `count` elements at `address`: as many as the options allow.
  void show_array(const Type& element, uint64_t address, uint64_t count,
                  bool despite_error = false);
  // Shows `size` bytes at `address` as a string, cut at the configured length.
  void show_bytes(uint64_t address, uint64_t size, bool despite_error = false, bool hex = false);
  // Shows the string at `address`, cut at the configured length.
  void show_string(uint64_t address, bool despite_error = false);
  void show_path(uint64_t address, bool despite_error = false);
  // Shows `size` bytes at `address`, however many they are, up to a NUL.
  void show_whole(uint64_t address, uint64_t size);
  // Shows the strings that a null-terminated array of pointers names.
  void show_strings(uint64_t address);
  // Shows a number as the type says, cut to its size.
  void show_number(const Type& type, uint64_t word);

  // Comments on something left out with where it is.
  void show_address_comment(uint64_t address);
  // A buffer that lives until the next use of it; show_bytes and the string functions use it too.
  uint8_t* scratch(size_t size);

  // Bytes shown of a longer sequence: as the client chose, and not more than max_bytes leaves.
  uint64_t limit() const { return std::min<uint64_t>(options_.max_string_bytes, room()); }
  // Whether the element of that index is shown: its array is the one that was begun last.
  bool has_room_for(uint64_t index) {
    if (!options_.unabbreviated) {
      out_.may_omit();
    }
    return index < element_limit();
  }
  // Elements shown of an array: likewise, and all of them where everything is asked for.
  uint64_t element_limit() const {
    return room() == 0 ? 0 : options_.unabbreviated ? UINT64_MAX : options_.max_string_bytes;
  }
  // Whether a member of a set that has no other limit is shown.
  bool has_room() const { return room() > 0; }

 private:
  size_t room() const {
    const size_t written = out_.written();
    return written < options_.max_bytes ? options_.max_bytes - written : 0;
  }

  // An argument that the notation shows, with its register.
  struct Active {
    const Arg* arg;
    uint8_t index;
  };
  void activate(const Arg& arg, size_t position);
  // Keeps the lengths that the kernel overwrites.
  void save_lengths();
  void save_each(const Arg& arg, uint64_t address);
  void keep(const Arg& arg, uint64_t address);
  void show_argument(const Active& active);
  // Arguments as the call has them, not as the notation does.
  void order_by_register();
  // An argument of which nothing was said is its word.
  void complete(const ValueTree& tree, uint32_t root, uint64_t word);
  void show_pointer(const Type& type, uint64_t address);
  // `limited`: the limit is the client's.
  void show_terminated(uint64_t address, size_t limit, bool despite_error, bool limited);
  // Reads a string of at most `limit` bytes into the scratch buffer; false where memory ends first.
  bool read_string(uint64_t address, size_t limit, size_t& size, bool& terminated);
  // Bytes of a string of which `known` are no end; kUnknownSize where none is found.
  uint64_t full_size(uint64_t address, uint64_t known);
  void show_inline(const Type& type, const Operand& operand);

  Writer& out_;
  core::Memory& memory_;
  const Options& options_;
  const Call& call_;
  CallText& state_;
  core::SyscallExit exit_ = {};
  bool exiting_ = false;
  // What is read stands there as it did at the entry (Arg::kept).
  bool as_at_entry_ = false;
  std::array<Active, 6> args_ = {};
  size_t arg_count_ = 0;
};

// The variant that a call's arguments select; null for none.
const Variant* find_variant(const Syscall& syscall, const Call& call);

// The result of that variant, or of the row.
const Result& result_of(const Syscall& syscall, const Call& call);

}  // namespace ptraced::decode
