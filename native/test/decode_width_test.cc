// Every argument of a row is as wide, and has the sign, that the kernel's own prototype says
// (kernel_prototypes.inc). What the kernel takes as 64 bits is not cut before it is named.
#include <asm/prctl.h>
#include <doctest/doctest.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <scsi/sg.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "../decode/engine.h"
#include "../decode/structs/compat.h"
#include "../decode/structs/layout.h"
#include "../decode/subcalls.h"
#include "../decode/syscalls/table.h"
#include "value_support.h"

namespace ptraced::test {

TEST_SUITE_BEGIN("decode widths");

namespace {

// A letter an argument: s, i and l are signed numbers of 2, 4 and 8 bytes, S, I and L unsigned
// ones, p is a pointer.
constexpr std::pair<std::string_view, std::string_view> kPrototypes[] = {
#include "kernel_prototypes.inc"
};

// Those of i386's own calls: every register has 4 bytes, l and L do not occur, and Q is one half of
// a number of 64 bits.
constexpr std::pair<std::string_view, std::string_view> kI386Prototypes[] = {
#include "i386_prototypes.inc"
};

using decode::Kind;

size_t size_of(char letter, size_t word_size) {
  return letter == 's' || letter == 'S' ? 2 : letter == 'i' || letter == 'I' ? 4 : word_size;
}

bool is_signed(char letter) {
  return letter == 's' || letter == 'i' || letter == 'l';
}

// Where a row says otherwise than the prototype, and why.
struct Exception {
  std::string_view syscall;
  std::string_view argument;
  std::string_view reason;
};

constexpr Exception kExceptions[] = {
    {"umask", "mask", "an int, of which the kernel keeps permissions; strace shows a mode_t"},
    {"msgsnd", "msgsz", "i386 has a compat_ssize_t, of which the kernel makes a size_t"},
    {"msgrcv", "msgsz", "likewise"},
    {"preadv", "offset", "an unsigned long, which pos_from_hilo makes a loff_t"},
    {"pwritev", "offset", "likewise"},
    {"preadv2", "offset", "likewise"},
    {"pwritev2", "offset", "likewise"},
};

bool is_excepted(std::string_view syscall, std::string_view argument) {
  return std::ranges::any_of(kExceptions, [&](const Exception& exception) {
    return exception.syscall == syscall && exception.argument == argument;
  });
}

// Whatever the prototype says, descriptors and ids are looked up as an int (fdget, find_vpid).
bool is_looked_up(Kind kind) {
  return kind == Kind::kDescriptor || kind == Kind::kTask;
}

bool is_address(const decode::Type& type) {
  return type.points || type.kind == Kind::kPath || type.kind == Kind::kString ||
         type.kind == Kind::kBytes || type.kind == Kind::kPointer || type.kind == Kind::kArray;
}

void hold(const decode::Type& type, char letter, size_t word_size, const std::string& name) {
  if (letter == 'Q') {
    return;
  }
  if (is_address(type)) {
    CHECK_MESSAGE((letter == 'p' || size_of(letter, word_size) == word_size), name);
    return;
  }
  if (!is_looked_up(type.kind)) {
    CHECK_MESSAGE((type.size != 0 ? type.size : word_size) == size_of(letter, word_size), name);
  }
  if (type.kind == Kind::kSigned || type.kind == Kind::kUnsigned) {
    CHECK_MESSAGE((type.kind == Kind::kSigned) == is_signed(letter), name);
  }
}

}  // namespace

using Prototypes = std::map<std::string_view, std::string_view>;

void hold(const decode::Syscall& row, std::string_view prototype, size_t word_size) {
  for (size_t i = 0; i < row.arg_count(); ++i) {
    const decode::Arg& arg = row.args[i];
    const size_t index = arg.position >= 0 ? static_cast<size_t>(arg.position) : i;
    const std::string name = std::string(row.name) + " " + arg.name;
    REQUIRE_MESSAGE(index < prototype.size(), name);
    if (!is_excepted(row.name, arg.name)) {
      hold(arg.type, prototype[index], word_size, name);
    }
  }
}

TEST_CASE("arguments have the width and the sign of the kernel's prototypes") {
  const Prototypes prototypes(std::begin(kPrototypes), std::end(kPrototypes));
  size_t rows = 0;
  for (const decode::Syscall& row : decode::syscalls(core::Arch::kX86_64)) {
    const auto found = prototypes.find(row.name);
    if (found == prototypes.end()) {
      continue;  // a call that the kernel of the prototypes does not have
    }
    ++rows;
    hold(row, found->second, 8);
    if (row.variants != nullptr && (row.variants->mask & UINT32_MAX) == UINT32_MAX) {
      const size_t width = size_of(found->second[row.variants->selector], 8);
      CHECK_MESSAGE((row.variants->mask >> 32 != 0) == (width == 8), std::string(row.name));
    }
  }
  CHECK(rows > 330);
}

TEST_CASE("arguments of i386 have the width and the sign of the kernel's prototypes") {
  const Prototypes own(std::begin(kI386Prototypes), std::end(kI386Prototypes));
  const Prototypes shared(std::begin(kPrototypes), std::end(kPrototypes));
  size_t rows = 0;
  for (const decode::Syscall& row : decode::syscalls(core::Arch::kI386)) {
    // The old calls of the names of functions take the address of their arguments.
    const bool is_function = row.number >= decode::kSocketFunctions;
    auto found = is_function ? own.end() : own.find(row.name);
    if (found == own.end()) {
      found = shared.find(row.name);
      if (found == shared.end()) {
        continue;
      }
    }
    ++rows;
    hold(row, found->second, 4);
  }
  CHECK(rows > 300);
}

TEST_CASE("a field that does not fit its member does not compile") {
  static_assert(decode::has_width<int64_t, int32_t>(decode::kLong));
  static_assert(!decode::has_width<int64_t, int32_t>(decode::kInt64));
  static_assert(!decode::has_width<int64_t, int32_t>(decode::kInt));
  static_assert(!decode::has_width<uint32_t, uint32_t>(decode::kUshort));
  static_assert(!decode::has_width<uint64_t, uint64_t>(decode::flags(decode::kMountFlags)));
  static_assert(decode::has_sign<int32_t>(decode::kInt));
  static_assert(!decode::has_sign<int32_t>(decode::kUint));
  static_assert(!decode::has_sign<uint32_t>(decode::kInt));
  static_assert(decode::has_sign<uint32_t>(decode::kHexInt));
}

TEST_CASE("words of 64 bits are named as a whole") {
  Decoded task;
  constexpr uint64_t kHigh = uint64_t{1} << 32;
  clone_args plain = {};
  plain.exit_signal = 17;
  clone_args high = {};
  high.exit_signal = kHigh + 17;
  task.memory.map_object(0x1000, plain);
  task.memory.map_object(0x2000, high);
  CHECK(task.line(SYS_clone3, {0x1000, 64}, -99) ==
        "clone3({flags=0, exit_signal=SIGCHLD, stack=NULL, stack_size=0}, 64) = -1 EADDRNOTAVAIL "
        "(Cannot assign requested address)");
  CHECK(task.line(SYS_clone3, {0x2000, 64}, -99) ==
        "clone3({flags=0, exit_signal=4294967313, stack=NULL, stack_size=0}, 64) = -1 "
        "EADDRNOTAVAIL (Cannot assign requested address)");
  CHECK(task.line(SYS_arch_prctl, {ARCH_SET_CPUID, kHigh + 1}, 0) ==
        "arch_prctl(ARCH_SET_CPUID, 0x100000001) = 0");
  CHECK(task.line(SYS_ptrace, {PTRACE_ATTACH, 5}, 0) == "ptrace(PTRACE_ATTACH, 5) = 0");
  CHECK(task.line(SYS_ptrace, {kHigh + PTRACE_ATTACH, 1, 2, 3}, 0) ==
        "ptrace(0x100000010 /* PTRACE_??? */, 1, 0x2, 0x3) = 0");
  CHECK(task.line(SYS_prctl, {1, 15}, 0) == "prctl(PR_SET_PDEATHSIG, SIGTERM) = 0");
  CHECK(task.line(SYS_prctl, {1, kHigh + 15}, 0) == "prctl(PR_SET_PDEATHSIG, 4294967311) = 0");
  CHECK(
      task.line(SYS_mbind, {0x1000, 8192, kHigh + 2, 0, 0, 3}, 0) ==
      "mbind(0x1000, 8192, 0x100000002 /* MPOL_??? */, NULL, 0, MPOL_MF_STRICT|MPOL_MF_MOVE) = 0");
  CHECK(task.line(SYS_mbind, {0x1000, 8192, 0x8002, 0, 0, 3}, 0) ==
        "mbind(0x1000, 8192, MPOL_BIND|MPOL_F_STATIC_NODES, NULL, 0, "
        "MPOL_MF_STRICT|MPOL_MF_MOVE) = 0");
}

TEST_CASE("an i386 word is named by its 32 bits, whatever the register holds beyond them") {
  Decoded task;
  task.arch = core::Arch::kI386;
  constexpr uint64_t kPtrace = 26;
  CHECK(task.line(kPtrace, {0xdead00000010, 5}, 0) == "ptrace(PTRACE_ATTACH, 5) = 0");
  CHECK(task.line(kPtrace, {0x80000010, 5, 2, 3}, 0) ==
        "ptrace(0x80000010 /* PTRACE_??? */, 5, 0x2, 0x3) = 0");
}

TEST_CASE("mount's magic number") {
  Decoded task;
  task.memory.map(0x1000, std::string_view("a\0", 2));
  const auto line = [&](uint64_t flags) {
    return task.line(SYS_mount, {0x1000, 0x1000, 0x1000, flags, 0x1000}, 0);
  };
  CHECK(line(MS_MGC_VAL | MS_RDONLY) ==
        "mount(\"a\", \"a\", \"a\", MS_MGC_VAL|MS_RDONLY, \"a\") = 0");
  CHECK(line(MS_MGC_VAL) == "mount(\"a\", \"a\", \"a\", MS_MGC_VAL, \"a\") = 0");
  CHECK(line(0x100000000 | MS_MGC_VAL | MS_NODEV) ==
        "mount(\"a\", \"a\", \"a\", MS_MGC_VAL|MS_NODEV, \"a\") = 0");
  CHECK(line(0x100000000 | MS_NODEV) ==
        "mount(\"a\", \"a\", \"a\", MS_NODEV|0x100000000, \"a\") = 0");
}

TEST_CASE("times of i386") {
  Decoded task;
  task.arch = core::Arch::kI386;
  constexpr uint64_t kUtimes = 271;
  const int32_t times[4] = {-1, -5, -9, 1000000};
  task.memory.map(0x1000, std::string_view("x\0", 2));
  task.memory.map_object(0x2000, times);
  CHECK(task.line(kUtimes, {0x1000, 0x2000}, 0) ==
        "utimes(\"x\", [{tv_sec=-1, tv_usec=4294967291}, {tv_sec=-9, tv_usec=1000000}]) = 0");
  task.options.unabbreviated = true;
  decode::stat64_32 status = {};
  status.st_mtime = static_cast<uint32_t>(-5);
  status.st_mtime_nsec = 500000000;
  task.memory.map_object(0x3000, status);
  constexpr uint64_t kStat64 = 195;
  CHECK(task.line(kStat64, {0x1000, 0x3000}, 0)
            .find("st_mtime=-5 /* 1969-12-31T23:59:55.500000000+0000 */") != std::string::npos);
  decode::stat32 old = {};
  old.st_mtime = static_cast<uint32_t>(-5);
  task.memory.map_object(0x4000, old);
  constexpr uint64_t kStat = 106;
  CHECK(task.line(kStat, {0x1000, 0x4000}, 0).find("st_mtime=-5 /* 1969-12-31T23:59:55+0000 */") !=
        std::string::npos);
}

TEST_CASE("results of i386 from 2^31 on") {
  Decoded task;
  task.arch = core::Arch::kI386;
  constexpr uint64_t kSetfsuid32 = 215;
  constexpr uint64_t kLseek = 19;
  constexpr uint64_t kTimes = 43;
  CHECK(task.line(kSetfsuid32, {0xffffffff}, 3000000000) == "setfsuid32(-1) = 3000000000");
  CHECK(task.line(kLseek, {3, 0, 1}, 3000000000) == "lseek(3, 0, SEEK_CUR) = 3000000000");
  // What the kernel returns beyond 32 bits does not reach the tracee.
  CHECK(task.line(kLseek, {3, 0x7ffffffe, 1}, 6442450940) ==
        "lseek(3, 2147483646, SEEK_CUR) = 2147483644");
  task.enter(kTimes, {0});
  decode::exit_text(task.call(), {.value = -5}, task.memory, task.options, task.text);
  CHECK(task.text.text == "times(NULL) = 4294967291");
}

TEST_CASE("SG_IO: the request at the entry, the answer at the exit") {
  Decoded task;
  sg_io_hdr header = {};
  header.interface_id = 'S';
  header.dxfer_direction = SG_DXFER_FROM_DEV;
  header.cmd_len = 2;
  header.mx_sb_len = 4;
  header.dxfer_len = 6;
  header.cmdp = reinterpret_cast<unsigned char*>(0x2000);
  header.dxferp = reinterpret_cast<void*>(0x3000);
  header.sbp = reinterpret_cast<unsigned char*>(0x2000);
  header.timeout = 20;
  header.flags = SG_FLAG_DIRECT_IO;
  task.memory.map_object(0x1000, header);
  task.memory.map(0x2000, "\x12\x34XXXXXX");
  task.memory.map(0x3000, "abcdef");
  task.enter(SYS_ioctl, {3, SG_IO, 0x1000});
  header.resid = 4;
  header.status = 2;
  header.sb_len_wr = 8;  // more than there is room for
  header.info = SG_INFO_CHECK;
  task.memory.map_object(0x1000, header);
  CHECK(task.exit(0) ==
        "ioctl(3, SG_IO, {interface_id='S', dxfer_direction=SG_DXFER_FROM_DEV, cmd_len=2, "
        "cmdp=\"\\x12\\x34\", mx_sb_len=4, iovec_count=0, dxfer_len=6, timeout=20, "
        "flags=SG_FLAG_DIRECT_IO, dxferp=\"\\x61\\x62\", status=0x2, masked_status=0, "
        "msg_status=0, sb_len_wr=8, sbp=\"\\x12\\x34\\x58\\x58\", host_status=0, "
        "driver_status=0, resid=4, duration=0, info=SG_INFO_CHECK}) = 0");
  task.memory.map_object(0x4000, uint32_t{88});
  CHECK(task.line(SYS_ioctl, {3, SG_IO, 0x4000}, 0) == "ioctl(3, SG_IO, [88]) = 0");
  CHECK(task.line(SYS_ioctl, {3, SG_IO, 8}, 0) == "ioctl(3, SG_IO, 0x8) = 0");
}

TEST_SUITE_END();

}  // namespace ptraced::test
