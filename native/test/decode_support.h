// What the tests of decode/ share: a tracee's memory made of parts, and one call decoded.
#pragma once

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "../core/memory.h"
#include "../decode/decoder.h"

namespace ptraced::test {

// Memory of a few mapped parts; everything else is unmapped.
class FakeMemory : public core::Memory {
 public:
  // Maps the bytes at the address.
  void map(uint64_t address, std::vector<uint8_t> bytes) { parts_[address] = std::move(bytes); }
  void map(uint64_t address, std::string_view text) {
    map(address, std::vector<uint8_t>(text.begin(), text.end()));
  }
  template <typename T>
  void map_object(uint64_t address, const T& object) {
    const uint8_t* bytes = reinterpret_cast<const uint8_t*>(&object);
    map(address, std::vector<uint8_t>(bytes, bytes + sizeof object));
  }

  size_t read(uint64_t address, void* out, size_t size) override {
    const auto next = parts_.upper_bound(address);
    if (next == parts_.begin()) {
      return 0;
    }
    const auto& [start, bytes] = *std::prev(next);
    const uint64_t offset = address - start;
    if (offset >= bytes.size()) {
      return 0;
    }
    const size_t there = std::min<size_t>(size, bytes.size() - offset);
    std::memcpy(out, bytes.data() + offset, there);
    return there;
  }

 private:
  std::map<uint64_t, std::vector<uint8_t>> parts_;
};

// One task whose calls are decoded.
struct Decoded {
  FakeMemory memory;
  decode::Options options;
  decode::CallText text;
  core::Arch arch = core::Arch::kX86_64;

  // What stands when the call blocks.
  std::string enter(uint64_t number, std::vector<uint64_t> args) {
    args.resize(6);
    args_ = std::move(args);
    number_ = number;
    decode::enter_text(call(), memory, options, text);
    return text.text;
  }
  // The whole line.
  std::string exit(int64_t value) {
    decode::exit_text(call(), {.value = value, .is_error = value < 0 && value > -4096}, memory,
                      options, text);
    return text.text;
  }
  std::string line(uint64_t number, std::vector<uint64_t> args, int64_t value) {
    enter(number, std::move(args));
    return exit(value);
  }

  decode::Call call() const {
    return {.arch = arch,
            .number = number_,
            .args = args_.data(),
            .tid = 7,
            .pid = 7,
            .own_pid_namespace = own_pid_namespace};
  }

  bool own_pid_namespace = false;

 private:
  uint64_t number_ = 0;
  std::vector<uint64_t> args_ = std::vector<uint64_t>(6);
};

}  // namespace ptraced::test
