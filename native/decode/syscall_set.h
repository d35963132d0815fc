// Sets of syscalls in strace's `-e trace=` grammar.
//
// An entry is a comma-separated list of items, after "!" the complement of what they name. An item
// is a name (openat), a number (257), a class (%file; the oldest ones also without the "%"), an
// extended regular expression of names (/^open), "all" or "none". "?" before an item excuses an
// unknown one,
// "@64", "@32" and "@x32" behind a name or number restrict it to one table. Of several entries, one
// without "!" adds its calls, and one with it takes away what it names; a first one with it starts
// from all calls.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "../core/call_filter.h"
#include "../core/syscall_stop.h"

namespace ptraced::decode {

class SyscallSet {
 public:
  // Every call.
  SyscallSet() = default;

  // The set that the entries describe; no entries: every call. What is wrong is appended to
  // `error`, which names the item, and stays empty otherwise.
  static SyscallSet parse(std::span<const std::string> entries, std::string& error);

  // Whether a call belongs to the set. A number that no table has always does, as in strace: it is
  // what somebody who looks for odd calls wants to see. Constant time, no allocation.
  bool contains(core::Arch arch, uint64_t number) const {
    if (everything_) {
      return true;
    }
    const std::vector<bool>& table = members_[static_cast<size_t>(arch) - 1];
    return number >= table.size() || table[number];
  }

  // It is every call: nothing needs to be asked.
  bool is_everything() const { return everything_; }

  // Every call of the other set is in this one.
  bool includes(const SyscallSet& other) const;

  // The set as a filter in the kernel takes it.
  core::StoppingCalls stopping_calls() const;

 private:
  friend class SetParser;
  bool everything_ = true;
  // By table (Arch - 1), then by number.
  std::array<std::vector<bool>, 3> members_;
};

// Calls `add` with the name of each class, such as "%file", that the bits of a row name.
void for_each_class(uint32_t classes, const std::function<void(std::string)>& add);

}  // namespace ptraced::decode
