// Calls that are tampered with.
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>
#include <span>
#include <utility>

#include "core/calls.h"
#include "core/clock.h"
#include "core/process_memory.h"
#include "core/tracer.h"

namespace ptraced::core {

// At a syscall-enter-stop or seccomp-stop, before anybody is told of the call: they are told of
// what the kernel gets. Returns the signal to resume with.
int Tracer::inject_on_entry(Task& task, const Stopped& stop, const SyscallStop& info) {
  // The launch's own execve is not one of the program's; if it failed, nothing would be there.
  const bool first = launch_stage_ == LaunchStage::kInExec && task.tid == root_;
  task.injection = first ? nullptr : observer_.tampering({task, stop, memory_});
  task.patched = false;
  if (!task.injection) {
    return 0;
  }
  const Injection& injection = *task.injection;
  task.own_entry = task.entry;
  for (size_t i = 0; i < std::size(injection.arguments); ++i) {
    task.entry.args[i] = injection.arguments[i].value_or(task.entry.args[i]);
  }
  patch(task, /*on_exit=*/false);
  if (injection.result || injection.has_arguments()) {
    const bool skip = injection.result.has_value() || info.skipped;
    const Status status = set_entry(stop, info.kind, task.entry, skip);
    if (!status && !status.error().gone()) {
      task.injection.reset();
      report(task, status.error());
      return 0;
    }
  }
  task.delay_ns = injection.enter_delay_ns;
  if (info.kind == SyscallStopKind::kSeccomp && injection.signal != 0) {
    // ptrace(2): from such a stop no signal is delivered. This one comes when the stop ends.
    (void)syscall(SYS_tgkill, task.pid, task.tid, injection.signal);
    return 0;
  }
  return injection.signal;
}

// At the syscall-exit-stop; `exit` is what is told from here on.
void Tracer::inject_on_exit(Task& task, const Stopped& stop, SyscallExit& exit) {
  if (!task.injection) {
    return;
  }
  if (task.injection->result) {
    exit = *task.injection->result;
    if (Status status = set_exit(stop, exit); !status && !status.error().gone()) {
      report(task, status.error());
    }
  }
  // The registers of a new program, or of where a signal came, are nobody's arguments.
  const bool anew = !task.injection->result &&
                    (is_sigreturn(task.entry) || (is_execve(task.entry) && !exit.is_error));
  if (task.injection->has_arguments() && !anew) {
    const Status status = put_back_arguments(stop, task.entry, task.own_entry);
    if (!status && !status.error().gone()) {
      report(task, status.error());
    }
  }
  patch(task, /*on_exit=*/true);
  task.delay_ns = task.injection->exit_delay_ns;
}

void Tracer::patch(Task& task, bool on_exit) {
  for (const ArgumentPatch& one : task.injection->patches) {
    if (one.on_exit != on_exit) {
      continue;
    }
    const std::span bytes(reinterpret_cast<const uint8_t*>(one.bytes.data()), one.bytes.size());
    const ProcessMemory memory = ProcessMemory(task.tid, /*stopped=*/true).without_waiting();
    Result<size_t> written = memory.write(one.address, bytes);
    if (written && *written < bytes.size()) {  // a literal, which is read-only
      written = memory.write_forced(one.address, bytes);
    }
    task.patched = task.patched || (written && *written > 0);
    if (!written && !written.error().gone()) {
      report(task, written.error());
    } else if (written && *written < bytes.size()) {
      report(task, {"patch", EFAULT, task.tid});
    }
  }
  memory_.begin_stop(task.tid);
}

// The task waits in its stop, for nobody but the clock.
void Tracer::delay(Task& task, Stopped stop, Resume how, int signal) {
  const int64_t due = monotonic_ns() + std::exchange(task.delay_ns, 0);
  task.delayed.emplace(HeldStop{.stop = std::move(stop),
                                .id = task.stop_id,
                                .reason = {},
                                .kind = task.stop_kind,
                                .how = how,
                                .signal = signal,
                                .release_ns = due});
  if (next_release_ns_ == 0 || due < next_release_ns_) {
    next_release_ns_ = due;
  }
}

// The wait of a delayed task is over, in one way or another.
void Tracer::end_delay(Task& task) {
  HeldStop delayed = std::move(*task.delayed);
  task.delayed.reset();
  if (std::exchange(task.awaits_threads, false)) {  // go_on() has done its part
    if (task.hold_order) {
      return hold(task, std::move(delayed.stop), delayed.how, delayed.signal);
    }
    return leave(task, std::move(delayed.stop), delayed.how, delayed.signal);
  }
  go_on(task, std::move(delayed.stop), delayed.how, delayed.signal);
}

}  // namespace ptraced::core
