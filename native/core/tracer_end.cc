// Letting tasks go: detach and kill.
#include <signal.h>

#include <cerrno>
#include <vector>

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
  std::vector<pid_t> tids;  // the table changes meanwhile
  tasks_.for_each([&tids](const Task& task) { tids.push_back(task.tid); });
  if (action == EndAction::kKill) {
    tasks_.for_each([this](const Task& task) { kill_process(task); });
    for (const pid_t tid : tids) {
      Task& task = *tasks_.find(tid);
      task.holdable = false;
      task.hold_order.reset();
      if (task.held) {
        release(task);
      } else if (task.delayed) {
        end_delay(task);
      }
    }
    return;
  }
  placement_.end(tasks_);
  for (const pid_t tid : tids) {
    let_go(*tasks_.find(tid));
  }
  if (!launched_) {  // the end of the thread would kill launched tasks (PTRACE_O_EXITKILL)
    detach_deadline_ns_ = monotonic_ns() + kDetachPatienceNs;
  }
}

// Whatever stop comes next, or waits in events_ already, is the one to detach in (T16).
void Tracer::let_go(Task& task) {
  task.detach_wanted = true;
  task.holdable = false;
  task.hold_order.reset();
  if (task.held) {
    release(task);
  } else if (task.delayed) {
    end_delay(task);
  } else if (!task.interrupt_sent) {
    task.interrupt_sent = static_cast<bool>(interrupt(task.tid));
  }
}

void Tracer::kill_process(const Task& task) {
  if (kill(task.pid, SIGKILL) < 0 && errno == EPERM) {
    (void)static_cast<bool>(kill_traced(task.tid));
  }
}

}  // namespace ptraced::core
