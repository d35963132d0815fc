// The text of calls, signals and deaths: each line is what strace 7.2 printed for the same memory.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

#include "decode_support.h"

namespace ptraced::test {

TEST_SUITE_BEGIN("decode text");

constexpr uint64_t kAt = 0x10000;
constexpr uint64_t kThere = 0x20000;
constexpr uint64_t kElsewhere = 0x30000;

TEST_CASE("a read is open until its exit") {
  Decoded task;
  task.memory.map(kAt, std::string_view("abc\n\0x\1771\"\\", 10));
  CHECK(task.enter(SYS_read, {3, kAt, 832}) == "read(3");
  CHECK(task.exit(10) == "read(3, \"abc\\n\\0x\\1771\\\"\\\\\", 832) = 10");
  CHECK(task.text.text.substr(task.text.result_offset) == " = 10");
}

TEST_CASE("an octal escape before a digit has three digits") {
  Decoded task;
  task.memory.map(kAt, std::string_view("\0001\0018", 4));
  CHECK(task.line(SYS_write, {1, kAt, 4}, 4) == "write(1, \"\\0001\\18\", 4) = 4");
}

TEST_CASE("paths, flags and modes stand at the entry") {
  Decoded task;
  task.memory.map(kAt, std::string_view("/x\0", 3));
  const uint64_t cwd = static_cast<uint32_t>(AT_FDCWD);
  CHECK(task.enter(SYS_openat, {cwd, kAt, O_RDONLY}) == "openat(AT_FDCWD, \"/x\", O_RDONLY");
  CHECK(task.exit(-2) ==
        "openat(AT_FDCWD, \"/x\", O_RDONLY) = -1 ENOENT (No such file or directory)");
  CHECK(task.line(SYS_openat, {cwd, kAt, O_RDWR | O_CREAT | O_CLOEXEC, 0644}, 3) ==
        "openat(AT_FDCWD, \"/x\", O_RDWR|O_CREAT|O_CLOEXEC, 0644) = 3");
  CHECK(task.line(SYS_open, {kAt, 0x28}, 3) == "open(\"/x\", O_RDONLY|0x28) = 3");
}

TEST_CASE("an unknown constant behind a flag has strace's comment, but for policies") {
  Decoded task;
  CHECK(task.line(SYS_shmctl, {0, 0x177, 0}, -22) ==
        "shmctl(0, IPC_64|0x77 /* SHM_??? */, NULL) = -1 EINVAL (Invalid argument)");
  CHECK(task.line(SYS_semctl, {0, 0, 0x177, 0}, -22) ==
        "semctl(0, 0, IPC_64|0x77 /* SEM_??? */, NULL) = -1 EINVAL (Invalid argument)");
  CHECK(task.line(SYS_sched_setscheduler, {0, 0x40000077, 0}, -22) ==
        "sched_setscheduler(0, SCHED_RESET_ON_FORK|0x77, NULL) = -1 EINVAL (Invalid argument)");
}

TEST_CASE("strings are cut at the limit, arguments too") {
  Decoded task;
  task.options.max_string_bytes = 3;
  task.memory.map(kAt, std::string_view("abcdef\0", 7));
  const uint64_t argv[] = {kAt, kAt, kAt, kAt, 0};
  task.memory.map_object(kThere, argv);
  CHECK(task.line(SYS_write, {1, kAt, 6}, 6) == "write(1, \"abc\"..., 6) = 6");
  CHECK(task.line(SYS_write, {1, kAt, 3}, 3) == "write(1, \"abc\", 3) = 3");
  CHECK(task.line(SYS_execve, {kAt, kThere, kThere}, 0) ==
        "execve(\"abcdef\", [\"abc\"..., \"abc\"..., \"abc\"..., ...], 0x20000 /* 4 vars */) = 0");
}

TEST_CASE("a vector of large strings does not make a text without bound") {
  Decoded task;
  task.options.max_string_bytes = 1 << 20;
  task.memory.map(kAt, std::vector<uint8_t>(1 << 20, 0x01));
  std::vector<iovec> vectors(1000, {reinterpret_cast<void*>(kAt), 1 << 20});
  const auto* bytes = reinterpret_cast<const uint8_t*>(vectors.data());
  const uint64_t there = kAt + (2 << 20);
  task.memory.map(there, std::vector<uint8_t>(bytes, bytes + vectors.size() * sizeof(iovec)));
  for (const size_t most : {size_t{1000}, size_t{100 << 10}, size_t{8 << 20}}) {
    task.options.max_bytes = most;
    const std::string line = task.line(SYS_writev, {1, there, vectors.size()}, 1000 << 20);
    CHECK(line.size() >= most);
    CHECK(line.size() < most + 200);
    CHECK(line.ends_with(", ...], 1000) = 1048576000"));
  }
}

TEST_CASE("a string is cut where the text comes to its bound, and never within an escape") {
  Decoded task;
  task.options.max_string_bytes = 1 << 20;
  task.memory.map(kAt, std::vector<uint8_t>(100, 0xff));
  task.options.max_bytes = 30;
  CHECK(task.line(SYS_write, {1, kAt, 100}, 100) ==
        "write(1, \"\\377\\377\\377\\377\\377\"..., 100) = 100");
  task.options.max_bytes = 1000;
  CHECK(task.line(SYS_write, {1, kAt, 100}, 100).find("...") == std::string::npos);
}

TEST_CASE("a bad pointer is shown as it is") {
  Decoded task;
  CHECK(task.line(SYS_openat, {0xffffff9c, 5, 0}, -14) ==
        "openat(AT_FDCWD, 0x5, O_RDONLY) = -1 EFAULT (Bad address)");
  CHECK(task.line(SYS_open, {0, 0}, -14) == "open(NULL, O_RDONLY) = -1 EFAULT (Bad address)");
  // A string that runs into unmapped memory.
  task.memory.map(kAt, "abc");
  CHECK(task.line(SYS_chdir, {kAt}, -14) == "chdir(0x10000) = -1 EFAULT (Bad address)");
  // The last byte of the address space.
  CHECK(task.line(SYS_chdir, {UINT64_MAX}, -14) ==
        "chdir(0xffffffffffffffff) = -1 EFAULT (Bad address)");
}

TEST_CASE("structures are shown after success alone") {
  Decoded task;
  struct stat status = {};
  status.st_mode = S_IFREG | 0644;
  status.st_size = 12345;
  task.memory.map_object(kThere, status);
  task.memory.map(kAt, std::string_view("f\0", 2));
  CHECK(task.line(SYS_stat, {kAt, kThere}, 0) ==
        "stat(\"f\", {st_mode=S_IFREG|0644, st_size=12345, ...}) = 0");
  CHECK(task.line(SYS_stat, {kAt, kThere}, -13) ==
        "stat(\"f\", 0x20000) = -1 EACCES (Permission denied)");
}

TEST_CASE("results in hexadecimal, octal, and none") {
  Decoded task;
  CHECK(task.line(SYS_mmap, {0, 4096, 3, 0x22, UINT64_MAX, 0}, 0x7f0000000000) ==
        "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = "
        "0x7f0000000000");
  CHECK(task.line(SYS_umask, {022}, 02) == "umask(022) = 002");
  CHECK(task.line(SYS_exit_group, {1}, 0) == "exit_group(1) = ?");
}

TEST_CASE("restarts are not errors of the call") {
  Decoded task;
  CHECK(task.line(SYS_pause, {}, -514) ==
        "pause() = ? ERESTARTNOHAND (To be restarted if no handler)");
  const timespec wanted = {1, 500};
  const timespec left = {0, 7};
  task.memory.map_object(kAt, wanted);
  task.memory.map_object(kThere, left);
  CHECK(task.line(SYS_nanosleep, {kAt, kThere}, -516) ==
        "nanosleep({tv_sec=1, tv_nsec=500}, {tv_sec=0, tv_nsec=7}) = ? ERESTART_RESTARTBLOCK "
        "(Interrupted by signal)");
  CHECK(task.line(SYS_restart_syscall, {}, 0) ==
        "restart_syscall(<... resuming interrupted nanosleep ...>) = 0");
}

TEST_CASE("lengths that the kernel changes") {
  Decoded task;
  const struct {
    uint16_t family, port;
    uint32_t address;
    uint8_t zero[8];
  } address = {AF_INET, 0x5000, 0x0100007f, {}};
  task.memory.map_object(kAt, address);
  task.memory.map_object(kThere, 128);
  CHECK(task.enter(SYS_getsockname, {3, kAt, kThere}) == "getsockname(3");
  task.memory.map_object(kThere, 16);
  CHECK(task.exit(0) ==
        "getsockname(3, {sa_family=AF_INET, sin_port=htons(80), "
        "sin_addr=inet_addr(\"127.0.0.1\")}, [128 => 16]) = 0");
}

TEST_CASE("an offset that the call moves") {
  Decoded task;
  const auto line = [&](uint64_t after, int64_t result) {
    task.memory.map_object(kThere, uint64_t{10});
    CHECK(task.enter(SYS_sendfile, {1, 2, kThere, 5}) == "sendfile(1, 2, [10");
    task.memory.map_object(kThere, after);
    return task.exit(result);
  };
  CHECK(line(15, 5) == "sendfile(1, 2, [10 => 15], 5) = 5");
  CHECK(line(10, 0) == "sendfile(1, 2, [10], 5) = 0");
  CHECK(line(10, -9) == "sendfile(1, 2, [10], 5) = -1 EBADF (Bad file descriptor)");
  CHECK(task.line(SYS_sendfile, {1, 2, 0, 5}, 5) == "sendfile(1, 2, NULL, 5) = 5");
}

TEST_CASE("what poll and select found") {
  Decoded task;
  const pollfd fds[] = {{3, POLLIN, 0}, {4, POLLOUT, POLLOUT}};
  task.memory.map_object(kAt, fds);
  CHECK(task.line(SYS_poll, {kAt, 2, 1000}, 1) ==
        "poll([{fd=3, events=POLLIN}, {fd=4, events=POLLOUT}], 2, 1000) = 1 ([{fd=4, "
        "revents=POLLOUT}])");
  CHECK(task.line(SYS_poll, {kAt, 2, 1000}, 0).ends_with(" = 0 (Timeout)"));
  task.memory.map_object(kAt, pollfd{-2, POLLIN, 0});
  CHECK(task.line(SYS_poll, {kAt, 1, 0}, 0) == "poll([{fd=-2}], 1, 0) = 0 (Timeout)");
  const uint64_t set[16] = {0x28};
  task.memory.map_object(kThere, set);
  task.memory.map_object(kElsewhere, timeval{1, 500});
  CHECK(task.line(SYS_select, {6, kThere, 0, 0, kElsewhere}, 2) ==
        "select(6, [3 5], NULL, NULL, {tv_sec=1, tv_usec=500}) = 2 (in [3 5], left {tv_sec=1, "
        "tv_usec=500})");
}

TEST_CASE("what a command decides") {
  Decoded task;
  CHECK(task.line(SYS_fcntl, {3, F_GETFL}, 0x8002) ==
        "fcntl(3, F_GETFL) = 0x8002 (flags O_RDWR|O_LARGEFILE)");
  CHECK(task.line(SYS_fcntl, {3, F_SETFD, 1}, 0) == "fcntl(3, F_SETFD, FD_CLOEXEC) = 0");
  CHECK(task.line(SYS_fcntl, {3, 999, 1}, -22) ==
        "fcntl(3, 0x3e7 /* F_??? */, 0x1) = -1 EINVAL (Invalid argument)");
  CHECK(task.line(SYS_ioctl, {1, 0x5401, kAt}, -25) ==
        "ioctl(1, TCGETS, 0x10000) = -1 ENOTTY (Inappropriate ioctl for device)");
  CHECK(task.line(SYS_ioctl, {1, 0x80101234, 5}, -25) ==
        "ioctl(1, _IOC(_IOC_READ, 0x12, 0x34, 0x10), 0x5) = -1 ENOTTY (Inappropriate ioctl for "
        "device)");
  CHECK(task.line(SYS_futex, {kAt, 0x81, 1}, 1) == "futex(0x10000, FUTEX_WAKE_PRIVATE, 1) = 1");
}

TEST_CASE("the arguments of clone are named") {
  Decoded task;
  task.memory.map_object(kAt, 77);
  CHECK(task.line(SYS_clone, {0x01200011, 0, 0, 0x7f0000, 0}, 5) ==
        "clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, "
        "child_tidptr=0x7f0000) = 5");
}

TEST_CASE("wait statuses") {
  Decoded task;
  task.memory.map_object(kAt, 0x100);
  CHECK(task.line(SYS_wait4, {UINT64_MAX, kAt, 0, 0}, 5) ==
        "wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 1}], 0, NULL) = 5");
  task.memory.map_object(kAt, 0x8b);
  CHECK(task.line(SYS_wait4, {UINT64_MAX, kAt, 0, 0}, 5) ==
        "wait4(-1, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGSEGV && WCOREDUMP(s)}], 0, NULL) = 5");
  task.memory.map_object(kAt, 0x137f);
  CHECK(task.line(SYS_wait4, {UINT64_MAX, kAt, 2, 0}, 5) ==
        "wait4(-1, [{WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP}], WSTOPPED, NULL) = 5");
}

TEST_CASE("a call whose entry was not seen") {
  Decoded task;
  task.memory.map(kAt, "hello");
  decode::CallText fresh;
  const uint64_t args[6] = {3, kAt, 100};
  const decode::Call call{.number = SYS_read, .args = args};
  decode::exit_text(call, {.value = 5}, task.memory, task.options, fresh);
  CHECK(fresh.text == "read(3, \"hello\", 100) = 5");
}

TEST_CASE("numbers without a row") {
  Decoded task;
  CHECK(task.line(500, {1, 2, 3, 4, 5, 0}, -38) ==
        "syscall_0x1f4(0x1, 0x2, 0x3, 0x4, 0x5, 0) = -1 ENOSYS (Function not implemented)");
  CHECK(decode::find_syscall(core::Arch::kX86_64, 500) == nullptr);
  CHECK(decode::find_syscall(core::Arch::kX86_64, UINT64_MAX) == nullptr);
}

TEST_CASE("i386 has its numbers, layouts and split offsets") {
  Decoded task;
  task.arch = core::Arch::kI386;
  task.memory.map(kAt, "hello");
  CHECK(task.line(4, {1, kAt, 5}, 5) == "write(1, \"hello\", 5) = 5");
  const uint32_t vector[] = {kAt, 2, kAt + 2, 3};
  task.memory.map_object(kThere, vector);
  CHECK(task.line(146, {1, kThere, 2}, 5) ==
        "writev(1, [{iov_base=\"he\", iov_len=2}, {iov_base=\"llo\", iov_len=3}], 2) = 5");
  CHECK(task.line(181, {1, kAt, 5, 7, 1}, 5) == "pwrite64(1, \"hello\", 5, 4294967303) = 5");
}

TEST_CASE("signals") {
  siginfo_t info = {};
  info.si_signo = SIGCHLD;
  info.si_code = CLD_EXITED;
  info.si_pid = 5;
  info.si_stime = 150;
  std::string text;
  decode::signal_text(info, text);
  CHECK(text ==
        "--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=5, si_uid=0, si_status=0, "
        "si_utime=0, si_stime=150 /* 1.50 s */} ---");
  text.clear();
  info = {};
  info.si_signo = SIGSEGV;
  info.si_code = SEGV_MAPERR;
  info.si_addr = reinterpret_cast<void*>(0xdead);
  decode::signal_text(info, text);
  CHECK(text == "--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0xdead} ---");
}

TEST_CASE("deaths and stops") {
  std::string text;
  decode::exited_text(3, text);
  decode::killed_text(SIGSEGV, true, text);
  decode::group_stop_text(SIGTSTP, text);
  decode::superseded_text(12, text);
  CHECK(text ==
        "+++ exited with 3 ++++++ killed by SIGSEGV (core dumped) +++--- stopped by SIGTSTP "
        "---+++ superseded by execve in pid 12 +++");
}

TEST_CASE("names") {
  CHECK(decode::errno_name(2) == "ENOENT");
  CHECK(decode::errno_name(512) == "ERESTARTSYS");
  CHECK(decode::errno_name(0).empty());
  CHECK(decode::errno_name(-5).empty());
  CHECK(decode::errno_name(9999).empty());
  CHECK(decode::signal_name(SIGKILL) == "SIGKILL");
  CHECK(decode::signal_name(32) == "SIGRTMIN");
  CHECK(decode::signal_name(64) == "SIGRT_32");
  CHECK(decode::signal_name(65).empty());
  CHECK(decode::signal_code_name(SIGCHLD, CLD_KILLED) == "CLD_KILLED");
  CHECK(decode::signal_code_name(SIGCHLD, SI_USER) == "SI_USER");
}

// Entries as getdents64(2) and getdents(2) write them.
std::vector<uint8_t> entries(bool wide_type, std::initializer_list<std::string_view> names) {
  std::vector<uint8_t> bytes;
  for (const std::string_view name : names) {
    uint8_t entry[24] = {7};
    std::memset(entry + 8, 0xff, 8);
    entry[16] = sizeof entry;
    std::memcpy(entry + (wide_type ? 19 : 18), name.data(), name.size());
    entry[wide_type ? 18 : 23] = 8;
    bytes.insert(bytes.end(), entry, entry + sizeof entry);
  }
  return bytes;
}

TEST_CASE("a directory is counted, or shown where everything is asked for") {
  Decoded task;
  task.options.max_string_bytes = 1;
  task.memory.map(kAt, entries(true, {"ab", ""}));
  CHECK(task.line(SYS_getdents64, {3, kAt, 100}, 48) ==
        "getdents64(3, 0x10000 /* 2 entries */, 100) = 48");
  task.options.unabbreviated = true;
  const std::string first = "{d_ino=7, d_off=18446744073709551615, d_reclen=24, ";
  const std::string entry = first + "d_type=DT_REG, d_name=\"";
  CHECK(task.line(SYS_getdents64, {3, kAt, 100}, 48) ==
        "getdents64(3, [" + entry + "ab\"}, " + entry + "\"}], 100) = 48");
  CHECK(task.line(SYS_getdents64, {3, kAt, 100}, 0) == "getdents64(3, [], 100) = 0");
  CHECK(task.line(SYS_getdents64, {3, kAt, 100}, -9) ==
        "getdents64(3, 0x10000, 100) = -1 EBADF (Bad file descriptor)");
  CHECK(task.line(SYS_getdents64, {3, kThere, 100}, 48) == "getdents64(3, 0x20000, 100) = 48");
  CHECK(task.line(SYS_getdents64, {3, kAt, 100}, 72) ==
        "getdents64(3, [" + entry + "ab\"}, " + entry + "\"}, ... /* 0x10030 */], 100) = 72");

  task.memory.map(kAt, entries(false, {"ab"}));
  CHECK(task.line(SYS_getdents, {3, kAt, 100}, 24) ==
        "getdents(3, [" + first + "d_name=\"ab\", d_type=DT_REG}], 100) = 24");
}

TEST_CASE("statx shows what it says that it has") {
  Decoded task;
  struct statx file = {};
  std::memset(&file, 1, sizeof file);
  file.stx_attributes = file.stx_attributes_mask = 0;
  const auto shown = [&](uint32_t mask) {
    file.stx_mask = mask;
    task.memory.map_object(kThere, file);
    const std::string line = task.line(SYS_statx, {3, 0, 0, 0, kThere}, 0);
    const size_t begin = line.find('{');
    return line.substr(begin, line.rfind(')') - begin);
  };
  CHECK(shown(STATX_SIZE) ==
        "{stx_mask=STATX_SIZE, stx_attributes=0, stx_size=72340172838076673, ...}");
  CHECK(shown(0) == "{stx_mask=0, stx_attributes=0, ...}");
  task.options.unabbreviated = true;
  const std::string devices =
      ", stx_rdev_major=16843009, stx_rdev_minor=16843009, stx_dev_major=16843009, "
      "stx_dev_minor=16843009";
  const auto with = [&](const std::string& mask, const std::string& more) {
    return "{stx_mask=" + mask + ", stx_blksize=16843009, stx_attributes=0, " +
           "stx_attributes_mask=0" + devices + more + "}";
  };
  CHECK(shown(0) == with("0", ""));
  CHECK(shown(STATX_MNT_ID) == with("STATX_MNT_ID", ", stx_mnt_id=0x101010101010101"));
  CHECK(shown(0x2000) ==
        with("STATX_DIOALIGN", ", stx_dio_mem_align=16843009, stx_dio_offset_align=16843009"));
  CHECK(shown(0x8000) == with("STATX_SUBVOL", ", stx_subvol=0x101010101010101"));
  CHECK(shown(0x20000) == with("STATX_DIO_READ_ALIGN", ", stx_dio_read_offset_align=16843009"));
  CHECK(shown(STATX_BASIC_STATS).find("stx_btime") == std::string::npos);
  CHECK(shown(STATX_BTIME).find(", stx_btime={tv_sec=") != std::string::npos);
}

TEST_CASE("tables are ordered and every row is found by its number") {
  for (const core::Arch arch : {core::Arch::kX86_64, core::Arch::kI386, core::Arch::kX32}) {
    const auto rows = decode::syscalls(arch);
    CHECK(rows.size() > 300);
    for (size_t i = 0; i < rows.size(); ++i) {
      CAPTURE(rows[i].name);
      CHECK(decode::find_syscall(arch, rows[i].number) == &rows[i]);
      CHECK((i == 0 || rows[i - 1].number < rows[i].number));
    }
  }
}

TEST_SUITE_END();

}  // namespace ptraced::test
