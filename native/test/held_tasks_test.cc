// The list of held tasks: who knows what, and that a stop is ended once.
#include "core/held_tasks.h"

#include <doctest/doctest.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace ptraced::test {
namespace {

using core::HeldTasks;
using core::Registers;
using core::StopReason;
using core::TaskSnapshot;
using core::TaskState;

TaskSnapshot held(pid_t tid, uint64_t stop_id) {
  return {.tid = tid,
          .pid = tid,
          .state = TaskState::kHeld,
          .stop_id = stop_id,
          .reason = StopReason::kRule,
          .name = "name",
          .stop_record = "record"};
}

Registers registers_at(uint64_t address) {
  Registers registers = {};
  registers.rip = address;
  return registers;
}

uint64_t first_of(const HeldTasks& list, pid_t tid, uint64_t after) {
  const std::optional<TaskSnapshot> found = list.first(tid, after);
  return found ? found->stop_id : 0;
}

TEST_CASE("the oldest stop after another is found, of any task or of one") {
  HeldTasks list;
  const auto a = list.add(held(10, 5), registers_at(0x5));
  const auto b = list.add(held(20, 3), registers_at(0x3));
  const auto c = list.add(held(30, 9), std::nullopt);
  CHECK(first_of(list, 0, 0) == 3);
  CHECK(first_of(list, 0, 3) == 5);
  CHECK(first_of(list, 0, 5) == 9);
  CHECK(first_of(list, 0, 9) == 0);
  CHECK(first_of(list, 10, 4) == 5);
  CHECK(first_of(list, 10, 5) == 0);
  CHECK(first_of(list, 11, 0) == 0);
  CHECK(list.first(10, 0)->stop_record == "record");
}

TEST_CASE("registers are those of the stop, or unknown") {
  HeldTasks list;
  auto a = list.add(held(10, 5), registers_at(0x5));
  const auto b = list.add(held(20, 6), std::nullopt);
  CHECK(list.registers(10)->values.rip == 0x5);
  CHECK(list.registers(10)->stop_id == 5);
  CHECK_FALSE(list.registers(20));
  CHECK_FALSE(list.registers(30));
  list.change({.values = registers_at(0x77), .stop_id = 5});
  CHECK(list.registers(10)->values.rip == 0x77);
  a = list.add(held(10, 8), registers_at(0x8));  // as the task comes to its next stop
  list.change({.values = registers_at(0x99), .stop_id = 5});
  CHECK(list.registers(10)->values.rip == 0x8);
}

TEST_CASE("a task is on the list for as long as its listing lives") {
  HeldTasks list;
  {
    auto a = list.add(held(10, 5), registers_at(0x5));
    const auto moved = std::move(a);
    CHECK(first_of(list, 10, 0) == 5);
  }
  CHECK(first_of(list, 10, 0) == 0);
  CHECK_FALSE(list.registers(10));
}

TEST_CASE("all that are named are taken, or none") {
  HeldTasks list;
  const auto a = list.add(held(20, 5), {});
  const auto b = list.add(held(10, 6), {});
  CHECK(list.take({10, 30}, 0).empty());
  CHECK(list.take({10}, 5).empty());
  CHECK(list.take({}, 0).empty());
  CHECK(first_of(list, 0, 0) == 5);
  const auto taken = list.take({20, 10, 20}, 0);
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].tid == 10);
  CHECK(taken[1].tid == 20);
  CHECK(first_of(list, 0, 0) == 0);
  CHECK(list.take({20}, 0).empty());
}

TEST_SUITE("shared") {
  TEST_CASE("of many that take a stop one gets it, while stops come and go") {
    constexpr int kRounds = 20'000;
    HeldTasks list;
    std::atomic<uint64_t> taken = 0;
    std::atomic<bool> over = false;
    std::vector<std::thread> takers;
    for (int i = 0; i < 3; ++i) {
      takers.emplace_back([&] {
        while (!over) {
          if (const auto task = list.first(0, 0)) {
            (void)list.registers(task->tid);
            taken += list.take({task->tid}, task->stop_id).size();
          }
        }
      });
    }
    uint64_t left = 0;
    for (uint64_t stop = 1; stop <= kRounds; ++stop) {
      auto listing = list.add(held(static_cast<pid_t>(1 + stop % 7), stop), registers_at(stop));
      if (stop % 3 == 0) {
        std::this_thread::yield();
      }
      left += list.take({static_cast<pid_t>(1 + stop % 7)}, stop).size();
    }
    over = true;
    for (std::thread& taker : takers) {
      taker.join();
    }
    CHECK(taken + left == kRounds);
    CHECK(first_of(list, 0, 0) == 0);
  }
}

}  // namespace
}  // namespace ptraced::test
