// One TraceRecord, field by field (proto/ptraced/v1/record.proto).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <protozero/pbf_writer.hpp>
#include <span>
#include <string>
#include <string_view>

#include "core/hold.h"
#include "core/ptrace.h"
#include "core/syscall_stop.h"
#include "core/wait_status.h"
#include "decode/text_span.h"
#include "decode/value_tree.h"
#include "wire/call_files.h"
#include "wire/record_kind.h"

namespace ptraced::wire {

// Bytes of one record at most. With its tag, and beside another of this size in one answer, it
// stays below the 4 MiB that a client of gRPC takes by default.
inline constexpr size_t kMaxRecordBytes = (1 << 20) - (8 << 10);

// Of that, for the paths of the files that a call uses.
inline constexpr size_t kMaxFileBytes = 64 << 10;

// Writes one record into a buffer that is used again for the next. Fields that have their default
// value are left out, as proto3 does.
class RecordWriter {
 public:
  explicit RecordWriter(std::string& buffer);

  void head(uint64_t serial, RecordKind kind, pid_t tid, pid_t pid, int64_t realtime_ns);
  // The stop in which the task is held, after everything else of the head.
  void stop_id(uint64_t id);
  // `name` is empty for a number without a row; its `sysno` is then -1.
  void call(const core::SyscallEntry& entry, std::string_view name);
  // Of the call, in nanoseconds.
  void system_time(int64_t ns);
  void result(const core::SyscallExit& exit, std::string_view errno_name, int64_t duration_ns,
              uint64_t enter_serial);
  void tampered();
  void text(std::string_view text, size_t result_offset = 0);
  // The parts of the text that are limited, as long as the record has at most `max_bytes` with
  // them. Returns whether all of them are there.
  bool spans(std::span<const decode::TextSpan> spans, size_t max_bytes);
  // The files that the call uses; nothing where it uses none. Paths take kMaxFileBytes at most;
  // returns whether all of them are there.
  bool files(const CallFiles& files);
  void registers(const core::Registers& registers);
  // The decoded arguments, and what the call returned where that is more than a number, as far as
  // the record has at most `max_bytes` with them. Returns whether nothing was cut.
  bool values(const decode::CallValues& values, size_t max_bytes);
  // Something was left out that would have made the record larger than kMaxRecordBytes.
  void truncated();
  void error(std::string_view error);

  void signal(const siginfo_t& info, std::string_view name, std::string_view code_name,
              bool suppressed);
  void new_task(pid_t tid, pid_t pid, int origin, bool followed);
  void exec(std::string_view exe, pid_t former_tid);
  void task_exit(const core::WaitStatus& status, std::string_view signal_name, bool process_ended,
                 bool superseded);
  void stop(core::StopReason reason, int signal);
  // Held before its end.
  void stop_at_end(core::StopReason reason, const core::WaitStatus& ending,
                   std::string_view signal_name);
  void output(int fd, std::span<const unsigned char> bytes, uint64_t offset);

 private:
  const std::string& buffer_;
  protozero::pbf_writer writer_;
};

}  // namespace ptraced::wire
