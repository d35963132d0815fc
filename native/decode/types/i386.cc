#include "i386.h"

#include "../engine.h"
#include "../set_lookup.h"
#include "../xlat/sets.h"

namespace ptraced::decode {

namespace {

uint64_t joined(Engine& engine, size_t low, size_t high) {
  return engine.arg(high) << 32 | engine.arg(low);
}

}  // namespace

void print_split(Engine& engine, const Type& type, const Operand&) {
  engine.out().signed_number(
      static_cast<int64_t>(joined(engine, type.parameter, type.parameter + 1)));
}

void print_seek_offset(Engine& engine, const Type&, const Operand&) {
  engine.out().signed_number(static_cast<int64_t>(joined(engine, 2, 1)));
}

void print_split_fanotify_mask(Engine& engine, const Type&, const Operand&) {
  engine.out().flags(joined(engine, 2, 3), kFanotifyEvents);
}

void print_page_offset(Engine& engine, const Type&, const Operand& operand) {
  engine.out().hex(operand.word * 4096);
}

void print_old_sigset(Engine& engine, const Type&, const Operand& operand) {
  if (!engine.follow(operand.word)) {
    return;
  }
  uint32_t mask = 0;
  if (!engine.read(operand.word, &mask, sizeof mask)) {
    engine.out().address(operand.word, Unread::kFault);
    return;
  }
  engine.show_word(kSigmask, mask);
}

void print_constant_or_int(Engine& engine, const Type& type, const Operand& operand) {
  const uint32_t value = static_cast<uint32_t>(operand.word);
  if (find_constant(*type.set, value) != nullptr) {
    engine.out().constant(value, *type.set);
  } else {
    engine.out().signed_number(static_cast<int32_t>(value));
  }
}

void print_old_signal_frame(Engine& engine, const Type&, const Operand&) {
  // struct sigframe, whose return address and signal number the handler's return has taken off the
  // stack: a struct sigcontext, in which the first half of the mask stands, the unused
  // floating-point state, and the second half.
  constexpr uint64_t kOldMaskOffset = 80;
  constexpr uint64_t kRestOffset = 88 + 624;
  Writer& out = engine.out();
  const uint64_t stack = engine.call().stack_pointer;
  uint32_t mask[2] = {};
  if (stack == 0 || !engine.read(stack + kOldMaskOffset, &mask[0], sizeof mask[0]) ||
      !engine.read(stack + kRestOffset, &mask[1], sizeof mask[1])) {
    out.address(stack, stack == 0 ? Unread::kNull : Unread::kFault);
    return;
  }
  out.begin_struct("sigframe");
  out.begin_field("mask");
  out.signal_set(uint64_t{mask[1]} << 32 | mask[0]);
  out.end_struct();
}

void print_old_sigaction(Engine& engine, const Type&, const Operand& operand) {
  if (!engine.follow(operand.word)) {
    return;
  }
  struct {
    uint32_t handler;
    uint32_t mask;
    uint32_t flags;
    uint32_t restorer;
  } action;
  if (!engine.read(operand.word, &action, sizeof action)) {
    engine.out().address(operand.word, Unread::kFault);
    return;
  }
  constexpr uint32_t kRestorer = 0x04000000;  // SA_RESTORER
  Writer& out = engine.out();
  out.begin_struct("old_sigaction");
  out.begin_field("sa_handler");
  engine.show_word(kHandler, action.handler);
  out.begin_field("sa_mask");
  out.signal_set(action.mask);
  out.begin_field("sa_flags");
  out.flags(action.flags, kSigactionFlags);
  if ((action.flags & kRestorer) != 0) {
    out.begin_field("sa_restorer");
    out.address(action.restorer, Unread::kOpaque);
  }
  out.end_struct();
}

void print_handler(Engine& engine, const Type&, const Operand& operand) {
  if (operand.word <= 1) {
    engine.out().symbol(operand.word == 0 ? "SIG_DFL" : "SIG_IGN",
                        static_cast<int64_t>(operand.word));
  } else {
    engine.out().address(operand.word, Unread::kOpaque);
  }
}

}  // namespace ptraced::decode
