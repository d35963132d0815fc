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

// The time of day of moments that were taken with monotonic_ns(), so that times of two records
// differ by what lies between their stops. A change of the time of day is seen within a second.
class DayTime {
 public:
  int64_t at(int64_t monotonic_ns) {
    if (monotonic_ns >= valid_until_ns_) {
      sample();
    }
    return monotonic_ns + offset_ns_;
  }

 private:
  // Of a few readings, that with the least time lost between the two clocks.
  void sample() {
    int64_t least = INT64_MAX;
    for (int i = 0; i < 3; ++i) {
      const int64_t before = monotonic_ns();
      const int64_t day = realtime_ns();
      const int64_t between = monotonic_ns() - before;
      if (between < least) {
        least = between;
        offset_ns_ = day - before - between / 2;
      }
    }
    valid_until_ns_ = monotonic_ns() + kNanosecondsPerSecond;
  }

  int64_t offset_ns_ = 0;
  int64_t valid_until_ns_ = 0;
};

}  // namespace ptraced::core
