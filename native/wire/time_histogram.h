// How often something took how long.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace ptraced::wire {

// Counts of times in nanoseconds. Each power of two has 64 buckets of equal width, so that a
// quantile is off by 0.8% at most; memory for one, 512 bytes, is taken when a time falls into it.
class TimeHistogram {
 public:
  void add(uint64_t ns);
  void add(const TimeHistogram& other);

  uint64_t count() const { return count_; }
  uint64_t total() const { return total_; }
  uint64_t min() const { return count_ == 0 ? 0 : min_; }
  uint64_t max() const { return max_; }

  // The time that a share of all do not exceed, 0 < `share` <= 1; 0 where nothing was counted.
  uint64_t quantile(double share) const;

 private:
  static constexpr unsigned kBits = 6;
  static constexpr size_t kBuckets = size_t{1} << kBits;
  using Octave = std::array<uint64_t, kBuckets>;

  Octave& octave(size_t index);

  std::vector<std::unique_ptr<Octave>> octaves_;
  uint64_t count_ = 0;
  uint64_t total_ = 0;
  uint64_t min_ = UINT64_MAX;
  uint64_t max_ = 0;
};

}  // namespace ptraced::wire
