#include "core/process_reader.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "core/process_memory.h"

namespace ptraced::core {
namespace {

constexpr uint64_t kPageSize = 4096;

}  // namespace

Result<ProcessReader> ProcessReader::open(pid_t pid, pid_t tid) {
  UniqueFd process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!process) {
    return last_error("pidfd_open", pid);
  }
  return ProcessReader(pid, tid, std::move(process));
}

// A pidfd is readable once no thread of its process is left (pidfd_open(2)). Until then the process
// keeps its id; of another thread of it, the folder says so.
bool ProcessReader::still_there() const {
  pollfd process = {.fd = process_.get(), .events = POLLIN, .revents = 0};
  if (poll(&process, 1, 0) != 0) {
    return false;
  }
  if (tid_ == pid_) {
    return true;
  }
  std::array<char, 64> path;
  std::snprintf(path.data(), path.size(), "/proc/%d/task/%d", pid_, tid_);
  return access(path.data(), F_OK) == 0;
}

Result<size_t> ProcessReader::read(uint64_t address, std::span<uint8_t> out) const {
  const Result<size_t> got = ProcessMemory(tid_, /*stopped=*/false).read(address, out);
  if (!still_there()) {
    return Error{"process_vm_readv", ESRCH, tid_};
  }
  return got;
}

Result<std::vector<Mapping>> ProcessReader::mappings(MappingsRange range) const {
  const Result<Mappings> file = Mappings::open(tid_);
  if (!file) {
    return file.error();
  }
  std::vector<Mapping> list;
  size_t path_bytes = 0;
  const Status status = file->for_each([&](const Mapping& mapping) {
    if (mapping.start < range.from) {
      return true;
    }
    if (list.size() >= range.max_count || path_bytes >= range.max_path_bytes) {
      return false;
    }
    list.push_back(mapping);
    if (range.with_paths) {
      path_bytes += mapping.path.size();
    } else {
      list.back().path = {};
    }
    return true;
  });
  if (!status) {
    return status.error();
  }
  if (!still_there()) {
    return Error{"open", ESRCH, tid_};
  }
  return list;
}

Result<StringVector> ProcessReader::read_strings(uint64_t address, size_t max_strings,
                                                 size_t max_string_bytes) const {
  const Result<size_t> word = pointer_size(tid_);
  if (!word) {
    return word.error();
  }
  StringVector result;
  std::vector<uint8_t> bytes(max_string_bytes + 1);
  size_t total = 0;
  for (size_t i = 0;; ++i) {
    uint64_t pointer = 0;
    const uint64_t at = address + i * *word;
    Result<size_t> got = read(at, std::span(reinterpret_cast<uint8_t*>(&pointer), *word));
    if (!got) {
      return got.error();
    }
    if (*got < *word) {
      result.fault = describe(at + *got);
      return result;
    }
    if (pointer == 0) {
      return result;
    }
    if (i == max_strings || total >= kMaxVectorBytes) {
      result.truncated = true;
      return result;
    }
    got = read(pointer, bytes);
    if (!got) {
      return got.error();
    }
    const auto* text = reinterpret_cast<const char*>(bytes.data());
    const size_t length = strnlen(text, *got);
    if (length == *got && *got < bytes.size()) {  // neither its end nor the limit
      result.fault = describe(pointer + *got);
      return result;
    }
    result.truncated = result.truncated || length > max_string_bytes;
    result.strings.emplace_back(text, std::min(length, max_string_bytes));
    total += length + *word;
  }
}

Result<std::vector<uint64_t>> ProcessReader::search(uint64_t start, uint64_t end, uint64_t limit,
                                                    const Pattern& pattern,
                                                    size_t max_matches) const {
  std::vector<uint64_t> matches;
  // A match may begin before `end` and reach beyond it.
  const uint64_t overlap = std::min<uint64_t>(limit - end, pattern.value.size() - 1);
  std::vector<uint8_t> bytes(end - start + overlap);
  for (uint64_t at = start; at < end && matches.size() < max_matches;) {
    const std::span<uint8_t> rest = std::span(bytes).first(end + overlap - at);
    const Result<size_t> got = read(at, rest);
    if (!got) {
      return got.error();
    }
    find_pattern(rest.first(*got), pattern, [&](size_t offset) {
      if (at + offset < end) {
        matches.push_back(at + offset);
      }
      return at + offset < end && matches.size() < max_matches;
    });
    at = (at + *got) / kPageSize * kPageSize + kPageSize;  // behind the page that cannot be read
  }
  return matches;
}

}  // namespace ptraced::core
