#include "core/placement.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "core/calls.h"
#include "core/clock.h"
#include "core/unique_fd.h"

namespace ptraced::core {
namespace {

constexpr int64_t kShortestIntervalNs = 10 * kNanosecondsPerMillisecond;
constexpr int64_t kLongestIntervalNs = 80 * kNanosecondsPerMillisecond;
constexpr int64_t kIdleIntervalNs = 250 * kNanosecondsPerMillisecond;
constexpr int64_t kShortestFreedomNs = 100 * kNanosecondsPerMillisecond;
constexpr int64_t kLongestFreedomNs = 3200 * kNanosecondsPerMillisecond;

// More tasks than these are not looked at one by one; they are taken to be parallel.
constexpr size_t kMostTasks = 64;

// Placed: a task that waited for its CPU for more than this part of the interval, the tracer's own
// time aside, competes with somebody.
constexpr double kContention = 0.25;

// And where tracer and tasks used up this part of it, it competes with another task.
constexpr double kOwnLoad = 0.75;
constexpr double kIdle = 0.01;

// Free: together no busier than one CPU is, and stopping this often, tasks gain by placement.
constexpr double kOneCpu = 1.05;
constexpr double kFrequentStopsPerSecond = 2000;

// A child that is not traced would keep its maker's one CPU for good.
bool makes_untraced_child(const SyscallEntry& entry, Memory& memory) {
  return (clone_flags(entry, memory).value_or(0) & CLONE_UNTRACED) != 0;
}

bool has_sys_nice() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  return syscall(SYS_capget, &header, data) == 0 && (data[0].effective & (1U << CAP_SYS_NICE)) != 0;
}

int64_t thread_cpu_ns() {
  return clock_nanoseconds(CLOCK_THREAD_CPUTIME_ID);
}

}  // namespace

void Placement::begin() {
  // A root tracer without CAP_SYS_NICE may not change the affinity of a task that has become
  // another user (sched_setaffinity(2), EPERM).
  Times times;
  if (sched_getaffinity(0, sizeof(own_), &own_) < 0 || CPU_COUNT(&own_) < 2 ||
      (geteuid() == 0 && !has_sys_nice()) || !read_times(gettid(), times)) {
    return;
  }
  state_ = State::kFree;
  patience_ns_ = kShortestFreedomNs;
  TaskTable none;
  place(sched_getcpu(), none);
}

bool Placement::read_times(pid_t tid, Times& times) {
  std::array<char, 64> path;
  std::snprintf(path.data(), path.size(), "/proc/%d/task/%d/schedstat", tid, tid);
  const UniqueFd file(open(path.data(), O_RDONLY | O_CLOEXEC));
  std::array<char, 128> text;
  const ssize_t size = file ? read(file.get(), text.data(), text.size()) : -1;
  if (size <= 0) {
    return false;
  }
  const char* const end = text.data() + size;
  const auto running = std::from_chars(text.data(), end, times.running);
  return running.ec == std::errc() && running.ptr < end &&
         std::from_chars(running.ptr + 1, end, times.waiting).ec == std::errc();
}

void Placement::pin(pid_t tid) const {
  sched_setaffinity(tid, sizeof(placed_), &placed_);
}

void Placement::unpin(pid_t tid) const {
  sched_setaffinity(tid, sizeof(own_), &own_);
}

void Placement::place(int cpu, TaskTable& tasks) {
  CPU_ZERO(&placed_);
  CPU_SET(static_cast<size_t>(cpu), &placed_);
  state_ = State::kPlaced;
  was_placed_ = true;
  interval_ns_ = kShortestIntervalNs;
  pin_all(tasks);
  measure(tasks);
}

void Placement::pin_all(TaskTable& tasks) const {
  pin(0);
  tasks.for_each([this](const Task& task) { pin(task.tid); });
}

void Placement::free_all(TaskTable& tasks) const {
  tasks.for_each([this](const Task& task) { unpin(task.tid); });
  unpin(0);
}

void Placement::end(TaskTable& tasks) {
  if (state_ == State::kPlaced) {
    free_all(tasks);
  }
  state_ = State::kOff;
}

void Placement::release(const Task& task) {
  if (state_ == State::kPlaced) {
    unpin(task.tid);
  }
}

void Placement::on_enter(Task& task, Memory& memory, TaskTable& tasks) {
  if (state_ == State::kOff) {
    return;
  }
  const SyscallEntry& entry = task.entry;
  if (sets_affinity(entry) || makes_untraced_child(entry, memory)) {
    end(tasks);
  } else if (state_ == State::kPlaced && reads_affinity(entry)) {
    readers_.insert(task.tid);
    free_all(tasks);
  }
}

