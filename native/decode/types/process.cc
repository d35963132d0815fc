// clone's arguments, wait statuses, processor sets.
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>

#include "../engine.h"
#include "../text_writer.h"
#include "../xlat/sets.h"
#include "subjects.h"

namespace ptraced::decode {

namespace {

// What clone3 writes: where it went.
void show_clone_results(Engine& engine, const clone_args& args) {
  Writer& out = engine.out();
  const bool parent_tid = (args.flags & CLONE_PARENT_SETTID) != 0;
  const bool pidfd = (args.flags & CLONE_PIDFD) != 0;
  if (engine.failed() || (!parent_tid && !pidfd)) {
    return;
  }
  out.becomes();
  out.begin_struct("clone_args");
  if (pidfd) {
    out.begin_field("pidfd");
    engine.show_word(kIntPointer, args.pidfd);
  }
  if (parent_tid) {
    out.begin_field("parent_tid");
    engine.show_word(kIntPointer, args.parent_tid);
  }
  out.end_struct();
}

void show_clone_args(Engine& engine, const clone_args& args, uint64_t size) {
  Writer& out = engine.out();
  const auto address = [&](std::string_view name, uint64_t value) {
    out.begin_field(name);
    out.address(value, Unread::kOpaque);
  };
  out.begin_struct("clone_args");
  out.begin_field("flags");
  out.flags(args.flags, kClone3Flags);
  if ((args.flags & CLONE_PIDFD) != 0) {
    address("pidfd", args.pidfd);
  }
  if ((args.flags & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID)) != 0) {
    address("child_tid", args.child_tid);
  }
  if ((args.flags & CLONE_PARENT_SETTID) != 0) {
    address("parent_tid", args.parent_tid);
  }
  out.begin_field("exit_signal");
  show_signal_word(out, args.exit_signal);
  address("stack", args.stack);
  out.begin_field("stack_size");
  out.hex(args.stack_size);
  if ((args.flags & CLONE_SETTLS) != 0) {
    if (engine.word_size() == 4) {
      out.begin_field("tls");
      engine.show_word(kUserDescPointer, args.tls);
    } else {
      address("tls", args.tls);
    }
  }
  if (args.set_tid != 0 || args.set_tid_size != 0) {
    out.begin_field("set_tid");
    if (args.set_tid_size == 0 || args.set_tid_size > 32) {
      out.address(args.set_tid, Unread::kOpaque);
    } else {
      engine.show_array(kPid, args.set_tid, args.set_tid_size);
    }
    out.begin_field("set_tid_size");
    out.unsigned_number(args.set_tid_size);
  }
  if (size >= CLONE_ARGS_SIZE_VER2 && (args.cgroup != 0 || (args.flags & CLONE_INTO_CGROUP) != 0)) {
    out.begin_field("cgroup");
    out.unsigned_number(args.cgroup);
  }
  out.end_struct();
}

}  // namespace

void print_clone_args(Engine& engine, const Type&, const Operand& operand) {
  clone_args args = {};
  const uint64_t size = engine.arg(1);
  const bool readable = operand.word != 0 && size >= CLONE_ARGS_SIZE_VER0 &&
                        engine.read(operand.word, &args, std::min<uint64_t>(size, sizeof args));
  if (engine.exiting()) {
    if (readable) {
      show_clone_results(engine, args);
    }
    return;
  }
  if (!readable) {
    engine.out().address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kFault);
    return;
  }
  show_clone_args(engine, args, size);
}

void print_wait_status(Engine& engine, const Type&, const Operand& operand) {
  Writer& out = engine.out();
  int status = 0;
  if (operand.word == 0) {
    out.address(0, Unread::kNull);
    return;
  }
  if (engine.failed() || engine.result() == 0 ||
      !engine.read(operand.word, &status, sizeof status)) {
    out.address(operand.word, engine.failed() ? Unread::kFailed : Unread::kFault);
    return;
  }
  out.begin_target();
  out.wait_status(status);
  out.end_target();
}

void print_wait_rusage(Engine& engine, const Type&, const Operand& operand) {
  if (!engine.failed() && engine.result() == 0) {
    engine.out().address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kOpaque);
    return;
  }
  engine.show_word(kRusagePointer, operand.word);
}

void print_cpu_set(Engine& engine, const Type& type, const Operand& operand) {
  if (!engine.follow(operand.word)) {
    return;
  }
  Writer& out = engine.out();
  constexpr size_t kMaxBytes = 1024;  // 8192 processors: CONFIG_NR_CPUS at its largest
  const size_t size = std::min<uint64_t>(engine.length(type, operand), kMaxBytes);
  uint8_t bytes[kMaxBytes];
  if (!engine.read(operand.word, bytes, size)) {
    out.address(operand.word, Unread::kFault);
    return;
  }
  out.begin_set();
  for (size_t i = 0; i < size * 8; ++i) {
    if ((bytes[i / 8] >> (i % 8) & 1) != 0) {
      out.begin_member();
      out.unsigned_number(i);
    }
  }
  out.end_set();
}

}  // namespace ptraced::decode
