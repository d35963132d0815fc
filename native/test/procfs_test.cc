// What /proc tells of a task.
#include "core/procfs.h"

#include <doctest/doctest.h>
#include <grp.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

namespace ptraced::test {
namespace {

TEST_CASE("the signals of a task are told however many groups it is in") {
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t child = fork();
  if (child == 0) {
    std::vector<gid_t> groups;
    for (gid_t group = 0; group < 5000; ++group) {
      groups.push_back(1'000'000 + group);
    }
    signal(SIGUSR1, [](int) {});
    signal(SIGUSR2, SIG_IGN);
    const char grouped = setgroups(groups.size(), groups.data()) == 0 ? 'y' : 'n';
    (void)!write(ready[1], &grouped, 1);
    pause();
    _exit(0);
  }
  char grouped = 0;
  CHECK(read(ready[0], &grouped, 1) == 1);
  CHECK(grouped == 'y');
  const std::optional<core::TaskStatus> status = core::task_status(child);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
  REQUIRE(status);
  CHECK(status->tgid == child);
  CHECK(status->parent == getpid());
  CHECK((status->caught >> (SIGUSR1 - 1) & 1) == 1);
  CHECK(status->ignores(SIGUSR2));
  CHECK_FALSE(status->ignores(SIGUSR1));
}

TEST_CASE("a task that is gone has no status") {
  const pid_t child = fork();
  if (child == 0) {
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  CHECK_FALSE(core::task_status(child));
}

}  // namespace
}  // namespace ptraced::test
