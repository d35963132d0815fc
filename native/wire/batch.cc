#include "wire/batch.h"

#include <protozero/pbf_writer.hpp>
#include <protozero/varint.hpp>

namespace ptraced::wire {
namespace {

// Field 2, length-delimited.
constexpr uint32_t kTraceResponseBatchKey =
    2U << 3U | static_cast<uint32_t>(protozero::pbf_wire_type::length_delimited);
constexpr protozero::pbf_tag_type kRecordBatchRecords = 1;
constexpr protozero::pbf_tag_type kRecordBatchLastSerial = 2;

// Above it, an append has grown the buffer for a rare large record.
constexpr size_t kKeepBytes = 4 * BatchBuilder::kTargetBytes;

// Tags and lengths of a RecordBatch in its frame, and its last_serial.
constexpr size_t kFrameOverhead = 24;

}  // namespace

std::shared_ptr<Batch> make_batch(std::string_view records, uint64_t first_serial,
                                  uint64_t last_serial) {
  std::string tail;
  protozero::pbf_writer(tail).add_uint64(kRecordBatchLastSerial, last_serial);
  auto batch = std::make_shared<Batch>();
  batch->first_serial = first_serial;
  batch->last_serial = last_serial;
  batch->frame.reserve(records.size() + kFrameOverhead);
  // A field of its length, without a copy of its parts put together.
  protozero::add_varint_to_buffer(&batch->frame, kTraceResponseBatchKey);
  protozero::add_varint_to_buffer(&batch->frame, records.size() + tail.size());
  batch->payload = batch->frame.size();
  batch->frame += records;
  batch->frame += tail;
  return batch;
}

void BatchBuilder::add(uint64_t serial, std::string_view record, const RecordFacts& facts) {
  if (empty()) {
    first_serial_ = serial;
  }
  last_serial_ = serial;
  const size_t offset = records_.size();
  protozero::pbf_writer(records_).add_message(kRecordBatchRecords, record.data(), record.size());
  index_.add(offset, records_.size(), facts);
}

std::shared_ptr<const Batch> BatchBuilder::seal() {
  if (empty()) {
    return nullptr;
  }
  const std::shared_ptr<Batch> batch = make_batch(records_, first_serial_, last_serial_);
  batch->index = index_.take();
  records_.clear();
  if (records_.capacity() > kKeepBytes) {
    records_.shrink_to_fit();
    records_.reserve(2 * kTargetBytes);
  }
  return batch;
}

}  // namespace ptraced::wire
