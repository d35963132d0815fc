// What threads register and how they are scheduled: rseq, sched_attr, capabilities, kcmp's slots.
#include <linux/capability.h>
#include <linux/sched/types.h>

#include <algorithm>
#include <cstring>

#include "../engine.h"
#include "../xlat/sets.h"
#include "fields.h"
#include "subjects.h"

namespace ptraced::decode {

namespace {

// struct rseq as of Linux 6.19 (include/uapi/linux/rseq.h), which older headers have without its
// last members.
struct Rseq {
  uint32_t cpu_id_start;
  uint32_t cpu_id;
  uint64_t rseq_cs;
  uint32_t flags;
  uint32_t node_id;
  uint32_t mm_cid;
  uint8_t slice_request;
  uint8_t slice_granted;
  uint16_t slice_reserved;
};

constexpr Xlat kCpuIdNames[] = {
    {UINT32_MAX, "RSEQ_CPU_ID_UNINITIALIZED"},
    {UINT32_MAX - 1, "RSEQ_CPU_ID_REGISTRATION_FAILED"},
};

void show_cpu_id(Writer& out, uint32_t cpu) {
  for (const Xlat& x : kCpuIdNames) {
    if (x.value == cpu) {
      out.symbol(x.name, static_cast<int32_t>(cpu));
      return;
    }
  }
  out.unsigned_number(cpu);
}

// A set of capabilities: 1<<CAP_CHOWN|1<<CAP_KILL.
void show_capabilities(Writer& out, std::string_view name, uint32_t low, uint32_t high) {
  out.begin_field(name);
  const uint64_t bits = uint64_t{high} << 32 | low;
  if (bits == 0) {
    out.unsigned_number(0);
    return;
  }
  bool first = true;
  uint64_t unknown = bits;
  for (const Xlat& x : kCapabilities.constants) {
    if ((bits >> x.value & 1) == 0) {
      continue;
    }
    if (!first) {
      out.begin_part();
    }
    first = false;
    unknown &= ~(uint64_t{1} << x.value);
    out.bit(static_cast<unsigned>(x.value), x.name);
  }
  if (unknown != 0) {
    if (!first) {
      out.begin_part();
    }
    out.hex(unknown);
  }
}

}  // namespace

void print_rseq(Engine& engine, const Type&, const Operand& operand) {
  Writer& out = engine.out();
  Rseq rseq;
  const uint64_t size = static_cast<uint32_t>(engine.arg(1));
  if (operand.word == 0 || size < sizeof rseq || !engine.read(operand.word, &rseq, sizeof rseq)) {
    out.address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kFault);
    return;
  }
  out.begin_struct("rseq");
  show_number(out, "cpu_id_start", rseq.cpu_id_start);
  out.begin_field("cpu_id");
  show_cpu_id(out, rseq.cpu_id);
  out.begin_field("rseq_cs");
  out.address(rseq.rseq_cs, Unread::kOpaque);
  out.begin_field("flags");
  out.flags(rseq.flags, kRseqCsFlags);
  show_number(out, "node_id", rseq.node_id);
  show_number(out, "mm_cid", rseq.mm_cid);
  out.begin_field("slice_ctrl");
  out.begin_struct("rseq_slice_ctrl");
  show_number(out, "request", rseq.slice_request);
  show_number(out, "granted", rseq.slice_granted);
  show_hex(out, "__reserved", rseq.slice_reserved);
  out.end_struct();
  show_number(out, "__reserved", 0);
  out.end_struct();
}

