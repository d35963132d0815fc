// How tasks end: the stop before it, where the observer wants that, and the end itself.
#include <signal.h>

#include <utility>

#include "core/calls.h"
#include "core/tracer.h"

namespace ptraced::core {
namespace {

// Strict mode ends a thread as SIGKILL does its process, and we can only have it exit.
WaitStatus end_of(const Task& task, const WaitStatus& told) {
  return task.forbidden && told.exited() ? WaitStatus(SIGKILL) : told;
}

}  // namespace

void Tracer::renew_exit_events() {
  exit_events_ = observer_.wants_exit_events();
  tasks_.for_each([this](Task& task) {
    if (const auto& kept = task.held ? task.held : task.delayed) {
      set_exit_events(task, kept->stop);
    } else if (exit_events_ && !task.exit_events && !task.interrupt_sent) {
      task.interrupt_sent = static_cast<bool>(interrupt(task.tid));
    }
  });
}

// Options are those of one task, and can be set only while it stands (T36).
void Tracer::set_exit_events(Task& task, const Stopped& stop) {
  if (task.exit_events == exit_events_) {
    return;
  }
  SeizeOptions options = seize_options_;
  options.exit_events = exit_events_;
  if (Status status = set_options(stop, options); status) {
    task.exit_events = exit_events_;
    tasks_changed_ = true;
  } else if (!status.error().gone()) {
    report(task, status.error());
  }
}

// PTRACE_EVENT_EXIT. Whoever waits for this end, be it a parent, waits until the task goes on.
void Tracer::on_exit_event(Task& task, Stopped stop) {
  const Result<uint64_t> message = event_message(stop);
  task.interrupted = {};
  task.interrupt_sent = false;
  task.delay_ns = 0;
  if (message) {
    task.ending = end_of(task, WaitStatus(static_cast<int>(*message)));
    if (may_wait(task)) {
      if (!task.detach_wanted) {
        observer_.on_exit_event({task, stop, memory_});
      }
    } else {
      task.hold_order.reset();
    }
    note_group_exit(task);
  }
  go_on(task, std::move(stop), Resume::kRun, 0);
}

// SIGKILL ends a task whatever a client thinks of it; and an execve waits until the other threads
// of its process are gone, which end with status 0 without having asked for it. Where the two
// cannot be told apart, nobody waits.
bool Tracer::may_wait(const Task& task) {
  if (task.superseded || (task.ending->killed() && task.ending->fatal_signal() == SIGKILL)) {
    return false;
  }
  if (task.ending->killed() || task.ending->exit_code() != 0) {
    return true;
  }
  bool exits = task.group_exit || (task.in_call && is_exit(task.entry));
  bool execve = false;
  tasks_.for_each([&](const Task& other) {
    if (other.pid == task.pid && &other != &task && other.in_call) {
      exits = exits || is_exit_group(other.entry);
      execve = execve || (is_execve(other.entry) && !other.held);
    }
  });
  return exits && !execve;
}

// What its other threads end by, when it is gone itself.
void Tracer::note_group_exit(const Task& task) {
  if (!exit_events_ || !task.in_call || !is_exit_group(task.entry)) {
    return;
  }
  tasks_.for_each([&](Task& other) {
    if (other.pid == task.pid) {
      other.group_exit = true;
    }
  });
}

void Tracer::on_death(Task& task, const WaitStatus& told) {
  const WaitStatus status = end_of(task, told);
  ended_by_let_go_ = false;
  if (task.tid == root_ && task.tid == task.pid) {  // not a single thread that was attached to
    root_status_ = status;
  }
  note_group_exit(task);
  if (task.announced) {
    if (task.exec_former_tid) {
      observer_.on_exec(task, *task.exec_former_tid, nullptr);
    }
    observer_.on_task_end(task, {.status = status,
                                 .process_ended = task.tid == task.pid,
                                 .superseded = is_superseded(task, status)});
  }
  forget(task);
}

// execve ends the other threads before its own stop is told, with status 0, though none of them
// called exit.
bool Tracer::is_superseded(const Task& task, const WaitStatus& status) {
  if (task.superseded) {
    return true;
  }
  if (task.tid == task.pid || !status.exited() || status.exit_code() != 0 ||
      (task.in_call && is_exit(task.entry))) {
    return false;
  }
  bool execve = false;
  bool exit = false;
  tasks_.for_each([&](const Task& other) {
    if (other.pid == task.pid && &other != &task && other.in_call) {
      execve = execve || is_execve(other.entry);
      exit = exit || is_exit(other.entry);
    }
  });
  return execve && !exit;
}

}  // namespace ptraced::core
