#include "wire/ring.h"

#include <algorithm>
#include <utility>

namespace ptraced::wire {

void Ring::set_listeners(std::function<void()> on_records, std::function<void()> on_room) {
  on_records_ = std::move(on_records);
  on_room_ = std::move(on_room);
}

void Ring::push(std::shared_ptr<const Batch> batch) {
  {
    const std::lock_guard lock(mutex_);
    last_serial_ = batch->last_serial;
    bytes_ += batch->frame.size();
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

bool Ring::is_needed(const Batch& batch) const {
  return std::any_of(cursors_.begin(), cursors_.end(), [&](const auto& entry) {
    return entry.second.lossless && entry.second.done < batch.last_serial;
  });
}

void Ring::evict() {
  while (bytes_ > limit_ && batches_.size() > 1) {
    const Batch& oldest = *batches_.front();
    if (is_needed(oldest)) {
      if (block_ && !gave_up_) {
        return;
      }
      lost_records_ += oldest.last_serial - oldest.first_serial + 1;
    }
    evicted_serial_ = oldest.last_serial;
    bytes_ -= oldest.frame.size();
    batches_.pop_front();
  }
}

// Returns whether there is room again.
bool Ring::update_full() {
  const bool full = block_ && !gave_up_ && !finished_ && bytes_ >= limit_ && !batches_.empty() &&
                    is_needed(*batches_.front());
  return full_.exchange(full, std::memory_order_acq_rel) && !full;
}

void Ring::give_up_waiting() {
  const std::lock_guard lock(mutex_);
  gave_up_ = true;
  evict();
  update_full();
}

void Ring::stop_blocking() {
  bool room;
  {
    const std::lock_guard lock(mutex_);
    block_ = false;
    room = update_full();
  }
  if (room) {
    on_room_();
  }
}

Ring::CursorId Ring::open(uint64_t after_serial, bool lossless) {
  const std::lock_guard lock(mutex_);
  const uint64_t start = after_serial == 0 ? evicted_serial_ : after_serial;
  cursors_.emplace(next_id_, Cursor{start, start, lossless, start < evicted_serial_});
  return next_id_++;
}

void Ring::close(CursorId id) {
  bool room;
  {
    const std::lock_guard lock(mutex_);
    cursors_.erase(id);
    room = update_full();
  }
  if (room) {
    on_room_();
  }
}

RingItem Ring::next(CursorId id) {
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
    item = next_locked(it->second);
    room = update_full();
  }
  if (room) {
    on_room_();
  }
  return item;
}

RingItem Ring::next_locked(Cursor& cursor) {
  RingItem item;
  const bool late = std::exchange(cursor.late, false);
  if (cursor.served < evicted_serial_) {
    item.kind = RingItem::Kind::kLost;
    item.first_lost = cursor.served + 1;
    item.last_lost = evicted_serial_;
    item.reason = late                          ? LossReason::kRingEvicted
                  : cursor.lossless && gave_up_ ? LossReason::kBlockTimeout
                                                : LossReason::kSubscriberSlow;
    cursor.served = evicted_serial_;
    if (cursor.lossless) {
      gave_up_ = false;
    }
    return item;
  }
  const auto batch =
      std::lower_bound(batches_.begin(), batches_.end(), cursor.served + 1,
                       [](const auto& it, uint64_t serial) { return it->last_serial < serial; });
  if (batch != batches_.end()) {
    item.kind = RingItem::Kind::kBatch;
    item.batch = *batch;
    cursor.served = (*batch)->last_serial;
  } else if (finished_) {
    item.kind = RingItem::Kind::kEnd;
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
