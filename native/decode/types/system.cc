// Commands and values whose words are made of parts: quotas, priorities of I/O, personalities,
// keys.
#include <linux/fanotify.h>
#include <linux/quota.h>

#include "../engine.h"
#include "../set_lookup.h"
#include "../xlat/ioprio.h"
#include "../xlat/sets.h"
#include "subjects.h"

namespace ptraced::decode {

namespace {

// IOPRIO_CLASS_SHIFT; newer linux/ioprio.h is no C++.
constexpr unsigned kIoprioClassShift = 13;

constexpr Xlat kQuotaTypeNames[] = {
    {USRQUOTA, "USRQUOTA"}, {GRPQUOTA, "GRPQUOTA"}, {PRJQUOTA, "PRJQUOTA"}};
constexpr Set kQuotaTypes = {.constants = kQuotaTypeNames, .unknown = "???QUOTA"};

}  // namespace

void print_quota_command(Engine& engine, const Type&, const Operand& operand) {
  const uint32_t command = static_cast<uint32_t>(operand.word);
  Writer& out = engine.out();
  out.begin_call("QCMD");
  out.begin_call_argument("cmd");
  out.constant(command >> SUBCMDSHIFT, kQuotaCommands);
  out.begin_call_argument("type");
  out.constant(command & SUBCMDMASK, kQuotaTypes);
  out.end_call();
}

void print_ioprio(Engine& engine, const Type&, const Operand& operand) {
  const uint32_t value = static_cast<uint32_t>(operand.word);
  Writer& out = engine.out();
  out.begin_call("IOPRIO_PRIO_VALUE");
  out.begin_call_argument("class");
  out.constant(value >> kIoprioClassShift, kIoprioClasses);
  out.begin_call_argument("data");
  out.unsigned_number(value & ((1u << kIoprioClassShift) - 1));
  out.end_call();
}

void print_personality(Engine& engine, const Type&, const Operand& operand) {
  const uint32_t value = static_cast<uint32_t>(operand.word);
  if (value == UINT32_MAX) {
    engine.out().hex(value);
  } else {
    engine.out().flags(value, kPersonalityFlags);
  }
}

void print_key_serial(Engine& engine, const Type&, const Operand& operand) {
  const uint32_t serial = static_cast<uint32_t>(operand.word);
  for (const Xlat& x : kKeySerials.constants) {
    if (x.value == serial) {
      engine.out().symbol(x.name, static_cast<int32_t>(serial));
      return;
    }
  }
  engine.out().signed_number(static_cast<int32_t>(serial));
}

void print_uts_name(Engine& engine, const Type&, const Operand& operand) {
  constexpr uint32_t kMaxSize = 64;  // __NEW_UTS_LEN; a negative length is refused as well
  constexpr Type kBytes = bytes(arg(1, 4));
  if (static_cast<uint32_t>(engine.arg(1)) > kMaxSize) {
    engine.out().address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kOpaque);
  } else {
    engine.show_word(kBytes, operand.word);
  }
}

void print_numbered_constant(Engine& engine, const Type& type, const Operand& operand) {
  engine.out().numbered_constant(static_cast<uint32_t>(operand.word), *type.set);
}

void print_hex_constant(Engine& engine, const Type& type, const Operand& operand) {
  const uint64_t value =
      type.size == sizeof(uint32_t) ? static_cast<uint32_t>(operand.word) : operand.word;
  engine.out().hex(value);
  const Xlat* x = find_constant(*type.set, value);
  engine.out().comment(x != nullptr ? x->name : type.set->unknown);
}

void print_hex_flags(Engine& engine, const Type& type, const Operand& operand) {
  engine.out().hex(operand.word);
  constexpr size_t kMaxSize = 1024;
  uint8_t* const text = engine.scratch(kMaxSize);
  size_t size = 0;
  const auto append = [&](std::string_view part) {
    if (part.size() <= kMaxSize - size) {
      size += static_cast<size_t>(std::copy(part.begin(), part.end(), text + size) - (text + size));
    }
  };
  for_each_name(*type.set, operand.word, [&](std::string_view name) {
    append(size == 0 ? "" : "|");
    append(name);
  });
  if (size != 0) {
    engine.out().comment({reinterpret_cast<const char*>(text), size});
  }
}

