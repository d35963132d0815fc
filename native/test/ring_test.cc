// The ring: what readers get, what is lost and how it is told.
#include "wire/ring.h"

#include <doctest/doctest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace ptraced::test {
namespace {

using wire::Batch;
using wire::LossReason;
using wire::Ring;
using wire::RingItem;

constexpr size_t kBatchBytes = 100;

std::shared_ptr<const Batch> batch(uint64_t first, uint64_t last) {
  return std::make_shared<Batch>(Batch{std::string(kBatchBytes, 'x'), first, last});
}

struct Fixture {
  explicit Fixture(bool block, size_t batches = 3) : ring(batches * kBatchBytes, block) {
    ring.set_listeners([this] { ++told; }, [this] { ++room; });
  }
  Ring ring;
  int told = 0;
  int room = 0;
};

TEST_CASE("a reader gets every batch in order, then the end") {
  Fixture f(false);
  const Ring::CursorId cursor = f.ring.open(0, false);
  CHECK(f.ring.next(cursor).kind == RingItem::Kind::kNothing);
  f.ring.push(batch(1, 10));
  f.ring.push(batch(11, 12));
  CHECK(f.told == 2);
  CHECK(f.ring.next(cursor).batch->last_serial == 10);
  CHECK(f.ring.next(cursor).batch->last_serial == 12);
  CHECK(f.ring.next(cursor).kind == RingItem::Kind::kNothing);
  f.ring.finish();
  CHECK(f.ring.next(cursor).kind == RingItem::Kind::kEnd);
}

TEST_CASE("a slow reader is told exactly what it missed") {
  Fixture f(false);
  const Ring::CursorId cursor = f.ring.open(0, false);
  for (uint64_t i = 0; i < 5; ++i) {
    f.ring.push(batch(i * 10 + 1, i * 10 + 10));
  }
  CHECK(f.ring.stats().first_serial == 21);
  const RingItem first = f.ring.next(cursor);
  CHECK(first.kind == RingItem::Kind::kLost);
  CHECK(first.first_lost == 1);
  CHECK(first.last_lost == 20);
  CHECK(f.ring.next(cursor).batch->first_serial == 21);
}

TEST_CASE("a reader that comes late starts at the oldest, or is told what it asked for is gone") {
  Fixture f(false);
  for (uint64_t i = 0; i < 5; ++i) {
    f.ring.push(batch(i * 10 + 1, i * 10 + 10));
  }
  CHECK(f.ring.next(f.ring.open(0, false)).batch->first_serial == 21);
  const RingItem lost = f.ring.next(f.ring.open(5, false));
  CHECK(lost.first_lost == 6);
  CHECK(lost.last_lost == 20);
  CHECK(lost.reason == LossReason::kRingEvicted);
  CHECK(f.ring.next(f.ring.open(30, false)).batch->first_serial == 31);
}

TEST_CASE("a lossless reader fills the ring until it is done with a batch") {
  Fixture f(true);
  const Ring::CursorId cursor = f.ring.open(0, true);
  for (uint64_t i = 0; i < 3; ++i) {
    CHECK_FALSE(f.ring.full());
    f.ring.push(batch(i * 10 + 1, i * 10 + 10));
  }
  CHECK(f.ring.full());
  CHECK(f.ring.next(cursor).batch->first_serial == 1);
  CHECK(f.ring.full());  // given, not done with
  CHECK(f.ring.next(cursor).batch->first_serial == 11);
  CHECK_FALSE(f.ring.full());
  CHECK(f.room == 1);
  f.ring.push(batch(31, 40));
  CHECK(f.ring.full());
  f.ring.close(cursor);
  CHECK_FALSE(f.ring.full());
  CHECK(f.room == 2);
  CHECK(f.ring.stats().lost_records == 0);
}

TEST_CASE("after max_block one run is lost, then there is progress") {
  Fixture f(true);
  const Ring::CursorId cursor = f.ring.open(0, true);
  for (uint64_t i = 0; i < 3; ++i) {
    f.ring.push(batch(i * 10 + 1, i * 10 + 10));
  }
  REQUIRE(f.ring.full());
  f.ring.give_up_waiting();
  for (uint64_t i = 3; i < 6; ++i) {
    CHECK_FALSE(f.ring.full());
    f.ring.push(batch(i * 10 + 1, i * 10 + 10));
  }
  const RingItem lost = f.ring.next(cursor);
  CHECK(lost.first_lost == 1);
  CHECK(lost.last_lost == 30);
  CHECK(lost.reason == LossReason::kBlockTimeout);
  CHECK(f.ring.stats().lost_records == 30);
  CHECK(f.ring.next(cursor).batch->first_serial == 31);
  CHECK(f.ring.full());  // it waits for the reader again
}

TEST_CASE("ending a session makes room") {
  Fixture f(true);
  f.ring.open(0, true);
  for (uint64_t i = 0; i < 3; ++i) {
    f.ring.push(batch(i * 10 + 1, i * 10 + 10));
  }
  REQUIRE(f.ring.full());
  f.ring.stop_blocking();
  CHECK_FALSE(f.ring.full());
  CHECK(f.room == 1);
}

TEST_SUITE("shared") {
  // One thread pushes and waits for room, another reads: nothing is missing, nothing deadlocks.
  TEST_CASE("a lossless reader on another thread gets everything") {
    constexpr uint64_t kBatches = 20000;
    Ring ring(5 * kBatchBytes, true);
    std::mutex mutex;
    std::condition_variable changed;
    const auto notify = [&] {
      const std::lock_guard lock(mutex);
      changed.notify_all();
    };
    ring.set_listeners(notify, notify);
    const Ring::CursorId cursor = ring.open(0, true);
    std::thread writer([&] {
      for (uint64_t i = 0; i < kBatches; ++i) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return !ring.full(); });
        lock.unlock();
        ring.push(batch(i * 3 + 1, i * 3 + 3));
      }
      ring.finish();
    });
    uint64_t expected = 1;
    for (;;) {
      const RingItem item = ring.next(cursor);
      if (item.kind == RingItem::Kind::kEnd) {
        break;
      }
      if (item.kind == RingItem::Kind::kNothing) {
        std::this_thread::yield();
        continue;
      }
      REQUIRE(item.kind == RingItem::Kind::kBatch);
      CHECK(item.batch->first_serial == expected);
      expected = item.batch->last_serial + 1;
    }
    writer.join();
    CHECK(expected == kBatches * 3 + 1);
  }
}

}  // namespace
}  // namespace ptraced::test
