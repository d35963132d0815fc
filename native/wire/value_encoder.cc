#include "wire/value_encoder.h"

#include "decode/set_lookup.h"
#include "decode/utf8.h"

namespace ptraced::wire {
namespace {

using decode::ValueKind;
using decode::ValueNode;
using decode::ValueTree;
using protozero::pbf_tag_type;
using protozero::pbf_writer;

// Fields of Value.
enum Field : pbf_tag_type {
  kSigned = 1,
  kUnsigned = 2,
  kText = 3,
  kData = 4,
  kFlags = 5,
  kConstant = 6,
  kStruct = 7,
  kList = 8,
  kPointer = 9,
  kDescriptor = 10,
  kTask = 11,
  kTruncated = 15,
  kFullSize = 16,
};

// protozero drops a submessage in which nothing stands; in a oneof, and in a list, it says
// something.
template <typename Fill>
void add_message(pbf_writer& out, pbf_tag_type field, bool empty, Fill fill) {
  if (empty) {
    out.add_message(field, "", 0);
    return;
  }
  pbf_writer message(out, field);
  fill(message);
}

void add_name(pbf_writer& out, pbf_tag_type field, std::string_view name) {
  if (!name.empty()) {
    out.add_string(field, name.data(), name.size());
  }
}

// The bits of a word or of one of its parts. Names are written as they come; the rest is returned.
uint64_t add_names(pbf_writer& out, const ValueTree& tree, const ValueNode& node, uint64_t& bits) {
  bits |= node.number;
  if (node.kind == ValueKind::kFlags && node.set != nullptr) {
    return decode::for_each_name(*node.set, node.number,
                                 [&](std::string_view name) { add_name(out, 2, name); });
  }
  const std::string_view name = tree.constant_name(node);
  add_name(out, 2, name);
  return node.kind == ValueKind::kConstant && !name.empty() ? 0 : node.number;
}

// Calls `visit` for each child that is there, until it returns false.
template <typename Visit>
void for_each_child(const ValueTree& tree, uint32_t index, Visit visit) {
  for (uint32_t child = index + 1; child < tree[index].end; child = tree[child].end) {
    if (tree[child].kind != ValueKind::kNone && !visit(child)) {
      return;
    }
  }
}

void add_flags(pbf_writer& out, const ValueTree& tree, uint32_t index) {
  pbf_writer flags(out, kFlags);
  uint64_t bits = 0;
  uint64_t rest = 0;
  if (tree[index].set != nullptr) {
    rest = add_names(flags, tree, tree[index], bits);
  } else {
    for_each_child(tree, index, [&](uint32_t part) {
      rest |= add_names(flags, tree, tree[part], bits);
      return true;
    });
  }
  flags.add_uint64(1, bits);
  if (rest != 0) {
    flags.add_uint64(3, rest);
  }
}

// Encodes values at the end of a buffer, up to a size of it.
class Encoder {
 public:
  explicit Encoder(SizeLimit limit) : limit_(limit) {}

  void encode(pbf_writer& out, const ValueTree& tree, uint32_t index);
  void add_argument(pbf_writer& parent, pbf_tag_type field, const ValueTree& tree, uint32_t index);

  // Something was left out.
  bool cut() const { return cut_; }

 private:
  bool is_full() const { return limit_.buffer.size() >= limit_.bytes; }
  // The same for children of one value, which then says so.
  bool has_room(bool& all) {
    all = all && !is_full();
    cut_ = cut_ || !all;
    return all;
  }
  bool add_text(pbf_writer& out, const ValueNode& node, std::string_view text);
  bool add_struct(pbf_writer& out, const ValueTree& tree, uint32_t index);
  bool add_list(pbf_writer& out, const ValueTree& tree, uint32_t index);
  bool add_pointer(pbf_writer& out, const ValueTree& tree, uint32_t index);

