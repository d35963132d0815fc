// What the engine observes, as records in the ring.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/observer.h"
#include "decode/decoder.h"
#include "wire/batch.h"
#include "wire/memory_probe.h"
#include "wire/output_order.h"
#include "wire/record_filter.h"
#include "wire/record_writer.h"
#include "wire/ring.h"
#include "wire/rules.h"
#include "wire/summary.h"

namespace ptraced::wire {

// What is recorded of each stop (CaptureOptions of the API).
struct RecorderOptions {
  bool combined = false;  // one record a call, EXIT; else ENTER and EXIT
  bool text = true;       // strace's notation
  bool values = false;    // the tree of values; without both, no memory of the tracee is read
  bool registers = false;
  bool files = false;  // that calls use
  bool system_time = false;
  decode::Options decode;
  RecordFilter filter;
  std::vector<MemoryProbe> probes;
  bool sees_all_calls = false;  // of every task that shares memory with one that is traced
  int64_t max_block_ns = 0;     // longest wait for room; 0: no limit
  RuleSet rules;
  std::optional<OutputOrder> order;  // the lossless readers have what led to output before it
};

// What changes while a session runs; what is not set stays.
struct RecorderChanges {
  std::optional<RecordFilter> filter;
  std::optional<std::vector<MemoryProbe>> probes;
  std::optional<RuleSet> rules;
};

// Numbers, decodes and encodes. Everything on the tracer thread.
class Recorder final : public core::Observer {
 public:
  Recorder(RecorderOptions options, Ring& ring, Summary& summary);
  ~Recorder() override;

  // Seals what is open: no record follows.
  void finish();

  bool measures_system_time() const override { return options_.system_time; }

  // Changes between two records, and returns the serial of the RULES_CHANGED record that stands
  // there. It is in the ring then. Every record follows the filter at the time at which it is made:
  // a call that has an ENTER record from before may have no EXIT record.
  uint64_t change(RecorderChanges changes);

  // Whether somebody holds the session, who could let tasks go that stop rules hold. Default: yes.
  void set_holder(bool has_holder) { has_holder_ = has_holder; }

  std::shared_ptr<const core::Injection> tampering(const core::StopView& view) override;
  int delivered(int signal) override { return rules_.delivered(signal); }
  bool wants_exit_events() const override { return rules_.may_stop(RecordKind::kTaskExit); }
  void on_exit_event(const core::StopView& view) override;
  void on_enter(const core::StopView& view) override;
  void on_exit(const core::StopView& view, const core::SyscallExit& exit, bool entered) override;
  void on_signal(const core::StopView& view, const siginfo_t& info, int delivered) override;
  void on_held(const core::StopView& view) override;
  void on_group_stop(const core::StopView& view, int signal) override;
  void on_group_continue(const core::StopView& view) override;
  void on_new_task(const core::StopView& parent, core::Task& child, core::TaskOrigin origin,
                   bool followed) override;
  void on_orphan_task(core::Task& child) override;
  void on_exec(core::Task& task, pid_t former_tid, const core::StopView* view) override;
  void on_task_end(core::Task& task, const core::TaskEnd& end) override;
  void on_detached(core::Task& task) override;
  void on_output(pid_t pid, int fd, std::span<const unsigned char> bytes) override;
  void on_error(pid_t tid, pid_t pid, const core::Error& error) override;
  std::string stop_record(const core::Task& task) const override;
  void collect(core::Task& task, std::shared_ptr<core::RecordSink> sink) override;
  bool accepts() override;
  int64_t before_wait() override;

 private:
  // The injection for a call: with where its patches go.
  std::shared_ptr<const core::Injection> aim(std::shared_ptr<const core::Injection> injection,
                                             const core::StopView& view);
  struct TaskState;

  TaskState& state_of(core::Task& task);
  void begin_call(const core::StopView& view, TaskState& state);
  void select(const core::StopView& view, TaskState& state);
  void append_exit(const core::StopView& view, const core::SyscallExit& exit, TaskState& state,
                   const RecordFacts& facts, int64_t now);
  // Makes one record of what was seen at that time of CLOCK_MONOTONIC, its fields beyond the head
  // by `fill`; returns its serial.
  template <typename Fill>
  uint64_t append(const RecordFacts& facts, int64_t seen_ns, Fill fill);
  // The same for a record of a task.
  template <typename Fill>
  uint64_t append(RecordFacts facts, core::Task& task, int64_t seen_ns, Fill fill);
  // The same for the stop that the task is in, which it may be held in.
  template <typename Fill>
  uint64_t append_stop(const RecordFacts& facts, core::Task& task, int64_t seen_ns, Fill fill);
  // Replaces the record being made by one that says that it was too large.
  void leave_out(const RecordFacts& facts, int64_t seen_ns);
  void append_enter(core::Task& task, TaskState& state);
  void record_enter(const core::StopView& view, TaskState& state);
  void append_overdue_enters(int64_t now);
  void close_open_call(core::Task& task);
  // Decodes what the caller passes, and what the call has written.
  void decode_enter(const core::StopView& view, TaskState& state);
  void decode_exit(const core::StopView& view, const core::SyscallExit& exit, TaskState& state);
  // FileFacts that somebody looks at.
  uint8_t wanted_files() const;
  // The call, and the files that it uses.
  void add_call(RecordWriter& writer, const core::Task& task, const TaskState& state);
  // Bytes that a record of the call has with what the decoding gives, and how it is decoded.
  size_t decoded_bytes(const TaskState& state) const;
  decode::Options call_options(const TaskState& state) const;
  // What the decoding gave.
  void add_decoded(RecordWriter& writer, const TaskState& state);
  void hold_where_ruled(RecordFacts facts, const core::Task& of, core::Task& held) const;
  void add_registers(RecordWriter& writer, const core::StopView& view);
  // Appends to the record what the probes read at the stop.
  void add_memory(const RecordFacts& facts, const core::StopView& view,
                  const core::SyscallExit* exit);
  // Most that is kept of what they read at the entry.
  static size_t enter_memory_bytes();
  // Appends what they read at the entry.
  void add_enter_memory(TaskState& state);
  // The same to a part of one, of `max_bytes` at most; returns whether nothing was left out.
  bool take_memory(RecordFacts facts, const core::StopView& view, const core::SyscallExit* exit,
                   std::string& out, size_t max_bytes);
  void seal(int64_t now);

  const RecorderOptions options_;
  RecordFilter filter_;
  uint32_t filter_number_ = 1;  // counts changes
  Ring& ring_;
  Summary& summary_;
  const Summary::LiveProcesses live_processes_;
  Rules rules_;
  bool has_holder_ = true;
  core::DayTime day_time_;
  MemoryProbes probes_;
  ModuleCache modules_;
  BatchBuilder batch_;
  std::string record_;  // the one being made
  bool cut_ = false;    // something was left out of it
  std::string text_;
  uint64_t serial_ = 0;
  int64_t batch_since_ns_ = 0;  // when the open batch got its first record
  int64_t sealed_ns_ = 0;       // when the last one was sealed
  int64_t blocked_since_ns_ = 0;
  std::array<uint64_t, 2> output_offsets_ = {};
  std::vector<TaskState*> states_;  // of every task
  size_t unrecorded_enters_ = 0;    // combined: calls in progress without an ENTER record
};

}  // namespace ptraced::wire
