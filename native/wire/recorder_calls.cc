// Records of calls: ENTER and EXIT.
#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include "decode/subcalls.h"
#include "wire/call_files.h"
#include "wire/recorder_append.h"
#include "wire/recorder_task.h"

namespace ptraced::wire {

using core::Task;

// Asked before on_enter(), of the call as the task makes it. What is recorded of it is gathered
// anew: its arguments may be others by then.
std::shared_ptr<const core::Injection> Recorder::tampering(const core::StopView& view) {
  if (!rules_.may_tamper()) {
    return nullptr;
  }
  Task& task = view.task;
  TaskState& state = state_of(task);
  state.called = decode::called_function(task.entry, view.memory);
  const uint8_t wanted = rules_.tampering_facts(state.called.arch, state.called.number);
  if (wanted != kNoFileFacts) {
    state.files.gather(task.tid, state.called, view.memory, wanted);
  }
  return aim(rules_.tampering(state.facts(RecordKind::kEnter)), view);
}

// Arguments are those of the function that an i386 program calls, and as the rule has replaced
// them.
std::shared_ptr<const core::Injection> Recorder::aim(
    std::shared_ptr<const core::Injection> injection, const core::StopView& view) {
  if (!injection || injection->patches.empty()) {
    return injection;
  }
  const Task& task = view.task;
  core::SyscallEntry entry = task.entry;
  for (size_t i = 0; i < std::size(injection->arguments); ++i) {
    entry.args[i] = injection->arguments[i].value_or(entry.args[i]);
  }
  const core::SyscallEntry called = decode::called_function(entry, view.memory);
  const decode::Syscall* row = decode::find_syscall(called.arch, called.number);
  auto aimed = std::make_shared<core::Injection>(*injection);
  aimed->patches.clear();
  for (core::ArgumentPatch patch : injection->patches) {
    if (row != nullptr && patch.argument >= row->most_args()) {
      // What is in the register would be written to.
      on_error(task.tid, task.pid, {"patch of an argument that the call does not have", EINVAL});
      continue;
    }
    patch.address = called.args[patch.argument];
    aimed->patches.push_back(std::move(patch));
  }
  return aimed;
}

void Recorder::begin_call(const core::StopView& view, TaskState& state) {
  state.called = decode::called_function(view.task.entry, view.memory);
  const decode::Syscall* row = decode::find_syscall(state.called.arch, state.called.number);
  state.name = row != nullptr ? row->name : std::string_view();
  state.enter_serial = 0;
  state.decoded = false;
  state.enter_memory.clear();
  state.enter_registers.clear();
  select(view, state);
}

// Decides whether the call is recorded, outcome aside.
void Recorder::select(const core::StopView& view, TaskState& state) {
  const core::SyscallEntry& called = state.called;
  state.selected_by = filter_number_;
  const bool tampered = state.in_any_case();
  state.selected = tampered || filter_.syscalls().contains(called.arch, called.number);
  state.ruled = rules_.may_stop(called.arch, called.number);
  if (state.selected || state.ruled) {
    state.files.gather(view.task.tid, called, view.memory, wanted_files());
    const RecordFacts facts = state.facts(RecordKind::kEnter);
    state.selected =
        state.selected && (tampered || (filter_.passes_task(facts) && filter_.passes_call(facts)));
  } else {
    state.files.clear();
  }
}

uint8_t Recorder::wanted_files() const {
  return options_.files ? kListedDescriptors | kFilePaths
                        : filter_.file_facts() | ring_.wanted_facts() | probes_.file_facts() |
                              rules_.file_facts();
}

void Recorder::add_call(RecordWriter& writer, const Task& task, const TaskState& state) {
  writer.call(task.entry, state.name);
  if (options_.files) {
    const bool all = writer.files(state.files);
    cut_ = cut_ || !all;
  }
}

void Recorder::on_enter(const core::StopView& view) {
  Task& task = view.task;
  TaskState& state = state_of(task);
  begin_call(view, state);
  state.release_large();
  state.set_remapping(modules_.is_changed_by(state.called));
  if (state.ruled) {
    hold_where_ruled(state.facts(RecordKind::kEnter), task, task);
  }
  if (state.selected) {
    record_enter(view, state);
  }
  if (options_.order && options_.order->concerns(task)) {
    close_open_call(task);  // its line begins before what the call writes, as strace's does
    seal(core::monotonic_ns());
    ring_.await_readers(options_.max_block_ns);
  }
}

void Recorder::record_enter(const core::StopView& view, TaskState& state) {
  Task& task = view.task;
  decode_enter(view, state);
  state.decoded = true;
  // The EXIT record has everything in it, where there is one.
  if (options_.combined || filter_.looks_at_outcome()) {
    state.set_unrecorded(state.in_any_case() || !filter_.looks_at_outcome());
    if (state.unrecorded) {
      RecordWriter kept(state.enter_registers);
      add_registers(kept, view);
    }
    state.enter_memory_cut = !take_memory(state.facts(RecordKind::kEnter), view, nullptr,
                                          state.enter_memory, enter_memory_bytes());
    state.count_large();
    return;
  }
  const RecordFacts facts = state.facts(RecordKind::kEnter);
  state.enter_serial = append_stop(facts, task, task.entered_ns, [&](RecordWriter& writer) {
    add_call(writer, task, state);
    add_decoded(writer, state);
    add_registers(writer, view);
    add_memory(facts, view, nullptr);
  });
}

// Combined: the ENTER record of a call that is taking long, is held, or will not return.
void Recorder::append_enter(Task& task, TaskState& state) {
  state.set_unrecorded(false);
  if (!state.in_any_case() && filter_.looks_at_outcome()) {
    return;  // which is not known
  }
  const auto fill = [&](RecordWriter& writer) {
    add_call(writer, task, state);
    add_decoded(writer, state);
    record_ += state.enter_registers;
    add_enter_memory(state);
  };
  const int64_t time = task.entered_ns;
  state.enter_serial = task.held && task.at_entry
                           ? append_stop(state.facts(RecordKind::kEnter), task, time, fill)
                           : append(state.facts(RecordKind::kEnter), task, time, fill);
}

void Recorder::append_overdue_enters(int64_t now) {
  for (TaskState* state : states_) {
    if (state->unrecorded && now - state->task.entered_ns >= kLongCallNs) {
      append_enter(state->task, *state);
    }
  }
}

void Recorder::close_open_call(Task& task) {
  if (task.extra) {
    TaskState& state = state_of(task);
    if (state.unrecorded) {
      append_enter(task, state);
    }
  }
}

void Recorder::on_exit(const core::StopView& view, const core::SyscallExit& exit, bool entered) {
  const int64_t now = core::monotonic_ns();
  Task& task = view.task;
  TaskState& state = state_of(task);
  state.set_remapping(false);
  if (!entered) {
    begin_call(view, state);
    if (modules_.is_changed_by(state.called)) {
      modules_.change();
    }
  } else if (state.selected_by != filter_number_) {
    select(view, state);
  }
  state.set_unrecorded(false);
  const int64_t duration = entered ? now - task.entered_ns : 0;
  RecordFacts facts = state.facts(RecordKind::kExit);
  facts.outcome = exit.refused    ? Outcome::kNone
                  : exit.is_error ? Outcome::kFailure
                                  : Outcome::kSuccess;
  facts.error = exit.is_error ? static_cast<int32_t>(-exit.value) : 0;
  facts.duration_ns = duration;
  if (entered && options_.system_time) {
    // Less than at the entry only where an execve in another thread has given it another process.
    facts.system_ns = std::max<int64_t>(task.system_ns - task.entered_system_ns, 0);
  }
  if (state.ruled) {
    hold_where_ruled(facts, task, task);
  }
  if (state.selected && (state.in_any_case() || filter_.passes_outcome(facts))) {
    append_exit(view, exit, state, facts, now);
  }
  if (filter_.syscalls().contains(facts.arch, facts.number)) {
    summary_.add(task.pid, state.name, facts.error,
                 {.wall_ns = entered ? duration : -1, .system_ns = facts.system_ns}, serial_,
                 live_processes_);
  }
}

void Recorder::append_exit(const core::StopView& view, const core::SyscallExit& exit,
                           TaskState& state, const RecordFacts& facts, int64_t now) {
  Task& task = view.task;
  if (!state.decoded) {
    state.call = {};
    state.values.forget_entry();
  }
  decode_exit(view, exit, state);
  append_stop(facts, task, now, [&](RecordWriter& writer) {
    add_call(writer, task, state);
    writer.result(exit, exit.is_error ? decode::errno_name(facts.error) : "", facts.duration_ns,
                  state.enter_serial);
    if (facts.system_ns >= 0) {
      writer.system_time(facts.system_ns);
    }
    if (task.injection) {
      writer.tampered();
    }
    add_decoded(writer, state);
    add_registers(writer, view);
    add_enter_memory(state);
    add_memory(facts, view, &exit);
  });
  state.release_large();
}

bool Recorder::take_memory(RecordFacts facts, const core::StopView& view,
                           const core::SyscallExit* exit, std::string& out, size_t max_bytes) {
  if (probes_.empty()) {
    return true;
  }
  facts.tid = view.task.tid;
  facts.pid = view.task.pid;
  return probes_.take(facts, view, exit, modules_, out, max_bytes);
}

void Recorder::add_memory(const RecordFacts& facts, const core::StopView& view,
                          const core::SyscallExit* exit) {
  const bool all = take_memory(facts, view, exit, record_, kMaxRecordBytes - kTailBytes);
  cut_ = cut_ || !all;
}

size_t Recorder::enter_memory_bytes() {
  const bool scarce =
      TaskState::large_bytes.load(std::memory_order_relaxed) > TaskState::kMaxLargeBytes;
  return scarce ? TaskState::kScarceBytes : kMaxEnterMemory;
}

void Recorder::add_enter_memory(TaskState& state) {
  record_ += std::exchange(state.enter_memory, {});
  cut_ = cut_ || std::exchange(state.enter_memory_cut, false);
}

void Recorder::add_registers(RecordWriter& writer, const core::StopView& view) {
  if (!options_.registers) {
    return;
  }
  if (const core::Result<core::Registers> now = core::registers(view.stop)) {
    writer.registers(*now);
  } else {
    writer.error("PTRACE_GETREGS: " + std::string(decode::errno_name(now.error().code)));
  }
}

}  // namespace ptraced::wire
