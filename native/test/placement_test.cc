// Tracer and command on one CPU, without the command noticing.
#include <doctest/doctest.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include <fstream>
#include <set>

#include "commands.h"
#include "core/clock.h"
#include "core/tracer.h"
#include "journal.h"

namespace ptraced::test {
namespace {

using core::Tracer;

cpu_set_t affinity(pid_t tid) {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  sched_getaffinity(tid, sizeof(mask), &mask);
  return mask;
}

bool has_two_cpus() {
  const cpu_set_t own = affinity(0);
  return CPU_COUNT(&own) >= 2;
}

TEST_CASE("a command reads its affinity as if untraced") {
  REQUIRE(has_two_cpus());
  const cpu_set_t own = affinity(0);
  Journal journal;
  on_tracer_thread([&] {
    Tracer tracer(journal, {});
    REQUIRE(tracer.launch(command({"nproc"})));
    tracer.run();
  });
  CHECK(journal.output[1] == std::to_string(CPU_COUNT(&own)) + "\n");
}

TEST_CASE("a command that sets its affinity keeps what it sets") {
  REQUIRE(has_two_cpus());
  Journal journal;
  on_tracer_thread([&] {
    Tracer tracer(journal, {});
    REQUIRE(tracer.launch(command({"taskset", "-c", "1", "sh", "-c", "nproc; taskset -cp $$"})));
    tracer.run();
  });
  CHECK(journal.output[1].starts_with("1\n"));
  CHECK(journal.output[1].ends_with("current affinity list: 1\n"));
}

TEST_CASE("a command is on one CPU while it is traced and gets its own back when it is let go") {
  REQUIRE(has_two_cpus());
  const cpu_set_t own = affinity(0);
  pid_t pid = 0;
  std::thread lingering;
  on_tracer_thread([&] {
    Journal journal;
    Tracer tracer(journal, {});
    core::Result<pid_t> root = tracer.launch(command({"sleep", "1000"}));
    REQUIRE(root);
    pid = *root;
    const cpu_set_t placed = affinity(pid);
    CHECK(CPU_COUNT(&placed) == 1);
    tracer.post([](Tracer& it) { it.end(core::EndAction::kDetach); });
    tracer.run();
    const cpu_set_t released = affinity(pid);
    CHECK(CPU_EQUAL(&own, &released));
    kill(pid, SIGKILL);
    tracer.linger();
  });
}

TEST_CASE("tasks that compute at the same time are set free") {
  REQUIRE(has_two_cpus());
  const cpu_set_t own = affinity(0);
  on_tracer_thread([&] {
    Journal journal;
    Tracer tracer(journal, {});
    core::Result<pid_t> root = tracer.launch(
        command({"sh", "-c", "(while :; do :; done) & (while :; do :; done) & wait"}));
    REQUIRE(root);
    // Looks at the tasks again and again while the tracer runs, from its own thread.
    const int64_t deadline = core::monotonic_ns() + 20 * core::kNanosecondsPerSecond;
    bool free = false;
    std::function<void(Tracer&)> look = [&](Tracer& it) {
      std::set<pid_t> tasks = {*root};
      for (const Entry& entry : journal.entries) {
        if (entry.kind == Entry::Kind::kNewTask) {
          tasks.insert(static_cast<pid_t>(entry.number));
        }
      }
      free = tasks.size() == 3;
      for (const pid_t tid : tasks) {
        const cpu_set_t mask = affinity(tid);
        free = free && CPU_EQUAL(&mask, &own);
      }
      if (free || core::monotonic_ns() > deadline) {
        it.end(core::EndAction::kKill);
      } else {
        it.post(look);
      }
    };
    tracer.post(look);
    tracer.run();
    CHECK(free);
  });
}

}  // namespace
}  // namespace ptraced::test