void print_flags_and_number(Engine& engine, const Type& type, const Operand& operand) {
  const uint32_t value = static_cast<uint32_t>(operand.word);
  Writer& out = engine.out();
  uint32_t named = 0;
  for (const Xlat& x : type.set->flags) {
    named |= static_cast<uint32_t>(x.value);
  }
  if ((value & named) != 0) {
    out.flags(value & named, *type.set);
    out.begin_part();
  }
  out.unsigned_number(value & ~named);
}

void print_moved_offset(Engine& engine, const Type& type, const Operand& operand) {
  constexpr size_t kOffsetArgument = 2;
  const bool narrow = type.parameter == 4 && engine.word_size() == 4;
  int64_t whole = 0;
  int32_t half = 0;
  const bool readable =
      operand.word != 0 && (narrow ? engine.read(operand.word, &half, sizeof half)
                                   : engine.read(operand.word, &whole, sizeof whole));
  const int64_t offset = narrow ? half : whole;
  Writer& out = engine.out();
  if (!engine.exiting()) {
    if (!readable) {
      out.address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kFault);
      return;
    }
    out.begin_target();
    out.signed_number(offset);
    return;
  }
  if (!engine.has_saved(kOffsetArgument)) {
    return;
  }
  // The kernel has moved the offset by what it has copied.
  if (readable && !engine.failed() && engine.result() != 0) {
    out.becomes();
    out.signed_number(offset);
  }
  out.end_target();
}

void print_xattr_value(Engine& engine, const Type& type, const Operand& operand) {
  if (!engine.follow(operand.word)) {
    return;
  }
  if (engine.arg(type.length.value) == 0) {
    engine.out().address(operand.word, Unread::kOpaque);
    return;
  }
  engine.show_bytes(operand.word, engine.written(type));
}

void print_fsid(Engine& engine, const Type&, const Operand& operand) {
  Writer& out = engine.out();
  out.begin_struct("__kernel_fsid_t");
  out.begin_field("val");
  out.begin_array(2);
  for (size_t i = 0; i < 2; ++i) {
    out.begin_element();
    out.hex(operand.memory.number(i * 4, 4));
  }
  out.end_array();
  out.end_struct();
}

void print_futex_operation(Engine& engine, const Type&, const Operand& operand) {
  static constexpr Xlat kOperationNames[] = {{0, "FUTEX_OP_SET"},
                                             {1, "FUTEX_OP_ADD"},
                                             {2, "FUTEX_OP_OR"},
                                             {3, "FUTEX_OP_ANDN"},
                                             {4, "FUTEX_OP_XOR"}};
  static constexpr Xlat kComparisonNames[] = {{0, "FUTEX_OP_CMP_EQ"}, {1, "FUTEX_OP_CMP_NE"},
                                              {2, "FUTEX_OP_CMP_LT"}, {3, "FUTEX_OP_CMP_LE"},
                                              {4, "FUTEX_OP_CMP_GT"}, {5, "FUTEX_OP_CMP_GE"}};
  static constexpr Set kOperations = {.constants = kOperationNames, .unknown = "FUTEX_OP_???"};
  static constexpr Set kComparisons = {.constants = kComparisonNames,
                                       .unknown = "FUTEX_OP_CMP_???"};
  constexpr uint32_t kArgumentIsShift = 8;  // FUTEX_OP_OPARG_SHIFT
  const uint32_t value = static_cast<uint32_t>(operand.word);
  const uint32_t operation = value >> 28;
  Writer& out = engine.out();
  if ((operation & kArgumentIsShift) != 0) {
    out.shifted_symbol(kArgumentIsShift, "FUTEX_OP_OPARG_SHIFT", 28, "28");
    out.begin_part();
  }
  out.shifted(operation & ~kArgumentIsShift, kOperations, 28, "28");
  out.begin_part();
  out.shifted_number(value >> 12 & 0xfff, 12, "12");
  out.begin_part();
  out.shifted(value >> 24 & 0xf, kComparisons, 24, "24");
  out.begin_part();
  out.hex(value & 0xfff);
}

}  // namespace ptraced::decode
