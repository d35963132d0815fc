// The two clocks of a record.
#pragma once

#include <time.h>

#include <cstdint>

namespace ptraced::core {

inline constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;
inline constexpr int64_t kNanosecondsPerMillisecond = 1'000'000;

inline int64_t to_nanoseconds(const timespec& time) {
  return time.tv_sec * kNanosecondsPerSecond + time.tv_nsec;
}

inline int64_t clock_nanoseconds(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return to_nanoseconds(now);
}

// For durations and deadlines; never jumps.
inline int64_t monotonic_ns() {
  return clock_nanoseconds(CLOCK_MONOTONIC);
}

// For timestamps; since the epoch.
inline int64_t realtime_ns() {
  return clock_nanoseconds(CLOCK_REALTIME);
}

}  // namespace ptraced::core