  const SizeLimit limit_;
  bool cut_ = false;
};

void Encoder::add_argument(pbf_writer& parent, pbf_tag_type field, const ValueTree& tree,
                           uint32_t index) {
  pbf_writer argument(parent, field);
  add_name(argument, 1, tree[index].name);
  pbf_writer value(argument, 2);
  encode(value, tree, index);
}

// Each returns whether everything of the value was encoded.

bool Encoder::add_text(pbf_writer& out, const ValueNode& node, std::string_view text) {
  const size_t used = limit_.buffer.size();
  const size_t room = used < limit_.bytes ? limit_.bytes - used : 0;
  const bool whole = text.size() <= room;
  if (!whole) {
    cut_ = true;
    text = text.substr(0, room);
  }
  if (node.kind == ValueKind::kData) {
    out.add_bytes(kData, text.data(), text.size());
    return whole;
  }
  const size_t size = whole ? text.size()
                            : decode::without_cut_character(
                                  reinterpret_cast<const uint8_t*>(text.data()), text.size());
  out.add_string(kText, text.data(), size);
  return whole;
}

bool Encoder::add_pointer(pbf_writer& out, const ValueTree& tree, uint32_t index) {
  pbf_writer pointer(out, kPointer);
  pointer.add_fixed64(1, tree[index].number);
  bool all = true;
  for_each_child(tree, index, [&](uint32_t child) {
    if (has_room(all)) {
      pbf_writer pointee(pointer, 2);
      encode(pointee, tree, child);
    }
    return false;
  });
  if (tree[index].fault) {
    pointer.add_bool(3, true);
  }
  return all;
}

bool Encoder::add_struct(pbf_writer& out, const ValueTree& tree, uint32_t index) {
  const ValueNode& node = tree[index];
  bool all = !is_full() || node.end == index + 1;
  cut_ = cut_ || !all;
  add_message(out, kStruct, node.label.empty() && (node.end == index + 1 || is_full()),
              [&](pbf_writer& message) {
                add_name(message, 1, node.label);
                for_each_child(tree, index, [&](uint32_t child) {
                  if (has_room(all)) {
                    add_argument(message, 2, tree, child);
                  }
                  return all;
                });
              });
  return all;
}

bool Encoder::add_list(pbf_writer& out, const ValueTree& tree, uint32_t index) {
  const bool empty = tree[index].end == index + 1;
  bool all = !is_full() || empty;
  cut_ = cut_ || !all;
  add_message(out, kList, empty || !all, [&](pbf_writer& message) {
    for_each_child(tree, index, [&](uint32_t child) {
      if (has_room(all)) {
        pbf_writer element(message, 1);
        encode(element, tree, child);
      }
      return all;
    });
  });
  return all;
}

void Encoder::encode(pbf_writer& out, const ValueTree& tree, uint32_t index) {
  const ValueNode& node = tree[index];
  bool all = true;
  switch (node.kind) {
    case ValueKind::kNone:
      break;
    case ValueKind::kSigned:
      out.add_int64(kSigned, static_cast<int64_t>(node.number));
      break;
    case ValueKind::kUnsigned:
      out.add_uint64(kUnsigned, node.number);
      break;
    case ValueKind::kText:
    case ValueKind::kData:
      all = add_text(out, node, tree.text(node));
      break;
    case ValueKind::kFlags:
      add_flags(out, tree, index);
      break;
    case ValueKind::kConstant: {
      pbf_writer constant(out, kConstant);
      constant.add_int64(1, static_cast<int64_t>(node.number));
      add_name(constant, 2, tree.constant_name(node));
      break;
    }
    case ValueKind::kStruct:
      all = add_struct(out, tree, index);
      break;
    case ValueKind::kList:
      all = add_list(out, tree, index);
      break;
    case ValueKind::kPointer:
      all = add_pointer(out, tree, index);
      break;
    case ValueKind::kDescriptor: {
      pbf_writer descriptor(out, kDescriptor);
      descriptor.add_int32(1, static_cast<int32_t>(node.number));
      break;
    }
    case ValueKind::kTask: {
      pbf_writer task(out, kTask);
      task.add_int32(1, static_cast<int32_t>(node.number));
      if (node.server_id != 0) {
        task.add_int32(2, node.server_id);
      }
      break;
    }
  }
  if (node.truncated || !all) {
    out.add_bool(kTruncated, true);
    const bool is_text = node.kind == ValueKind::kText || node.kind == ValueKind::kData;
    const uint64_t full_size = node.truncated || !is_text ? node.full_size : node.text_size;
    if (full_size != decode::kUnknownSize && full_size != 0) {
      out.add_uint64(kFullSize, full_size);
    }
  }
}

}  // namespace

bool add_arguments(pbf_writer& parent, pbf_tag_type field, const decode::CallValues& values,
                   SizeLimit limit) {
  Encoder encoder(limit);
  for (size_t i = 0; i < values.argument_count(); ++i) {
    const auto [tree, index] = values.argument(i);
    encoder.add_argument(parent, field, tree, index);
  }
  return !encoder.cut();
}

bool add_value(pbf_writer& parent, pbf_tag_type field, decode::CallValues::Root root,
               SizeLimit limit) {
  Encoder encoder(limit);
  pbf_writer value(parent, field);
  encoder.encode(value, root.tree, root.index);
  return !encoder.cut();
}

std::string encode_value(decode::CallValues::Root root) {
  std::string bytes;
  pbf_writer value(bytes);
  Encoder({.buffer = bytes, .bytes = SIZE_MAX}).encode(value, root.tree, root.index);
  return bytes;
}

}  // namespace ptraced::wire
