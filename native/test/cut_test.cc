// Records cut out of batches by a filter, by a serial in the middle, by a limit.
#include <doctest/doctest.h>

#include <protozero/pbf_reader.hpp>
#include <string>
#include <vector>

#include "wire/batch.h"
#include "wire/ring.h"

namespace ptraced::test {
namespace {

using wire::Batch;
using wire::BatchBuilder;
using wire::ReaderOptions;
using wire::RecordFacts;
using wire::RecordFilter;
using wire::RecordKind;
using wire::Ring;
using wire::RingItem;

// A record's bytes, which nothing here looks into.
std::string record(uint64_t serial) {
  return "record " + std::to_string(serial);
}

struct Contents {
  std::vector<std::string> records;
  uint64_t last_serial = 0;
};

Contents read_frame(const Batch& batch) {
  Contents contents;
  protozero::pbf_reader response(batch.frame);
  while (response.next(2)) {
    protozero::pbf_reader records = response.get_message();
    while (records.next()) {
      if (records.tag() == 1) {
        contents.records.push_back(records.get_string());
      } else {
        contents.last_serial = records.get_uint64();
      }
    }
  }
  return contents;
}

struct Filled {
  explicit Filled(size_t limit = 1 << 20) : ring(limit, false) {
    ring.set_listeners([] {}, [] {});
  }

  // Makes a batch of `count` records, of thread `serial % 10` each.
  void push(uint64_t count) {
    for (uint64_t i = 0; i < count; ++i) {
      ++serial;
      builder.add(serial, record(serial),
                  {.kind = RecordKind::kSignal, .pid = 1000, .tid = static_cast<int>(serial % 10)});
    }
    ring.push(builder.seal());
  }

  Ring ring;
  BatchBuilder builder;
  uint64_t serial = 0;
};

RecordFilter only_tid(int tid) {
  return RecordFilter({.pids = {tid}});
}

TEST_CASE("a whole batch is the same memory for every reader without a filter") {
  Filled f;
  f.push(20);
  const auto first = f.ring.next(f.ring.open({})).batch;
  CHECK(first == f.ring.next(f.ring.open({})).batch);
  const Contents contents = read_frame(*first);
  CHECK(contents.records.size() == 20);
  CHECK(contents.records[19] == record(20));
  CHECK(contents.last_serial == 20);
  CHECK(first->bytes() > first->frame.size());
}

TEST_CASE("a reader that starts inside of a batch gets its rest") {
  Filled f;
  f.push(20);
  const Ring::CursorId cursor =
      f.ring.open({.start = ReaderOptions::Start::kAfter, .after_serial = 13});
  const RingItem item = f.ring.next(cursor);
  const Contents contents = read_frame(*item.batch);
  CHECK(contents.records.front() == record(14));
  CHECK(contents.records.size() == 7);
  CHECK(item.records == 7);
  CHECK(contents.last_serial == 20);
  CHECK(f.ring.next(cursor).kind == RingItem::Kind::kNothing);
}

TEST_CASE("a filter's frames say up to which serial they are complete") {
  Filled f;
  f.push(25);
  f.push(7);
  const Ring::CursorId cursor = f.ring.open({.filter = only_tid(1)});
  const RingItem item = f.ring.next(cursor);
  const Contents contents = read_frame(*item.batch);
  CHECK(contents.records == std::vector{record(1), record(11), record(21), record(31)});
  CHECK(contents.last_serial == 32);
  CHECK(f.ring.served(cursor) == 32);
  f.push(3);
  CHECK(f.ring.next(cursor).kind == RingItem::Kind::kNothing);
  CHECK(f.ring.served(cursor) == 35);
}

TEST_CASE("a filter that passes little is served in steps") {
  Filled f(8 << 20);
  for (int i = 0; i < 20; ++i) {
    f.push(1000);
  }
  const Ring::CursorId cursor = f.ring.open({.filter = only_tid(77)});
  int steps = 0;
  while (f.ring.next(cursor).kind == RingItem::Kind::kMore) {
    ++steps;
  }
  CHECK(steps > 2);
  CHECK(f.ring.served(cursor) == 20000);
}

TEST_CASE("a limit on records cuts whole batches too") {
  Filled f;
  f.push(20);
  const Ring::CursorId cursor = f.ring.open({});
  CHECK(read_frame(*f.ring.next(cursor, 8).batch).records.size() == 8);
  CHECK(read_frame(*f.ring.next(cursor, 8).batch).records.front() == record(9));
  CHECK(f.ring.next(cursor, 8).records == 4);
  CHECK(f.ring.next(cursor, 8).kind == RingItem::Kind::kNothing);
}

TEST_CASE("a lossless reader is not waited for where its filter left everything out") {
  Ring ring(32, true);
  ring.set_listeners([] {}, [] {});
  const Ring::CursorId cursor = ring.open({.lossless = true, .filter = only_tid(77)});
  BatchBuilder builder;
  builder.add(1, record(1), {.kind = RecordKind::kSignal, .tid = 1});
  ring.push(builder.seal());
  CHECK(ring.full());
  CHECK(ring.next(cursor).kind == RingItem::Kind::kNothing);
  CHECK_FALSE(ring.full());
}

TEST_CASE("the index keeps what filters look at") {
  BatchBuilder builder;
  const std::vector<int32_t> descriptors = {3, 7};
  const std::vector<std::string_view> paths = {"/a/b", "/c"};
  RecordFacts facts = {.kind = RecordKind::kExit,
                       .pid = 10,
                       .tid = 11,
                       .arch = core::Arch::kI386,
                       .number = 5,
                       .outcome = wire::Outcome::kFailure,
                       .error = 2,
                       .duration_ns = 5'000'000'000,
                       .gathered = wire::kListedDescriptors | wire::kFilePaths,
                       .descriptors = descriptors,
                       .paths = paths};
  builder.add(1, record(1), {.kind = RecordKind::kSignal, .pid = 1, .tid = 2});
  builder.add(2, record(2), facts);
  facts.number = 1'000'000;
  builder.add(3, record(3), facts);
  const auto batch = builder.seal();
  std::vector<std::string_view> room;
  const RecordFacts kept = batch->index.facts(1, &room);
  CHECK(kept.kind == RecordKind::kExit);
  CHECK(kept.pid == 10);
  CHECK(kept.tid == 11);
  CHECK(kept.arch == core::Arch::kI386);
  CHECK(kept.number == 5);
  CHECK(kept.outcome == wire::Outcome::kFailure);
  CHECK(kept.error == 2);
  CHECK(kept.duration_ns == 5'000'000'000);
  CHECK(kept.gathered == facts.gathered);
  CHECK(std::vector<int32_t>(kept.descriptors.begin(), kept.descriptors.end()) == descriptors);
  CHECK(room == paths);
  CHECK(batch->index.facts(2, &room).number == UINT64_MAX);
  CHECK(batch->index.facts(0, &room).paths.empty());
  // What is made next does not know of it.
  builder.add(4, record(4), facts);
  CHECK(builder.seal()->index.facts(0, &room).paths.size() == 2);
}

}  // namespace
}  // namespace ptraced::test
