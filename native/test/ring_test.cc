// The ring: what readers get, what is lost and how it is told.
#include "wire/ring.h"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace ptraced::test {
namespace {

using wire::Batch;
using wire::LossReason;
using wire::ReaderOptions;
using wire::Ring;
using wire::RingItem;

constexpr size_t kBatchBytes = 100;

std::shared_ptr<const Batch> batch(uint64_t first, uint64_t last) {
  return std::make_shared<Batch>(Batch{std::string(kBatchBytes, 'x'), first, last});
}

ReaderOptions after(uint64_t serial) {
  return {.start = ReaderOptions::Start::kAfter, .after_serial = serial};
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
  const Ring::CursorId cursor = f.ring.open({.lossless = false});
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
  const Ring::CursorId cursor = f.ring.open({.lossless = false});
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
  CHECK(f.ring.next(f.ring.open({.lossless = false})).batch->first_serial == 21);
  const RingItem lost = f.ring.next(f.ring.open(after(5)));
  CHECK(lost.first_lost == 6);
  CHECK(lost.last_lost == 20);
  CHECK(lost.reason == LossReason::kRingEvicted);
  CHECK(f.ring.next(f.ring.open(after(30))).batch->first_serial == 31);
}

TEST_CASE("a lossless reader fills the ring until it is done with a batch") {
  Fixture f(true);
  const Ring::CursorId cursor = f.ring.open({.lossless = true});
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
  const Ring::CursorId cursor = f.ring.open({.lossless = true});
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

TEST_CASE("a stuck reader is given up alone: the other one goes on without a gap") {
  Fixture f(true);
  const Ring::CursorId stuck = f.ring.open({.lossless = true});
  const Ring::CursorId reading = f.ring.open({.lossless = true});
  uint64_t read = 0;
  const auto read_all = [&] {
    for (RingItem item = f.ring.next(reading); item.kind == RingItem::Kind::kBatch;
         item = f.ring.next(reading)) {
      CHECK(item.batch->first_serial == read + 1);
      read = item.batch->last_serial;
    }
  };
  for (uint64_t i = 0; i < 3; ++i) {
    f.ring.push(batch(i * 10 + 1, i * 10 + 10));
  }
  read_all();
  REQUIRE(f.ring.full());
  f.ring.give_up_waiting();
  for (uint64_t i = 3; i < 9; ++i) {
    CHECK_FALSE(f.ring.full());
    f.ring.push(batch(i * 10 + 1, i * 10 + 10));
    read_all();
  }
  CHECK(read == 90);
  const RingItem lost = f.ring.next(stuck);
  CHECK(lost.reason == LossReason::kBlockTimeout);
  CHECK(lost.last_lost == 60);
  CHECK(f.ring.stats().lost_records == 60);
}

TEST_CASE("a lossless reader that others had lost for is still waited for") {
  Fixture f(true);
  const Ring::CursorId first = f.ring.open({.lossless = true});
  for (uint64_t i = 0; i < 3; ++i) {
    f.ring.push(batch(i * 10 + 1, i * 10 + 10));
  }
  f.ring.give_up_waiting();
  const Ring::CursorId second = f.ring.open({.lossless = true});
  f.ring.push(batch(31, 40));
  CHECK(f.ring.full());  // for `second`, which was given up by nobody
  CHECK(f.ring.next(second).batch->first_serial == 1);
  CHECK(f.ring.next(second).batch->first_serial == 11);
  CHECK_FALSE(f.ring.full());
  f.ring.push(batch(41, 50));
  CHECK(f.ring.next(first).kind == RingItem::Kind::kLost);
}

TEST_CASE("a reader of the newest, and one of what does not exist yet") {
  Fixture f(false);
  f.ring.push(batch(1, 10));
  const Ring::CursorId latest = f.ring.open({.start = ReaderOptions::Start::kLatest});
  const Ring::CursorId future = f.ring.open(after(20));
  CHECK(f.ring.served(latest) == 10);
  CHECK(f.ring.next(latest).kind == RingItem::Kind::kNothing);
  f.ring.push(batch(11, 20));
  CHECK(f.ring.next(latest).batch->first_serial == 11);
  CHECK(f.ring.next(future).kind == RingItem::Kind::kNothing);
  f.ring.push(batch(21, 30));
  CHECK(f.ring.next(future).batch->first_serial == 21);
}

TEST_CASE("ending a session makes room") {
  Fixture f(true);
  f.ring.open({.lossless = true});
  for (uint64_t i = 0; i < 3; ++i) {
    f.ring.push(batch(i * 10 + 1, i * 10 + 10));
  }
  REQUIRE(f.ring.full());
  f.ring.stop_blocking();
  CHECK_FALSE(f.ring.full());
  CHECK(f.room == 1);
}

TEST_CASE("who waits for readers waits for lossless ones alone, and only under block") {
  Fixture lossy(true);
  lossy.ring.open({.lossless = false});
  lossy.ring.push(batch(1, 2));
  lossy.ring.await_readers(0);

  Fixture overwriting(false);
  overwriting.ring.open({.lossless = true});
  overwriting.ring.push(batch(1, 2));
  overwriting.ring.await_readers(0);

  Fixture f(true);
  f.ring.open({.lossless = true});
  f.ring.await_readers(0);  // nothing has been recorded
  f.ring.push(batch(1, 2));
  f.ring.await_readers(1'000'000);  // nobody reads
  f.ring.stop_blocking();
  f.ring.await_readers(0);
}

TEST_SUITE("shared") {
  TEST_CASE("who waits for a reader goes on once it has asked for more") {
    constexpr uint64_t kBatches = 2000;
    Ring ring(100 * kBatchBytes, true);
    ring.set_listeners([] {}, [] {});
    const Ring::CursorId cursor = ring.open({.lossless = true});
    std::atomic<uint64_t> written = 0;
    std::thread reader([&] {
      for (;;) {
        const RingItem item = ring.next(cursor);
        if (item.kind == RingItem::Kind::kEnd) {
          break;
        }
        if (item.kind == RingItem::Kind::kBatch) {
          std::this_thread::yield();
          written = item.batch->last_serial;
        }
      }
    });
    for (uint64_t i = 1; i <= kBatches; ++i) {
      ring.push(batch(i, i));
      ring.await_readers(0);
      CHECK(written == i);
    }
    ring.finish();
    reader.join();
  }

  TEST_CASE("who waits for a reader goes on when it leaves, and when blocking ends") {
    for (const bool leaves : {true, false}) {
      Ring ring(100 * kBatchBytes, true);
      ring.set_listeners([] {}, [] {});
      const Ring::CursorId cursor = ring.open({.lossless = true});
      ring.push(batch(1, 1));
      std::thread other([&] {
        std::this_thread::yield();
        if (leaves) {
          ring.close(cursor);
        } else {
          ring.stop_blocking();
        }
      });
      ring.await_readers(0);
      other.join();
    }
  }

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
    const Ring::CursorId cursor = ring.open({.lossless = true});
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
