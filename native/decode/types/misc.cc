#include "misc.h"

#include <linux/mount.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <cstring>

#include "../engine.h"
#include "../xlat/sets.h"

namespace ptraced::decode {

void print_task_name(Engine& engine, const Type&, const Operand& operand) {
  constexpr size_t kLongest = 15;  // TASK_COMM_LEN without its NUL
  if (!engine.follow(operand.word)) {
    return;
  }
  uint8_t name[kLongest + 1] = {};
  const size_t got = engine.read_some(operand.word, name, sizeof name);
  const size_t length = strnlen(reinterpret_cast<const char*>(name), got);
  if (got == 0 || (length == got && got < sizeof name)) {
    engine.out().address(operand.word, Unread::kFault);
    return;
  }
  const size_t shown = std::min<uint64_t>({length, kLongest, engine.limit()});
  engine.out().string(name, shown, {.truncated = length > shown, .limited = true});
}

void print_seccomp_filter(Engine& engine, const Type&, const Operand& operand) {
  if (engine.arg(1) == SECCOMP_MODE_FILTER) {
    engine.show_word(kBpfProgram, operand.word);
  } else {
    engine.out().hex(operand.word);
  }
}

void print_ambient_capability(Engine& engine, const Type&, const Operand& operand) {
  const uint64_t action = engine.arg(1);
  if (action == PR_CAP_AMBIENT_RAISE || action == PR_CAP_AMBIENT_LOWER ||
      action == PR_CAP_AMBIENT_IS_SET) {
    engine.out().constant(operand.word, kCapabilities);
  } else {
    engine.out().hex(operand.word);
  }
}

void print_tracer_pid(Engine& engine, const Type&, const Operand& operand) {
  const int32_t pid = static_cast<int32_t>(operand.word);
  if (pid == -1) {
    engine.out().symbol("PR_SET_PTRACER_ANY", pid);
  } else {
    engine.out().task(pid);
  }
}

void print_residency(Engine& engine, const Type&, const Operand& operand) {
  constexpr uint64_t kPage = 4096;
  constexpr Type kPageByte = {
      .kind = Kind::kCustom, .size = 1, .print = [](Engine& e, const Type&, const Operand& o) {
        e.out().unsigned_number(o.word & 1);
      }};
  const uint64_t length = engine.arg(1);
  engine.show_array(kPageByte, operand.word, length / kPage + (length % kPage != 0 ? 1 : 0));
}

void print_node_mask(Engine& engine, const Type& type, const Operand& operand) {
  // "%#0*lx" of two digits a byte: the prefix counts.
  constexpr Type kWord = {.kind = Kind::kCustom,
                          .print = [](Engine& e, const Type&, const Operand& o) {
                            e.out().padded_hex(o.word, 2 * e.word_size());
                          }};
  const uint64_t nodes = engine.arg(type.parameter);
  const uint64_t bits = engine.word_size() * 8;
  if (nodes == 1) {
    // The kernel takes the number minus one (get_nodes in mm/mempolicy.c): there is no word.
    engine.out().address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kOpaque);
    return;
  }
  engine.show_array(kWord, operand.word,
                    nodes == 0 ? 0 : (nodes - 1) / bits + ((nodes - 1) % bits != 0 ? 1 : 0));
}

void print_page_statuses(Engine& engine, const Type&, const Operand& operand) {
  constexpr Type kStatus = {
      .kind = Kind::kCustom, .size = 4, .print = [](Engine& e, const Type&, const Operand& o) {
        const int32_t status = static_cast<int32_t>(o.word);
        const std::string_view name = status < 0 ? errno_name(-status) : std::string_view();
        if (name.empty()) {
          e.out().signed_number(status);
        } else {
          e.out().negative_symbol(name, status);
        }
      }};
  engine.show_array(kStatus, operand.word, engine.arg(1));
}

void print_message_buffer(Engine& engine, const Type& type, const Operand& operand) {
  if (!engine.follow(operand.word)) {
    return;
  }
  Writer& out = engine.out();
  uint64_t message_type = 0;
  const size_t word = engine.word_size();
  if (!engine.read(operand.word, &message_type, word)) {
    out.address(operand.word, Unread::kFault);
    return;
  }
  out.begin_struct("msgbuf");
  out.begin_field("mtype");
  engine.show_word(kLong, message_type);
  out.begin_field("mtext");
  engine.show_bytes(operand.word + word, engine.length(type, operand));
  out.end_struct();
}

void print_mount_flags(Engine& engine, const Type&, const Operand& operand) {
  if ((operand.word & MS_MGC_MSK) == MS_MGC_VAL) {
    // path_mount in fs/namespace.c: with the magic number only the lower 16 bits are flags.
    engine.out().flags(static_cast<uint32_t>(operand.word), kMagicMountFlags);
  } else {
    engine.out().flags(operand.word, kMountFlags);
  }
}

void print_mount_string(Engine& engine, const Type& type, const Operand& operand) {
  uint64_t flags = engine.arg(3);
  if ((flags & MS_MGC_MSK) == MS_MGC_VAL) {
    flags &= ~MS_MGC_MSK;
  }
  constexpr uint64_t kBind = 0x1000;
  constexpr uint64_t kMove = 0x2000;
  constexpr uint64_t kRemount = 0x20;
  constexpr uint64_t kPropagation = 0x100000 | 0x80000 | 0x40000 | 0x20000;
  const bool no_type = (flags & (kBind | kMove | kRemount | kPropagation)) != 0;
  const bool no_data = (flags & (kBind | kMove | kPropagation)) != 0;
  const bool unused = type.parameter == 0x3 ? no_type : no_data;
  if (unused) {
    engine.out().address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kOpaque);
  } else {
    engine.show_string(operand.word);
  }
}

namespace {

// struct futex_waitv.
constexpr Field kFutexWaiterFields[] = {
    {.name = "val", .offset = 0, .offset32 = 0, .type = kHex64},
    {.name = "uaddr", .offset = 8, .offset32 = 8, .type = kAddress64},
    {.name = "flags", .offset = 16, .offset32 = 16, .type = flags(kFutexWaitFlags)},
    {.name = "__reserved",
     .offset = 20,
     .offset32 = 20,
     .type = kHexInt,
     .shown = Field::Shown::kUnlessZero},
};

// struct io_event.
constexpr Field kIoEventFields[] = {
    {.name = "data", .offset = 0, .offset32 = 0, .type = kHex64},
    {.name = "obj", .offset = 8, .offset32 = 8, .type = kHex64},
    {.name = "res", .offset = 16, .offset32 = 16, .type = kInt64},
    {.name = "res2", .offset = 24, .offset32 = 24, .type = kInt64},
};

}  // namespace

const Layout kFutexWaiterLayout = {24, 24, kFutexWaiterFields, "futex_waitv"};
const Layout kIoEventLayout = {32, 32, kIoEventFields, "io_event"};

}  // namespace ptraced::decode
