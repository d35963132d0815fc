// What it costs to count a call for GetSummary: nanoseconds per Summary::add, as the median of
// many.
//
// Two figures, a line each: with everything in the caches, and after 1 MiB of other memory has been
// written, which is worse than what the switch to a tracee and back leaves of them.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "wire/summary.h"

namespace {

using ptraced::core::monotonic_ns;

constexpr size_t kRounds = 2000;
constexpr size_t kCallsPerRound = 16;

std::vector<uint8_t> other_memory(1 << 20);

void leave_caches() {}

void spoil_caches() {
  static uint8_t value = 0;
  std::fill(other_memory.begin(), other_memory.end(), ++value);
}

double median_ns(const std::function<void()>& before, const std::function<void(size_t)>& work) {
  std::vector<double> times;
  for (size_t round = 0; round < kRounds; ++round) {
    before();
    const int64_t begun = monotonic_ns();
    work(round);
    times.push_back(static_cast<double>(monotonic_ns() - begun));
  }
  std::nth_element(times.begin(), times.begin() + kRounds / 2, times.end());
  return times[kRounds / 2];
}

}  // namespace

int main() {
  constexpr std::array<std::string_view, 8> kNames = {"openat", "read", "fstat", "mmap",
                                                      "close",  "stat", "brk",   "write"};
  ptraced::wire::Summary summary;
  const auto add = [&](size_t i) {
    const auto pid = static_cast<pid_t>(1000 + i % 3);
    summary.add(pid, kNames[i % kNames.size()], i % 11 == 0 ? 2 : 0,
                {static_cast<int64_t>(300 + i * 37 % 20'000)}, i);
  };
  const double empty = median_ns(leave_caches, [](size_t) {});
  const double warm = median_ns(leave_caches, [&](size_t round) {
    for (size_t call = 0; call < kCallsPerRound; ++call) {
      add(round * kCallsPerRound + call);
    }
  });
  const double cold = median_ns(spoil_caches, add);
  std::printf("%.0f\n%.0f\n", (warm - empty) / kCallsPerRound, cold - empty);
  return 0;
}
