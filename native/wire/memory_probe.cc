#include "wire/memory_probe.h"

#include <algorithm>
#include <optional>
#include <protozero/pbf_writer.hpp>
#include <utility>

#include "core/ptrace.h"
#include "decode/written_buffer.h"

namespace ptraced::wire {
namespace {

// Fields of ptraced.v1.TraceRecord and ptraced.v1.MemorySnapshot.
constexpr protozero::pbf_tag_type kRecordMemory = 21;
constexpr protozero::pbf_tag_type kProbe = 1;
constexpr protozero::pbf_tag_type kAddress = 2;
constexpr protozero::pbf_tag_type kData = 3;
constexpr protozero::pbf_tag_type kFault = 4;
constexpr protozero::pbf_tag_type kTruncated = 5;

// What a snapshot takes beside its name and its bytes: tags, lengths, address, flags.
constexpr size_t kSnapshotOverhead = 32;

bool is_call(RecordKind kind) {
  return kind == RecordKind::kEnter || kind == RecordKind::kExit;
}

// What a stop has of what probes ask for.
class ProbeScope {
 public:
  ProbeScope(const RecordFacts& facts, const core::StopView& view, const core::SyscallExit* exit,
             ModuleCache& modules)
      : view_(view), modules_(modules) {
    if (is_call(facts.kind)) {
      arguments_ = view.task.entry.args;
    }
    if (exit != nullptr && !exit->refused) {
      result_ = exit->value;
    }
  }

  // Nothing where the stop does not have what the length comes from.
  std::optional<size_t> length(const MemoryProbe& probe) const {
    uint64_t wanted = probe.bytes;
    switch (probe.length) {
      case MemoryProbe::Length::kFixed:
        break;
      case MemoryProbe::Length::kArgument:
        if (arguments_.empty()) {
          return std::nullopt;
        }
        wanted = arguments_[probe.argument];
        break;
      case MemoryProbe::Length::kReturn:
        if (!result_) {
          return std::nullopt;
        }
        wanted = static_cast<uint64_t>(std::max<int64_t>(*result_, 0));
        break;
    }
    return static_cast<size_t>(std::min<uint64_t>(wanted, probe.max_bytes));
  }

  // `length` bytes at `address`, without those that the call did not write: the result may be more
  // than the buffer has (recvfrom with MSG_TRUNC), and the address within it.
  size_t within_buffer(const MemoryProbe& probe, uint64_t address, size_t length) const {
    if (probe.length != MemoryProbe::Length::kReturn || arguments_.empty()) {
      return length;
    }
    const core::SyscallEntry& call = view_.task.entry;
    const uint64_t result = static_cast<uint64_t>(std::max<int64_t>(*result_, 0));
    const auto written =
        decode::written_at(call.arch, call.number, arguments_, result, view_.memory, address);
    return static_cast<size_t>(std::min<uint64_t>(length, written.value_or(length)));
  }

  // Registers are fetched once, and only for a probe that names one.
  std::variant<uint64_t, core::AddressError> locate(const core::AddressExpression& address) {
    if (address.needs_registers() && !registers_) {
      if (const core::Result<core::Registers> now = core::registers(view_.stop)) {
        registers_ = *now;
      }
    }
    const auto module_base = [this](std::string_view name) {
      return modules_.find(view_.task.pid, view_.task.tid, name);
    };
    return address.evaluate({.registers = registers_ ? &*registers_ : nullptr,
                             .module_base = module_base,
                             .arguments = arguments_,
                             .result = result_});
  }

 private:
  const core::StopView& view_;
  ModuleCache& modules_;
  std::span<const uint64_t> arguments_;
  std::optional<int64_t> result_;
  std::optional<core::Registers> registers_;
};

}  // namespace

MemoryProbes::MemoryProbes(std::vector<MemoryProbe> probes) : probes_(std::move(probes)) {
  for (const MemoryProbe& probe : probes_) {
    file_facts_ |= probe.at.file_facts();
  }
}

bool MemoryProbes::take(const RecordFacts& facts, const core::StopView& view,
                        const core::SyscallExit* exit, ModuleCache& modules, std::string& record,
                        size_t max_bytes) {
  ProbeScope scope(facts, view, exit, modules);
  bool all = true;
  for (const MemoryProbe& probe : probes_) {
    const std::optional<size_t> length = scope.length(probe);
    if (!length || !probe.at.passes(facts)) {
      continue;
    }
    const auto address = scope.locate(probe.address);
    const auto* error = std::get_if<core::AddressError>(&address);
    if (error != nullptr && error->kind == core::AddressError::Kind::kNotThere) {
      continue;
    }
    const size_t used = record.size() + probe.name.size() + kSnapshotOverhead;
    if (used > max_bytes) {
      all = false;
      continue;
    }
    protozero::pbf_writer writer(record);
    protozero::pbf_writer snapshot(writer, kRecordMemory);
    snapshot.add_string(kProbe, probe.name);
    if (error != nullptr) {
      snapshot.add_bool(kFault, true);
      continue;
    }
    const uint64_t at = std::get<uint64_t>(address);
    const size_t there = scope.within_buffer(probe, at, *length);
    const size_t wanted = std::min(there, max_bytes - used);
    bytes_.resize(wanted);
    bytes_.resize(view.memory.read(at, bytes_.data(), wanted));
    snapshot.add_fixed64(kAddress, at);
    if (!bytes_.empty()) {
      snapshot.add_bytes(kData, bytes_);
    } else if (wanted != 0) {
      snapshot.add_bool(kFault, true);
    }
    // Where the memory ends before, nothing is cut.
    if (wanted < there && bytes_.size() == wanted) {
      snapshot.add_bool(kTruncated, true);
      all = false;
    }
  }
  return all;
}

}  // namespace ptraced::wire
