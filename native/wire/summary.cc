#include "wire/summary.h"

#include <algorithm>
#include <map>

#include "core/procfs.h"

namespace ptraced::wire {
namespace {

// Folding looks at every row: where it frees fewer than these, it is not soon tried again.
constexpr size_t kWorthwhileRows = 64;

}  // namespace

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
  if (other.system_ns) {
    system_ns = system_ns.value_or(0) + *other.system_ns;
  }
}

void Summary::add(pid_t pid, std::string_view syscall, int32_t error, CallTimes took,
                  uint64_t serial, const LiveProcesses& live) {
  const std::lock_guard lock(mutex_);
  Key key = {pid, syscall.data()};
  auto found = entries_.find(key);
  if (found == entries_.end()) {
    if (entries_.size() >= kMaxRows && live) {
      if (futile_requests_ > 0) {
        --futile_requests_;
      } else if (fold(live()) < kWorthwhileRows) {
        futile_requests_ = kMaxRows;
      }
    }
    if (entries_.size() >= kMaxRows) {
      key.pid = 0;
    }
    found = entries_.try_emplace(key, Entry{syscall, {}}).first;
    if (key.pid != 0 && !comms_.contains(key.pid)) {
      comms_.emplace(key.pid, core::task_name(key.pid));
    }
  }
  CallCounts& counts = found->second.counts;
  ++counts.calls;
  if (error != 0) {
    counts.add_error(error, 1);
  }
  if (took.wall_ns >= 0) {
    counts.times.add(static_cast<uint64_t>(took.wall_ns));
  }
  if (took.system_ns >= 0) {
    counts.system_ns = counts.system_ns.value_or(0) + static_cast<uint64_t>(took.system_ns);
  }
  last_serial_ = serial;
}

void Summary::executed(pid_t pid) {
  const std::lock_guard lock(mutex_);
  if (const auto found = comms_.find(pid); found != comms_.end()) {
    found->second = core::task_name(pid);
  }
}

size_t Summary::fold(const std::unordered_set<pid_t>& live) {
  struct Ended {
    pid_t pid = 0;
    uint64_t total_ns = 0;
    size_t rows = 0;
  };
  std::unordered_map<pid_t, Ended> by_pid;
  size_t rows_of_ended = 0;
  for (const auto& [key, entry] : entries_) {
    if (key.pid != 0 && !live.contains(key.pid)) {
      Ended& process = by_pid[key.pid];
      process.pid = key.pid;
      process.total_ns += entry.counts.times.total();
      ++process.rows;
      ++rows_of_ended;
    }
  }
  std::vector<Ended> ended;
  for (const auto& [pid, process] : by_pid) {
    ended.push_back(process);
  }
  std::sort(ended.begin(), ended.end(),
            [](const Ended& a, const Ended& b) { return a.total_ns < b.total_ns; });
  std::unordered_set<pid_t> chosen;
  size_t freed = 0;
  for (const Ended& process : ended) {
    if (freed * 2 >= rows_of_ended) {
      break;
    }
    chosen.insert(process.pid);
    freed += process.rows;
  }
  for (const pid_t pid : chosen) {
    comms_.erase(pid);
  }
  std::vector<Entry> folded;
  for (auto it = entries_.begin(); it != entries_.end();) {
    if (chosen.contains(it->first.pid)) {
      folded.push_back(std::move(it->second));
      it = entries_.erase(it);
    } else {
      ++it;
    }
  }
  for (const Entry& entry : folded) {
    const Key together = {0, entry.syscall.data()};
    entries_.try_emplace(together, Entry{entry.syscall, {}}).first->second.counts.add(entry.counts);
  }
  return freed;
}

std::pair<std::vector<SummaryRow>, uint64_t> Summary::rows(bool by_process) const {
  std::map<std::pair<pid_t, std::string_view>, CallCounts> sums;
  std::unordered_map<pid_t, std::string> comms;
  uint64_t last_serial;
  {
    const std::lock_guard lock(mutex_);
    last_serial = last_serial_;
    if (by_process) {
      comms = comms_;
    }
    for (const auto& [key, entry] : entries_) {
      sums[{by_process ? key.pid : 0, entry.syscall}].add(entry.counts);
    }
  }
  std::vector<SummaryRow> rows;
  for (auto& [key, counts] : sums) {
    rows.push_back({.syscall = key.second,
                    .pid = key.first,
                    .comm = comms[key.first],
                    .counts = std::move(counts)});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const SummaryRow& a, const SummaryRow& b) {
    return a.counts.times.total() > b.counts.times.total();
  });
  return {std::move(rows), last_serial};
}

}  // namespace ptraced::wire
