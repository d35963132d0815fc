// MemoryProbes of the API: bytes that are read at chosen stops, for the record of that very stop.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/address_expression.h"
#include "core/observer.h"
#include "core/syscall_stop.h"
#include "wire/module_cache.h"
#include "wire/record_filter.h"

namespace ptraced::wire {

struct MemoryProbe {
  // Where the number of bytes comes from.
  enum class Length : uint8_t { kFixed, kArgument, kReturn };

  std::string name;
  RecordFilter at;
  core::AddressExpression address;
  Length length = Length::kFixed;
  uint32_t bytes = 0;      // kFixed
  uint32_t argument = 0;   // kArgument: its index
  uint32_t max_bytes = 0;  // at most
};

// All probes of a session. Tracer thread.
class MemoryProbes {
 public:
  MemoryProbes() = default;
  explicit MemoryProbes(std::vector<MemoryProbe> probes);

  bool empty() const { return probes_.empty(); }
  // FileFacts that the filters look at.
  uint8_t file_facts() const { return file_facts_; }

  // Appends a TraceRecord.memory to `record` for each probe that selects this record of the stop
  // that the task is in. `exit` is null where no call has returned. A probe that wants what the
  // stop does not have, the result of a call before its exit or an argument where there is no call,
  // takes none. `record` has at most `max_bytes` with them; returns whether nothing was left out.
  bool take(const RecordFacts& facts, const core::StopView& view, const core::SyscallExit* exit,
            ModuleCache& modules, std::string& record, size_t max_bytes);

 private:
  std::vector<MemoryProbe> probes_;
  uint8_t file_facts_ = kNoFileFacts;
  std::string bytes_;  // those being read
};

}  // namespace ptraced::wire
