// The table of x32: the calls of x86_64, and from 512 on those that have pointers in structures.
#include <string_view>

#include "../types/types.h"
#include "table.h"

namespace ptraced::decode {

namespace {

constexpr uint32_t kFirstOwn = 512;

// By number from 512 on (arch/x86/entry/syscalls/syscall_64.tbl).
constexpr std::string_view kOwn[] = {
    "rt_sigaction",
    "rt_sigreturn",
    "ioctl",
    "readv",
    "writev",
    "recvfrom",
    "sendmsg",
    "recvmsg",
    "execve",
    "ptrace",
    "rt_sigpending",
    "rt_sigtimedwait",
    "rt_sigqueueinfo",
    "sigaltstack",
    "timer_create",
    "mq_notify",
    "kexec_load",
    "waitid",
    "set_robust_list",
    "get_robust_list",
    "vmsplice",
    "move_pages",
    "preadv",
    "pwritev",
    "rt_tgsigqueueinfo",
    "recvmmsg",
    "sendmmsg",
    "process_vm_readv",
    "process_vm_writev",
    "setsockopt",
    "getsockopt",
    "io_setup",
    "io_submit",
    "execveat",
    "preadv2",
    "pwritev2",
};

// Structures with pointers have layouts of their own there, which are not described: what points to
// memory is shown as an address.
void make_opaque(Syscall& row) {
  row.variants = nullptr;
  for (Arg& arg : row.args) {
    if (arg.name != nullptr && (arg.type.kind >= Kind::kPointer || arg.type.kind == Kind::kArray) &&
        arg.type.size == 0) {
      arg.type = kAddress;
      arg.when = When::kEntry;
    }
  }
}

}  // namespace

std::vector<Syscall> x32_rows(std::span<const Syscall> x86_64) {
  std::vector<Syscall> rows;
  for (const Syscall& row : x86_64) {
    bool replaced = false;
    for (size_t i = 0; i < std::size(kOwn); ++i) {
      if (kOwn[i] == row.name) {
        replaced = true;
        rows.push_back(row);
        rows.back().number = kFirstOwn + static_cast<uint32_t>(i);
        make_opaque(rows.back());
      }
    }
    if (!replaced) {
      rows.push_back(row);
    }
  }
  return rows;
}

}  // namespace ptraced::decode
