#include "value_writer.h"

#include <sys/wait.h>

#include <cstring>

#include "set_lookup.h"
#include "utf8.h"

namespace ptraced::decode {

namespace {

constexpr Set kNoNames = {};

}  // namespace

ValueNode& ValueWriter::add(ValueKind kind) {
  const uint32_t index = static_cast<uint32_t>(nodes_.size());
  if (is_part_) {
    is_part_ = false;
    nodes_.push_back({.kind = kind, .end = index + 1});
    nodes_[last_].end = index + 1;
    return nodes_.back();
  }
  if (replaced_ != kNothing) {
    name_ = nodes_[replaced_].name;
    nodes_[replaced_].kind = ValueKind::kNone;
    replaced_ = kNothing;
  }
  if (!frames_.empty()) {
    frames_.back().filled = true;
  }
  nodes_.push_back({.kind = kind, .end = index + 1, .name = name_});
  name_ = {};
  last_ = index;
  return nodes_.back();
}

void ValueWriter::open(ValueKind kind, uint32_t node) {
  frames_.push_back({.kind = kind, .node = node});
}

void ValueWriter::close_top() {
  const Frame frame = frames_.back();
  frames_.pop_back();
  if (frame.kind != ValueKind::kNone) {
    nodes_[frame.node].end = static_cast<uint32_t>(nodes_.size());
    last_ = frame.node;
  }
}

void ValueWriter::close(ValueKind kind) {
  if (!frames_.empty() && frames_.back().kind == kind) {
    close_top();
  }
}

void ValueWriter::close_all() {
  while (!frames_.empty()) {
    close_top();
  }
}

void ValueWriter::begin_argument(std::string_view name, bool) {
  close_all();
  name_ = name;
  last_ = kNothing;
  replaced_ = kNothing;
  is_part_ = false;
  resuming_ = false;
}

bool ValueWriter::in_empty_pointer() const {
  return !frames_.empty() && frames_.back().kind == ValueKind::kPointer && !frames_.back().filled;
}

void ValueWriter::begin_pointer(uint64_t address) {
  if (resuming_) {
    resuming_ = false;
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
      if (frame->kind == ValueKind::kPointer) {
        ++frame->depth;
        return;
      }
    }
  }
  if (!frames_.empty() && frames_.back().kind == ValueKind::kPointer &&
      nodes_[frames_.back().node].number == address &&
      (!frames_.back().filled || replaced_ != kNothing)) {
    ++frames_.back().depth;
    return;
  }
  add(ValueKind::kPointer).number = address;
  open(ValueKind::kPointer, last_);
}

void ValueWriter::end_pointer() {
  size_t inner = frames_.size();
  while (inner > 0 && frames_[inner - 1].kind != ValueKind::kPointer) {
    --inner;
  }
  if (inner == 0) {
    return;
  }
  if (frames_[inner - 1].depth > 1) {
    --frames_[inner - 1].depth;
    return;
  }
  while (frames_.size() >= inner) {
    close_top();
  }
}

void ValueWriter::begin_struct(std::string_view type) {
  // More of the structure that stood before it: fields of the same name take the place of others.
  if (replaced_ != kNothing && nodes_[replaced_].kind == ValueKind::kStruct) {
    open(ValueKind::kStruct, replaced_);
    replaced_ = kNothing;
    return;
  }
  add(ValueKind::kStruct).label = type;
  open(ValueKind::kStruct, last_);
}

void ValueWriter::begin_field(std::string_view name) {
  name_ = name;
  if (frames_.empty() || frames_.back().kind != ValueKind::kStruct) {
    return;
  }
  for (uint32_t i = frames_.back().node + 1; i < nodes_.size(); i = nodes_[i].end) {
    if (nodes_[i].name == name) {
      nodes_[i].kind = ValueKind::kNone;
    }
  }
}

void ValueWriter::resume_struct() {
  if (frames_.empty() || frames_.back().kind != ValueKind::kStruct) {
    begin_struct({});
  }
}

void ValueWriter::begin_array(uint64_t count) {
  add(ValueKind::kList).full_size = count;
  open(ValueKind::kList, last_);
}

void ValueWriter::signal_set(uint64_t mask) {
  flags(mask, signal_bits());
}

void ValueWriter::begin_call(std::string_view function) {
  frames_.push_back({.kind = ValueKind::kNone, .node = kNothing, .function = function});
}

void ValueWriter::begin_call_argument(std::string_view name) {
  if (name.empty()) {
    return;
  }
  if (frames_.back().kind == ValueKind::kNone) {
    const std::string_view function = frames_.back().function;
    frames_.pop_back();
    begin_struct(function);
  }
  name_ = name;
}

void ValueWriter::end_call() {
  close_top();
}

void ValueWriter::begin_part() {
  if (last_ == kNothing) {
    return;
  }
  is_part_ = true;
  ValueNode& whole = nodes_[last_];
  if (whole.kind == ValueKind::kFlags && whole.set == nullptr) {
    return;
  }
  const ValueNode first = whole;
  whole = {.kind = ValueKind::kFlags, .name = first.name};
  nodes_.push_back(first);
  nodes_.back().name = {};
  nodes_.back().end = static_cast<uint32_t>(nodes_.size());
  nodes_[last_].end = nodes_.back().end;
}

void ValueWriter::omitted() {
  if (!frames_.empty() && frames_.back().kind != ValueKind::kNone) {
    nodes_[frames_.back().node].truncated = true;
  }
}

