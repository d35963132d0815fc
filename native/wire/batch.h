// Records on their way into the ring.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "wire/batch_index.h"

namespace ptraced::wire {

// Sealed records with consecutive serials. `frame` is an encoded TraceResponse whose `batch` holds
// them; a SubscribeResponse has the same field numbers.
struct Batch {
  std::string frame;
  uint64_t first_serial;
  uint64_t last_serial;
  // Where the RecordBatch begins in `frame`; its fields 1 are the records.
  size_t payload = 0;
  // Of every record; empty in a batch that was cut out of others.
  BatchIndex index = {};

  // Memory that it takes.
  size_t bytes() const { return frame.size() + index.bytes(); }
};

// A frame of `records`, which are encoded as fields 1 of a RecordBatch.
std::shared_ptr<Batch> make_batch(std::string_view records, uint64_t first_serial,
                                  uint64_t last_serial);

// Collects encoded records. Tracer thread.
class BatchBuilder {
 public:
  // Size at which a batch is full; one larger record makes a larger batch.
  static constexpr size_t kTargetBytes = 65536;

  BatchBuilder() { records_.reserve(2 * kTargetBytes); }

  bool empty() const { return records_.empty(); }

  // The record would make the batch larger than kTargetBytes.
  bool is_full_for(std::string_view record) const {
    return !empty() && records_.size() + record.size() + kRecordOverhead > kTargetBytes;
  }

  // Appends an encoded TraceRecord and what filters look at of it.
  void add(uint64_t serial, std::string_view record, const RecordFacts& facts);

  // What was added since the last call, or null where nothing was.
  std::shared_ptr<const Batch> seal();

 private:
  static constexpr size_t kRecordOverhead = 6;

  std::string records_;  // as field 1 of RecordBatch each
  BatchIndex index_;
  uint64_t first_serial_ = 0;
  uint64_t last_serial_ = 0;
};

}  // namespace ptraced::wire
