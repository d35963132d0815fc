// Notes on results.
#include "../engine.h"
#include "rows.h"

namespace ptraced::decode {

namespace {

// "(NAME)" behind a result that is a constant.
void note_constant(Engine& engine, const Set& set, uint64_t value) {
  if (engine.failed()) {
    return;
  }
  engine.out().begin_note();
  engine.out().note_item("");
  engine.out().flags(value, set);
  engine.out().end_note();
}

}  // namespace

void note_timeout(Engine& engine) {
  if (!engine.failed() && engine.result() == 0) {
    engine.out().begin_note();
    engine.out().note_item("Timeout");
    engine.out().end_note();
  }
}

void note_adjtimex(Engine& engine) {
  if (engine.failed() || engine.arg(0) == 0) {
    return;
  }
  engine.out().begin_note();
  engine.out().note_item("");
  engine.out().constant(static_cast<uint64_t>(engine.result()), kAdjtimexStates);
  engine.out().end_note();
}

void note_scheduler(Engine& engine) {
  note_constant(engine, kSchedPolicies, static_cast<uint64_t>(engine.result()));
}

void note_personality(Engine& engine) {
  note_constant(engine, kPersonalityFlags, static_cast<uint64_t>(engine.result()));
}

void note_ioprio(Engine& engine) {
  if (engine.failed()) {
    return;
  }
  engine.out().begin_note();
  engine.out().note_item("");
  engine.show_word(kIoprio, static_cast<uint64_t>(engine.result()));
  engine.out().end_note();
}

}  // namespace ptraced::decode