void ValueWriter::elided(uint64_t count) {
  ValueNode& node = add(ValueKind::kList);
  node.truncated = count != 0;
  node.full_size = count;
}

void ValueWriter::signed_number(int64_t value) {
  add(ValueKind::kSigned).number = static_cast<uint64_t>(value);
}

void ValueWriter::unsigned_number(uint64_t value) {
  add(ValueKind::kUnsigned).number = value;
}

void ValueWriter::address(uint64_t value, Unread why) {
  if (in_empty_pointer() && nodes_[frames_.back().node].number == value) {
    nodes_[frames_.back().node].fault = why == Unread::kFault;
    return;
  }
  ValueNode& node = add(ValueKind::kPointer);
  node.number = value;
  node.fault = why == Unread::kFault;
}

void ValueWriter::descriptor(int32_t fd, bool) {
  add(ValueKind::kDescriptor).number = static_cast<uint64_t>(fd);
}

void ValueWriter::task(int32_t id) {
  ValueNode& node = add(ValueKind::kTask);
  node.number = static_cast<uint64_t>(id);
  node.server_id = own_pid_namespace_ && id > 0 ? id : 0;
}

void ValueWriter::constant(uint64_t value, const Set& set) {
  ValueNode& node = add(ValueKind::kConstant);
  node.number = value;
  if (const Xlat* x = find_constant(set, value)) {
    node.label = x->name;
  }
}

void ValueWriter::flags(uint64_t value, const Set& set) {
  ValueNode& node = add(ValueKind::kFlags);
  node.number = value;
  node.set = &set;
}

void ValueWriter::no_flags() {
  flags(0, kNoNames);
}

void ValueWriter::shifted(uint64_t value, const Set& set, unsigned bits, std::string_view) {
  const Xlat* x = find_constant(set, value);
  shifted_symbol(value, x != nullptr ? x->name : std::string_view(), bits, {});
}

void ValueWriter::shifted_symbol(uint64_t value, std::string_view name, unsigned bits,
                                 std::string_view) {
  ValueNode& node = add(ValueKind::kConstant);
  node.number = value << bits;
  node.label = name;
}

void ValueWriter::shifted_number(uint64_t value, unsigned bits, std::string_view) {
  unsigned_number(value << bits);
}

// A list whose elements have names is a structure.
void ValueWriter::begin_index(std::string_view index) {
  if (!frames_.empty() && frames_.back().kind == ValueKind::kList) {
    nodes_[frames_.back().node].kind = ValueKind::kStruct;
  }
  name_ = index;
}

void ValueWriter::bit(unsigned number, std::string_view name) {
  shifted_symbol(1, name, number, {});
}

void ValueWriter::set_text(ValueNode& node, const void* bytes, size_t size) {
  node.text = static_cast<uint32_t>(bytes_.size());
  node.text_size = static_cast<uint32_t>(size);
  const uint8_t* begin = static_cast<const uint8_t*>(bytes);
  bytes_.insert(bytes_.end(), begin, begin + size);
}

void ValueWriter::symbol(std::string_view name, int64_t value) {
  ValueNode& node = add(ValueKind::kConstant);
  node.number = static_cast<uint64_t>(value);
  set_text(node, name.data(), name.size());
}

void ValueWriter::signal(std::string_view field, int number) {
  begin_field(field);
  ValueNode& node = add(ValueKind::kConstant);
  node.number = static_cast<uint64_t>(number);
  node.label = signal_name(number);
}

// The fields are named after the macros of wait(2).
void ValueWriter::wait_status(int status) {
  begin_struct("wait_status");
  begin_field("status");
  signed_number(status);
  if (WIFSTOPPED(status)) {
    signal("WSTOPSIG", WSTOPSIG(status));
  } else if (WIFSIGNALED(status)) {
    signal("WTERMSIG", WTERMSIG(status));
    begin_field("WCOREDUMP");
    unsigned_number(WCOREDUMP(status) ? 1 : 0);
  } else if (WIFCONTINUED(status)) {
    begin_field("WIFCONTINUED");
    unsigned_number(1);
  } else {
    begin_field("WEXITSTATUS");
    signed_number(WEXITSTATUS(status));
  }
  end_struct();
}

void ValueWriter::string(const uint8_t* bytes, size_t size, StringForm form) {
  // A character that the limit has cut would make bytes of a text.
  const size_t whole = form.truncated && !form.hex ? without_cut_character(bytes, size) : size;
  const bool is_text =
      !form.hex && is_utf8(bytes, whole) && (whole == 0 || std::memchr(bytes, 0, whole) == nullptr);
  ValueNode& node = add(is_text ? ValueKind::kText : ValueKind::kData);
  node.truncated = form.truncated;
  node.full_size = form.truncated ? form.full_size : kUnknownSize;
  set_text(node, bytes, is_text ? whole : size);
}

void ValueWriter::abstract_name(const uint8_t* bytes, size_t size) {
  ValueNode& node = add(ValueKind::kData);
  set_text(node, bytes, size);
  bytes_.insert(bytes_.begin() + node.text, 0);
  ++node.text_size;
}

void ValueWriter::ipv6_address(std::string_view field, std::string_view address) {
  begin_field(field);
  set_text(add(ValueKind::kText), address.data(), address.size());
}

}  // namespace ptraced::decode
