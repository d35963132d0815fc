// What a compiled RecordFilter lets pass, and which files a call is said to use.
#include "wire/record_filter.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <climits>
#include <string>
#include <vector>

#include "decode/decoder.h"
#include "decode/file_arguments.h"
#include "decode_support.h"

namespace ptraced::test {
namespace {

using decode::FileArgument;
using wire::Outcome;
using wire::RecordFacts;
using wire::RecordFilter;
using wire::RecordKind;

RecordFacts enter_of(uint64_t number) {
  return {.kind = RecordKind::kEnter, .pid = 10, .tid = 11, .number = number};
}

RecordFacts exit_of(uint64_t number, Outcome outcome, int error = 0, int64_t duration_ns = 0) {
  return {.kind = RecordKind::kExit,
          .pid = 10,
          .tid = 11,
          .number = number,
          .outcome = outcome,
          .error = error,
          .duration_ns = duration_ns};
}

decode::SyscallSet set_of(const std::string& entry) {
  std::string error;
  return decode::SyscallSet::parse(std::array{entry}, error);
}

std::vector<int> kinds_and_registers(uint64_t number) {
  std::vector<int> all;
  for (const FileArgument& argument : decode::file_arguments(core::Arch::kX86_64, number)) {
    all.push_back(static_cast<int>(argument.kind) * 100 + argument.index * 10 + argument.directory);
  }
  return all;
}

int code(FileArgument::Kind kind, int index, int directory = -1) {
  return static_cast<int>(kind) * 100 + index * 10 + directory;
}

TEST_SUITE("record filter") {
  TEST_CASE("a default filter is everything") {
    const RecordFilter filter;
    CHECK(filter.is_everything());
    CHECK(filter.passes(enter_of(SYS_read)));
    CHECK(filter.passes({.kind = RecordKind::kRulesChanged}));
    CHECK(filter.file_facts() == wire::kNoFileFacts);
    CHECK(RecordFilter(RecordFilter::Conditions()).is_everything());
  }

  TEST_CASE("syscalls restrict ENTER and EXIT alone") {
    const RecordFilter filter({.syscalls = set_of("read")});
    CHECK(filter.passes(enter_of(SYS_read)));
    CHECK(filter.passes(exit_of(SYS_read, Outcome::kSuccess)));
    CHECK_FALSE(filter.passes(enter_of(SYS_write)));
    CHECK_FALSE(filter.passes(exit_of(SYS_write, Outcome::kSuccess)));
    CHECK(filter.passes({.kind = RecordKind::kSignal}));
  }

  TEST_CASE("kinds") {
    const RecordFilter filter({.kinds = 1U << static_cast<int>(RecordKind::kExit)});
    CHECK_FALSE(filter.passes(enter_of(SYS_read)));
    CHECK(filter.passes(exit_of(SYS_read, Outcome::kNone)));
    CHECK_FALSE(filter.passes({.kind = RecordKind::kTaskExit}));
  }

  TEST_CASE("pids are those of processes or threads, for every kind") {
    CHECK(RecordFilter({.pids = {12, 10}}).passes(enter_of(SYS_read)));
    CHECK(RecordFilter({.pids = {11}}).passes(enter_of(SYS_read)));
    CHECK_FALSE(RecordFilter({.pids = {12}}).passes(enter_of(SYS_read)));
    CHECK_FALSE(RecordFilter({.pids = {12}}).passes({.kind = RecordKind::kSignal, .pid = 10}));
  }

  TEST_CASE("the outcome restricts EXIT alone, and none is neither success nor failure") {
    const RecordFilter failed({.failed_only = true});
    CHECK(failed.passes(enter_of(SYS_read)));
    CHECK(failed.passes({.kind = RecordKind::kTaskExit}));
    CHECK(failed.passes(exit_of(SYS_read, Outcome::kFailure, ENOENT)));
    CHECK_FALSE(failed.passes(exit_of(SYS_read, Outcome::kSuccess)));
    CHECK_FALSE(failed.passes(exit_of(SYS_read, Outcome::kNone)));

    const RecordFilter successful({.successful_only = true});
    CHECK(successful.passes(exit_of(SYS_read, Outcome::kSuccess)));
    CHECK_FALSE(successful.passes(exit_of(SYS_read, Outcome::kFailure, ENOENT)));
    CHECK_FALSE(successful.passes(exit_of(SYS_read, Outcome::kNone)));

    const RecordFilter some({.errors = {ENOENT, EACCES}});
    CHECK(some.passes(exit_of(SYS_read, Outcome::kFailure, EACCES)));
    CHECK_FALSE(some.passes(exit_of(SYS_read, Outcome::kFailure, EPERM)));
    CHECK_FALSE(some.passes(exit_of(SYS_read, Outcome::kSuccess)));

    const RecordFilter slow({.min_duration_ns = 1000});
    CHECK(slow.passes(exit_of(SYS_read, Outcome::kSuccess, 0, 1000)));
    CHECK_FALSE(slow.passes(exit_of(SYS_read, Outcome::kSuccess, 0, 999)));
  }

  TEST_CASE("descriptors") {
    const RecordFilter filter({.descriptors = {5, 3}});
    CHECK(filter.file_facts() == wire::kListedDescriptors);
    RecordFacts facts = enter_of(SYS_read);
    facts.gathered = wire::kListedDescriptors;
    CHECK_FALSE(filter.passes(facts));
    const std::array<int32_t, 2> used = {7, 3};
    facts.descriptors = used;
    CHECK(filter.passes(facts));
    CHECK(filter.passes({.kind = RecordKind::kSignal}));
  }

  TEST_CASE("paths are those below, and never those that only begin alike") {
    const RecordFilter filter({.paths = {"/etc/", "/a/./b"}});
    CHECK(filter.file_facts() == (wire::kListedDescriptors | wire::kFilePaths));
    RecordFacts facts = enter_of(SYS_openat);
    facts.gathered = wire::kListedDescriptors | wire::kFilePaths;
    for (const auto& [path, passes] :
         std::vector<std::pair<std::string_view, bool>>{{"/etc", true},
                                                        {"/etc/passwd", true},
                                                        {"/etcetera", false},
                                                        {"/a/b", true},
                                                        {"/a", false},
                                                        {"/", false}}) {
      facts.paths = std::span(&path, 1);
      CHECK_MESSAGE(filter.passes(facts) == passes, path);
    }
    const std::string_view any = "/x/y";
    facts.paths = std::span(&any, 1);
    CHECK(RecordFilter({.paths = {"/"}}).passes(facts));
  }

  TEST_CASE("what was not gathered cannot be judged, and passes") {
    RecordFacts facts = enter_of(SYS_poll);
    CHECK(RecordFilter({.descriptors = {3}}).passes(facts));
    CHECK(RecordFilter({.paths = {"/etc"}}).passes(facts));
    facts.gathered = wire::kListedDescriptors;
    CHECK(RecordFilter({.paths = {"/etc"}}).passes(facts));
    CHECK_FALSE(RecordFilter({.descriptors = {3}}).passes(facts));
  }

  TEST_CASE("every condition must hold") {
    const RecordFilter filter({.syscalls = set_of("read"), .pids = {11}, .failed_only = true});
    CHECK(filter.passes(exit_of(SYS_read, Outcome::kFailure, EIO)));
    CHECK_FALSE(filter.passes(exit_of(SYS_write, Outcome::kFailure, EIO)));
    RecordFacts other = exit_of(SYS_read, Outcome::kFailure, EIO);
    other.pid = other.tid = 12;
    CHECK_FALSE(filter.passes(other));
  }

  TEST_CASE("normal_path") {
    CHECK(wire::normal_path("/") == "/");
    CHECK(wire::normal_path("//a/./b/../c/") == "/a/c");
    CHECK(wire::normal_path("/../..") == "/");
    CHECK(wire::normal_path("/a/..") == "/");
  }

  TEST_CASE("errors by name") {
    CHECK(decode::errno_number("ENOENT") == ENOENT);
    CHECK(decode::errno_number("EWOULDBLOCK") == EAGAIN);
    CHECK(decode::errno_number("ERESTARTSYS") == 512);
    CHECK(decode::errno_number("") == 0);
    CHECK(decode::errno_number("ENOSUCH") == 0);
    CHECK(decode::errno_number("enoent") == 0);
  }
}

TEST_SUITE("file arguments") {
  using Kind = FileArgument::Kind;

  TEST_CASE("descriptors and paths of rows") {
    CHECK(kinds_and_registers(SYS_read) == std::vector{code(Kind::kDescriptor, 0)});
    CHECK(kinds_and_registers(SYS_mmap) == std::vector{code(Kind::kDescriptor, 4)});
    CHECK(kinds_and_registers(SYS_openat) ==
          std::vector{code(Kind::kDescriptor, 0), code(Kind::kPath, 1, 0)});
    CHECK(kinds_and_registers(SYS_renameat) ==
          std::vector{code(Kind::kDescriptor, 0), code(Kind::kPath, 1, 0),
                      code(Kind::kDescriptor, 2), code(Kind::kPath, 3, 2)});
    CHECK(kinds_and_registers(SYS_rename) ==
          std::vector{code(Kind::kPath, 0), code(Kind::kPath, 1)});
    CHECK(kinds_and_registers(SYS_epoll_ctl) ==
          std::vector{code(Kind::kDescriptor, 0), code(Kind::kDescriptor, 2)});
    CHECK(kinds_and_registers(SYS_pipe).empty());
    CHECK(kinds_and_registers(SYS_fsopen).empty());
    CHECK(decode::file_arguments(core::Arch::kI386, 1'000'000).empty());
  }

  TEST_CASE("poll's array") {
    std::array<pollfd, 200> list = {};
    for (size_t i = 0; i < list.size(); ++i) {
      list[i].fd = i == 1 ? -1 : static_cast<int>(i);
    }
    FakeMemory memory;
    memory.map_object(0x1000, list);
    const uint64_t args[6] = {0x1000, list.size()};
    std::array<int32_t, 1024> out;
    const FileArgument argument = decode::file_arguments(core::Arch::kX86_64, SYS_poll)[0];
    REQUIRE(decode::read_descriptors(argument, core::Arch::kX86_64, args, memory, out) == 199);
    CHECK(out[0] == 0);
    CHECK(out[1] == 2);
    CHECK(out[198] == 199);
    CHECK(decode::read_descriptors(argument, core::Arch::kX86_64, args, memory,
                                   std::span(out).first(3)) == 3);
    const uint64_t null[6] = {0, UINT64_MAX};
    CHECK(decode::read_descriptors(argument, core::Arch::kX86_64, null, memory, out) == 0);
  }

  TEST_CASE("select's sets") {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(3, &set);
    FD_SET(9, &set);
    FD_SET(100, &set);
    FakeMemory memory;
    memory.map_object(0x1000, set);
    const uint64_t args[6] = {100, 0x1000};
    std::array<int32_t, 16> out;
    const auto arguments = decode::file_arguments(core::Arch::kX86_64, SYS_select);
    REQUIRE(arguments.size() == 3);
    REQUIRE(decode::read_descriptors(arguments[0], core::Arch::kX86_64, args, memory, out) == 2);
    CHECK(out[0] == 3);
    CHECK(out[1] == 9);
    CHECK(decode::read_descriptors(arguments[1], core::Arch::kX86_64, args, memory, out) == 0);
  }
}

}  // namespace
}  // namespace ptraced::test
