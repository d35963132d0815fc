// How the recorder makes a record; for its own files alone.
#pragma once

#include "core/clock.h"
#include "wire/recorder.h"
#include "wire/recorder_task.h"

namespace ptraced::wire {

// Age at which a batch is sealed.
inline constexpr int64_t kBatchAgeNs = 5 * core::kNanosecondsPerMillisecond;

// Combined mode: a call that has not returned for this long gets its ENTER record.
inline constexpr int64_t kLongCallNs = 100 * core::kNanosecondsPerMillisecond;

// What stands in a record behind everything that can be large: stop_id, truncated.
inline constexpr size_t kTailBytes = 64;

// Registers, the result and what else of a call is no text, value or memory.
inline constexpr size_t kRestBytes = 1024;

// Of what probes read at an entry, where it is kept for a record of the exit.
inline constexpr size_t kMaxEnterMemory = kMaxRecordBytes / 2;

template <typename Fill>
uint64_t Recorder::append(const RecordFacts& facts, int64_t seen_ns, Fill fill) {
  const bool always = facts.kind == RecordKind::kRulesChanged || facts.tampered;
  if (!always && !filter_.passes(facts)) {
    return 0;
  }
  record_.clear();
  cut_ = false;
  RecordWriter writer(record_);
  writer.head(++serial_, facts.kind, facts.tid, facts.pid, day_time_.at(seen_ns));
  fill(writer);
  if (cut_) {
    writer.truncated();
  }
  if (record_.size() > kMaxRecordBytes) {
    leave_out(facts, seen_ns);
  }
  const int64_t now = core::monotonic_ns();
  if (batch_.is_full_for(record_) || (!batch_.empty() && now - batch_since_ns_ >= kBatchAgeNs)) {
    seal(now);
  }
  if (batch_.empty()) {
    batch_since_ns_ = now;
  }
  batch_.add(serial_, record_, facts);
  return serial_;
}

template <typename Fill>
uint64_t Recorder::append(RecordFacts facts, core::Task& task, int64_t seen_ns, Fill fill) {
  facts.tid = task.tid;
  facts.pid = task.pid;
  const uint64_t serial = append(facts, seen_ns, fill);
  if (serial != 0 && task.extra) {
    if (const auto& sink = state_of(task).sink) {
      sink->add(record_);
    }
  }
  return serial;
}

template <typename Fill>
uint64_t Recorder::append_stop(const RecordFacts& facts, core::Task& task, int64_t seen_ns,
                               Fill fill) {
  // What is told while a task is held already is not why.
  const bool held = task.hold_order || (task.held && state_of(task).stop_record_id != task.stop_id);
  const uint64_t serial = append(facts, task, seen_ns, [&](RecordWriter& writer) {
    fill(writer);
    if (held) {
      writer.stop_id(task.stop_id);
    }
  });
  if (serial != 0 && (held || task.step)) {
    TaskState& state = state_of(task);
    state.stop_record = record_;
    state.stop_record_id = task.stop_id;
  }
  return serial;
}

}  // namespace ptraced::wire
