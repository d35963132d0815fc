// What the recorder remembers of a task.
#pragma once

#include <atomic>
#include <optional>
#include <string_view>

#include "decode/value_tree.h"
#include "wire/call_files.h"
#include "wire/recorder.h"

namespace ptraced::wire {

// What is remembered of a task between its stops.
struct Recorder::TaskState final : core::TaskExtra {
  TaskState(Recorder& recorder, core::Task& task) : recorder(recorder), task(task) {
    recorder.states_.push_back(this);
  }
  ~TaskState() override {
    large_bytes -= counted_bytes;
    set_unrecorded(false);
    set_remapping(false);
    std::erase(recorder.states_, this);
  }

  // The task calls others as the server does. A task never changes its pid namespace.
  bool in_own_pid_namespace();

  // Combined: the task is in a call without an ENTER record.
  void set_unrecorded(bool value) {
    recorder.unrecorded_enters_ += static_cast<size_t>(value) - static_cast<size_t>(unrecorded);
    unrecorded = value;
  }

  // The task is in a call that may change where files are mapped.
  void set_remapping(bool value) {
    if (value != remapping) {
      remapping = value;
      value ? recorder.modules_.begin_change() : recorder.modules_.end_change();
    }
  }

  // Counts what the decoding of the call takes, where it is much.
  void count_large() {
    const size_t bytes = call.bytes() + values.bytes() + enter_memory.capacity();
    const size_t counted = bytes > kLargeBytes ? bytes : 0;
    if (counted != counted_bytes) {
      large_bytes += counted - counted_bytes;
      counted_bytes = counted;
    }
  }
  // Gives back what a large call took, once it is over.
  void release_large() {
    if (counted_bytes != 0) {
      call.release();
      values.release();
      count_large();
    }
    if (stop_record.capacity() > kLargeBytes && stop_record_id != task.stop_id) {
      stop_record = {};
    }
  }

  // What the decoding of a call keeps until it returns is much beyond this.
  static constexpr size_t kLargeBytes = 64 << 10;
  // Of all sessions: beyond this, calls are cut at kScarceBytes.
  static constexpr size_t kMaxLargeBytes = 64 << 20;
  static constexpr size_t kScarceBytes = 16 << 10;
  static inline std::atomic<size_t> large_bytes = 0;

  // What filters look at of the call that the task is in.
  RecordFacts facts(RecordKind kind) const {
    return {.kind = kind,
            .pid = task.pid,
            .tid = task.tid,
            .arch = called.arch,
            .number = called.number,
            .tampered = in_any_case(),
            .gathered = files.gathered(),
            .descriptors = files.descriptors(),
            .paths = files.paths()};
  }

  // The call is recorded whatever the session's filter: it is tampered with.
  bool in_any_case() const { return task.injection && !task.injection->filtered; }

  Recorder& recorder;
  core::Task& task;
  size_t counted_bytes = 0;   // of large_bytes
  core::SyscallEntry called;  // the task's call, or the function that it calls by it
  decode::CallText call;
  decode::CallValues values;
  std::optional<bool> own_pid_namespace;  // once it was asked for
  std::string_view name;                  // of the syscall; empty where no table has the number
  uint64_t enter_serial = 0;              // 0: no ENTER record
  CallFiles files;
  std::string enter_memory;  // combined: what probes read at the entry
  bool enter_memory_cut = false;
  std::string enter_registers;  // combined: for an ENTER record that may yet be made
  uint32_t selected_by = 0;     // which of the session's filters decided
  bool selected = true;         // as far as can be told at its entry
  bool decoded = false;         // what the call was passed, at its entry
  bool ruled = false;           // a stop rule may fit the call
  bool unrecorded = false;
  bool remapping = false;
  std::string stop_record;  // of the stop that the task is held in; empty where none was made
  uint64_t stop_record_id = 0;
  std::shared_ptr<core::RecordSink> sink;  // of collect()
};

}  // namespace ptraced::wire
