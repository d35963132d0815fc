// Signal numbers, sets, actions and siginfo.
#include <signal.h>

#include "../engine.h"
#include "../xlat/sets.h"
#include "types.h"

namespace ptraced::decode {

namespace {

constexpr size_t kKernelSetSize = 8;

// struct sigaction as the kernel has it, of either word size.
struct Action {
  uint64_t handler;
  uint64_t flags;
  uint64_t restorer;
  uint64_t mask;
};

bool read_action(Engine& engine, uint64_t address, Action& action) {
  if (engine.word_size() == 8) {
    return engine.read(address, &action, sizeof action);
  }
  struct {
    uint32_t handler;
    uint32_t flags;
    uint32_t restorer;
    uint32_t mask[2];
  } narrow;
  if (!engine.read(address, &narrow, sizeof narrow)) {
    return false;
  }
  action = {narrow.handler, narrow.flags, narrow.restorer,
            uint64_t{narrow.mask[1]} << 32 | narrow.mask[0]};
  return true;
}

void show_handler(Engine& engine, uint64_t handler) {
  Writer& out = engine.out();
  switch (handler) {
    case 0:
      out.symbol("SIG_DFL", 0);
      break;
    case 1:
      out.symbol("SIG_IGN", 1);
      break;
    default:
      out.address(handler, Unread::kOpaque);
      break;
  }
}

}  // namespace

void show_signal(Writer& out, int signal) {
  const std::string_view name = signal_name(signal);
  if (name.empty()) {
    out.signed_number(signal);
  } else {
    out.symbol(name, signal);
  }
}

void print_signal(Engine& engine, const Type&, const Operand& operand) {
  show_signal(engine.out(), static_cast<int>(operand.word));
}

void show_signal_word(Writer& out, uint64_t signal) {
  if (signal <= INT32_MAX && !signal_name(static_cast<int>(signal)).empty()) {
    show_signal(out, static_cast<int>(signal));
  } else {
    out.unsigned_number(signal);
  }
}

void print_signal_word(Engine& engine, const Type&, const Operand& operand) {
  show_signal_word(engine.out(), operand.word);
}

void print_sigmask(Engine& engine, const Type&, const Operand& operand) {
  engine.out().signal_set(operand.word);
}

void print_sigset(Engine& engine, const Type& type, const Operand& operand) {
  if (!engine.follow(operand.word, type.despite_error)) {
    return;
  }
  const uint64_t size = type.parameter == kKernelSet ? kKernelSetSize : engine.arg(type.parameter);
  uint64_t mask = 0;
  if ((size != kKernelSetSize && size != engine.word_size()) ||
      !engine.read(operand.word, &mask, size)) {
    engine.out().address(operand.word, Unread::kFault);
    return;
  }
  engine.out().signal_set(mask);
}

void print_signal_frame(Engine& engine, const Type&, const Operand&) {
  // struct rt_sigframe of x86_64 is the return address, which is off the stack by now, and a struct
  // ucontext, whose signal mask stands behind flags, link, stack_t and struct sigcontext.
  constexpr uint64_t kMaskOffset = 8 + 8 + 24 + 256;
  // That of i386 has the handler's three arguments and a siginfo_t before the ucontext.
  constexpr uint64_t kMaskOffset32 = 3 * 4 + 128 + 4 + 4 + 12 + 88;
  Writer& out = engine.out();
  const uint64_t stack = engine.call().stack_pointer;
  uint64_t mask = 0;
  const uint64_t offset = engine.word_size() == 4 ? kMaskOffset32 : kMaskOffset;
  if (stack == 0 || !engine.read(stack + offset, &mask, sizeof mask)) {
    out.address(stack, stack == 0 ? Unread::kNull : Unread::kFault);
    return;
  }
  out.begin_struct("rt_sigframe");
  out.begin_field("mask");
  engine.out().signal_set(mask);
  out.end_struct();
}

void print_sigaction(Engine& engine, const Type& type, const Operand& operand) {
  if (!engine.follow(operand.word, type.despite_error)) {
    return;
  }
  Action action;
  if (!read_action(engine, operand.word, action)) {
    engine.out().address(operand.word, Unread::kFault);
    return;
  }
  Writer& out = engine.out();
  out.begin_struct("sigaction");
  out.begin_field("sa_handler");
  show_handler(engine, action.handler);
  out.begin_field("sa_mask");
  engine.out().signal_set(action.mask);
  out.begin_field("sa_flags");
  out.flags(action.flags, kSigactionFlags);
  constexpr uint64_t kRestorer = 0x04000000;  // SA_RESTORER
  if ((action.flags & kRestorer) != 0) {
    out.begin_field("sa_restorer");
    out.address(action.restorer, Unread::kOpaque);
  }
  out.end_struct();
}

}  // namespace ptraced::decode
