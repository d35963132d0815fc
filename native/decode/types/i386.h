// Types that the rows of i386 alone use.
#pragma once

#include "subjects.h"
#include "types.h"

namespace ptraced::decode {

// A 64-bit number in two registers, the lower half in that of index `low`.
void print_split(Engine&, const Type&, const Operand&);
constexpr Type split(uint32_t low) {
  return custom(print_split, low);
}
// llseek's offset: the upper half comes first.
void print_seek_offset(Engine&, const Type&, const Operand&);
inline constexpr Type kSeekOffset = custom(print_seek_offset);
void print_split_fanotify_mask(Engine&, const Type&, const Operand&);
inline constexpr Type kSplitFanotifyMask = custom(print_split_fanotify_mask);
// mmap2's offset in units of 4096 bytes.
void print_page_offset(Engine&, const Type&, const Operand&);
inline constexpr Type kPageOffset = custom(print_page_offset);
// 16-bit ids.
inline constexpr Type kUid16 = custom(print_id, 0, 2);
inline constexpr Type kUid16Pointer = pointer(kUid16);
// The 32 lower signals, in a register or in memory.
inline constexpr Type kOldSigmask = custom(print_sigmask, 0, 4);
void print_old_sigset(Engine&, const Type&, const Operand&);
constexpr Type sigset32() {
  return custom_pointer(print_old_sigset);
}
// The name of a constant, or a decimal number.
void print_constant_or_int(Engine&, const Type&, const Operand&);
// The frame that sigreturn restores.
void print_old_signal_frame(Engine&, const Type&, const Operand&);
inline constexpr Type kOldSignalFrame = custom(print_old_signal_frame);
// A pointer to struct old_sigaction.
void print_old_sigaction(Engine&, const Type&, const Operand&);
inline constexpr Type kOldSigaction = custom_pointer(print_old_sigaction);
void print_handler(Engine&, const Type&, const Operand&);
inline constexpr Type kHandler = custom(print_handler);

}  // namespace ptraced::decode
