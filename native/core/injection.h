// What is done to a call instead of, before and after what it asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/syscall_stop.h"

namespace ptraced::core {

// Bytes that are written to where an argument points.
struct ArgumentPatch {
  uint32_t argument;  // 0 to 5
  std::string bytes;
  bool on_exit;          // else on entry
  uint64_t address = 0;  // what the argument is in the call that is tampered with
};

// Tampering with one call (strace -e inject). Immutable.
struct Injection {
  // The call is not made, and returns this.
  std::optional<SyscallExit> result;
  int signal = 0;              // sent to the task on entry; 0: none
  int64_t enter_delay_ns = 0;  // it waits that long before and after the call
  int64_t exit_delay_ns = 0;
  std::optional<uint64_t> arguments[6];
  std::vector<ArgumentPatch> patches;
  bool filtered = false;  // the call is recorded only where the session's filter selects it

  bool has_arguments() const {
    for (const auto& argument : arguments) {
      if (argument) {
        return true;
      }
    }
    return false;
  }
};

}  // namespace ptraced::core
