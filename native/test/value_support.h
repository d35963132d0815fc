// Trees of values as one line, for tests: `fd: fd 3, buf: 0x10000 -> "abc", count: 832`.
#pragma once

#include <cstdio>
#include <string>

#include "../decode/set_lookup.h"
#include "../decode/value_tree.h"
#include "decode_support.h"

namespace ptraced::test {

inline std::string hex_text(uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

std::string value_text(const decode::ValueTree& tree, uint32_t index);

// Calls `visit` for each child that is there.
template <typename Visit>
void children(const decode::ValueTree& tree, uint32_t index, Visit visit) {
  for (uint32_t child = index + 1; child < tree[index].end; child = tree[child].end) {
    if (tree[child].kind != decode::ValueKind::kNone) {
      visit(child);
    }
  }
}

inline std::string joined(const decode::ValueTree& tree, uint32_t index, bool named) {
  std::string text;
  children(tree, index, [&](uint32_t child) {
    text += text.empty() ? "" : ", ";
    text += named ? std::string(tree[child].name) + ": " : "";
    text += value_text(tree, child);
  });
  return text;
}

// O_RDWR|O_CREAT, and what has no name behind a "+".
inline std::string flags_text(const decode::ValueTree& tree, const decode::ValueNode& node,
                              uint64_t& rest) {
  std::string text;
  const auto name = [&](std::string_view name) {
    text += (text.empty() ? "" : "|") + std::string(name);
  };
  if (node.kind == decode::ValueKind::kFlags) {
    rest |= decode::for_each_name(*node.set, node.number, name);
  } else if (tree.constant_name(node).empty()) {
    rest |= node.number;
  } else {
    name(tree.constant_name(node));
  }
  return text;
}

inline std::string value_text(const decode::ValueTree& tree, uint32_t index) {
  using decode::ValueKind;
  const decode::ValueNode& node = tree[index];
  std::string text;
  switch (node.kind) {
    case ValueKind::kNone:
      return "none";
    case ValueKind::kSigned:
      text = std::to_string(static_cast<int64_t>(node.number));
      break;
    case ValueKind::kUnsigned:
      text = std::to_string(node.number);
      break;
    case ValueKind::kText:
      text = "\"" + std::string(tree.text(node)) + "\"";
      break;
    case ValueKind::kData:
      text = "data";
      for (const char byte : tree.text(node)) {
        text += " " + hex_text(static_cast<uint8_t>(byte)).substr(2);
      }
      break;
    case ValueKind::kFlags: {
      uint64_t rest = 0;
      if (node.set != nullptr) {
        text = flags_text(tree, node, rest);
      } else {
        children(tree, index, [&](uint32_t part) {
          const std::string names = flags_text(tree, tree[part], rest);
          text += text.empty() || names.empty() ? names : "|" + names;
        });
      }
      text = "<" + text + (rest != 0 ? "+" + hex_text(rest) : "") + ">";
      break;
    }
    case ValueKind::kConstant:
      text = std::string(tree.constant_name(node)) + "(" +
             std::to_string(static_cast<int64_t>(node.number)) + ")";
      break;
    case ValueKind::kStruct:
      text = std::string(node.label) + "{" + joined(tree, index, true) + "}";
      break;
    case ValueKind::kList:
      text = "[" + joined(tree, index, false) + "]";
      break;
    case ValueKind::kPointer:
      text = hex_text(node.number) + (node.fault ? "!" : "");
      if (node.end > index + 1) {
        text += " -> " + joined(tree, index, false);
      }
      break;
    case ValueKind::kDescriptor:
      text = "fd " + std::to_string(static_cast<int32_t>(node.number));
      break;
    case ValueKind::kTask:
      text = "task " + std::to_string(static_cast<int32_t>(node.number)) +
             (node.server_id != 0 ? "=" + std::to_string(node.server_id) : "");
      break;
  }
  if (node.truncated) {
    text += "...";
    text += node.full_size != decode::kUnknownSize ? std::to_string(node.full_size) : "";
  }
  return text;
}

// One task whose calls are decoded to values.
struct Valued : Decoded {
  decode::CallValues values;

  std::string enter_values(uint64_t number, std::vector<uint64_t> args) {
    enter(number, std::move(args));
    decode::enter_values(call(), memory, options, text, values);
    return arguments();
  }
  std::string exit_values(int64_t value) {
    exit(value);
    decode::exit_values(call(), {.value = value, .is_error = value < 0 && value > -4096}, memory,
                        options, text, values);
    return arguments() + (values.has_return_value() ? " = " + returned() : "");
  }

  std::string returned() const {
    return value_text(values.return_value().tree, values.return_value().index);
  }

  std::string arguments() const {
    std::string line;
    for (size_t i = 0; i < values.argument_count(); ++i) {
      const auto [tree, index] = values.argument(i);
      line += (i == 0 ? "" : ", ") + std::string(tree[index].name) + ": " + value_text(tree, index);
    }
    return line;
  }
};

}  // namespace ptraced::test
