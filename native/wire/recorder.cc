#include "wire/recorder.h"

#include <algorithm>
#include <climits>
#include <unordered_set>
#include <utility>

#include "core/clock.h"
#include "core/procfs.h"
#include "wire/call_files.h"
#include "wire/recorder_append.h"
#include "wire/recorder_task.h"

namespace ptraced::wire {

using core::Task;

namespace {

std::string_view fatal_signal_name(const core::WaitStatus& status) {
  return status.killed() ? decode::signal_name(status.fatal_signal()) : std::string_view();
}

}  // namespace

namespace {

// What change() can replace is kept once, where it is used.
RecorderOptions without_changeable(const RecorderOptions& options) {
  RecorderOptions rest = options;
  rest.filter = {};
  rest.probes = {};
  rest.rules = {};
  return rest;
}

}  // namespace

Recorder::Recorder(RecorderOptions options, Ring& ring, Summary& summary)
    : options_(without_changeable(options)),
      filter_(std::move(options.filter)),
      ring_(ring),
      summary_(summary),
      live_processes_([this] {
        std::unordered_set<pid_t> pids;
        for (const TaskState* state : states_) {
          pids.insert(state->task.pid);
        }
        return pids;
      }),
      rules_(std::move(options.rules)),
      probes_(std::move(options.probes)),
      modules_(options.sees_all_calls) {}

Recorder::~Recorder() = default;

void Recorder::hold_where_ruled(RecordFacts facts, const Task& of, Task& held) const {
  facts.tid = of.tid;
  facts.pid = of.pid;
  rules_.hold(facts, held, has_holder_);
}

void Recorder::finish() {
  seal(core::monotonic_ns());
  ring_.finish();
}

Recorder::TaskState& Recorder::state_of(Task& task) {
  if (!task.extra) {
    task.extra = std::make_unique<TaskState>(*this, task);
  }
  return static_cast<TaskState&>(*task.extra);
}

void Recorder::seal(int64_t now) {
  if (std::shared_ptr<const Batch> batch = batch_.seal()) {
    sealed_ns_ = now;
    ring_.push(std::move(batch));
  }
}

uint64_t Recorder::change(RecorderChanges changes) {
  if (changes.filter) {
    filter_ = std::move(*changes.filter);
  }
  if (changes.rules) {
    rules_ = Rules(std::move(*changes.rules));
  }
  if (changes.probes) {
    probes_ = MemoryProbes(std::move(*changes.probes));
  }
  ++filter_number_;  // of probes too: calls under way learn what their filters look at
  const int64_t now = core::monotonic_ns();
  const uint64_t serial = append({.kind = RecordKind::kRulesChanged}, now, [](RecordWriter&) {});
  seal(now);
  return serial;
}

void Recorder::leave_out(const RecordFacts& facts, int64_t seen_ns) {
  const size_t size = record_.size();
  record_.clear();
  RecordWriter writer(record_);
  writer.head(serial_, facts.kind, facts.tid, facts.pid, day_time_.at(seen_ns));
  writer.error("a record of " + std::to_string(size) + " bytes is left out");
  writer.truncated();
}

void Recorder::on_signal(const core::StopView& view, const siginfo_t& info, int delivered) {
  hold_where_ruled({.kind = RecordKind::kSignal}, view.task, view.task);
  append_stop({.kind = RecordKind::kSignal}, view.task, core::monotonic_ns(),
              [&](RecordWriter& writer) {
                if (options_.text) {
                  text_.clear();
                  decode::signal_text(info, text_);
                  writer.text(text_);
                }
                writer.signal(info, decode::signal_name(info.si_signo),
                              decode::signal_code_name(info.si_signo, info.si_code),
                              delivered != info.si_signo);
                add_memory({.kind = RecordKind::kSignal}, view, nullptr);
              });
}

void Recorder::on_exit_event(const core::StopView& view) {
  hold_where_ruled({.kind = RecordKind::kTaskExit}, view.task, view.task);
}

void Recorder::on_held(const core::StopView& view) {
  Task& task = view.task;
  TaskState& state = state_of(task);
  if (state.unrecorded && (task.at_entry || task.ending)) {  // it stays in the call, or dies in it
    append_enter(task, state);
  }
  const bool has_record = state.stop_record_id == task.stop_id && !state.stop_record.empty();
  const auto fill = [&](RecordWriter& writer) {
    writer.stop_id(task.held->id);
    if (task.ending) {
      writer.stop_at_end(task.held->reason, *task.ending, fatal_signal_name(*task.ending));
    } else {
      writer.stop(task.held->reason, 0);
    }
    add_memory({.kind = RecordKind::kStop}, view, nullptr);
  };
  if (append({.kind = RecordKind::kStop}, task, core::monotonic_ns(), fill) != 0 && !has_record) {
    state.stop_record = record_;
    state.stop_record_id = task.stop_id;
  }
}

std::string Recorder::stop_record(const Task& task) const {
  const auto* state = static_cast<const TaskState*>(task.extra.get());
  return state != nullptr && task.held && state->stop_record_id == task.held->id
             ? state->stop_record
             : std::string();
}

void Recorder::collect(Task& task, std::shared_ptr<core::RecordSink> sink) {
  state_of(task).sink = std::move(sink);
}

void Recorder::on_group_stop(const core::StopView& view, int signal) {
  append_stop({.kind = RecordKind::kStop}, view.task, core::monotonic_ns(),
              [&](RecordWriter& writer) {
                if (options_.text) {
                  text_.clear();
                  decode::group_stop_text(signal, text_);
                  writer.text(text_);
                }
                writer.stop(core::StopReason::kGroupStop, signal);
                add_memory({.kind = RecordKind::kStop}, view, nullptr);
              });
}

void Recorder::on_group_continue(const core::StopView& view) {
  append_stop({.kind = RecordKind::kStop}, view.task, core::monotonic_ns(),
              [&](RecordWriter& writer) {
                writer.stop(core::StopReason::kGroupContinue, 0);
                add_memory({.kind = RecordKind::kStop}, view, nullptr);
              });
}

void Recorder::on_new_task(const core::StopView& parent, Task& child, core::TaskOrigin origin,
                           bool followed) {
  hold_where_ruled({.kind = RecordKind::kNewTask}, parent.task, child);
  append_stop({.kind = RecordKind::kNewTask}, parent.task, core::monotonic_ns(),
              [&](RecordWriter& writer) {
                writer.new_task(child.tid, child.pid, static_cast<int>(origin), followed);
                add_memory({.kind = RecordKind::kNewTask}, parent, nullptr);
              });
}

void Recorder::on_orphan_task(Task& child) {
  const std::optional<core::TaskStatus> status = core::task_status(child.tid);
  const pid_t maker = !status ? 0 : child.pid != child.tid ? child.pid : status->parent;
  append({.kind = RecordKind::kNewTask, .pid = maker, .tid = maker}, core::monotonic_ns(),
         [&](RecordWriter& writer) {
           writer.new_task(child.tid, child.pid, static_cast<int>(core::TaskOrigin::kUnknown),
                           true);
         });
}

void Recorder::on_exec(Task& task, pid_t former_tid, const core::StopView* view) {
  hold_where_ruled({.kind = RecordKind::kExec}, task, task);
  summary_.executed(task.pid);
  if (former_tid != 0) {
    rules_.rename_thread(former_tid, task.tid);
  }
  char exe[PATH_MAX];
  const size_t length = core::executable(task.tid, exe, sizeof(exe));
  append_stop({.kind = RecordKind::kExec}, task, core::monotonic_ns(), [&](RecordWriter& writer) {
    writer.exec(std::string_view(exe, length), former_tid);
    if (view != nullptr) {
      add_memory({.kind = RecordKind::kExec}, *view, nullptr);
    }
  });
}

void Recorder::on_task_end(Task& task, const core::TaskEnd& end) {
  if (end.process_ended) {
    rules_.forget_process(task.pid);
    modules_.forget_process(task.pid);
  }
  rules_.forget_thread(task.tid);
  close_open_call(task);
  append({.kind = RecordKind::kTaskExit}, task, core::monotonic_ns(), [&](RecordWriter& writer) {
    const core::WaitStatus& status = end.status;
    if (options_.text) {
      text_.clear();
      if (end.successor != 0) {
        decode::superseded_text(end.successor, text_);
      } else if (status.exited()) {
        decode::exited_text(status.exit_code(), text_);
      } else {
        decode::killed_text(status.fatal_signal(), status.core_dumped(), text_);
      }
      writer.text(text_);
    }
    writer.task_exit(status, fatal_signal_name(status), end.process_ended, end.superseded);
  });
}

void Recorder::on_detached(Task& task) {
  modules_.forget_process(task.pid);
  rules_.forget_thread(task.tid);
  close_open_call(task);
}

void Recorder::on_output(pid_t pid, int fd, std::span<const unsigned char> bytes) {
  uint64_t& offset = output_offsets_.at(static_cast<size_t>(fd) - 1);
  append({.kind = RecordKind::kOutput, .pid = pid, .tid = pid}, core::monotonic_ns(),
         [&](RecordWriter& writer) { writer.output(fd, bytes, offset); });
  offset += bytes.size();
}

void Recorder::on_error(pid_t tid, pid_t pid, const core::Error& error) {
  append({.kind = RecordKind::kTracerError, .pid = pid, .tid = tid}, core::monotonic_ns(),
         [&](RecordWriter& writer) {
           const std::string_view name = decode::errno_name(error.code);
           writer.error(std::string(error.operation) + ": " +
                        (name.empty() ? std::to_string(error.code) : std::string(name)));
         });
}

bool Recorder::accepts() {
  if (!ring_.full()) {
    blocked_since_ns_ = 0;
    return true;
  }
  if (blocked_since_ns_ == 0) {
    blocked_since_ns_ = core::monotonic_ns();
  } else if (options_.max_block_ns != 0 &&
             core::monotonic_ns() - blocked_since_ns_ >= options_.max_block_ns) {
    ring_.give_up_waiting();
    blocked_since_ns_ = 0;
    return true;
  }
  return false;
}

int64_t Recorder::before_wait() {
  const int64_t now = core::monotonic_ns();
  int64_t deadline = 0;
  const auto earlier = [&deadline](int64_t other) {
    deadline = deadline == 0 ? other : std::min(deadline, other);
  };
  if (unrecorded_enters_ != 0) {
    append_overdue_enters(now);
    if (unrecorded_enters_ != 0) {
      earlier(now + kLongCallNs / 2);
    }
  }
  if (!batch_.empty()) {
    if (now - sealed_ns_ >= kBatchAgeNs) {
      seal(now);
    } else {
      earlier(sealed_ns_ + kBatchAgeNs);
    }
  }
  if (ring_.full() && options_.max_block_ns != 0 && blocked_since_ns_ != 0) {
    earlier(blocked_since_ns_ + options_.max_block_ns);
  }
  return deadline;
}

}  // namespace ptraced::wire
