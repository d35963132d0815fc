// Notes on results.
#include "../engine.h"
#include "../set_lookup.h"
#include "rows.h"
#include "rows_i386.h"

namespace ptraced::decode {

void note_constant(Engine& engine, const Set& set) {
  const uint64_t value = static_cast<uint64_t>(engine.result());
  if (engine.failed() || find_constant(set, value) == nullptr) {
    return;
  }
  engine.out().begin_note();
  engine.out().note_item("");
  engine.out().constant(value, set);
  engine.out().end_note();
}

void note_flags(Engine& engine, const Set& set, std::string_view label) {
  // The number stands before the note already, so that unknown flags need no comment.
  Set plain = set;
  plain.unknown_flags = {};
  engine.out().begin_note();
  engine.out().note_item(label);
  engine.out().flags(static_cast<uint64_t>(engine.result()), plain);
  engine.out().end_note();
}

void note_named_flags(Engine& engine, const Set& set) {
  if (engine.failed()) {
    return;
  }
  bool named = false;
  for_each_name(set, static_cast<uint64_t>(engine.result()),
                [&](std::string_view) { named = true; });
  if (named) {
    note_flags(engine, set, "");
  }
}

void note_signal(Engine& engine) {
  if (engine.failed() || signal_name(static_cast<int>(engine.result())).empty()) {
    return;
  }
  engine.out().begin_note();
  engine.out().note_item("");
  engine.show_word(kSignalNumber, static_cast<uint64_t>(engine.result()));
  engine.out().end_note();
}

namespace {

void note_signal_mask(Engine& engine, std::string_view label) {
  if (!engine.failed()) {
    engine.out().begin_note();
    engine.out().note_item(label);
    engine.out().signal_set(static_cast<uint32_t>(engine.result()));
    engine.out().end_note();
  }
}

}  // namespace

void note_mask(Engine& engine) {
  note_signal_mask(engine, "mask ");
}

void note_old_mask(Engine& engine) {
  note_signal_mask(engine, "old mask ");
}

void note_date(Engine& engine) {
  if (engine.failed()) {
    return;
  }
  const DateText date = date_text(engine.result(), 0, 9);
  if (date.size != 0) {
    engine.out().begin_note();
    engine.out().note_item(date.view());
    engine.out().end_note();
  }
}

void note_namespace_type(Engine& engine) {
  const uint64_t type = static_cast<uint64_t>(engine.result());
  for (const Xlat& x : kSetnsFlags.flags) {
    if (!engine.failed() && type != 0 && type == x.value) {
      note_flags(engine, kSetnsFlags, "");
    }
  }
}

void note_thread_area(Engine& engine) {
  uint32_t number = 0;
  if (!engine.failed() && engine.read(engine.arg(0), &number, sizeof number)) {
    engine.out().begin_note();
    engine.out().note_item("entry_number=");
    engine.out().unsigned_number(number);
    engine.out().end_note();
  }
}

void note_timeout(Engine& engine) {
  if (!engine.failed() && engine.result() == 0) {
    engine.out().begin_note();
    engine.out().note_item("Timeout");
    engine.out().end_note();
  }
}

void note_clock_state(Engine& engine) {
  // adjtimex(2) has the structure in the first argument, clock_adjtime(2) in the second. The note
  // stands only where the structure was shown.
  const size_t index = engine.syscall().args[1].name != nullptr ? 1 : 0;
  uint8_t byte = 0;
  if (engine.read(engine.arg(index), &byte, sizeof byte)) {
    note_constant(engine, kAdjtimexStates);
  }
}

void note_scheduler(Engine& engine) {
  note_named_flags(engine, kSchedPolicies);
}

void note_personality(Engine& engine) {
  if (!engine.failed()) {
    note_flags(engine, kPersonalityFlags, "");
  }
}

void note_membarrier(Engine& engine) {
  if (!engine.failed() && engine.result() != 0) {
    note_flags(engine, kMembarrierMask, "");
  }
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
