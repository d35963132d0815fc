// Makes the tree of values of what the engine says.
#pragma once

#include <vector>

#include "value_tree.h"
#include "writer.h"

namespace ptraced::decode {

class ValueWriter final : public Writer {
 public:
  // Appends to the tree. `own_pid_namespace`: the tracee calls tasks as the server does.
  ValueWriter(ValueTree& out, bool own_pid_namespace)
      : tree_(out),
        nodes_(out.nodes_),
        bytes_(out.bytes_),
        frames_(out.frames_),
        own_pid_namespace_(own_pid_namespace) {
    frames_.clear();
  }

  size_t written() const override { return tree_.written(); }
  bool wants_full_size() const override { return true; }
  bool wants_written() const override { return true; }
  void begin_argument(std::string_view name, bool shown) override;
  void resume_argument() override { resuming_ = true; }
  void end_arguments() override { close_all(); }
  void begin_pointer(uint64_t address) override;
  void end_pointer() override;
  void begin_target() override {}
  void end_target() override {}
  void begin_struct(std::string_view type) override;
  void begin_field(std::string_view name) override;
  void end_struct() override { close(ValueKind::kStruct); }
  void resume_struct() override;
  void begin_array(uint64_t count) override;
  void begin_element() override { name_ = {}; }
  void end_array() override { close(ValueKind::kList); }
  void begin_set() override { begin_array(kUnknownSize); }
  void begin_member() override { name_ = {}; }
  void end_set() override { close(ValueKind::kList); }
  void signal_set(uint64_t mask) override;
  void begin_call(std::string_view function) override;
  void begin_call_argument(std::string_view name) override;
  void end_call() override;
  void begin_part() override;
  void omitted() override;
  void elided(uint64_t count) override;
  void becomes() override { replaced_ = last_; }
  void comment(std::string_view) override {}
  void signed_number(int64_t value) override;
  void unsigned_number(uint64_t value) override;
  void hex(uint64_t value) override { unsigned_number(value); }
  void padded_hex(uint64_t value, size_t) override { unsigned_number(value); }
  void octal(uint64_t value) override { unsigned_number(value); }
  void product(uint64_t count, uint64_t unit) override { unsigned_number(count * unit); }
  void address(uint64_t value, Unread why) override;
  void descriptor(int32_t fd, bool at) override;
  void task(int32_t id) override;
  void constant(uint64_t value, const Set& set) override;
  void numbered_constant(uint64_t value, const Set& set) override { constant(value, set); }
  void flags(uint64_t value, const Set& set) override;
  void no_flags() override;
  void shifted(uint64_t value, const Set& set, unsigned bits, std::string_view shift) override;
  void shifted_symbol(uint64_t value, std::string_view name, unsigned bits,
                      std::string_view shift) override;
  void shifted_number(uint64_t value, unsigned bits, std::string_view shift) override;
  void begin_index(std::string_view index) override;
  void bit(unsigned number, std::string_view name) override;
  void symbol(std::string_view name, int64_t value) override;
  void negative_symbol(std::string_view name, int64_t value) override { symbol(name, value); }
  void wait_status(int status) override;
  void string(const uint8_t* bytes, size_t size, StringForm form) override;
  void abstract_name(const uint8_t* bytes, size_t size) override;
  void ipv6_address(std::string_view field, std::string_view address) override;
  // Notes are of the text; what a call returns has a type of its own.
  void begin_note() override {}
  void note_item(std::string_view) override {}
  void end_note() override {}

 private:
  static constexpr uint32_t kNothing = UINT32_MAX;

  using Frame = ValueTree::Frame;

  // A new value where one is due; its children are those that come before the frame is closed.
  ValueNode& add(ValueKind kind);
  void open(ValueKind kind, uint32_t node);
  void close_top();
  // Closes the innermost, where it is of this kind.
  void close(ValueKind kind);
  void close_all();
  // The innermost, where it is a pointer to which nothing belongs yet.
  bool in_empty_pointer() const;
  void set_text(ValueNode& node, const void* bytes, size_t size);
  void signal(std::string_view field, int number);

  const ValueTree& tree_;
  std::vector<ValueNode>& nodes_;
  std::vector<uint8_t>& bytes_;
  std::vector<Frame>& frames_;
  const bool own_pid_namespace_;
  std::string_view name_;         // of the value that comes next
  uint32_t last_ = kNothing;      // the value that was complete last
  uint32_t replaced_ = kNothing;  // the value whose place the next one takes
  bool is_part_ = false;          // the next one is a part of the last one
  bool resuming_ = false;         // the next pointer is the one that is open
};

}  // namespace ptraced::decode
