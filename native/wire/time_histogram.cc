#include "wire/time_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace ptraced::wire {

// Octave 0 has the times below 64 ns, one bucket each; octave i those from 2^(i + 5) on.
TimeHistogram::Octave& TimeHistogram::octave(size_t index) {
  if (index >= octaves_.size()) {
    octaves_.resize(index + 1);
  }
  if (!octaves_[index]) {
    octaves_[index] = std::make_unique<Octave>();
  }
  return *octaves_[index];
}

void TimeHistogram::add(uint64_t ns) {
  const unsigned width = static_cast<unsigned>(std::bit_width(ns));
  const unsigned shift = width > kBits + 1 ? width - kBits - 1 : 0;
  const size_t index = ns < kBuckets ? 0 : shift + 1;
  ++octave(index)[ns >> shift & (kBuckets - 1)];
  ++count_;
  total_ += ns;
  min_ = std::min(min_, ns);
  max_ = std::max(max_, ns);
}

void TimeHistogram::add(const TimeHistogram& other) {
  for (size_t i = 0; i < other.octaves_.size(); ++i) {
    if (other.octaves_[i]) {
      Octave& sum = octave(i);
      for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
        sum[bucket] += (*other.octaves_[i])[bucket];
      }
    }
  }
  count_ += other.count_;
  total_ += other.total_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

uint64_t TimeHistogram::quantile(double share) const {
  const auto rank = static_cast<uint64_t>(std::ceil(share * static_cast<double>(count_)));
  uint64_t seen = 0;
  for (size_t i = 0; i < octaves_.size(); ++i) {
    for (size_t bucket = 0; octaves_[i] && bucket < kBuckets; ++bucket) {
      seen += (*octaves_[i])[bucket];
      if (seen >= rank && seen != 0) {
        const uint64_t first = i == 0 ? bucket : (kBuckets + bucket) << (i - 1);
        const uint64_t width = i == 0 ? 1 : uint64_t{1} << (i - 1);
        return std::clamp(first + width / 2, min_, max_);
      }
    }
  }
  return 0;
}

}  // namespace ptraced::wire
