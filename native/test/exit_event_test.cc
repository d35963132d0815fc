// PTRACE_EVENT_EXIT: told before the end, and not where the end must not wait.
#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

#include "commands.h"
#include "core/control.h"
#include "core/tracer.h"
#include "journal.h"

namespace ptraced::test {
namespace {

using core::Tracer;

// Notes how tasks are about to end, and holds them there where that is asked for.
class EndWatcher final : public Journal {
 public:
  bool wants_exit_events() const override { return wants; }
  void on_exit_event(const core::StopView& view) override {
    endings.emplace_back(view.task.tid, *view.task.ending);
    readable = readable && core::registers(view.stop);
    if (holds) {
      view.task.order_hold({.reason = core::StopReason::kRule});
    }
  }

  bool wants = true;
  bool holds = false;
  bool readable = true;
  std::vector<std::pair<pid_t, core::WaitStatus>> endings;
};

void trace(EndWatcher& watcher, std::vector<std::string> argv,
           std::function<void(Tracer&)> first = nullptr) {
  on_tracer_thread([&] {
    Tracer tracer(watcher, {});
    REQUIRE(tracer.launch(command(std::move(argv))));
    if (first) {
      tracer.post(std::move(first));
    }
    tracer.run();
    tracer.linger();
    REQUIRE(tracer.root_status());
  });
  CHECK(watcher.count(Entry::Kind::kError) == 0);
}

TEST_CASE("each end is told of before it, and once") {
  EndWatcher watcher;
  trace(watcher, {"sh", "-c", "(exit 3); (exit 4); exit 5"});
  REQUIRE(watcher.endings.size() == 3);
  CHECK(watcher.endings[0].second.exit_code() == 3);
  CHECK(watcher.endings[1].second.exit_code() == 4);
  CHECK(watcher.endings[2].second.exit_code() == 5);
  CHECK(watcher.count(Entry::Kind::kEnd) == 3);
  CHECK(watcher.readable);
}

TEST_CASE("a signal that kills is told, SIGKILL is not") {
  EndWatcher watcher;
  trace(watcher, {"sh", "-c", "sh -c 'kill -TERM $$'; sh -c 'kill -KILL $$'; exit 0"});
  REQUIRE(watcher.endings.size() == 2);
  CHECK(watcher.endings[0].second.fatal_signal() == SIGTERM);
  CHECK(watcher.endings[1].second.exited());
  CHECK(watcher.count(Entry::Kind::kEnd) == 3);
}

TEST_CASE("nothing is told where nobody wants it, and from then on where somebody does") {
  EndWatcher watcher;
  watcher.wants = false;
  trace(watcher, {"sh", "-c", "(exit 3); (exit 4)"});
  CHECK(watcher.endings.empty());
  bool settled = false;
  trace(watcher, {"sleep", "0.05"}, [&](Tracer& tracer) {
    watcher.wants = true;
    core::renew_exit_events(tracer, [&] { settled = true; });
  });
  CHECK(settled);
  CHECK(watcher.endings.size() == 1);
}

TEST_CASE("what is held at its end is killed with its session, and let go by a resume") {
  EndWatcher watcher;
  watcher.holds = true;
  trace(watcher, {"sh", "-c", "exit 3"}, [](Tracer& tracer) {
    core::wait_stop(tracer, 0, 0, INT64_MAX, [&tracer](const auto&) {
      tracer.post([](Tracer& it) { it.end(core::EndAction::kKill); });
    });
  });
  CHECK(watcher.endings.size() == 1);
  trace(watcher, {"sh", "-c", "exit 3"}, [](Tracer& tracer) {
    core::wait_stop(tracer, 0, 0, INT64_MAX, [&tracer](const auto&) {
      tracer.post([](Tracer& it) { CHECK(core::resume_tasks(it, {}, {}).value->size() == 1); });
    });
  });
  CHECK(watcher.count(Entry::Kind::kEnd) == 2);
  CHECK(watcher.count(Entry::Kind::kHeld) == 2);
}

}  // namespace
}  // namespace ptraced::test
