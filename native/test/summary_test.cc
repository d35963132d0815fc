// Counts, quantiles and bounds of a summary.
#include "wire/summary.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <thread>
#include <unordered_set>
#include <vector>

namespace ptraced::test {
namespace {

using wire::Summary;
using wire::SummaryRow;
using wire::TimeHistogram;

uint64_t exact_quantile(const std::vector<uint64_t>& sorted, double share) {
  return sorted[static_cast<size_t>(std::ceil(share * static_cast<double>(sorted.size()))) - 1];
}

TEST_SUITE("summary") {
  TEST_CASE("quantiles are within 1% whatever the distribution") {
    std::mt19937_64 random(1);
    std::vector<std::vector<uint64_t>> samples(4);
    std::lognormal_distribution<double> log_normal(10, 3);
    for (int i = 0; i < 20000; ++i) {
      samples[0].push_back(random() % 100);
      samples[1].push_back(5000 + random() % 1000);
      samples[2].push_back(static_cast<uint64_t>(log_normal(random)));
      samples[3].push_back(random() >> random() % 64);
    }
    for (std::vector<uint64_t>& sample : samples) {
      TimeHistogram histogram;
      for (const uint64_t ns : sample) {
        histogram.add(ns);
      }
      std::sort(sample.begin(), sample.end());
      CHECK(histogram.count() == sample.size());
      CHECK(histogram.min() == sample.front());
      CHECK(histogram.max() == sample.back());
      for (const double share : {0.001, 0.5, 0.95, 0.99, 1.0}) {
        const auto exact = static_cast<double>(exact_quantile(sample, share));
        const auto got = static_cast<double>(histogram.quantile(share));
        CHECK_MESSAGE(std::abs(got - exact) <= 0.01 * exact, share, ": ", got, " for ", exact);
      }
    }
  }

  TEST_CASE("the ends of the range, and nothing at all") {
    TimeHistogram histogram;
    CHECK(histogram.quantile(0.5) == 0);
    CHECK(histogram.min() == 0);
    for (const uint64_t ns : {uint64_t{0}, uint64_t{63}, uint64_t{64}, uint64_t{127}, UINT64_MAX}) {
      TimeHistogram one;
      one.add(ns);
      CHECK(one.quantile(0.5) == ns);
      histogram.add(one);
    }
    CHECK(histogram.count() == 5);
    CHECK(histogram.quantile(0.2) == 0);
    CHECK(histogram.quantile(0.4) == 63);
    CHECK(histogram.quantile(1) >= UINT64_MAX / 100 * 99);
  }

  TEST_CASE("rows by syscall and by process") {
    Summary summary;
    summary.add(1, "read", 0, {100, 30}, 10);
    summary.add(1, "read", 4, {200, 0}, 11);
    summary.add(2, "read", 4, {50, 4}, 12);
    summary.add(2, "write", 0, {1000}, 13);
    summary.add(2, "write", 0, {}, 14);
    const auto [rows, last_serial] = summary.rows(false);
    CHECK(last_serial == 14);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].syscall == "write");
    CHECK(rows[0].pid == 0);
    CHECK(rows[0].counts.calls == 2);
    CHECK(rows[0].counts.times.total() == 1000);
    CHECK(!rows[0].counts.system_ns);
    CHECK(rows[1].counts.system_ns == 34);
    CHECK(rows[1].counts.calls == 3);
    CHECK(rows[1].counts.errors == 2);
    CHECK(rows[1].counts.errors_by_number == std::vector<std::pair<int32_t, uint64_t>>{{4, 2}});
    CHECK(rows[1].counts.times.min() == 50);
    CHECK(rows[1].counts.times.max() == 200);
    CHECK(summary.rows(true).first.size() == 3);
  }

  TEST_CASE("many processes are bounded, and together exact, where all of them live") {
    Summary summary;
    constexpr int kProcesses = 10'000;
    std::unordered_set<pid_t> live;
    for (int pid = 1; pid <= kProcesses; ++pid) {
      live.insert(pid);
      summary.add(pid, "getppid", 0, {100}, 1, [&] { return live; });
    }
    CHECK(summary.rows(false).first[0].counts.calls == kProcesses);
    const std::vector<SummaryRow> rows = summary.rows(true).first;
    CHECK(rows.size() == Summary::kMaxRows + 1);
    CHECK(std::count_if(rows.begin(), rows.end(),
                        [](const SummaryRow& row) { return row.pid == 0; }) == 1);
  }

  TEST_CASE("of many processes those that have ended and took least are put together") {
    Summary summary;
    constexpr int kProcesses = 20'000;
    constexpr int kBusy = 7;      // ends early, and took more than any other
    constexpr int kLasting = 11;  // makes its calls all the time
    std::unordered_set<pid_t> live = {kLasting};
    const auto add = [&](pid_t pid, const char* syscall, int64_t ns) {
      summary.add(pid, syscall, 0, {ns}, 1, [&] { return live; });
    };
    const char* const kRead = "read";
    const char* const kWrite = "write";
    for (int pid = 100; pid < 100 + kProcesses; ++pid) {
      live.insert(pid);
      add(pid, kRead, 100);
      add(pid, kWrite, 100);
      live.erase(pid);
      add(kLasting, kRead, 1);
      if (pid == 200) {
        add(kBusy, kRead, 1'000'000);
      }
    }
    std::map<std::pair<pid_t, std::string_view>, uint64_t> calls;
    uint64_t reads = 0;
    size_t own_rows = 0;
    for (const SummaryRow& row : summary.rows(true).first) {
      calls[{row.pid, row.syscall}] = row.counts.calls;
      reads += row.syscall == kRead ? row.counts.calls : 0;
      own_rows += row.pid != 0 ? 1 : 0;
    }
    CHECK(own_rows <= Summary::kMaxRows);
    CHECK(own_rows > Summary::kMaxRows / 3);
    CHECK(reads == 2 * kProcesses + 1);
    CHECK(calls[{kBusy, kRead}] == 1);
    CHECK(calls[{kLasting, kRead}] == kProcesses);
    const pid_t newest = 100 + kProcesses - 1;
    CHECK(calls[{newest, kRead}] == 1);
    CHECK(calls[{0, kRead}] == calls[{0, kWrite}]);  // each process as a whole
  }
}

TEST_SUITE("shared") {
  TEST_CASE("a summary is read while calls are added") {
    Summary summary;
    constexpr uint64_t kCalls = 20'000;
    std::thread writer([&] {
      for (uint64_t i = 1; i <= kCalls; ++i) {
        summary.add(static_cast<pid_t>(i % 7 + 1), "read", i % 3 == 0 ? 2 : 0,
                    {static_cast<int64_t>(i)}, i);
      }
    });
    uint64_t last = 0;
    while (last < kCalls) {
      const auto [rows, serial] = summary.rows(false);
      CHECK(serial >= last);
      CHECK((rows.empty() || rows[0].counts.calls == serial));
      last = serial;
      std::this_thread::yield();
    }
    writer.join();
  }
}

}  // namespace
}  // namespace ptraced::test
