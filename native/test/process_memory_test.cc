// Every way to a tracee's memory, and what clients do to held tasks.
#include "core/process_memory.h"

#include <doctest/doctest.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "commands.h"
#include "core/memory_access.h"
#include "core/memory_write.h"
#include "core/process_reader.h"
#include "core/register_names.h"
#include "core/tracer.h"
#include "journal.h"

namespace ptraced::test {
namespace {

using core::MemoryFault;
using core::ProcessMemory;
using Kind = core::MemoryFault::Kind;

constexpr size_t kPage = 4096;
constexpr uid_t kNobody = 65534;

// Memory of the test that a child shares the addresses of: writable, read-only, writable, nothing.
struct Pages {
  Pages() {
    start = static_cast<uint8_t*>(
        mmap(nullptr, 4 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    REQUIRE(start != MAP_FAILED);
    for (size_t i = 0; i < 3 * kPage; ++i) {
      start[i] = static_cast<uint8_t>(i * 7 + i / 256);
    }
    mprotect(start + kPage, kPage, PROT_READ);
    munmap(start + 3 * kPage, kPage);
  }
  ~Pages() { munmap(start, 3 * kPage); }
  uint64_t at(size_t offset) const { return reinterpret_cast<uint64_t>(start) + offset; }

  uint8_t* start;
};

// A copy of this process that sleeps, of another uid where the test runs as root.
class Sleeper {
 public:
  Sleeper() {
    int ready[2];
    REQUIRE(pipe(ready) == 0);
    pid_ = fork();
    if (pid_ == 0) {
      if (getuid() == 0) {
        (void)!setresuid(kNobody, kNobody, kNobody);
      }
      prctl(PR_SET_PDEATHSIG, SIGKILL);  // a change of ids clears it
      prctl(PR_SET_DUMPABLE, 1);         // and makes /proc/PID root's
      (void)!write(ready[1], "", 1);
      for (;;) {
        pause();
      }
    }
    char byte;
    CHECK(::read(ready[0], &byte, 1) == 1);
    close(ready[0]);
    close(ready[1]);
  }
  ~Sleeper() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, __WALL);
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

// Filters and capabilities are a thread's own: `body` runs on one that has lost them.
void on_limited_thread(bool without_process_vm, bool only_sys_ptrace,
                       const std::function<void()>& body) {
  std::thread([&] {
    if (without_process_vm) {
      sock_filter code[] = {
          BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),  // the number of the call
          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_readv, 1, 0),
          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_writev, 0, 1),
          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      };
      sock_fprog program = {std::size(code), code};
      REQUIRE(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
      REQUIRE(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0);
    }
    if (only_sys_ptrace) {
      __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
      __user_cap_data_struct data[2] = {};
      data[0].effective = data[0].permitted = 1U << CAP_SYS_PTRACE;
      REQUIRE(syscall(SYS_capset, &header, data) == 0);
    }
    body();
  }).join();
}

std::vector<uint8_t> read(const ProcessMemory& memory, uint64_t address, size_t size) {
  std::vector<uint8_t> bytes(size);
  const core::Result<size_t> got = memory.read(address, bytes);
  REQUIRE(got);
  bytes.resize(*got);
  return bytes;
}

// What all ways must do alike.
void check_reads(const ProcessMemory& memory, const Pages& pages) {
  const auto expect = [&](size_t offset, size_t size, size_t readable) {
    const std::vector<uint8_t> bytes = read(memory, pages.at(offset), size);
    REQUIRE(bytes.size() == readable);
    CHECK(std::memcmp(bytes.data(), pages.start + offset, readable) == 0);
  };
  expect(0, 3 * kPage, 3 * kPage);
  expect(1, 13, 13);
  expect(3 * kPage - 5, 100, 5);  // up to the end of the mapping and not further
  CHECK(read(memory, pages.at(3 * kPage), 16).empty());
  CHECK(read(memory, 0, 16).empty());
  CHECK(read(memory, UINT64_MAX - 3, 64).empty());
  CHECK(read(memory, 0xffff800000000000, 8).empty());
}

void check_writes(const ProcessMemory& memory, const Pages& pages, bool can_force) {
  const std::vector<uint8_t> bytes(kPage + 13, 'w');
  const auto before = read(memory, pages.at(0), 3 * kPage);
  const auto write = [&](size_t offset, bool force) {
    return core::write_memory(
        memory, {.address = pages.at(offset), .bytes = bytes, .expected = {}, .force = force});
  };
  const auto refused = write(10, false);
  REQUIRE(std::holds_alternative<MemoryFault>(refused));
  CHECK(std::get<MemoryFault>(refused).kind == Kind::kReadOnly);
  CHECK(std::get<MemoryFault>(refused).address == pages.at(kPage));
  CHECK(std::get<MemoryFault>(refused).permissions == "r--p");
  CHECK(read(memory, pages.at(0), 3 * kPage) == before);
  const auto beyond = write(2 * kPage, false);
  CHECK(std::get<MemoryFault>(beyond).kind == Kind::kUnmapped);
  CHECK(std::get<MemoryFault>(beyond).address == pages.at(3 * kPage));

  const auto forced = write(kPage / 2 + 3, true);
  if (!can_force) {
    CHECK(std::get<MemoryFault>(forced).kind == Kind::kNeedsStop);
    CHECK(read(memory, pages.at(0), 3 * kPage) == before);
    return;
  }
  REQUIRE(std::holds_alternative<std::vector<uint8_t>>(forced));
  const auto& previous = std::get<std::vector<uint8_t>>(forced);
  CHECK(std::equal(previous.begin(), previous.end(), before.begin() + kPage / 2 + 3));
  CHECK(read(memory, pages.at(kPage / 2 + 3), bytes.size()) == bytes);
  CHECK(read(memory, pages.at(kPage / 2 + 2), 1)[0] == before[kPage / 2 + 2]);
}

struct Case {
  const char* name;
  bool without_process_vm;
  bool only_sys_ptrace;
  bool stopped;
};

TEST_CASE("memory is read and written the same by every way") {
  const bool root = getuid() == 0;
  const Case cases[] = {
      {"process_vm, then /proc/PID/mem", false, false, false},
      {"/proc/PID/mem", true, false, false},
      {"process_vm alone: /proc/PID/mem is refused", false, true, false},
      {"process_vm, then POKE", false, true, true},
      {"PEEK and POKE", true, true, true},
  };
  for (const Case& one : cases) {
    if (one.only_sys_ptrace && !root) {
      continue;  // CAP_SYS_PTRACE cannot be kept without having it
    }
    CAPTURE(one.name);
    const Pages pages;
    const Sleeper sleeper;
    on_limited_thread(one.without_process_vm, one.only_sys_ptrace, [&] {
      if (one.stopped) {
        REQUIRE(core::seize(sleeper.pid(), {}));
        REQUIRE(core::interrupt(sleeper.pid()));
        REQUIRE(core::wait_task(sleeper.pid()));
      }
      const ProcessMemory memory(sleeper.pid(), one.stopped);
      check_reads(memory, pages);
      check_writes(memory, pages, one.stopped || !one.only_sys_ptrace);
    });
  }
}

TEST_CASE("what cannot be reached by any way is an error, not an end of memory") {
  if (getuid() != 0) {
    return;
  }
  const Pages pages;
  const Sleeper sleeper;
  on_limited_thread(true, true, [&] {
    std::vector<uint8_t> bytes(16);
    const auto got = ProcessMemory(sleeper.pid(), false).read(pages.at(0), bytes);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == EACCES);
  });
}

TEST_CASE("a process that is gone has no memory, and nothing of another is read in its place") {
  const Pages pages;
  std::optional<core::ProcessReader> reader;
  pid_t pid = 0;
  {
    const Sleeper sleeper;
    pid = sleeper.pid();
    CHECK(core::has_memory(pid));
    auto opened = core::ProcessReader::open(pid, pid);
    REQUIRE(opened);
    reader.emplace(std::move(*opened));
    std::vector<uint8_t> bytes(16);
    const auto got = reader->read(pages.at(0), bytes);
    REQUIRE(got);
    CHECK(*got == 16);
  }
  std::vector<uint8_t> bytes(16);
  const auto got = reader->read(pages.at(0), bytes);
  REQUIRE_FALSE(got);
  CHECK(got.error().gone());
  CHECK_FALSE(core::has_memory(pid));
  CHECK_FALSE(reader->mappings());
}

// Runs `body` on the tracer thread with a launched command that is held before its first
// instruction.
void with_held_command(const std::function<void(core::Tracer&, pid_t)>& body) {
  Journal journal;
  on_tracer_thread([&] {
    core::Tracer tracer(journal, {});
    core::LaunchOptions options = command({"true"});
    options.start_paused = true;
    core::Result<pid_t> root = tracer.launch(options);
    REQUIRE(root);
    bool ran = false;
    const std::function<void(core::Tracer&)> look = [&](core::Tracer& it) {
      core::Task* task = it.tasks().find(*root);
      if (task == nullptr || !task->held) {
        it.post(look);
        return;
      }
      body(it, *root);
      ran = true;
      it.end(core::EndAction::kKill);
    };
    tracer.post(look);
    tracer.run();
    tracer.linger();
    CHECK(ran);
  });
}

template <typename T>
core::ControlError control_error(const core::AccessResult<T>& result) {
  REQUIRE(std::holds_alternative<core::AccessError>(result));
  return std::get<core::ControlError>(std::get<core::AccessError>(result));
}

core::Location expression(std::string_view text) {
  return std::get<core::AddressExpression>(core::AddressExpression::parse(text, false));
}

TEST_CASE("a held task: registers in addresses, compare and write, stops") {
  with_held_command([](core::Tracer& tracer, pid_t pid) {
    const auto registers = core::task_registers(tracer, pid);
    REQUIRE(std::holds_alternative<core::TaskRegisters>(registers));
    const auto& [values, stop_id] = std::get<core::TaskRegisters>(registers);
    CHECK(stop_id != 0);

    const auto read = core::read_task_memory(tracer, pid, expression("rsp+8"), 64);
    const auto& there = std::get<core::MemoryRead>(read);
    CHECK(there.address == values.rsp + 8);
    CHECK(there.bytes.size() == 64);
    CHECK(there.stop_id == stop_id);

    core::TaskWrite write = {.bytes = {1, 2, 3, 4},
                             .expected = there.bytes,
                             .force = false,
                             .expected_stop_id = stop_id};
    REQUIRE(std::holds_alternative<core::WrittenMemory>(
        core::write_task_memory(tracer, pid, expression("rsp+8"), write)));
    const auto mismatch = core::write_task_memory(tracer, pid, expression("rsp+8"), write);
    const auto& fault = std::get<MemoryFault>(std::get<core::AccessError>(mismatch));
    CHECK(fault.kind == Kind::kMismatch);
    CHECK(fault.address >= values.rsp + 8);
    CHECK(fault.address < values.rsp + 12);
    write.expected_stop_id = stop_id + 1;
    const auto changed = core::write_task_memory(tracer, pid, expression("rsp+8"), write);
    CHECK(control_error(changed).refusal == core::Refusal::kStopChanged);
    CHECK(control_error(changed).stop_id == stop_id);
  });
}

TEST_CASE("registers are set all or none") {
  with_held_command([](core::Tracer& tracer, pid_t pid) {
    const auto index = [](std::string_view name) { return *core::find_register(name); };
    const auto set = [&](std::vector<std::pair<size_t, uint64_t>> values, uint64_t stop_id = 0) {
      return core::set_task_registers(tracer, pid,
                                      {.values = std::move(values), .expected_stop_id = stop_id});
    };
    const auto before = std::get<core::TaskRegisters>(core::task_registers(tracer, pid));
    const auto done = set({{index("r15"), 0x1234}, {index("rbx"), UINT64_MAX}}, before.stop_id);
    const auto& now = std::get<core::TaskRegisters>(done).values;
    CHECK(now.r15 == 0x1234);
    CHECK(now.rbx == UINT64_MAX);
    CHECK(now.rip == before.values.rip);

    const auto refused = set({{index("r15"), 7}, {index("cs"), 0x10}, {index("rbx"), 8}});
    const auto& error = std::get<core::AccessError>(refused);
    CHECK(std::get<core::RefusedRegister>(error).index == index("cs"));
    const auto after = std::get<core::TaskRegisters>(core::task_registers(tracer, pid));
    CHECK(after.values.r15 == 0x1234);
    CHECK(after.values.rbx == UINT64_MAX);
    CHECK(after.values.cs == before.values.cs);

    CHECK(control_error(set({{index("r15"), 1}}, before.stop_id + 1)).refusal ==
          core::Refusal::kStopChanged);
    CHECK(control_error(core::task_registers(tracer, pid + 1)).refusal ==
          core::Refusal::kTaskNotFound);
  });
}

}  // namespace
}  // namespace ptraced::test
