#include "wire/ring.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "wire/cut.h"

namespace ptraced::wire {

void Ring::set_listeners(std::function<void()> on_records, std::function<void()> on_room) {
  on_records_ = std::move(on_records);
  on_room_ = std::move(on_room);
}

void Ring::push(std::shared_ptr<const Batch> batch) {
  {
    const std::lock_guard lock(mutex_);
    last_serial_ = batch->last_serial;
    bytes_ += batch->bytes();
    batches_.push_back(std::move(batch));
    evict();
    update_full();
  }
  on_records_();
}

void Ring::finish() {
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    full_.store(false, std::memory_order_release);
  }
  on_records_();
}

bool Ring::is_awaited(const Cursor& cursor, const Batch& batch) const {
  return block_ && cursor.lossless && !cursor.given_up && cursor.done < batch.last_serial;
}

bool Ring::is_awaited(const Batch& batch) const {
  return std::any_of(cursors_.begin(), cursors_.end(),
                     [&](const auto& entry) { return is_awaited(entry.second, batch); });
}

// Somebody is not done with the newest record.
bool Ring::is_awaited() const {
  return !finished_ && !batches_.empty() && is_awaited(*batches_.back());
}

void Ring::await_readers(int64_t max_ns) {
  std::unique_lock lock(mutex_);
  const auto done = [this] { return !is_awaited(); };
  if (max_ns == 0) {
    reader_done_.wait(lock, done);
  } else {
    reader_done_.wait_for(lock, std::chrono::nanoseconds(max_ns), done);
  }
}

void Ring::evict() {
  while (bytes_ > limit_ && batches_.size() > 1) {
    const Batch& oldest = *batches_.front();
    if (is_awaited(oldest)) {
      return;
    }
    uint64_t lost = 0;
    for (const auto& [id, cursor] : cursors_) {
      if (cursor.lossless && cursor.served < oldest.last_serial) {
        lost = std::max(lost, oldest.last_serial - std::max(cursor.served, evicted_serial_));
      }
    }
    lost_records_ += lost;
    evicted_serial_ = oldest.last_serial;
    bytes_ -= oldest.bytes();
    batches_.pop_front();
  }
}

// Returns whether there is room again.
bool Ring::update_full() {
  const bool full =
      !finished_ && bytes_ >= limit_ && !batches_.empty() && is_awaited(*batches_.front());
  return full_.exchange(full, std::memory_order_acq_rel) && !full;
}

void Ring::give_up_waiting() {
  const std::lock_guard lock(mutex_);
  while (!batches_.empty() && bytes_ >= limit_ && is_awaited(*batches_.front())) {
    for (auto& [id, cursor] : cursors_) {
      cursor.given_up = cursor.given_up || is_awaited(cursor, *batches_.front());
    }
    evict();
  }
  update_full();
}

void Ring::stop_blocking() {
  bool room;
  {
    const std::lock_guard lock(mutex_);
    block_ = false;
    room = update_full();
  }
  reader_done_.notify_all();
  if (room) {
    on_room_();
  }
}

