// The rows that i386 alone has.
#pragma once

#include <span>

#include "../description.h"

namespace ptraced::decode {

std::span<const Syscall> i386_own_rows();

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
