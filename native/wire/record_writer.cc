#include "wire/record_writer.h"

#include <iterator>

#include "core/clock.h"
#include "decode/utf8.h"
#include "wire/value_encoder.h"

namespace ptraced::wire {
namespace {

using protozero::pbf_tag_type;
using protozero::pbf_writer;

// Fields of TraceRecord.
enum Field : pbf_tag_type {
  kSerial = 1,
  kKind = 2,
  kTid = 3,
  kPid = 4,
  kSysno = 5,
  kSyscall = 6,
  kArgs = 7,
  kRet = 8,
  kErrno = 9,
  kDuration = 10,
  kTime = 11,
  kText = 12,
  kEnterSerial = 13,
  kStopId = 14,
  kError = 15,
  kErrnoName = 16,
  kArch = 17,
  kRegisters = 18,
  kArguments = 19,
  kReturnValue = 20,
  kTampered = 23,
  kResultOffset = 24,
  kFiles = 25,
  kSystemTime = 26,
  kTextSpans = 27,
  kTruncated = 29,
  kSignal = 30,
  kNewTask = 31,
  kExec = 32,
  kTaskExit = 33,
  kStop = 34,
  kOutput = 35,
};

// google.protobuf.Timestamp and Duration alike.
void add_time(pbf_writer& parent, pbf_tag_type field, int64_t nanoseconds) {
  pbf_writer time(parent, field);
  if (const int64_t seconds = nanoseconds / core::kNanosecondsPerSecond; seconds != 0) {
    time.add_int64(1, seconds);
  }
  if (const int64_t rest = nanoseconds % core::kNanosecondsPerSecond; rest != 0) {
    time.add_int32(2, static_cast<int32_t>(rest));
  }
}

void add_int32(pbf_writer& writer, pbf_tag_type field, int32_t value) {
  if (value != 0) {
    writer.add_int32(field, value);
  }
}

void add_uint64(pbf_writer& writer, pbf_tag_type field, uint64_t value) {
  if (value != 0) {
    writer.add_uint64(field, value);
  }
}

void add_fixed64(pbf_writer& writer, pbf_tag_type field, uint64_t value) {
  if (value != 0) {
    writer.add_fixed64(field, value);
  }
}

void add_bool(pbf_writer& writer, pbf_tag_type field, bool value) {
  if (value) {
    writer.add_bool(field, true);
  }
}

void add_string(pbf_writer& writer, pbf_tag_type field, std::string_view value) {
  if (!value.empty()) {
    writer.add_string(field, value.data(), value.size());
  }
}

// Adds names that need not be UTF-8, as people read them; returns whether they are as they were. A
// parser of protobuf refuses a string that is not UTF-8, and the whole record with it.
bool add_path(pbf_writer& writer, pbf_tag_type field, std::string_view path) {
  if (decode::is_utf8(reinterpret_cast<const uint8_t*>(path.data()), path.size())) {
    writer.add_string(field, path.data(), path.size());
    return true;
  }
  writer.add_string(field, decode::displayable(path));
  return false;
}

// Which members of siginfo_t a code fills in (sigaction(2), "The siginfo_t argument"). Codes of
// user space are the same for every signal; those above 0 are of the signal.
bool has_sender(const siginfo_t& info) {
  return info.si_code > 0 ? info.si_signo == SIGCHLD
                          : info.si_code != SI_TIMER && info.si_code != SI_SIGIO;
}

bool has_address(const siginfo_t& info) {
  switch (info.si_signo) {
    case SIGSEGV:
    case SIGBUS:
    case SIGILL:
    case SIGFPE:
    case SIGTRAP:
      return info.si_code > 0;
    default:
      return false;
  }
}

bool has_value(const siginfo_t& info) {
  return info.si_code < 0 && info.si_code != SI_SIGIO && info.si_code != SI_TKILL;
}

}  // namespace

RecordWriter::RecordWriter(std::string& buffer) : buffer_(buffer), writer_(buffer) {}

void RecordWriter::head(uint64_t serial, RecordKind kind, pid_t tid, pid_t pid,
                        int64_t realtime_ns) {
  writer_.add_uint64(kSerial, serial);
  writer_.add_enum(kKind, static_cast<int32_t>(kind));
  add_int32(writer_, kTid, tid);
  add_int32(writer_, kPid, pid);
  add_time(writer_, kTime, realtime_ns);
}

void RecordWriter::stop_id(uint64_t id) {
  writer_.add_uint64(kStopId, id);
}

void RecordWriter::call(const core::SyscallEntry& entry, std::string_view name) {
  add_int32(writer_, kSysno, name.empty() ? -1 : static_cast<int32_t>(entry.number));
  add_string(writer_, kSyscall, name);
  writer_.add_packed_uint64(kArgs, std::begin(entry.args), std::end(entry.args));
  writer_.add_enum(kArch, static_cast<int32_t>(entry.arch));
}

void RecordWriter::result(const core::SyscallExit& exit, std::string_view errno_name,
                          int64_t duration_ns, uint64_t enter_serial) {
  if (exit.value != 0) {
    writer_.add_int64(kRet, exit.value);
  }
  if (exit.is_error) {
    add_int32(writer_, kErrno, static_cast<int32_t>(-exit.value));
    add_string(writer_, kErrnoName, errno_name);
  }
  if (duration_ns != 0) {
    add_time(writer_, kDuration, duration_ns);
  }
  add_uint64(writer_, kEnterSerial, enter_serial);
}

void RecordWriter::system_time(int64_t ns) {
  if (ns != 0) {
    add_time(writer_, kSystemTime, ns);
    return;
  }
  // protozero leaves out a message without fields, which would say that nothing was measured.
  pbf_writer(writer_, kSystemTime).add_int32(2, 0);
}

void RecordWriter::tampered() {
  writer_.add_bool(kTampered, true);
}

void RecordWriter::text(std::string_view text, size_t result_offset) {
  add_string(writer_, kText, text);
  if (result_offset != 0) {
    writer_.add_uint32(kResultOffset, static_cast<uint32_t>(result_offset));
  }
}

bool RecordWriter::spans(std::span<const decode::TextSpan> spans, size_t max_bytes) {
  // A varint of an element, and what of a span is neither element nor text.
  constexpr size_t kElementBytes = 5;
  constexpr size_t kSpanBytes = 32;
  for (const decode::TextSpan& span : spans) {
    const size_t bytes = span.elements.size() * kElementBytes + span.readable.size() + kSpanBytes;
    if (buffer_.size() + bytes > max_bytes) {
      return false;
    }
    pbf_writer out(writer_, kTextSpans);
    out.add_uint32(1, span.offset);
    out.add_uint32(2, span.size);
    out.add_packed_uint32(3, span.elements.begin(), span.elements.end());
    add_string(out, 4, span.readable);
  }
  return true;
}

bool RecordWriter::files(const CallFiles& files) {
  if (files.descriptors().empty() && files.paths().empty()) {
    return true;
  }
  // As text, a byte takes four at most, and the bytes themselves stand beside it.
  constexpr size_t kMostOfByte = 5;
  size_t bytes = 0;
  size_t count = 0;
  for (const std::string_view path : files.paths()) {
    bytes += path.size() * kMostOfByte;
    if (bytes > kMaxFileBytes) {
      break;
    }
    ++count;
  }
  const auto paths = std::span(files.paths()).first(count);
  pbf_writer out(writer_, kFiles);
  out.add_packed_int32(1, files.descriptors().begin(), files.descriptors().end());
  bool texts = true;
  for (const std::string_view path : paths) {
    texts = add_path(out, 2, path) && texts;
  }
  for (const std::string_view path : paths) {
    if (!texts) {
      out.add_bytes(3, path.data(), path.size());
    }
  }
  return count == files.paths().size();
}

void RecordWriter::error(std::string_view error) {
  add_string(writer_, kError, error);
}

bool RecordWriter::values(const decode::CallValues& values, size_t max_bytes) {
  const SizeLimit limit = {.buffer = buffer_, .bytes = max_bytes};
  bool all = add_arguments(writer_, kArguments, values, limit);
  if (values.has_return_value()) {
    all = add_value(writer_, kReturnValue, values.return_value(), limit) && all;
  }
  return all;
}

void RecordWriter::truncated() {
  writer_.add_bool(kTruncated, true);
}

// The order of the fields is that of struct user_regs_struct; selectors and flags are varints.
void RecordWriter::registers(const core::Registers& now) {
  pbf_writer out(writer_, kRegisters);
  const uint64_t first[] = {now.r15, now.r14, now.r13, now.r12,      now.rbp, now.rbx,
                            now.r11, now.r10, now.r9,  now.r8,       now.rax, now.rcx,
                            now.rdx, now.rsi, now.rdi, now.orig_rax, now.rip};
  pbf_tag_type field = 1;
  for (const uint64_t value : first) {
    add_fixed64(out, field++, value);
  }
  add_uint64(out, 18, now.cs);
  add_uint64(out, 19, now.eflags);
  add_fixed64(out, 20, now.rsp);
  add_uint64(out, 21, now.ss);
  add_fixed64(out, 22, now.fs_base);
  add_fixed64(out, 23, now.gs_base);
  add_uint64(out, 24, now.ds);
  add_uint64(out, 25, now.es);
  add_uint64(out, 26, now.fs);
  add_uint64(out, 27, now.gs);
}

void RecordWriter::signal(const siginfo_t& info, std::string_view name, std::string_view code_name,
                          bool suppressed) {
  pbf_writer out(writer_, kSignal);
  add_int32(out, 1, info.si_signo);
  add_string(out, 2, name);
  add_int32(out, 3, info.si_code);
  add_string(out, 4, code_name);
  if (has_sender(info)) {
    add_int32(out, 5, info.si_pid);
    add_uint64(out, 6, info.si_uid);
  }
  if (has_address(info)) {
    add_fixed64(out, 7, reinterpret_cast<uint64_t>(info.si_addr));
  }
  if (info.si_signo == SIGCHLD && info.si_code > 0) {
    add_int32(out, 8, info.si_status);
  }
  if (has_value(info)) {
    add_uint64(out, 9, reinterpret_cast<uint64_t>(info.si_value.sival_ptr));
  }
  add_bool(out, 10, suppressed);
}

void RecordWriter::new_task(pid_t tid, pid_t pid, int origin, bool followed) {
  pbf_writer out(writer_, kNewTask);
  add_int32(out, 1, tid);
  add_int32(out, 2, pid);
  add_int32(out, 3, origin);
  add_bool(out, 4, followed);
}

void RecordWriter::exec(std::string_view exe, pid_t former_tid) {
  pbf_writer out(writer_, kExec);
  if (!exe.empty() && !add_path(out, 1, exe)) {
    out.add_bytes(3, exe.data(), exe.size());
  }
  add_int32(out, 2, former_tid);
}

namespace {

void add_status(pbf_writer& out, const core::WaitStatus& status, std::string_view signal_name) {
  if (status.exited()) {
    out.add_int32(1, status.exit_code());
  } else {
    add_int32(out, 2, status.fatal_signal());
    add_string(out, 3, signal_name);
    add_bool(out, 4, status.core_dumped());
  }
}

}  // namespace

void RecordWriter::task_exit(const core::WaitStatus& status, std::string_view signal_name,
                             bool process_ended, bool superseded) {
  pbf_writer out(writer_, kTaskExit);
  add_status(out, status, signal_name);
  add_bool(out, 5, process_ended);
  add_bool(out, 6, superseded);
}

void RecordWriter::stop(core::StopReason reason, int signal) {
  pbf_writer out(writer_, kStop);
  out.add_enum(1, static_cast<int32_t>(reason));
  add_int32(out, 2, signal);
}

void RecordWriter::stop_at_end(core::StopReason reason, const core::WaitStatus& ending,
                               std::string_view signal_name) {
  pbf_writer out(writer_, kStop);
  out.add_enum(1, static_cast<int32_t>(reason));
  pbf_writer end(out, 3);
  add_status(end, ending, signal_name);
}

void RecordWriter::output(int fd, std::span<const unsigned char> bytes, uint64_t offset) {
  pbf_writer out(writer_, kOutput);
  out.add_int32(1, fd);
  out.add_bytes(2, reinterpret_cast<const char*>(bytes.data()), bytes.size());
  add_uint64(out, 3, offset);
}

}  // namespace ptraced::wire
