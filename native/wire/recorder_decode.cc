// What of a call is decoded for its records.
#include <utility>

#include "core/procfs.h"
#include "decode/subcalls.h"
#include "wire/recorder_task.h"

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
  if (options_.text) {
    if (restarted) {
      state.call.set_interrupted(decode::find_syscall(task.entry.arch, *restarted));
    }
    decode::enter_text(call, view.memory, options_.decode, state.call);
  }
  if (options_.values) {
    decode::enter_values(call, view.memory, options_.decode, state.call, state.values);
  }
}

void Recorder::decode_exit(const core::StopView& view, const core::SyscallExit& returned,
                           TaskState& state) {
  const core::SyscallExit exit = decode::function_result(state.called, returned, view.memory);
  const decode::Call call =
      call_of(view.task, state.called, options_.values && state.in_own_pid_namespace());
  if (options_.text && exit.refused) {
    append_no_result(state.call);
  } else if (options_.text) {
    decode::exit_text(call, exit, view.memory, options_.decode, state.call);
  }
  if (options_.text && view.task.injection) {
    append_injected_note(view.task, state.call.text);
  }
  if (options_.values) {
    decode::exit_values(call, exit, view.memory, options_.decode, state.call, state.values);
  }
}

void Recorder::add_decoded(RecordWriter& writer, const TaskState& state) const {
  if (options_.text) {
    writer.text(state.call.text, state.call.result_offset);
    writer.spans(state.call.spans);
  }
  if (options_.values) {
    writer.values(state.values);
  }
}

}  // namespace ptraced::wire
