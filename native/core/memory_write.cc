#include "core/memory_write.h"

#include <algorithm>
#include <utility>

#include "core/mappings.h"

namespace ptraced::core {
namespace {

using Kind = MemoryFault::Kind;
using Bytes = std::vector<uint8_t>;

MemoryFault impossible(const Error& error, uint64_t address) {
  return {.kind = Kind::kImpossible, .address = address, .permissions = {}, .error = error};
}

// What the mappings say of the range that is to be written.
struct Permission {
  std::optional<MemoryFault> fault;
  bool needs_force = false;
};

Permission look_at(const Mappings& mappings, const MemoryWrite& write) {
  Permission result;
  uint64_t at = write.address;
  const uint64_t end = write.address + write.bytes.size();
  const Status status = mappings.for_each([&](const Mapping& mapping) {
    if (mapping.end <= at) {
      return true;
    }
    if (mapping.start > at) {
      return false;
    }
    if (!mapping.writable()) {
      result.needs_force = true;
      // The kernel forces writes into private mappings alone: they make a copy of the page.
      if (!write.force || mapping.shared()) {
        result.fault = {Kind::kReadOnly, at, mapping.permissions, {}};
        return false;
      }
    }
    at = mapping.end;
    return at < end;
  });
  if (!status) {
    result.fault = impossible(status.error(), at);
  } else if (!result.fault && at < end) {
    result.fault = {Kind::kUnmapped, at, {}, {}};
  }
  return result;
}

// The whole range, also where the task itself may not read it.
std::variant<Bytes, MemoryFault> read_all(const ProcessMemory& memory, uint64_t address,
                                          size_t size) {
  Bytes bytes(size);
  Result<size_t> got = memory.read(address, bytes);
  if (got && *got < size) {
    const Result<size_t> rest = memory.read_forced(address + *got, std::span(bytes).subspan(*got));
    if (rest) {
      got = *got + *rest;
    }
  }
  if (!got) {
    return impossible(got.error(), address);
  }
  if (*got < size) {
    return describe_unreadable(memory.tid(), address + *got);
  }
  return bytes;
}

std::optional<MemoryFault> compare(const ProcessMemory& memory, uint64_t address,
                                   std::span<const uint8_t> expected) {
  const std::variant<Bytes, MemoryFault> found = read_all(memory, address, expected.size());
  if (const auto* fault = std::get_if<MemoryFault>(&found)) {
    return *fault;
  }
  const Bytes& bytes = std::get<Bytes>(found);
  const auto [here, there] = std::mismatch(bytes.begin(), bytes.end(), expected.begin());
  if (here == bytes.end()) {
    return std::nullopt;
  }
  const auto offset = static_cast<uint64_t>(here - bytes.begin());
  return MemoryFault{Kind::kMismatch, address + offset, {}, {}};
}

Result<size_t> put(const ProcessMemory& memory, uint64_t address, std::span<const uint8_t> bytes,
                   bool force) {
  return force ? memory.write_forced(address, bytes) : memory.write(address, bytes);
}

}  // namespace

std::variant<Bytes, MemoryFault> write_memory(const ProcessMemory& memory,
                                              const MemoryWrite& write) {
  const uint64_t address = write.address;
  if (address + write.bytes.size() < address) {  // wraps around at 2^64
    return describe_unreadable(memory.tid(), address);
  }
  const Result<Mappings> mappings = Mappings::open(memory.tid());
  if (!mappings) {
    return impossible(mappings.error(), address);
  }
  const Permission permission = look_at(*mappings, write);
  if (permission.fault) {
    return *permission.fault;
  }
  if (write.expected) {
    if (const std::optional<MemoryFault> fault = compare(memory, address, *write.expected)) {
      return *fault;
    }
  }
  std::variant<Bytes, MemoryFault> previous = read_all(memory, address, write.bytes.size());
  if (!std::holds_alternative<Bytes>(previous)) {
    return previous;
  }
  const bool force = permission.needs_force;
  const Result<size_t> done = put(memory, address, write.bytes, force);
  if (done && *done == write.bytes.size()) {
    return previous;
  }
  const size_t written = done ? *done : 0;
  (void)put(memory, address, std::span(std::get<Bytes>(previous)).first(written), force);
  if (!done) {
    const bool refused = !done.error().gone() && !memory.stopped();
    return MemoryFault{refused ? Kind::kNeedsStop : Kind::kImpossible, address, {}, done.error()};
  }
  const uint64_t bad = address + written;
  return MemoryFault{force && !memory.stopped() ? Kind::kNeedsStop : Kind::kReadOnly,
                     bad,
                     describe_unreadable(memory.tid(), bad).permissions,
                     {}};
}

MemoryFault describe_unreadable(pid_t tid, uint64_t address) {
  MemoryFault fault = {.kind = Kind::kUnmapped, .address = address, .permissions = {}, .error = {}};
  if (const Result<Mappings> mappings = Mappings::open(tid)) {
    (void)mappings->for_each([&](const Mapping& mapping) {
      if (mapping.start <= address && address < mapping.end) {
        fault.permissions = mapping.permissions;
      }
      return mapping.end <= address;
    });
  }
  return fault;
}

}  // namespace ptraced::core
