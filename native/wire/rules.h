// Rules of the API, compiled: what is done to calls, at which stops a task is held, which signals
// are kept from it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/injection.h"
#include "core/task.h"
#include "decode/syscall_set.h"
#include "wire/record_filter.h"

namespace ptraced::wire {

struct StopRule {
  RecordFilter at;
  int64_t timeout_ns = 0;  // 0: until a client lets it go
};

struct SignalRule {
  uint64_t signals = ~uint64_t{0};  // bit 1 << number - 1
  int replacement = 0;              // 0: none is delivered
};

struct InjectRule {
  decode::SyscallSet syscalls;
  RecordFilter at;  // looks at no outcome
  uint32_t first = 1;
  uint32_t step = 1;
  uint32_t last = 0;           // 0: no limit
  bool count_threads = false;  // each by itself; else the threads of a process together
  bool exclusive = false;      // its calls are of no later rule
  std::shared_ptr<const core::Injection> injection;
};

struct RuleSet {
  std::vector<InjectRule> inject;
  std::vector<StopRule> stop;
  std::vector<SignalRule> signals;
};

// The rules of a session, with their counts. Of several injections that fit a call the first rule
// counts that is due, unless an exclusive one stands before it; of several signal rules the first.
// Tracer thread.
class Rules {
 public:
  Rules() = default;
  explicit Rules(RuleSet set);

  // What is done to the call that a task is about to make, given its facts at the entry; null:
  // nothing. Counts it: for each rule, process or thread, and syscall. A call that a rule's filter
  // excludes is not counted, as none outside of strace -P is.
  std::shared_ptr<const core::Injection> tampering(const RecordFacts& facts);
  // Whether tampering() may give anything.
  bool may_tamper() const { return !set_.inject.empty(); }
  // Which facts about files tampering() needs of the call.
  uint8_t tampering_facts(core::Arch arch, uint64_t number) const;

  // Whether some stop rule may fit such records.
  bool may_stop(RecordKind kind) const;
  // Whether some stop rule may fit the call, and which facts about files they need.
  bool may_stop(core::Arch arch, uint64_t number) const;
  uint8_t file_facts() const { return file_facts_; }

  // Asks for a hold of `held` where a stop rule fits. Where nobody is there to let it go, only
  // rules with a timeout do.
  void hold(const RecordFacts& facts, core::Task& held, bool has_holder) const;

  // The signal to deliver instead of this one; 0: none.
  int delivered(int signal) const;

  void forget_process(pid_t pid) { process_counts_.erase(pid); }
  void forget_thread(pid_t tid) { thread_counts_.erase(tid); }
  // The thread has another id from now on (execve, ptrace(2)).
  void rename_thread(pid_t from, pid_t to);

 private:
  // Of one process or thread: how often each rule met each call. Keys are
  // rule << 32 | arch << 16 | number.
  using Counts = std::unordered_map<uint64_t, uint32_t>;

  RuleSet set_;
  uint8_t file_facts_ = kNoFileFacts;
  std::unordered_map<pid_t, Counts> process_counts_;
  std::unordered_map<pid_t, Counts> thread_counts_;
};

}  // namespace ptraced::wire
