// What is known of a call's arguments, as a tree of values: ptraced.v1.Value without its encoding.
// Flat, so that it is made and dropped without an allocation once its buffers have grown.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "decoder.h"

namespace ptraced::decode {

enum class ValueKind : uint8_t {
  kNone,  // not there, with all its children: something else has taken its place
  kSigned,
  kUnsigned,
  kText,        // valid UTF-8 without a NUL
  kData,        // other bytes
  kFlags,       // `number` in terms of `set`; without a set, the children are its parts
  kConstant,    // `number`, named `label`, or where that is empty `text`
  kStruct,      // of type `label`; the children are its fields
  kList,        // the children are its elements
  kPointer,     // `number` is the address; a child is what is there
  kDescriptor,  // `number`
  kTask,        // `number`
};

// A value. Its children follow it, up to `end`.
struct ValueNode {
  ValueKind kind = ValueKind::kNone;
  bool truncated = false;
  bool fault = false;  // a pointer whose address cannot be read
  uint32_t end = 0;
  std::string_view name = {};   // of the argument or field
  std::string_view label = {};  // of the type or the constant
  const Set* set = nullptr;
  uint64_t number = 0;
  // Bytes, or elements of a list, of all of it.
  uint64_t full_size = kUnknownSize;
  int32_t server_id = 0;  // of a task, in the server's pid namespace; 0 where it is not known
  // Where in the tree's bytes its own are.
  uint32_t text = 0;
  uint32_t text_size = 0;
};

// Trees one behind the other. Names and sets are not owned: they live as long as the program.
class ValueTree {
 public:
  void clear() {
    nodes_.clear();
    bytes_.clear();
  }
  // Memory that it takes.
  size_t memory() const {
    return nodes_.capacity() * sizeof(ValueNode) + bytes_.capacity() +
           frames_.capacity() * sizeof(Frame);
  }
  const ValueNode& operator[](size_t index) const { return nodes_[index]; }
  size_t size() const { return nodes_.size(); }
  // About how much it takes when it is encoded.
  size_t written() const { return bytes_.size() + nodes_.size() * kNodeBytes; }
  std::string_view text(const ValueNode& node) const {
    return {reinterpret_cast<const char*>(bytes_.data()) + node.text, node.text_size};
  }
  std::string_view constant_name(const ValueNode& node) const {
    return node.label.empty() ? text(node) : node.label;
  }

 private:
  friend class ValueWriter;

  static constexpr size_t kNodeBytes = 16;

  // A value that is open while the tree is made: what comes next belongs to it.
  struct Frame {
    ValueKind kind;  // kNone: a function that stands for its only argument
    uint32_t node;
    uint32_t depth = 1;   // of a pointer: how often it was begun
    bool filled = false;  // of a pointer: it is known what is there
    std::string_view function = {};
  };

  std::vector<ValueNode> nodes_;
  std::vector<uint8_t> bytes_;
  std::vector<Frame> frames_;
};

// The arguments of one call. One for each task, reused for each call; allocates only until its
// buffers have grown.
class CallValues {
 public:
  struct Root {
    const ValueTree& tree;
    uint32_t index;
  };

  size_t argument_count() const { return argument_count_; }
  Root argument(size_t i) const { return root(arguments_[i]); }
  // What the call returned is more than a number.
  bool has_return_value() const { return has_return_value_; }
  Root return_value() const { return root(return_value_); }

  // Memory that it takes.
  size_t bytes() const { return entry_.memory() + exit_.memory(); }
  // They were cut where they came to so many bytes (Options::max_bytes).
  bool is_cut_at(size_t max_bytes) const {
    return entry_.written() >= max_bytes || exit_.written() >= max_bytes;
  }
  // Gives back the memory of a call that is over.
  void release() {
    entry_ = {};
    exit_ = {};
    argument_count_ = 0;
    has_return_value_ = false;
  }
  // The next call was not entered under the tracer's eyes.
  void forget_entry() { entered_ = false; }

 private:
  friend class Engine;
  friend void enter_values(const Call&, core::Memory&, const Options&, CallText&, CallValues&);
  friend void exit_values(const Call&, const core::SyscallExit&, core::Memory&, const Options&,
                          CallText&, CallValues&);

  struct Place {
    bool at_exit = false;
    uint32_t index = 0;
  };
  Root root(Place place) const { return {place.at_exit ? exit_ : entry_, place.index}; }

  ValueTree entry_;
  ValueTree exit_;
  std::array<Place, 6> arguments_ = {};
  uint8_t argument_count_ = 0;
  Place return_value_ = {};
  bool has_return_value_ = false;
  bool entered_ = false;
};

// Decodes what the caller passes, at the syscall-enter-stop. After enter_text() of the same call,
// if both are called.
void enter_values(const Call& call, core::Memory& memory, const Options& options, CallText& text,
                  CallValues& values);

// Decodes what the kernel has written and returned, at the syscall-exit-stop; the rest is as it was
// at the entry. Works without enter_values() too: everything is then read now.
void exit_values(const Call& call, const core::SyscallExit& exit, core::Memory& memory,
                 const Options& options, CallText& text, CallValues& values);

}  // namespace ptraced::decode
