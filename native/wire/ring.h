// The records of a session that are kept, and who reads them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "wire/batch.h"
#include "wire/record_filter.h"

namespace ptraced::wire {

// Why a reader misses records. The values are those of ptraced.v1.LossReason.
enum class LossReason : uint8_t { kRingEvicted = 1, kSubscriberSlow = 2, kBlockTimeout = 3 };

// What a reader gets next.
struct RingItem {
  enum class Kind {
    kNothing,
    kBatch,
    kLost,
    kEnd,
    kMore,  // the filter left out all that was looked at, and there is more: ask again
  };
  Kind kind = Kind::kNothing;
  std::shared_ptr<const Batch> batch;  // kBatch
  size_t records = 0;                  // kBatch: how many are in it
  uint64_t first_lost = 0;             // kLost: the first and the last serial that it misses
  uint64_t last_lost = 0;
  LossReason reason = LossReason::kRingEvicted;
};

// How a reader reads.
struct ReaderOptions {
  enum class Start { kOldest, kAfter, kLatest };
  Start start = Start::kOldest;
  uint64_t after_serial = 0;  // kAfter: from the record behind this one, also where none has it yet
  bool lossless = false;      // with Ring's `block`, the tracer waits for it
  RecordFilter filter = {};
};

// Batches in order, at most `limit` bytes of them with their indexes (one batch more while it is
// being made). The tracer pushes; readers have a cursor each and do not disturb one another. Every
// method may be called from any thread, next() from one at a time for each reader; the listeners
// are called without the lock, on the thread that changed something.
class Ring {
 public:
  using CursorId = uint32_t;

  struct Stats {
    uint64_t first_serial;  // of the oldest record that is kept; 0 where none is
    uint64_t last_serial;
    uint64_t lost_records;  // that left before a lossless reader had them
    size_t bytes;
  };

  // With `block`, the tracer is to wait (full()) for lossless readers instead of overwriting what
  // they have not had.
  Ring(size_t limit, bool block) : limit_(limit), block_(block) {}

  // `on_records`: something new can be read. `on_room`: full() has become false. Before any use.
  void set_listeners(std::function<void()> on_records, std::function<void()> on_room);

  // Takes a batch; the oldest ones make room for it.
  void push(std::shared_ptr<const Batch> batch);

  // No batch follows.
  void finish();

  // A lossless reader has not had the oldest batch, and there is no room without it.
  bool full() const { return full_.load(std::memory_order_acquire); }

  // Overwrite nevertheless what those readers have not had that are in the way now, until each of
  // them has been told of its loss: max_block has passed.
  void give_up_waiting();

  // Blocks the tracer until every lossless reader has asked for what comes behind the newest
  // record, and so is done with that: not where `block` is off, or once it is, nor longer than
  // `max_ns`, 0 for no limit.
  void await_readers(int64_t max_ns);

  // From now on never full, and nobody is awaited: the session is being ended.
  void stop_blocking();

  // FileFacts that the filter of any reader looks at, so far.
  uint8_t wanted_facts() const { return wanted_facts_.load(std::memory_order_relaxed); }

  CursorId open(ReaderOptions options);
  void close(CursorId id);

  // The next item; by asking, a reader says that it is done with the one before. A reader without a
  // filter gets the batches themselves; others, and those that ask for at most `max_records`, get
  // batches that are cut out of them.
  RingItem next(CursorId id, size_t max_records = SIZE_MAX);

  // Serial up to which a reader has been given everything that passes its filter, or told of the
  // loss.
  uint64_t served(CursorId id) const;

  // Drops what is kept. For a session that has ended; readers get no more than the end.
  void clear();

  Stats stats() const;

 private:
  struct Cursor {
    RecordFilter filter;
    uint64_t served;  // serial up to which it has been given everything or told of the loss
    uint64_t done;    // serial up to which it is done
    bool lossless;
    bool late;              // what it asked for had left before it came
    bool given_up = false;  // the tracer waits for it no more, until it has been told of its loss
  };

  bool is_awaited(const Cursor& cursor, const Batch& batch) const;
  bool is_awaited(const Batch& batch) const;
  bool is_awaited() const;
  void evict();
  bool update_full();
  RingItem next_locked(Cursor& cursor, size_t max_records);
  static RingItem lost_item(Cursor& cursor, uint64_t evicted_serial);
  RingItem cut_item(Cursor& cursor, size_t first_batch, size_t max_records);

  const size_t limit_;
  std::function<void()> on_records_;
  std::function<void()> on_room_;
  std::atomic<bool> full_ = false;
  std::atomic<uint8_t> wanted_facts_ = kNoFileFacts;

  mutable std::mutex mutex_;
  std::condition_variable reader_done_;  // for await_readers()
  bool block_;
  bool finished_ = false;
  std::deque<std::shared_ptr<const Batch>> batches_;
  size_t bytes_ = 0;
  uint64_t last_serial_ = 0;
  uint64_t evicted_serial_ = 0;  // serial of the newest record that has left
  uint64_t lost_records_ = 0;
  std::unordered_map<CursorId, Cursor> cursors_;
  CursorId next_id_ = 1;
  std::string cut_;  // used again by each cut
};

}  // namespace ptraced::wire
