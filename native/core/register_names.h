// The general registers by name.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/ptrace.h"

namespace ptraced::core {

// How many there are.
inline constexpr size_t kRegisterCount = 27;

// Names in the order of struct user_regs_struct (<sys/user.h>).
extern const std::array<std::string_view, kRegisterCount> kRegisterNames;

// The index of a register's name, such as "rsp" or "orig_rax".
std::optional<size_t> find_register(std::string_view name);

uint64_t register_value(const Registers& registers, size_t index);
void set_register_value(Registers& registers, size_t index, uint64_t value);

}  // namespace ptraced::core
