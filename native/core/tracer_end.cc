// Letting tasks go: detach and kill.
#include <signal.h>

#include <cerrno>

#include "core/clock.h"
#include "core/tracer.h"

namespace ptraced::core {
namespace {

// An attached process that cannot stop, such as a vfork parent, is let go by other means then.
constexpr int64_t kDetachPatienceNs = 800 * kNanosecondsPerMillisecond;

}  // namespace

void Tracer::end(EndAction action) {
  if (ending_ == EndAction::kKill) {
    return;
  }
  ending_ = action;
  if (action == EndAction::kKill) {
    tasks_.for_each([this](const Task& task) { kill_process(task); });
    return;
  }
  placement_.end(tasks_);
  tasks_.for_each([this](Task& task) { stop_for_detach(task); });
  if (!launched_) {  // the end of the thread would kill launched tasks (PTRACE_O_EXITKILL)
    detach_deadline_ns_ = monotonic_ns() + kDetachPatienceNs;
  }
}

// Whatever stop comes next, or waits in events_ already, is the one to detach in (T16).
void Tracer::stop_for_detach(Task& task) {
  task.detach_wanted = true;
  if (!task.interrupt_sent) {
    task.interrupt_sent = static_cast<bool>(interrupt(task.tid));
  }
}

void Tracer::kill_process(const Task& task) {
  if (kill(task.pid, SIGKILL) < 0 && errno == EPERM) {
    (void)static_cast<bool>(kill_traced(task.tid));
  }
}

}  // namespace ptraced::core
