#include "i386.h"

#include "../engine.h"
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

void print_handler(Engine& engine, const Type&, const Operand& operand) {
  if (operand.word <= 1) {
    engine.out().symbol(operand.word == 0 ? "SIG_DFL" : "SIG_IGN",
                        static_cast<int64_t>(operand.word));
  } else {
    engine.out().address(operand.word, Unread::kOpaque);
  }
}

}  // namespace ptraced::decode
