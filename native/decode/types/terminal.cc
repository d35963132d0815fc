// Terminal settings.
#include <asm/termbits.h>

#include "../engine.h"
#include "../xlat/sets.h"
#include "types.h"

namespace ptraced::decode {

namespace {

// A part of c_oflag that holds one of several values.
struct Part {
  uint32_t mask;
  std::string_view names[4];
  uint32_t step;
};

constexpr Part kOutputParts[] = {
    {NLDLY, {"NL0", "NL1"}, NL1},
    {CRDLY, {"CR0", "CR1", "CR2", "CR3"}, CR1},
    {TABDLY, {"TAB0", "TAB1", "TAB2", "XTABS"}, TAB1},
    {BSDLY, {"BS0", "BS1"}, BS1},
    {VTDLY, {"VT0", "VT1"}, VT1},
    {FFDLY, {"FF0", "FF1"}, FF1},
};

constexpr uint32_t kInputSpeedMask = static_cast<uint32_t>(CBAUD) << IBSHIFT;

constexpr std::string_view kControlNames[] = {
    "VINTR",   "VQUIT",  "VERASE", "VKILL", "VEOF", "VTIME",    "VMIN",
    "VSWTC",   "VSTART", "VSTOP",  "VSUSP", "VEOL", "VREPRINT", "VDISCARD",
    "VWERASE", "VLNEXT", "VEOL2",  "17",    "18",
};

// Flags behind other parts: nothing is written for none.
void show_further_flags(Writer& out, uint32_t flags, const Set& set) {
  out.begin_part();
  if (flags != 0) {
    out.flags(flags, set);
  } else {
    out.no_flags();
  }
}

}  // namespace

void print_termios_flags(Engine& engine, const Type& type, const Operand& operand) {
  const uint32_t flags = static_cast<uint32_t>(operand.word);
  if (flags != 0) {
    engine.out().flags(flags, *type.set);
  } else {
    engine.out().no_flags();
  }
}

void print_termios_output(Engine& engine, const Type&, const Operand& operand) {
  Writer& out = engine.out();
  uint32_t flags = static_cast<uint32_t>(operand.word);
  bool first = true;
  for (const Part& part : kOutputParts) {
    if (!first) {
      out.begin_part();
    }
    first = false;
    out.symbol(part.names[(flags & part.mask) / part.step], flags & part.mask);
    flags &= ~part.mask;
  }
  show_further_flags(out, flags, kTermiosOutputFlags);
}

void print_termios_control(Engine& engine, const Type&, const Operand& operand) {
  constexpr std::string_view kSizes[] = {"CS5", "CS6", "CS7", "CS8"};
  Writer& out = engine.out();
  uint32_t flags = static_cast<uint32_t>(operand.word);
  out.constant(flags & CBAUD, kBaudRates);
  if ((flags & kInputSpeedMask) != 0) {
    out.begin_part();
    out.shifted((flags & kInputSpeedMask) >> IBSHIFT, kBaudRates, IBSHIFT, "IBSHIFT");
  }
  flags &= ~(CBAUD | kInputSpeedMask);
  out.begin_part();
  out.symbol(kSizes[(flags & CSIZE) / CS6], flags & CSIZE);
  show_further_flags(out, flags & ~static_cast<uint32_t>(CSIZE), kTermiosControlFlags);
}

void print_control_characters(Engine& engine, const Type& type, const Operand& operand) {
  Writer& out = engine.out();
  out.begin_array(type.size);
  for (size_t i = 0; i < std::min<size_t>(type.size, std::size(kControlNames)); ++i) {
    out.begin_element();
    out.begin_index(kControlNames[i]);
    out.hex(operand.memory.number(i, 1));
  }
  out.end_array();
}

}  // namespace ptraced::decode
