// A RecordFilter of the API, compiled, and what of a record it looks at.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/syscall_stop.h"
#include "decode/syscall_set.h"
#include "wire/record_kind.h"

namespace ptraced::wire {

// How a call returned. kNone: it has not, or a seccomp filter of the task answered it with SIGSYS.
enum class Outcome : uint8_t { kNone, kSuccess, kFailure };

// Facts about files that are gathered only once a filter asks for them.
enum FileFacts : uint8_t {
  kNoFileFacts = 0,
  // Descriptors that stand in the tracee's memory (poll, select), beside those in registers.
  kListedDescriptors = 1,
  // Paths of path arguments and of descriptors.
  kFilePaths = 2,
};

// What a filter looks at. Of a record that is neither ENTER nor EXIT, the fields up to `tid` alone.
struct RecordFacts {
  RecordKind kind;
  pid_t pid = 0;
  pid_t tid = 0;

  core::Arch arch = core::Arch::kX86_64;
  uint64_t number = 0;
  bool tampered = false;  // a session records the call, whatever its filter
  // EXIT.
  Outcome outcome = Outcome::kNone;
  int32_t error = 0;  // positive, of a failure
  int64_t duration_ns = 0;
  int64_t system_ns = -1;  // in the kernel; negative where it was not measured
  // Which of the FileFacts were gathered. A condition that needs others holds: what cannot be
  // judged is not left out.
  uint8_t gathered = kNoFileFacts;
  std::span<const int32_t> descriptors = {};
  std::span<const std::string_view> paths = {};  // absolute, without "." and ".."
};

// Selects records. Every condition that is set must hold; a default one selects all. Immutable; any
// thread.
class RecordFilter {
 public:
  struct Conditions {
    decode::SyscallSet syscalls = {};  // of ENTER and EXIT
    uint32_t kinds = ~0U;              // bit 1 << RecordKind
    std::vector<pid_t> pids = {};      // of the process or the thread; empty: all
    // Of EXIT.
    bool failed_only = false;
    bool successful_only = false;
    std::vector<int32_t> errors = {};  // positive; empty: all
    int64_t min_duration_ns = 0;
    // Of ENTER and EXIT; empty: all.
    std::vector<std::string> paths = {};  // absolute; they and all that is below them
    std::vector<int32_t> descriptors = {};
  };

  RecordFilter() = default;
  explicit RecordFilter(Conditions conditions);

  // Nothing needs to be asked.
  bool is_everything() const { return everything_; }

  // FileFacts that its conditions look at.
  uint8_t file_facts() const { return file_facts_; }
  // It looks at descriptors, in registers or memory.
  bool has_descriptors() const { return !conditions_.descriptors.empty(); }

  bool passes(const RecordFacts& facts) const {
    return everything_ || (passes_kind(facts.kind) && passes_task(facts) && passes_call(facts) &&
                           passes_outcome(facts));
  }

  // The parts of passes(), for who makes records: a kind; a task; what is known of a call at its
  // entry; what is known at its exit.
  bool passes_kind(RecordKind kind) const {
    return (conditions_.kinds >> static_cast<int>(kind) & 1) != 0;
  }
  bool passes_task(const RecordFacts& facts) const {
    return conditions_.pids.empty() || has_pid(facts.pid) || has_pid(facts.tid);
  }
  bool passes_call(const RecordFacts& facts) const;
  bool passes_outcome(const RecordFacts& facts) const;

  // Whether passes_call() can be false for a call that the set of syscalls has.
  bool looks_at_files() const { return has_descriptors() || !conditions_.paths.empty(); }
  // Whether passes_outcome() can be false.
  bool looks_at_outcome() const { return looks_at_outcome_; }
  const decode::SyscallSet& syscalls() const { return conditions_.syscalls; }

 private:
  bool has_pid(pid_t id) const;
  bool uses_descriptor(const RecordFacts& facts) const;
  bool uses_path(const RecordFacts& facts) const;

  Conditions conditions_;
  bool everything_ = true;
  bool looks_at_outcome_ = false;
  uint8_t file_facts_ = kNoFileFacts;
};

// An absolute path without ".", "..", doubled and trailing slashes; ".." of a symbolic link is
// taken as if it were a directory.
std::string normal_path(std::string_view path);

}  // namespace ptraced::wire
