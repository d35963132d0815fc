// Tampering with calls: by PTRACE_SET_SYSCALL_INFO and by registers, to the same effect.
#include <doctest/doctest.h>
#include <sys/syscall.h>

#include <cerrno>
#include <memory>

#include "commands.h"
#include "core/tracer.h"
#include "journal.h"

namespace ptraced::test {
namespace {

using core::Injection;
using core::Tracer;

// Tampers with the calls of one number whose first argument is `argument`, where that is asked for.
class Tamperer final : public Journal {
 public:
  std::shared_ptr<const Injection> tampering(const core::StopView& view) override {
    const core::SyscallEntry& entry = view.task.entry;
    return entry.number == number && (!argument || entry.args[0] == *argument) ? injection
                                                                               : nullptr;
  }

  uint64_t number = 0;
  std::optional<uint64_t> argument;
  std::shared_ptr<Injection> injection = std::make_shared<Injection>();
};

std::string output_of(Tamperer& tamperer, std::vector<std::string> argv) {
  on_tracer_thread([&] {
    Tracer tracer(tamperer, {});
    REQUIRE(tracer.launch(command(std::move(argv))));
    tracer.run();
    tracer.linger();
  });
  CHECK(tamperer.count(Entry::Kind::kError) == 0);
  return tamperer.output[1];
}

void by_both_ways(const std::function<void()>& check) {
  for (const bool set_syscall_info : {true, false}) {
    CAPTURE(set_syscall_info);
    core::use_set_syscall_info(set_syscall_info);
    check();
  }
  core::use_set_syscall_info(true);
}

TEST_CASE("a call is not made and returns what it is told to") {
  by_both_ways([] {
    Tamperer tamperer;
    tamperer.number = SYS_geteuid;
    tamperer.injection->result = core::SyscallExit{.value = 4242};
    CHECK(output_of(tamperer, {"id", "-u"}) == "4242\n");
  });
}

TEST_CASE("a call is not made and fails") {
  by_both_ways([] {
    Tamperer tamperer;
    tamperer.number = SYS_chdir;
    tamperer.injection->result = core::SyscallExit{.value = -ENOMEM, .is_error = true};
    CHECK(output_of(tamperer, {"sh", "-c", "cd /tmp 2>/dev/null || pwd"}) == "/\n");
    bool told = false;
    for (const Entry& entry : tamperer.entries) {
      told = told || (entry.kind == Entry::Kind::kExit && entry.number == SYS_chdir &&
                      entry.value == -ENOMEM);
    }
    CHECK(told);
  });
}

TEST_CASE("an argument is replaced") {
  by_both_ways([] {
    Tamperer tamperer;
    tamperer.number = SYS_umask;
    tamperer.argument = 022;
    tamperer.injection->arguments[0] = 077;
    CHECK(output_of(tamperer, {"sh", "-c", "umask 022; umask"}) == "0077\n");
  });
}

}  // namespace
}  // namespace ptraced::test