void print_sched_attr(Engine& engine, const Type& type, const Operand& operand) {
  constexpr uint32_t kUtilSize = 56;  // SCHED_ATTR_SIZE_VER1, with the utilization clamps
  const bool is_result = type.parameter == 1;
  if (!engine.follow(operand.word)) {
    return;
  }
  Writer& out = engine.out();
  uint32_t size = 0;
  if (!engine.read(operand.word, &size, sizeof size)) {
    out.address(operand.word, Unread::kFault);
    return;
  }
  struct sched_attr attr = {};
  const uint32_t limit = is_result ? static_cast<uint32_t>(engine.arg(2)) : UINT32_MAX;
  const size_t wanted = std::min<size_t>({size, limit, kUtilSize});
  out.begin_struct("sched_attr");
  show_number(out, "size", size);
  if (size >= SCHED_ATTR_SIZE_VER0 && wanted >= SCHED_ATTR_SIZE_VER0 &&
      engine.read(operand.word, &attr, wanted)) {
    out.begin_field("sched_policy");
    out.constant(attr.sched_policy, kSchedPolicies);
    out.begin_field("sched_flags");
    out.flags(attr.sched_flags, kSchedAttrFlags);
    out.begin_field("sched_nice");
    out.signed_number(attr.sched_nice);
    show_number(out, "sched_priority", attr.sched_priority);
    show_number(out, "sched_runtime", attr.sched_runtime);
    show_number(out, "sched_deadline", attr.sched_deadline);
    show_number(out, "sched_period", attr.sched_period);
    if (wanted >= kUtilSize) {
      uint32_t clamps[2];
      std::memcpy(clamps, reinterpret_cast<const uint8_t*>(&attr) + SCHED_ATTR_SIZE_VER0,
                  sizeof clamps);
      show_number(out, "sched_util_min", clamps[0]);
      show_number(out, "sched_util_max", clamps[1]);
    }
  }
  out.end_struct();
}

void print_capability_header(Engine& engine, const Type&, const Operand& operand) {
  Writer& out = engine.out();
  __user_cap_header_struct header;
  if (operand.word == 0 || !engine.read(operand.word, &header, sizeof header)) {
    out.address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kFault);
    return;
  }
  out.begin_struct("__user_cap_header_struct");
  out.begin_field("version");
  out.constant(header.version, kCapabilityVersions);
  out.begin_field("pid");
  out.task(header.pid);
  out.end_struct();
}

void print_capability_data(Engine& engine, const Type&, const Operand& operand) {
  if (!engine.follow(operand.word)) {
    return;
  }
  Writer& out = engine.out();
  __user_cap_header_struct header;
  __user_cap_data_struct data[2] = {};
  if (engine.arg(0) == 0 || !engine.read(engine.arg(0), &header, sizeof header)) {
    out.address(operand.word, Unread::kOpaque);
    return;
  }
  const bool wide = header.version == _LINUX_CAPABILITY_VERSION_2 ||
                    header.version == _LINUX_CAPABILITY_VERSION_3;
  if (!engine.read(operand.word, data, wide ? sizeof data : sizeof data[0])) {
    out.address(operand.word, Unread::kFault);
    return;
  }
  out.begin_struct("__user_cap_data_struct");
  show_capabilities(out, "effective", data[0].effective, data[1].effective);
  show_capabilities(out, "permitted", data[0].permitted, data[1].permitted);
  show_capabilities(out, "inheritable", data[0].inheritable, data[1].inheritable);
  out.end_struct();
}

// struct open_how of openat2(2): the mode is shown where it counts.
void print_open_how(Engine& engine, const Type&, const Operand& operand) {
  Writer& out = engine.out();
  uint64_t how[3];  // flags, mode, resolve
  const uint64_t size = engine.arg(3);
  if (operand.word == 0 || size < sizeof how || !engine.read(operand.word, how, sizeof how)) {
    out.address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kFault);
    return;
  }
  constexpr uint64_t kCreating = 020000100;  // O_CREAT, __O_TMPFILE
  out.begin_struct("open_how");
  out.begin_field("flags");
  out.flags(how[0], kOpenFlags);
  if ((how[0] & kCreating) != 0 || how[1] != 0) {
    out.begin_field("mode");
    out.octal(how[1]);
  }
  out.begin_field("resolve");
  out.flags(how[2], kResolveFlags);
  out.end_struct();
}

}  // namespace ptraced::decode
