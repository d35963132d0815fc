// Takes those records out of batches that a filter passes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "wire/batch.h"
#include "wire/record_filter.h"

namespace ptraced::wire {

// How much is still wanted.
struct CutLimits {
  size_t records;   // at most so many more
  size_t examined;  // of at most so many more that are looked at

  // `cut` is what there is already.
  bool reached(const std::string& cut) const {
    return records == 0 || examined == 0 || cut.size() >= BatchBuilder::kTargetBytes;
  }
};

// Appends to `cut` the records of `batch` behind serial `after` that pass, up to the limits, which
// become less; `after` becomes the serial of the last one that was looked at. Returns how many were
// appended.
size_t append_passing(const Batch& batch, const RecordFilter& filter, uint64_t& after,
                      CutLimits& limits, std::string& cut);

}  // namespace ptraced::wire
