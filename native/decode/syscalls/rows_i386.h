// What the table of i386 is made of.
#pragma once

#include <cstdint>
#include <span>

#include "../description.h"

namespace ptraced::decode {

// A call that has the row of an x86_64 call of the same or of another name.
struct Alias {
  uint32_t number;
  const char* name;
  const char* same_as;
};
std::span<const Alias> i386_aliases();

std::span<const Syscall> i386_own_rows();
std::span<const Syscall> i386_time64_rows();

extern const Variants kFutexTime64Variants;
extern const Variants kFunctionShmctlVariants;
extern const Variants kFunctionSemctlVariants;
extern const Variants kFunctionMsgctlVariants;

void note_clock_state(Engine& engine);
void note_signal(Engine& engine);
void note_mask(Engine& engine);
void note_old_mask(Engine& engine);
void note_poll(Engine& engine);
void note_select(Engine& engine);
void note_receive(Engine& engine);

}  // namespace ptraced::decode
