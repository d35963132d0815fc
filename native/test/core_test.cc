// The engine against real processes.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <set>
#include <thread>

#include "commands.h"
#include "core/tracer.h"
#include "journal.h"

namespace ptraced::test {
namespace {

using core::EndAction;
using core::LaunchOptions;
using core::Tracer;

Journal trace_to_the_end(const LaunchOptions& options) {
  Journal journal;
  on_tracer_thread([&] {
    Tracer tracer(journal, {});
    core::Result<pid_t> root = tracer.launch(options);
    REQUIRE(root);
    tracer.run();
    tracer.linger();
    REQUIRE(tracer.root_status());
  });
  return journal;
}

TEST_CASE("a launch begins with the enter and the exit of its execve") {
  const Journal journal = trace_to_the_end(command({"echo", "hello"}));
  REQUIRE(journal.entries.size() > 4);
  CHECK(journal.entries[0].kind == Entry::Kind::kEnter);
  CHECK(journal.entries[0].number == SYS_execve);
  CHECK(journal.entries[1].kind == Entry::Kind::kExit);
  CHECK(journal.entries[1].number == SYS_execve);
  CHECK(journal.entries[1].value == 0);
  CHECK(journal.entries[2].kind == Entry::Kind::kExec);
  CHECK(journal.entries.back().kind == Entry::Kind::kEnd);
  CHECK(journal.output[1] == "hello\n");
  CHECK(journal.count(Entry::Kind::kError) == 0);
}

TEST_CASE("every child is announced before its first call and ends after its last") {
  const Journal journal = trace_to_the_end(
      command({"sh", "-c", "i=0; while [ $i -lt 50 ]; do /bin/true & i=$((i+1)); done; wait"}));
  std::set<pid_t> known = {journal.entries.front().tid};
  std::set<pid_t> ended;
  for (const Entry& entry : journal.entries) {
    if (entry.kind == Entry::Kind::kNewTask) {
      known.insert(static_cast<pid_t>(entry.number));
    }
    CHECK(known.contains(entry.tid));
    CHECK_FALSE(ended.contains(entry.tid));
    if (entry.kind == Entry::Kind::kEnd) {
      ended.insert(entry.tid);
    }
  }
  CHECK(known.size() == 51);
  CHECK(ended == known);
}

TEST_CASE("a failing launch names the step and leaves no child") {
  struct Case {
    LaunchOptions options;
    std::string operation;
    int code;
  };
  LaunchOptions no_directory = command({"true"});
  no_directory.cwd = "/nonexistent";
  const Case cases[] = {
      {command({"no-such-program"}), "execvp", ENOENT},
      {command({"/etc/passwd"}), "execvp", EACCES},
      {command({"/etc"}), "execvp", EACCES},
      {no_directory, "chdir", ENOENT},
  };
  for (const Case& one : cases) {
    on_tracer_thread([&] {
      Journal journal;
      Tracer tracer(journal, {});
      core::Result<pid_t> root = tracer.launch(one.options);
      REQUIRE_FALSE(root);
      CHECK(root.error().operation == one.operation);
      CHECK(root.error().code == one.code);
      CHECK(waitpid(-1, nullptr, __WALL) == -1);
      CHECK(errno == ECHILD);
    });
  }
}

TEST_CASE("an execve that fails after the look-up fails the launch") {
  const std::string path = "/tmp/ptraced-test-not-a-program-" + std::to_string(getpid());
  std::ofstream(path) << "\x7f"
                         "ELF but not really";
  REQUIRE(chmod(path.c_str(), 0755) == 0);
  on_tracer_thread([&] {
    Journal journal;
    Tracer tracer(journal, {});
    core::Result<pid_t> root = tracer.launch(command({path}));
    REQUIRE_FALSE(root);
    CHECK(std::string(root.error().operation) == "execve");
    CHECK(root.error().code == ENOEXEC);
  });
  unlink(path.c_str());
}

// A child of this process that sleeps in epoll_wait or another call until it is told to end.
pid_t spawn_sleeper() {
  const pid_t pid = fork();
  if (pid == 0) {
    for (;;) {
      pause();
    }
  }
  return pid;
}

TEST_CASE("an attached process is let go and runs on") {
  const pid_t pid = spawn_sleeper();
  for (int round = 0; round < 20; ++round) {
    on_tracer_thread([&] {
      Journal journal;
      Tracer tracer(journal, {});
      REQUIRE(tracer.attach(pid, false));
      tracer.post([](Tracer& it) { it.end(EndAction::kDetach); });
      tracer.run();
      CHECK(journal.count(Entry::Kind::kDetached) == 1);
      CHECK_FALSE(tracer.root_status());
    });
  }
  CHECK(kill(pid, 0) == 0);
  kill(pid, SIGKILL);
  CHECK(waitpid(pid, nullptr, 0) == pid);
}

TEST_CASE("a tracer works where no timer can be made") {
  rlimit limit = {};
  REQUIRE(getrlimit(RLIMIT_SIGPENDING, &limit) == 0);
  const rlimit none = {.rlim_cur = 0, .rlim_max = limit.rlim_max};
  REQUIRE(setrlimit(RLIMIT_SIGPENDING, &none) == 0);
  on_tracer_thread([&] {
    Journal journal;
    Tracer tracer(journal, {});
    REQUIRE(tracer.launch(command({"sh", "-c", "echo out; sleep 1000"})));
    std::thread client([&tracer] { tracer.post([](Tracer& it) { it.end(EndAction::kKill); }); });
    tracer.run();
    client.join();
    REQUIRE(tracer.root_status());
    CHECK(tracer.root_status()->killed());
  });
  REQUIRE(setrlimit(RLIMIT_SIGPENDING, &limit) == 0);
}

TEST_CASE("killing a session kills the whole tree") {
  on_tracer_thread([] {
    Journal journal;
    Tracer tracer(journal, {});
    REQUIRE(tracer.launch(command({"sh", "-c", "sleep 1000 & sleep 1000 & wait"})));
    tracer.post([](Tracer& it) { it.end(EndAction::kKill); });
    tracer.run();
    tracer.linger();
    REQUIRE(tracer.root_status());
    CHECK(tracer.root_status()->killed());
  });
}

TEST_CASE("attaching to what is not there") {
  on_tracer_thread([] {
    Journal journal;
    Tracer tracer(journal, {});
    core::Status status = tracer.attach(0x7ffffff0, false);
    REQUIRE_FALSE(status);
    CHECK(status.error().gone());
  });
}

}  // namespace
}  // namespace ptraced::test
