// A socket address by itself, as the memory of a tracee has it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "value_tree.h"

namespace ptraced::decode {

// Decodes the bytes of a struct sockaddr of any family: as strace shows it and as a value. Any
// thread.
class SocketAddress {
 public:
  // Reads at most sizeof(sockaddr_storage) bytes.
  explicit SocketAddress(std::span<const uint8_t> bytes);

  // `{sa_family=AF_INET, ...}`; empty where there is no family.
  const std::string& text() const { return text_; }
  bool has_value() const { return tree_.size() != 0; }
  // Only where there is a family.
  CallValues::Root value() const { return {tree_, 0}; }

 private:
  std::string text_;
  ValueTree tree_;
};

}  // namespace ptraced::decode
