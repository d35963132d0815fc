// What gets the tracer thread out of its wait.
#include "core/wakeup.h"

#include <doctest/doctest.h>
#include <pthread.h>
#include <unistd.h>

#include "commands.h"

namespace ptraced::test {
namespace {

TEST_CASE("a kick is not lost when the repetition of an earlier one is stale") {
  on_tracer_thread([] {
    core::Wakeup wakeup;
    REQUIRE(wakeup.may_block());
    wakeup.kick();  // and the timer repeats it
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    usleep(10'000);  // an expiry of the timer is pending
    wakeup.kick();
    CHECK(wakeup.take());  // the first one; stops the timer
    CHECK_FALSE(wakeup.pending());
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    CHECK(wakeup.pending());
    CHECK(wakeup.take());
  });
}

}  // namespace
}  // namespace ptraced::test
