// An observer that writes down what it is told, for tests of the engine alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/observer.h"

namespace ptraced::test {

struct Entry {
  enum class Kind {
    kEnter,
    kExit,
    kSignal,
    kHeld,
    kGroupStop,
    kGroupContinue,
    kNewTask,
    kOrphan,
    kExec,
    kEnd,
    kDetached,
    kError
  };
  Kind kind;
  pid_t tid;
  uint64_t number = 0;  // kEnter, kExit: the call; kSignal, kGroupStop: the signal; kNewTask: its
                        // tid; kHeld: the id
  int64_t value = 0;  // kExit: the result; kExec: the former tid; kNewTask: the origin; kHeld: why
};

class Journal : public core::Observer {
 public:
  std::vector<Entry> entries;
  std::string output[3];
  bool accepting = true;

  size_t count(Entry::Kind kind) const {
    size_t n = 0;
    for (const Entry& entry : entries) {
      n += entry.kind == kind ? 1 : 0;
    }
    return n;
  }

  void on_enter(const core::StopView& view) override {
    entries.push_back({Entry::Kind::kEnter, view.task.tid, view.task.entry.number});
  }
  void on_exit(const core::StopView& view, const core::SyscallExit& exit, bool) override {
    entries.push_back({Entry::Kind::kExit, view.task.tid, view.task.entry.number, exit.value});
  }
  void on_signal(const core::StopView& view, const siginfo_t& info, int) override {
    entries.push_back({Entry::Kind::kSignal, view.task.tid, static_cast<uint64_t>(info.si_signo)});
  }
  void on_held(const core::StopView& view) override {
    const core::HeldStop& held = *view.task.held;
    entries.push_back(
        {Entry::Kind::kHeld, view.task.tid, held.id, static_cast<int64_t>(held.reason)});
  }
  std::string stop_record(const core::Task&) const override { return {}; }
  void collect(core::Task&, std::shared_ptr<core::RecordSink>) override {}
  void on_group_stop(const core::StopView& view, int signal) override {
    entries.push_back({Entry::Kind::kGroupStop, view.task.tid, static_cast<uint64_t>(signal)});
  }
  void on_group_continue(const core::StopView& view) override {
    entries.push_back({Entry::Kind::kGroupContinue, view.task.tid});
  }
  void on_new_task(const core::StopView& parent, core::Task& child, core::TaskOrigin origin,
                   bool) override {
    entries.push_back({Entry::Kind::kNewTask, parent.task.tid, static_cast<uint64_t>(child.tid),
                       static_cast<int64_t>(origin)});
  }
  void on_orphan_task(core::Task& child) override {
    entries.push_back({Entry::Kind::kOrphan, child.tid});
  }
  void on_exec(core::Task& task, pid_t former, const core::StopView*) override {
    entries.push_back({Entry::Kind::kExec, task.tid, 0, former});
  }
  void on_task_end(core::Task& task, const core::TaskEnd&) override {
    entries.push_back({Entry::Kind::kEnd, task.tid});
  }
  void on_detached(core::Task& task) override {
    entries.push_back({Entry::Kind::kDetached, task.tid});
  }
  void on_output(pid_t, int fd, std::span<const unsigned char> bytes) override {
    output[fd].append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  void on_error(pid_t tid, pid_t, const core::Error& error) override {
    entries.push_back({Entry::Kind::kError, tid, static_cast<uint64_t>(error.code)});
  }
  bool accepts() override { return accepting; }
  int64_t before_wait() override { return 0; }
};

}  // namespace ptraced::test
