// The tree of values of calls: shapes, and that nothing of what a caller passes is lost.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>

#include <bit>
// linux/sched.h and sched.h name the same flags; the former has clone_args.
#include <linux/sched.h>

#include "../decode/socket_address.h"
#include "../decode/utf8.h"
#include "../decode/xlat/sets.h"
#include "value_support.h"

namespace ptraced::test {

TEST_SUITE_BEGIN("decode values");

constexpr uint64_t kAt = 0x10000;
constexpr uint64_t kThere = 0x20000;
constexpr uint64_t kElsewhere = 0x30000;
constexpr uint64_t kNowhere = 0x66660000;

TEST_CASE("every argument is there at the entry, and what the kernel wrote at the exit") {
  Valued task;
  task.memory.map(kAt, std::string_view("abc", 3));
  CHECK(task.enter_values(SYS_read, {3, kAt, 832}) == "fd: fd 3, buf: 0x10000, count: 832");
  CHECK(task.exit_values(3) == "fd: fd 3, buf: 0x10000 -> \"abc\", count: 832");
  task.enter_values(SYS_read, {3, kAt, 832});
  CHECK(task.exit_values(-9) == "fd: fd 3, buf: 0x10000, count: 832");
}

TEST_CASE("what was read at the entry stays, whatever stands there at the exit") {
  Valued task;
  const uint64_t cwd = static_cast<uint32_t>(AT_FDCWD);
  task.memory.map(kAt, std::string_view("/x\0", 3));
  const std::string arguments =
      "dirfd: fd -100, pathname: 0x10000 -> \"/x\", flags: <O_RDWR|O_CREAT+0x40000000>, mode: 420";
  CHECK(task.enter_values(SYS_openat, {cwd, kAt, O_RDWR | O_CREAT | 0x40000000, 0644}) ==
        arguments);
  task.memory.map(kAt, std::string_view("/y\0", 3));
  CHECK(task.exit_values(5) == arguments + " = fd 5");
  task.enter_values(SYS_openat, {cwd, kAt, O_RDONLY});
  CHECK(task.exit_values(-2) == "dirfd: fd -100, pathname: 0x10000 -> \"/y\", flags: <O_RDONLY>");
}

TEST_CASE("a call of which the entry was not seen") {
  Valued task;
  task.memory.map(kAt, std::string_view("/x\0", 3));
  task.enter(SYS_openat, {3, kAt, O_RDONLY});
  CHECK(task.exit_values(-2) == "dirfd: fd 3, pathname: 0x10000 -> \"/x\", flags: <O_RDONLY>");
}

TEST_CASE("addresses that cannot be read, and none") {
  Valued task;
  CHECK(task.enter_values(SYS_write, {1, kNowhere, 5}) == "fd: fd 1, buf: 0x66660000!, count: 5");
  CHECK(task.enter_values(SYS_access, {0, 0}) == "pathname: 0x0, mode: <F_OK>");
  CHECK(task.enter_values(SYS_access, {kNowhere, 4}) == "pathname: 0x66660000!, mode: <R_OK>");
}

TEST_CASE("text is valid UTF-8 without a NUL, all else is data") {
  Valued task;
  task.memory.map(kAt, std::string_view("gr\xc3\xbc\xc3\x9f\0e", 8));
  task.options.max_string_bytes = 6;
  CHECK(task.enter_values(SYS_write, {1, kAt, 6}) ==
        "fd: fd 1, buf: 0x10000 -> \"gr\xc3\xbc\xc3\x9f\", count: 6");
  // A character that the limit cuts is left out.
  task.options.max_string_bytes = 5;
  CHECK(task.enter_values(SYS_write, {1, kAt, 6}) ==
        "fd: fd 1, buf: 0x10000 -> \"gr\xc3\xbc\"...6, count: 6");
  // One that the tracee cuts is none.
  CHECK(task.enter_values(SYS_write, {1, kAt, 5}) ==
        "fd: fd 1, buf: 0x10000 -> data 67 72 c3 bc c3, count: 5");
  task.options.max_string_bytes = 32;
  CHECK(task.enter_values(SYS_write, {1, kAt + 6, 2}) ==
        "fd: fd 1, buf: 0x10006 -> data 0 65, count: 2");
}

TEST_CASE("values are cut where the tree comes to its bound") {
  Valued task;
  task.options.max_string_bytes = 1 << 20;
  task.memory.map(kAt, std::string(1000, 'x'));
  task.options.max_bytes = 100;
  const std::string line = task.enter_values(SYS_write, {1, kAt, 1000});
  CHECK(line.size() < 200);
  CHECK(line.ends_with("x\"...1000, count: 1000"));
}

TEST_CASE("a string that is cut tells how long it is") {
  Valued task;
  const std::string long_name(5000, 'x');
  task.memory.map(kAt, long_name + '\0');
  task.options.max_string_bytes = 4;
  const uint64_t argv[] = {kAt, 0};
  task.memory.map_object(kThere, argv);
  CHECK(task.enter_values(SYS_sethostname, {kAt, 60}) == "name: 0x10000 -> \"xxxx\"...60, len: 60");
  const std::string line = task.enter_values(SYS_execve, {kAt, kThere, 0});
  CHECK(line.find("argv: 0x20000 -> [0x10000 -> \"xxxx\"...5000], envp: 0x0") != std::string::npos);
  CHECK(line.find("xxx\"...5000, argv") != std::string::npos);
}

TEST_CASE("an environment is its number of strings, or all of them") {
  Valued task;
  task.memory.map(kAt, std::string_view("A=b\0", 4));
  const uint64_t strings[] = {kAt, kAt, 0};
  task.memory.map_object(kThere, strings);
  CHECK(task.enter_values(SYS_execve, {kAt, 0, kThere}) ==
        "pathname: 0x10000 -> \"A=b\", argv: 0x0, envp: 0x20000 -> []...2");
  task.options.unabbreviated = true;
  CHECK(task.enter_values(SYS_execve, {kAt, 0, kThere})
            .ends_with("envp: 0x20000 -> [0x10000 -> \"A=b\", 0x10000 -> \"A=b\"]"));
}

TEST_CASE("structures have the names of C") {
  Valued task;
  task.memory.map_object(kThere, timespec{1, 2});
  CHECK(task.enter_values(SYS_nanosleep, {kThere, kElsewhere}) ==
        "rqtp: 0x20000 -> timespec{tv_sec: 1, tv_nsec: 2}, rmtp: 0x30000");
  struct stat file = {};
  file.st_mode = S_IFREG | 0644;
  file.st_size = 5;
  task.memory.map_object(kThere, file);
  task.enter_values(SYS_fstat, {3, kThere});
  CHECK(task.exit_values(0) ==
        "fd: fd 3, statbuf: 0x20000 -> stat{st_mode: <S_IFREG+0x1a4>, st_size: 5}...");
}

TEST_CASE("what poll found stands in its descriptors") {
  Valued task;
  const pollfd before[] = {{1, POLLIN, 0}, {2, POLLOUT, 0}};
  task.memory.map_object(kThere, before);
  CHECK(task.enter_values(SYS_poll, {kThere, 2, 100}) ==
        "fds: 0x20000 -> [pollfd{fd: fd 1, events: <POLLIN>}, "
        "pollfd{fd: fd 2, events: <POLLOUT>}], nfds: 2, timeout: 100");
  const pollfd after[] = {{1, POLLIN, 0}, {2, POLLOUT, POLLOUT}};
  task.memory.map_object(kThere, after);
  CHECK(task.exit_values(1) ==
        "fds: 0x20000 -> [pollfd{fd: fd 1, events: <POLLIN>, revents: <>}, "
        "pollfd{fd: fd 2, events: <POLLOUT>, revents: <POLLOUT>}], nfds: 2, timeout: 100");
}

TEST_CASE("arguments stand in the order of the call, not of strace's notation") {
  Valued task;
  task.memory.map_object(kThere, int{100});
  CHECK(task.enter_values(SYS_clone, {CLONE_VM | CLONE_PARENT_SETTID | SIGCHLD, kAt, kThere}) ==
        "flags: <CLONE_VM|CLONE_PARENT_SETTID|SIGCHLD>, child_stack: 0x10000, parent_tid: 0x20000");
  CHECK(task.exit_values(100).ends_with("parent_tid: 0x20000 -> 100 = task 100"));
}

TEST_CASE("clone3 is one structure, with what the kernel wrote") {
  Valued task;
  clone_args args = {};
  args.flags = CLONE_PARENT_SETTID;
  args.parent_tid = kElsewhere;
  args.exit_signal = SIGCHLD;
  task.memory.map_object(kThere, args);
  task.memory.map_object(kElsewhere, int{77});
  CHECK(task.enter_values(SYS_clone3, {kThere, sizeof args}) ==
        "cl_args: 0x20000 -> clone_args{flags: <CLONE_PARENT_SETTID>, parent_tid: 0x30000, "
        "exit_signal: SIGCHLD(17), stack: 0x0, stack_size: 0}, size: 88");
  CHECK(task.exit_values(77) ==
        "cl_args: 0x20000 -> clone_args{flags: <CLONE_PARENT_SETTID>, exit_signal: SIGCHLD(17), "
        "stack: 0x0, stack_size: 0, parent_tid: 0x30000 -> 77}, size: 88 = task 77");
}

TEST_CASE("a number that the call moves is the new one") {
  Valued task;
  task.memory.map_object(kThere, uint64_t{10});
  CHECK(task.enter_values(SYS_sendfile, {1, 2, kThere, 5}) ==
        "out_fd: fd 1, in_fd: fd 2, offset: 0x20000 -> 10, count: 5");
  task.memory.map_object(kThere, uint64_t{15});
  CHECK(task.exit_values(5) == "out_fd: fd 1, in_fd: fd 2, offset: 0x20000 -> 15, count: 5");
  task.memory.map_object(kThere, socklen_t{16});
  task.memory.map_object(kElsewhere, sockaddr_in{AF_INET, htons(80), {htonl(0x7f000001)}, {}});
  CHECK(task.enter_values(SYS_accept, {3, kElsewhere, kThere}) ==
        "sockfd: fd 3, addr: 0x30000, addrlen: 0x20000");
  CHECK(task.exit_values(4) ==
        "sockfd: fd 3, addr: 0x30000 -> sockaddr_in{sa_family: AF_INET(2), sin_port: 80, "
        "sin_addr: \"127.0.0.1\"}, addrlen: 0x20000 -> 16 = fd 4");
}

TEST_CASE("what wait gives") {
  Valued task;
  const auto status = [&](int value) {
    task.memory.map_object(kThere, value);
    task.enter_values(SYS_wait4, {static_cast<uint64_t>(-1), kThere, 0, 0});
    return task.exit_values(77);
  };
  CHECK(status(0x300) ==
        "pid: task -1, wstatus: 0x20000 -> wait_status{status: 768, WEXITSTATUS: 3}, "
        "options: <>, rusage: 0x0 = task 77");
  CHECK(status(9).find("WTERMSIG: SIGKILL(9), WCOREDUMP: 0") != std::string::npos);
  CHECK(status(0x137f).find("WSTOPSIG: SIGSTOP(19)") != std::string::npos);
}

TEST_CASE("tasks are named as the server does where both see the same") {
  Valued task;
  CHECK(task.enter_values(SYS_kill, {12, 9}) == "pid: task 12, sig: SIGKILL(9)");
  task.own_pid_namespace = true;
  CHECK(task.enter_values(SYS_kill, {12, 9}) == "pid: task 12=12, sig: SIGKILL(9)");
  CHECK(task.enter_values(SYS_kill, {static_cast<uint64_t>(-12), 0}) == "pid: task -12, sig: 0");
}

TEST_CASE("results that are more than numbers") {
  Valued task;
  task.enter_values(
      SYS_mmap, {0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, static_cast<uint64_t>(-1), 0});
  CHECK(task.exit_values(0x7f0000000000).ends_with(" = 0x7f0000000000"));
  task.enter_values(SYS_fcntl, {3, F_GETFL});
  CHECK(task.exit_values(O_RDWR | O_APPEND) == "fd: fd 3, cmd: F_GETFL(3) = <O_RDWR|O_APPEND>");
  task.enter_values(SYS_write, {3, 0, 0});
  CHECK(task.exit_values(7) == "fd: fd 3, buf: 0x0, count: 0");
}

TEST_CASE("signals of a set") {
  Valued task;
  task.memory.map_object(kThere, uint64_t{1 << (SIGINT - 1) | 1 << (SIGCHLD - 1)});
  CHECK(task.enter_values(SYS_rt_sigprocmask, {SIG_BLOCK, kThere, 0, 8}) ==
        "how: SIG_BLOCK(0), set: 0x20000 -> <SIGINT|SIGCHLD>, oldset: 0x0, sigsetsize: 8");
}

// D5: whatever bits a word has, names and rest account for all of them and for no other.
TEST_CASE("names and rest account for every bit") {
  const decode::Set* const sets[] = {
      &decode::kOpenFlags,   &decode::kCloneFlags, &decode::kProt,       &decode::kMmapFlags,
      &decode::kPollEvents,  &decode::kModeTypes,  &decode::kAtFlags,    &decode::kSigactionFlags,
      &decode::kEpollEvents, &decode::kStatxMask,  &decode::kSocketTypes};
  uint64_t random = 88172645463325252;
  for (const decode::Set* set : sets) {
    const auto bits_of = [&](std::string_view name) {
      for (const auto& names : {set->flags, set->constants}) {
        for (const decode::Xlat& x : names) {
          if (x.name == name) {
            return x.value;
          }
        }
      }
      FAIL("no name of the set: " << name);
      return uint64_t{0};
    };
    for (int i = 0; i < 10000; ++i) {
      random ^= random << 13;
      random ^= random >> 7;
      random ^= random << 17;
      const uint64_t value = i % 2 == 0 ? random : random & random >> 20;
      uint64_t named = 0;
      const uint64_t rest = decode::for_each_name(
          *set, value, [&](std::string_view name) { named |= bits_of(name); });
      CHECK((named | rest) == value);
      CHECK((named & rest) == 0);
    }
  }
}

TEST_CASE("UTF-8") {
  const auto valid = [](std::string_view text) {
    return decode::is_utf8(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  };
  CHECK(valid(""));
  CHECK(valid("plain text of more than eight bytes"));
  CHECK(valid("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf"));
  for (const char* bad : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
                          "\xf0\x80\x80\xaf", "\xf4\x90\x80\x80", "\xff", "12345678\xe2\x82"}) {
    CHECK_MESSAGE(!valid(bad), bad);
  }
}

TEST_CASE("what is not UTF-8 is shown in octal digits") {
  CHECK(decode::displayable("") == "");
  CHECK(decode::displayable("\xc3\xa9\\n") == "\xc3\xa9\\n");
  CHECK(decode::displayable("a\xff\x80"
                            "1\xe2\x82") == "a\\377\\2001\\342\\202");
  CHECK(decode::displayable("\xe2\x82\xc3\xa9\xed\xa0\x80") == "\\342\\202\xc3\xa9\\355\\240\\200");
}

TEST_CASE("a socket address alone") {
  const sockaddr_in address = {AF_INET, htons(443), {htonl(0x01020304)}, {}};
  decode::SocketAddress decoded({reinterpret_cast<const uint8_t*>(&address), sizeof address});
  CHECK(decoded.text() ==
        "{sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr(\"1.2.3.4\")}");
  CHECK(value_text(decoded.value().tree, decoded.value().index) ==
        "sockaddr_in{sa_family: AF_INET(2), sin_port: 443, sin_addr: \"1.2.3.4\"}");
  const uint8_t one = 2;
  CHECK(decode::SocketAddress({&one, 1}).text() == "");
}

TEST_SUITE_END();

}  // namespace ptraced::test