Ring::CursorId Ring::open(ReaderOptions options) {
  wanted_facts_.fetch_or(options.filter.file_facts(), std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  const uint64_t start = options.start == ReaderOptions::Start::kAfter    ? options.after_serial
                         : options.start == ReaderOptions::Start::kLatest ? last_serial_
                                                                          : evicted_serial_;
  cursors_.emplace(next_id_, Cursor{.filter = std::move(options.filter),
                                    .served = start,
                                    .done = start,
                                    .lossless = options.lossless,
                                    .late = start < evicted_serial_});
  return next_id_++;
}

void Ring::close(CursorId id) {
  bool room;
  {
    const std::lock_guard lock(mutex_);
    cursors_.erase(id);
    room = update_full();
  }
  reader_done_.notify_all();
  if (room) {
    on_room_();
  }
}

RingItem Ring::next(CursorId id, size_t max_records) {
  RingItem item;
  bool room;
  {
    const std::lock_guard lock(mutex_);
    const auto it = cursors_.find(id);
    if (it == cursors_.end()) {
      item.kind = RingItem::Kind::kEnd;
      return item;
    }
    it->second.done = it->second.served;
    item = next_locked(it->second, max_records);
    room = update_full();
  }
  reader_done_.notify_all();
  if (room) {
    on_room_();
  }
  return item;
}

RingItem Ring::lost_item(Cursor& cursor, uint64_t evicted_serial) {
  RingItem item;
  item.kind = RingItem::Kind::kLost;
  item.first_lost = cursor.served + 1;
  item.last_lost = evicted_serial;
  item.reason = std::exchange(cursor.late, false)       ? LossReason::kRingEvicted
                : std::exchange(cursor.given_up, false) ? LossReason::kBlockTimeout
                                                        : LossReason::kSubscriberSlow;
  cursor.served = evicted_serial;
  return item;
}

RingItem Ring::next_locked(Cursor& cursor, size_t max_records) {
  if (cursor.served < evicted_serial_) {
    return lost_item(cursor, evicted_serial_);
  }
  cursor.late = false;
  cursor.given_up = false;  // it reads again
  RingItem item;
  const auto next =
      std::lower_bound(batches_.begin(), batches_.end(), cursor.served + 1,
                       [](const auto& it, uint64_t serial) { return it->last_serial < serial; });
  if (next == batches_.end()) {
    item.kind = finished_ ? RingItem::Kind::kEnd : RingItem::Kind::kNothing;
    return item;
  }
  const Batch& batch = **next;
  if (cursor.filter.is_everything() && batch.first_serial > cursor.served &&
      batch.last_serial - batch.first_serial < max_records) {
    item.kind = RingItem::Kind::kBatch;
    item.batch = *next;
    item.records = batch.last_serial - batch.first_serial + 1;
    cursor.served = batch.last_serial;
    return item;
  }
  return cut_item(cursor, static_cast<size_t>(next - batches_.begin()), max_records);
}

// What the reader's filter passes of the batches from `first_batch` on, as much as one frame takes.
RingItem Ring::cut_item(Cursor& cursor, size_t first_batch, size_t max_records) {
  // The lock is held meanwhile, and the tracer may wait for it.
  constexpr size_t kMaxExamined = 4096;
  const uint64_t before = cursor.served;
  RingItem item;
  cut_.clear();
  CutLimits limits = {.records = max_records, .examined = kMaxExamined};
  for (size_t i = first_batch; i < batches_.size() && !limits.reached(cut_); ++i) {
    item.records += append_passing(*batches_[i], cursor.filter, cursor.served, limits, cut_);
  }
  if (item.records != 0) {
    item.kind = RingItem::Kind::kBatch;
    item.batch = make_batch(cut_, before + 1, cursor.served);
  } else if (cursor.served < last_serial_) {
    item.kind = RingItem::Kind::kMore;
  } else {
    item.kind = finished_ ? RingItem::Kind::kEnd : RingItem::Kind::kNothing;
  }
  if (item.records == 0) {
    cursor.done = cursor.served;  // there is nothing that it could still be busy with
  }
  return item;
}

uint64_t Ring::served(CursorId id) const {
  const std::lock_guard lock(mutex_);
  const auto it = cursors_.find(id);
  return it == cursors_.end() ? 0 : it->second.served;
}

void Ring::clear() {
  const std::lock_guard lock(mutex_);
  batches_.clear();
  bytes_ = 0;
  cursors_.clear();
}

Ring::Stats Ring::stats() const {
  const std::lock_guard lock(mutex_);
  return {.first_serial = batches_.empty() ? 0 : batches_.front()->first_serial,
          .last_serial = last_serial_,
          .lost_records = lost_records_,
          .bytes = bytes_};
}

}  // namespace ptraced::wire
