#include "wire/batch.h"

#include <protozero/pbf_writer.hpp>

namespace ptraced::wire {
namespace {

constexpr protozero::pbf_tag_type kTraceResponseBatch = 2;
constexpr protozero::pbf_tag_type kRecordBatchRecords = 1;
constexpr protozero::pbf_tag_type kRecordBatchLastSerial = 2;

// Above it, an append has grown the buffer for a rare large record.
constexpr size_t kKeepBytes = 4 * BatchBuilder::kTargetBytes;

}  // namespace

void BatchBuilder::add(uint64_t serial, std::string_view record) {
  if (empty()) {
    first_serial_ = serial;
  }
  last_serial_ = serial;
  protozero::pbf_writer(records_).add_message(kRecordBatchRecords, record.data(), record.size());
}

std::shared_ptr<const Batch> BatchBuilder::seal() {
  if (empty()) {
    return nullptr;
  }
  protozero::pbf_writer(records_).add_uint64(kRecordBatchLastSerial, last_serial_);
  auto batch = std::make_shared<Batch>();
  batch->first_serial = first_serial_;
  batch->last_serial = last_serial_;
  batch->frame.reserve(records_.size() + kRecordOverhead);
  protozero::pbf_writer(batch->frame).add_message(kTraceResponseBatch, records_);
  records_.clear();
  if (records_.capacity() > kKeepBytes) {
    records_.shrink_to_fit();
    records_.reserve(2 * kTargetBytes);
  }
  return batch;
}

}  // namespace ptraced::wire
