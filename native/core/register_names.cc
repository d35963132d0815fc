#include "core/register_names.h"

#include <algorithm>
#include <cstring>

namespace ptraced::core {

const std::array<std::string_view, kRegisterCount> kRegisterNames = {
    "r15",    "r14", "r13", "r12",     "rbp",     "rbx", "r11",      "r10", "r9",
    "r8",     "rax", "rcx", "rdx",     "rsi",     "rdi", "orig_rax", "rip", "cs",
    "eflags", "rsp", "ss",  "fs_base", "gs_base", "ds",  "es",       "fs",  "gs"};

static_assert(sizeof(Registers) == kRegisterCount * sizeof(uint64_t));
static_assert(offsetof(Registers, orig_rax) == 15 * sizeof(uint64_t));
static_assert(offsetof(Registers, gs) == 26 * sizeof(uint64_t));

std::optional<size_t> find_register(std::string_view name) {
  const auto found = std::find(kRegisterNames.begin(), kRegisterNames.end(), name);
  if (found == kRegisterNames.end()) {
    return std::nullopt;
  }
  return static_cast<size_t>(found - kRegisterNames.begin());
}

uint64_t register_value(const Registers& registers, size_t index) {
  uint64_t value;
  std::memcpy(&value, reinterpret_cast<const char*>(&registers) + index * sizeof(value),
              sizeof(value));
  return value;
}

void set_register_value(Registers& registers, size_t index, uint64_t value) {
  std::memcpy(reinterpret_cast<char*>(&registers) + index * sizeof(value), &value, sizeof(value));
}

}  // namespace ptraced::core