void Placement::on_exit(Task& task, TaskTable& tasks) {
  if (!readers_.empty() && readers_.erase(task.tid) != 0 && readers_.empty() &&
      state_ == State::kPlaced) {
    pin_all(tasks);
  }
}

void Placement::on_new_task(const Task& parent, const Task& child) {
  if (state_ == State::kPlaced) {
    if (readers_.empty()) {
      pin(child.tid);
    }
    interval_ns_ = kShortestIntervalNs;
  } else if (was_placed_) {
    cpu_set_t mask;
    cpu_set_t makers;
    if (sched_getaffinity(child.tid, sizeof(mask), &mask) == 0 && CPU_EQUAL(&mask, &placed_) &&
        sched_getaffinity(parent.tid, sizeof(makers), &makers) == 0) {
      sched_setaffinity(child.tid, sizeof(makers), &makers);
    }
  }
}

Placement::Load Placement::measure(TaskTable& tasks) {
  Load load;
  std::unordered_map<pid_t, Times> now;
  tasks.for_each([&](const Task& task) {
    Times times;
    if (!read_times(task.tid, times)) {
      return;
    }
    const auto before = times_.find(task.tid);
    const Times last = before == times_.end() ? Times{} : before->second;
    load.running += times.running - last.running;
    load.longest_waiting = std::max(load.longest_waiting, times.waiting - last.waiting);
    now.emplace(task.tid, times);
  });
  times_.swap(now);
  reviewed_ns_ = monotonic_ns();
  reviewed_stops_ = stops_;
  tracer_ns_ = thread_cpu_ns();
  return load;
}

// The next interval begins, though nobody looks at the tasks.
void Placement::skip_measuring() {
  times_.clear();
  reviewed_ns_ = monotonic_ns();
  reviewed_stops_ = stops_;
  tracer_ns_ = thread_cpu_ns();
}

int64_t Placement::review(TaskTable& tasks) {
  if (state_ == State::kOff) {
    return 0;
  }
  const int64_t now = monotonic_ns();
  const int64_t elapsed = now - reviewed_ns_;
  if (elapsed < interval_ns_) {
    return state_ == State::kPlaced ? reviewed_ns_ + interval_ns_ : 0;
  }
  return state_ == State::kPlaced ? review_placed(tasks, now, elapsed)
                                  : review_free(tasks, now, elapsed);
}

bool Placement::stops_are_frequent(int64_t elapsed) const {
  return static_cast<double>(stops_ - reviewed_stops_) * kNanosecondsPerSecond >
         kFrequentStopsPerSecond * static_cast<double>(elapsed);
}

int64_t Placement::review_placed(TaskTable& tasks, int64_t now, int64_t elapsed) {
  const bool frequent = stops_are_frequent(elapsed);
  const int64_t tracer = thread_cpu_ns() - tracer_ns_;
  const bool many = tasks.size() > kMostTasks;
  const Load load = many ? Load{} : measure(tasks);
  const auto part = [elapsed](int64_t ns) {
    return static_cast<double>(ns) / static_cast<double>(elapsed);
  };
  // Strangers who compete for the CPU are worth leaving only where stops are rare: with many, the
  // wake-ups across CPUs cost more.
  const bool contended = part(load.longest_waiting - tracer) > kContention;
  if (many || (contended && (part(load.running + tracer) > kOwnLoad || !frequent))) {
    free_all(tasks);
    state_ = State::kFree;
    free_until_ns_ = now + patience_ns_;
    patience_ns_ = std::min(patience_ns_ * 2, kLongestFreedomNs);
    interval_ns_ = kShortestIntervalNs;
    skip_measuring();
    return 0;
  }
  interval_ns_ =
      std::min(interval_ns_ * 2, part(load.running) < kIdle ? kIdleIntervalNs : kLongestIntervalNs);
  return now + interval_ns_;
}

int64_t Placement::review_free(TaskTable& tasks, int64_t now, int64_t elapsed) {
  if (now < free_until_ns_ || !stops_are_frequent(elapsed) || tasks.size() > kMostTasks) {
    skip_measuring();
    return 0;
  }
  const int64_t tracer = thread_cpu_ns() - tracer_ns_;
  const bool comparable = !times_.empty();
  const Load load = measure(tasks);
  if (comparable &&
      static_cast<double>(load.running + tracer) <= kOneCpu * static_cast<double>(elapsed)) {
    place(sched_getcpu(), tasks);
    return now + interval_ns_;
  }
  return 0;
}

}  // namespace ptraced::core
