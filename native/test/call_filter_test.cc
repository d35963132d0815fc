// The seccomp program of a call filter gives the verdict of its set for every number of every
// table.
#include "../core/call_filter.h"

#include <doctest/doctest.h>
#include <linux/audit.h>
#include <linux/bpf_common.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <string>

#include "../core/calls.h"
#include "../decode/syscall_set.h"

namespace ptraced::test {

TEST_SUITE_BEGIN("call filter");

// What the kernel makes of the program: the instructions that it uses (Documentation/networking/
// filter.rst).
uint32_t run(const std::vector<sock_filter>& program, uint32_t arch, uint32_t number,
             uint64_t second_argument = 0) {
  seccomp_data data = {};
  data.arch = arch;
  data.nr = static_cast<int>(number);
  data.args[1] = second_argument;
  uint32_t accumulator = 0;
  for (size_t at = 0; at < program.size(); ++at) {
    const sock_filter& step = program[at];
    switch (step.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        REQUIRE(step.k + sizeof accumulator <= sizeof data);
        std::memcpy(&accumulator, reinterpret_cast<const uint8_t*>(&data) + step.k,
                    sizeof accumulator);
        break;
      case BPF_JMP | BPF_JA:
        at += step.k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        at += accumulator == step.k ? step.jt : step.jf;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        at += accumulator >= step.k ? step.jt : step.jf;
        break;
      case BPF_RET | BPF_K:
        return step.k;
      default:
        FAIL("an instruction that is not expected: " << step.code);
    }
  }
  FAIL("the program has no end");
  return 0;
}

constexpr uint32_t kStops = SECCOMP_RET_TRACE | core::kCallFilterMark;

void check(const core::StoppingCalls& calls) {
  const auto program = core::call_filter_program(calls);
  REQUIRE(program.size() <= 4096);  // BPF_MAXINSNS
  struct Table {
    core::Arch arch;
    uint32_t audit;
    uint32_t base;
  };
  for (const Table& table : {Table{core::Arch::kX86_64, AUDIT_ARCH_X86_64, 0},
                             Table{core::Arch::kX32, AUDIT_ARCH_X86_64, 0x40000000},
                             Table{core::Arch::kI386, AUDIT_ARCH_I386, 0}}) {
    for (uint32_t number = 0; number < 700; ++number) {
      const uint32_t expected = calls.contains(table.arch, number) ? kStops : SECCOMP_RET_ALLOW;
      CHECK(run(program, table.audit, table.base + number) == expected);
    }
    CHECK(run(program, table.audit, UINT32_MAX) == kStops);
    CHECK(run(program, table.audit, 0x3fffffff) == kStops);
    CHECK(run(program, table.audit, 0x80000000) == kStops);
  }
  CHECK(run(program, AUDIT_ARCH_AARCH64, 0) == kStops);
}

core::StoppingCalls set_of(std::vector<std::string> entries) {
  std::string error;
  const auto set = decode::SyscallSet::parse(entries, error);
  REQUIRE(error.empty());
  return set.stopping_calls();
}

TEST_CASE("sets of all sorts") {
  for (const char* entry : {"openat", "%file", "!%file", "none", "/^[a-m]", "!read,write", "@x32",
                            "read@32", "0@64", "%network,!close", "/e"}) {
    std::string error;
    const std::vector<std::string> entries = {entry};
    const auto set = decode::SyscallSet::parse(entries, error);
    if (error.empty()) {
      check(set.stopping_calls());
    }
  }
}

TEST_CASE("every other number: the longest program") {
  core::StoppingCalls calls;
  for (auto& table : calls.tables) {
    for (size_t number = 0; number < 600; ++number) {
      table.push_back(number % 2 == 0);
    }
  }
  check(calls);
}

TEST_CASE("random sets") {
  uint64_t random = 42;
  for (int i = 0; i < 50; ++i) {
    core::StoppingCalls calls;
    for (auto& table : calls.tables) {
      for (size_t number = 0; number < 560; ++number) {
        random = random * 6364136223846793005 + 1442695040888963407;
        table.push_back((random >> 60) < static_cast<uint64_t>(i % 16));
      }
    }
    check(calls);
  }
}

TEST_CASE("what the engine itself must see stops in every set") {
  core::StoppingCalls calls = set_of({"none"});
  core::add_own_calls(calls);
  check(calls);
  CHECK(calls.contains(core::Arch::kX86_64, 59));   // execve
  CHECK(calls.contains(core::Arch::kI386, 11));     // execve
  CHECK(calls.contains(core::Arch::kX32, 520));     // execve
  CHECK(calls.contains(core::Arch::kX86_64, 317));  // seccomp
  CHECK(!calls.contains(core::Arch::kX86_64, 0));
}

TEST_CASE("the ioctl of /dev/userfaultfd stops in every set, and no other one") {
  const auto program = core::call_filter_program(set_of({"none"}));
  constexpr uint32_t kX32Ioctl = 0x40000000 + 514;
  for (const auto& [arch, number] : {std::pair{AUDIT_ARCH_X86_64, 16u},
                                     {AUDIT_ARCH_X86_64, kX32Ioctl},
                                     {AUDIT_ARCH_I386, 54u}}) {
    CHECK(run(program, arch, number, 0xAA00) == kStops);
    CHECK(run(program, arch, number, 0x12340000AA00) == kStops);  // the kernel takes 32 bits
    CHECK(run(program, arch, number, 0x5401) == SECCOMP_RET_ALLOW);
    CHECK(run(program, arch, number + 1, 0xAA00) == SECCOMP_RET_ALLOW);
  }
}

TEST_CASE("what stops in one of two sets stops in both together") {
  core::StoppingCalls calls = set_of({"read"});
  core::add_calls(calls, set_of({"write"}));
  check(calls);
  for (const uint64_t number : {0u, 1u}) {
    CHECK(calls.contains(core::Arch::kX86_64, number));
  }
  CHECK(!calls.contains(core::Arch::kX86_64, 2));
  CHECK(calls.contains(core::Arch::kI386, 4));  // write
  CHECK(!calls.contains(core::Arch::kI386, 5));
}

// What `ask` says in a process of its own: 0 to 9.
int in_child(const std::function<int()>& ask) {
  const pid_t child = fork();
  if (child == 0) {
    _exit(ask());
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

const sock_filter kAllow[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};

TEST_CASE("no filter beside one that is inherited, which may answer calls by itself") {
  if (core::is_under_filter()) {
    CHECK_FALSE(*core::can_install_call_filter(core::may_set_no_new_privs()));
  } else {
    CHECK(*core::can_install_call_filter(core::may_set_no_new_privs()));
  }
  CHECK(in_child([] {
          return !core::install_call_filter(kAllow, true) ? 9 : core::is_under_filter();
        }) == 1);
  CHECK(in_child([] {
          return !core::install_call_filter(kAllow, true)
                     ? 9
                     : *core::can_install_call_filter(core::may_set_no_new_privs());
        }) == 0);
}

// The bare call: this process has one thread here, and the C library would look for others.
bool become_nobody() {
  return syscall(SYS_setresuid, 65534, 65534, 65534) == 0;
}

TEST_CASE("no_new_privs is set only where tracing takes the privileges already") {
  REQUIRE(geteuid() == 0);
  CHECK_FALSE(core::may_set_no_new_privs());
  CHECK(in_child([] { return !become_nobody() ? 9 : core::may_set_no_new_privs(); }) == 1);
  CHECK(in_child([] { return !become_nobody() ? 9 : core::install_call_filter(kAllow, false); }) ==
        0);
  CHECK(in_child([] {
          return !become_nobody() || core::install_call_filter(kAllow, false)
                     ? 9
                     : prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
        }) == 0);
  CHECK(in_child([] {
          return !become_nobody() || !core::install_call_filter(kAllow, true)
                     ? 9
                     : prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
        }) == 1);
}

TEST_CASE("one set within another") {
  const auto parse = [](std::vector<std::string> entries) {
    std::string error;
    return decode::SyscallSet::parse(entries, error);
  };
  CHECK(parse({"%file"}).includes(parse({"openat"})));
  CHECK(!parse({"openat"}).includes(parse({"%file"})));
  CHECK(!parse({"openat"}).includes(parse({})));
  CHECK(parse({}).includes(parse({"read"})));
  CHECK(parse({"read,write"}).includes(parse({"none"})));
}

TEST_SUITE_END();

}  // namespace ptraced::test
