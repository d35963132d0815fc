// The pipe to a command's standard input: nothing blocks, nothing is lost, the end comes last.
#include "core/input_feed.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <string>

namespace ptraced::test {
namespace {

using core::InputFeed;
using core::UniqueFd;

constexpr size_t kMoreThanPipe = 1024UL * 1024;

// A feed and the other end of its pipe.
struct Pipe {
  Pipe() {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    reader = UniqueFd(ends[0]);
    fcntl(reader.get(), F_SETFL, O_NONBLOCK);
    REQUIRE(feed.start(getpid(), UniqueFd(ends[1]), SIGURG));
  }

  // What is in the pipe; sets `ended` where it is closed.
  std::string read_all() {
    std::string bytes;
    char buffer[65536];
    ssize_t got = 0;
    while ((got = read(reader.get(), buffer, sizeof(buffer))) > 0) {
      bytes.append(buffer, static_cast<size_t>(got));
    }
    ended = got == 0;
    return bytes;
  }

  UniqueFd reader;
  InputFeed feed;
  bool ended = false;
};

std::string numbered(size_t size) {
  std::string bytes;
  for (size_t i = 0; bytes.size() < size; ++i) {
    bytes += std::to_string(i) + ' ';
  }
  bytes.resize(size);
  return bytes;
}

TEST_CASE("bytes that fit are in the pipe at once") {
  Pipe pipe;
  CHECK(pipe.feed.write("one ", false));
  CHECK(pipe.feed.write("two", false));
  CHECK(pipe.read_all() == "one two");
  CHECK_FALSE(pipe.ended);
}

TEST_CASE("bytes that do not fit follow as the reader makes room") {
  Pipe pipe;
  const std::string bytes = numbered(kMoreThanPipe);
  int drained = 0;
  CHECK(pipe.feed.write(bytes, true));
  pipe.feed.when_drained([&] { ++drained; });
  std::string got;
  while (!pipe.ended) {
    got += pipe.read_all();
    pipe.feed.flush();
  }
  CHECK(got == bytes);
  CHECK(drained == 1);
}

TEST_CASE("a listener is called at once where nothing waits") {
  Pipe pipe;
  int drained = 0;
  pipe.feed.when_drained([&] { ++drained; });
  CHECK(drained == 1);
  pipe.feed.flush();
  CHECK(drained == 1);
}

TEST_CASE("after its close nothing is taken, and closing again does no harm") {
  Pipe pipe;
  CHECK(pipe.feed.write("last", true));
  CHECK_FALSE(pipe.feed.write("more", false));
  CHECK(pipe.feed.write("", true));
  CHECK(pipe.read_all() == "last");
  CHECK(pipe.ended);
}

TEST_CASE("a reader that goes away ends the waiting") {
  signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  int drained = 0;
  CHECK(pipe.feed.write(numbered(kMoreThanPipe), false));
  pipe.feed.when_drained([&] { ++drained; });
  CHECK(drained == 0);
  pipe.reader.reset();
  pipe.feed.flush();
  CHECK(drained == 1);
  CHECK_FALSE(pipe.feed.write("more", false));
}

TEST_CASE("nothing is taken where nobody reads") {
  signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  pipe.reader.reset();
  CHECK_FALSE(pipe.feed.write("bytes", false));
}

TEST_CASE("a feed without a pipe takes nothing") {
  InputFeed feed;
  CHECK(feed.start(getpid(), UniqueFd(), SIGURG));
  CHECK_FALSE(feed.write("bytes", false));
  feed.close();
}

}  // namespace
}  // namespace ptraced::test
