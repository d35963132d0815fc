#include "core/held_tasks.h"

#include <algorithm>

namespace ptraced::core {

HeldTasks::Listing HeldTasks::add(TaskSnapshot task, std::optional<Registers> registers) {
  const std::lock_guard lock(mutex_);
  const uint64_t stop_id = task.stop_id;
  stops_[task.tid] = stop_id;
  by_stop_.insert_or_assign(stop_id, Held{std::move(task), registers});
  return {*this, stop_id};
}

void HeldTasks::remove(uint64_t stop_id) {
  const std::lock_guard lock(mutex_);
  const auto found = by_stop_.find(stop_id);
  if (found == by_stop_.end()) {  // somebody has taken it
    return;
  }
  const auto stop = stops_.find(found->second.task.tid);
  if (stop != stops_.end() && stop->second == stop_id) {  // it may be in another stop already
    stops_.erase(stop);
  }
  by_stop_.erase(found);
}

void HeldTasks::change(const TaskRegisters& registers) {
  const std::lock_guard lock(mutex_);
  if (const auto found = by_stop_.find(registers.stop_id); found != by_stop_.end()) {
    found->second.registers = registers.values;
  }
}

std::optional<TaskSnapshot> HeldTasks::first(pid_t tid, uint64_t after_stop_id) const {
  const std::lock_guard lock(mutex_);
  if (tid != 0) {
    const auto stop = stops_.find(tid);
    if (stop == stops_.end() || stop->second <= after_stop_id) {
      return std::nullopt;
    }
    return by_stop_.at(stop->second).task;
  }
  const auto found = by_stop_.upper_bound(after_stop_id);
  return found == by_stop_.end() ? std::nullopt : std::optional(found->second.task);
}

std::optional<TaskRegisters> HeldTasks::registers(pid_t tid) const {
  const std::lock_guard lock(mutex_);
  const auto stop = stops_.find(tid);
  if (stop == stops_.end()) {
    return std::nullopt;
  }
  const std::optional<Registers>& values = by_stop_.at(stop->second).registers;
  return values ? std::optional(TaskRegisters{*values, stop->second}) : std::nullopt;
}

std::vector<TaskSnapshot> HeldTasks::take(const std::vector<pid_t>& tids,
                                          uint64_t expected_stop_id) {
  const std::lock_guard lock(mutex_);
  std::vector<uint64_t> stops;
  for (const pid_t tid : tids) {
    const auto stop = stops_.find(tid);
    if (stop == stops_.end() || (expected_stop_id != 0 && stop->second != expected_stop_id)) {
      return {};
    }
    stops.push_back(stop->second);
  }
  std::vector<TaskSnapshot> taken;
  for (const uint64_t stop : stops) {
    if (auto node = by_stop_.extract(stop)) {  // none for an id that is there twice
      stops_.erase(node.mapped().task.tid);
      taken.push_back(std::move(node.mapped().task));
    }
  }
  std::sort(taken.begin(), taken.end(), [](const auto& a, const auto& b) { return a.tid < b.tid; });
  return taken;
}

}  // namespace ptraced::core
