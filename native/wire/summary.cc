#include "wire/summary.h"

#include <algorithm>
#include <map>

namespace ptraced::wire {

void CallCounts::add_error(int32_t error, uint64_t count) {
  errors += count;
  for (auto& [number, counted] : errors_by_number) {
    if (number == error) {
      counted += count;
      return;
    }
  }
  errors_by_number.emplace_back(error, count);
}

void CallCounts::add(const CallCounts& other) {
  calls += other.calls;
  for (const auto& [number, count] : other.errors_by_number) {
    add_error(number, count);
  }
  times.add(other.times);
}

void Summary::add(pid_t pid, std::string_view syscall, int32_t error, int64_t duration_ns,
                  uint64_t serial) {
  const std::lock_guard lock(mutex_);
  Key key = {pid, syscall.data()};
  auto found = entries_.find(key);
  if (found == entries_.end()) {
    if (entries_.size() >= kMaxRows) {
      key.pid = 0;
    }
    found = entries_.try_emplace(key, Entry{syscall, {}}).first;
  }
  CallCounts& counts = found->second.counts;
  ++counts.calls;
  if (error != 0) {
    counts.add_error(error, 1);
  }
  if (duration_ns >= 0) {
    counts.times.add(static_cast<uint64_t>(duration_ns));
  }
  last_serial_ = serial;
}

std::pair<std::vector<SummaryRow>, uint64_t> Summary::rows(bool by_process) const {
  std::map<std::pair<pid_t, std::string_view>, CallCounts> sums;
  uint64_t last_serial;
  {
    const std::lock_guard lock(mutex_);
    last_serial = last_serial_;
    for (const auto& [key, entry] : entries_) {
      sums[{by_process ? key.pid : 0, entry.syscall}].add(entry.counts);
    }
  }
  std::vector<SummaryRow> rows;
  for (auto& [key, counts] : sums) {
    rows.push_back({.syscall = key.second, .pid = key.first, .counts = std::move(counts)});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const SummaryRow& a, const SummaryRow& b) {
    return a.counts.times.total() > b.counts.times.total();
  });
  return {std::move(rows), last_serial};
}

}  // namespace ptraced::wire
