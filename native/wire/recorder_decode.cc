// What of a call is decoded for its records.
#include <utility>

#include "core/procfs.h"
#include "decode/subcalls.h"
#include "wire/recorder_append.h"
#include "wire/recorder_task.h"
#include "wire/value_encoder.h"

namespace ptraced::wire {
namespace {

using core::Task;

decode::Call call_of(const Task& task, const core::SyscallEntry& called, bool own_pid_namespace) {
  return {called.arch, called.number,        called.args,      task.tid,
          task.pid,    called.stack_pointer, own_pid_namespace};
}

// As strace ends the line of a call that was begun and has no result.
void append_no_result(decode::CallText& call) {
  call.text += call.result_offset != 0 ? ")" : " <unfinished ...>)";
  call.result_offset = call.text.size();
  call.text += " = ?";
}

// As strace marks a call that was tampered with.
void append_injected_note(const Task& task, std::string& text) {
  const core::Injection& injection = *task.injection;
  const bool patched = task.patched || injection.has_arguments();
  if (injection.result && patched) {
    text += " (INJECTED: args, retval)";
  } else if (patched) {
    text += " (INJECTED: args)";
  } else if (injection.result) {
    text += " (INJECTED)";
  }
  if (injection.enter_delay_ns != 0 || injection.exit_delay_ns != 0) {
    text += " (DELAYED)";
  }
}

}  // namespace

bool Recorder::TaskState::in_own_pid_namespace() {
  if (!own_pid_namespace) {
    own_pid_namespace = core::shares_pid_namespace(task.tid);
  }
  return *own_pid_namespace;
}

void Recorder::decode_enter(const core::StopView& view, TaskState& state) {
  Task& task = view.task;
  const auto restarted = std::exchange(task.restarted_call, std::nullopt);
  const decode::Call call =
      call_of(task, state.called, options_.values && state.in_own_pid_namespace());
  const decode::Options options = call_options(state);
  if (options_.text) {
    if (restarted) {
      state.call.set_interrupted(decode::find_syscall(task.entry.arch, *restarted));
    }
    decode::enter_text(call, view.memory, options, state.call);
  }
  if (options_.values) {
    decode::enter_values(call, view.memory, options, state.call, state.values);
  }
  state.count_large();
}

void Recorder::decode_exit(const core::StopView& view, const core::SyscallExit& returned,
                           TaskState& state) {
  const core::SyscallExit exit = decode::function_result(state.called, returned, view.memory);
  const decode::Call call =
      call_of(view.task, state.called, options_.values && state.in_own_pid_namespace());
  const decode::Options options = call_options(state);
  if (options_.text && exit.refused) {
    append_no_result(state.call);
  } else if (options_.text) {
    decode::exit_text(call, exit, view.memory, options, state.call);
  }
  if (options_.text && view.task.injection) {
    append_injected_note(view.task, state.call.text);
  }
  if (options_.values) {
    decode::exit_values(call, exit, view.memory, options, state.call, state.values);
  }
  state.count_large();
}

// Memory, where any is read, has the other half: the probes may be others by then.
size_t Recorder::decoded_bytes(const TaskState& state) const {
  const bool with_memory = !probes_.empty() || !state.enter_memory.empty();
  const size_t rest = kRestBytes + kTailBytes + (options_.files ? 2 * kMaxFileBytes : 0);
  return (with_memory ? kMaxRecordBytes / 2 : kMaxRecordBytes) - rest;
}

decode::Options Recorder::call_options(const TaskState& state) const {
  decode::Options options = options_.decode;
  // Text and values have a half each; so have text and what is said of its parts.
  const size_t parts = (options_.text && options_.values ? 2 : 1) * (options.spans ? 2 : 1);
  const size_t bytes = decoded_bytes(state) / parts;
  options.max_bytes = bytes - decode::Options::kMaxOverrun;
  if (TaskState::large_bytes.load(std::memory_order_relaxed) > TaskState::kMaxLargeBytes) {
    options.max_bytes = TaskState::kScarceBytes;
  }
  return options;
}

void Recorder::add_decoded(RecordWriter& writer, const TaskState& state) {
  if (options_.text) {
    const std::string& text = state.call.text;
    cut_ = cut_ || text.size() >= call_options(state).max_bytes;
    writer.text(text, state.call.result_offset);
    const bool all = writer.spans(state.call.spans, decoded_bytes(state));
    cut_ = cut_ || !all;
  }
  if (options_.values) {
    const bool all = writer.values(state.values, decoded_bytes(state) - SizeLimit::kMaxOverrun);
    cut_ = cut_ || !all || state.values.is_cut_at(call_options(state).max_bytes);
  }
}

}  // namespace ptraced::wire
