#include "wire/value_encoder.h"

#include "decode/set_lookup.h"

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

void encode(pbf_writer& out, const ValueTree& tree, uint32_t index);

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

void add_argument(pbf_writer& parent, pbf_tag_type field, const ValueTree& tree, uint32_t index) {
  pbf_writer argument(parent, field);
  add_name(argument, 1, tree[index].name);
  pbf_writer value(argument, 2);
  encode(value, tree, index);
}

// Calls `visit` for each child that is there.
template <typename Visit>
void for_each_child(const ValueTree& tree, uint32_t index, Visit visit) {
  for (uint32_t child = index + 1; child < tree[index].end; child = tree[child].end) {
    if (tree[child].kind != ValueKind::kNone) {
      visit(child);
    }
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

void add_flags(pbf_writer& out, const ValueTree& tree, uint32_t index) {
  pbf_writer flags(out, kFlags);
  uint64_t bits = 0;
  uint64_t rest = 0;
  if (tree[index].set != nullptr) {
    rest = add_names(flags, tree, tree[index], bits);
  } else {
    for_each_child(tree, index,
                   [&](uint32_t part) { rest |= add_names(flags, tree, tree[part], bits); });
  }
  flags.add_uint64(1, bits);
  if (rest != 0) {
    flags.add_uint64(3, rest);
  }
}

void add_pointer(pbf_writer& out, const ValueTree& tree, uint32_t index) {
  pbf_writer pointer(out, kPointer);
  pointer.add_fixed64(1, tree[index].number);
  bool there = false;
  for_each_child(tree, index, [&](uint32_t child) {
    if (!there) {
      pbf_writer pointee(pointer, 2);
      encode(pointee, tree, child);
      there = true;
    }
  });
  if (tree[index].fault) {
    pointer.add_bool(3, true);
  }
}

void add_struct(pbf_writer& out, const ValueTree& tree, uint32_t index) {
  const ValueNode& node = tree[index];
  add_message(out, kStruct, node.label.empty() && node.end == index + 1, [&](pbf_writer& message) {
    add_name(message, 1, node.label);
    for_each_child(tree, index, [&](uint32_t child) { add_argument(message, 2, tree, child); });
  });
}

void add_list(pbf_writer& out, const ValueTree& tree, uint32_t index) {
  add_message(out, kList, tree[index].end == index + 1, [&](pbf_writer& message) {
    for_each_child(tree, index, [&](uint32_t child) {
      pbf_writer element(message, 1);
      encode(element, tree, child);
    });
  });
}

void encode(pbf_writer& out, const ValueTree& tree, uint32_t index) {
  const ValueNode& node = tree[index];
  const std::string_view text = tree.text(node);
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
      out.add_string(kText, text.data(), text.size());
      break;
    case ValueKind::kData:
      out.add_bytes(kData, text.data(), text.size());
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
      add_struct(out, tree, index);
      break;
    case ValueKind::kList:
      add_list(out, tree, index);
      break;
    case ValueKind::kPointer:
      add_pointer(out, tree, index);
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
  if (node.truncated) {
    out.add_bool(kTruncated, true);
    if (node.full_size != decode::kUnknownSize && node.full_size != 0) {
      out.add_uint64(kFullSize, node.full_size);
    }
  }
}

}  // namespace

void add_arguments(pbf_writer& parent, pbf_tag_type field, const decode::CallValues& values) {
  for (size_t i = 0; i < values.argument_count(); ++i) {
    const auto [tree, index] = values.argument(i);
    add_argument(parent, field, tree, index);
  }
}

void add_value(pbf_writer& parent, pbf_tag_type field, decode::CallValues::Root root) {
  pbf_writer value(parent, field);
  encode(value, root.tree, root.index);
}

std::string encode_value(decode::CallValues::Root root) {
  std::string bytes;
  pbf_writer value(bytes);
  encode(value, root.tree, root.index);
  return bytes;
}

}  // namespace ptraced::wire
