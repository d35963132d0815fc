// The table of i386. Most of its calls are those of x86_64 under another number; the others, and
// those whose arguments differ, have rows of their own.
#include <iterator>
#include <string_view>

#include "../structs/structs.h"
#include "../subcalls.h"
#include "../types/net.h"
#include "../types/subjects.h"
#include "../types/types.h"
#include "rows_i386.h"
#include "table.h"

namespace ptraced::decode {

namespace {

// The functions of socketcall and ipc, by the rows of i386 that they have.
constexpr Alias kFunctions[] = {
    {kSocketFunctions + 1, "socket", "socket"},
    {kSocketFunctions + 2, "bind", "bind"},
    {kSocketFunctions + 3, "connect", "connect"},
    {kSocketFunctions + 4, "listen", "listen"},
    {kSocketFunctions + 6, "getsockname", "getsockname"},
    {kSocketFunctions + 7, "getpeername", "getpeername"},
    {kSocketFunctions + 8, "socketpair", "socketpair"},
    {kSocketFunctions + 11, "sendto", "sendto"},
    {kSocketFunctions + 12, "recvfrom", "recvfrom"},
    {kSocketFunctions + 13, "shutdown", "shutdown"},
    {kSocketFunctions + 14, "setsockopt", "setsockopt"},
    {kSocketFunctions + 15, "getsockopt", "getsockopt"},
    {kSocketFunctions + 16, "sendmsg", "sendmsg"},
    {kSocketFunctions + 17, "recvmsg", "recvmsg"},
    {kSocketFunctions + 18, "accept4", "accept4"},
    {kSocketFunctions + 19, "recvmmsg", "recvmmsg"},
    {kSocketFunctions + 20, "sendmmsg", "sendmmsg"},
    {kIpcFunctions + 2, "semget", "semget"},
    {kIpcFunctions + 11, "msgsnd", "msgsnd"},
    {kIpcFunctions + 12, "msgrcv", "msgrcv"},
    {kIpcFunctions + 13, "msgget", "msgget"},
    {kIpcFunctions + 21, "shmat", "shmat"},
    {kIpcFunctions + 22, "shmdt", "shmdt"},
    {kIpcFunctions + 23, "shmget", "shmget"},
};

// Calls whose arguments stand in memory, with the rows of x86_64.
constexpr Alias kOldCalls[] = {
    {kOldMmap, "mmap", "mmap"},
    {kOldSelect, "select", "select"},
};

// Those that i386 has as functions alone, or with other arguments.
constexpr Syscall kOwnFunctions[] = {
    {.number = kSocketFunctions + 5,
     .name = "accept",
     .classes = kNetwork,
     .result = kDescriptorResult,
     .args = {in("sockfd", kFd), out("addr", kSockaddrResult),
              saving(0, out("addrlen", kLengthResult))}},
    {.number = kSocketFunctions + 9,
     .name = "send",
     .classes = kNetwork,
     .args = {in("sockfd", kFd), in("buf", bytes(arg(2))), in("size", kSize),
              in("flags", flags(kMsgSocketFlags))}},
    {.number = kSocketFunctions + 10,
     .name = "recv",
     .classes = kNetwork,
     .args = {in("sockfd", kFd), out("buf", bytes(written(2))), in("size", kSize),
              in("flags", flags(kMsgSocketFlags))}},
    {.number = kIpcFunctions + 1,
     .name = "semop",
     .classes = kIpc,
     .args = {in("semid", kInt), in("sops", kSembufs), in("nsops", kUint)}},
    {.number = kIpcFunctions + 3,
     .name = "semctl",
     .classes = kIpc,
     .args = {in("semid", kInt), in("semnum", kInt), in("cmd", kSemCommand),
              in("arg", kAddressPointer)},
     .variants = &kFunctionSemctlVariants},
    {.number = kIpcFunctions + 14,
     .name = "msgctl",
     .classes = kIpc,
     .args = {in("msqid", kInt), in("cmd", kMsgCommand), in("buf", kAddress)},
     .variants = &kFunctionMsgctlVariants},
    {.number = kIpcFunctions + 24,
     .name = "shmctl",
     .classes = kIpc,
     .args = {in("shmid", kInt), in("cmd", kShmCommand), in("buf", kAddress)},
     .variants = &kFunctionShmctlVariants},
    {.number = kIpcFunctions + 4,
     .name = "semtimedop",
     .classes = kIpc,
     .args = {in("semid", kInt), in("sops", kSembufs), in("nsops", kUint),
              in("timeout", kTimespecPointer)}},
};

// Adds the rows of `from` that the aliases name.
void add_aliases(std::vector<Syscall>& rows, std::span<const Alias> aliases,
                 std::span<const Syscall> from) {
  for (const Alias& alias : aliases) {
    for (const Syscall& row : from) {
      if (std::string_view(row.name) == alias.same_as) {
        rows.push_back(row);
        rows.back().number = alias.number;
        rows.back().name = alias.name;
      }
    }
  }
}

}  // namespace

std::vector<Syscall> i386_rows(std::span<const Syscall> x86_64) {
  std::vector<Syscall> rows;
  add_aliases(rows, i386_aliases(), x86_64);
  // From 424 on every architecture has the same numbers.
  constexpr uint32_t kFirstShared = 424;
  for (const Syscall& row : x86_64) {
    if (row.number >= kFirstShared) {
      rows.push_back(row);
    }
  }
  for (const auto own : {i386_own_rows(), i386_time64_rows()}) {
    rows.insert(rows.end(), own.begin(), own.end());
  }
  const std::vector<Syscall> calls = rows;
  add_aliases(rows, kFunctions, calls);
  add_aliases(rows, kOldCalls, x86_64);
  rows.insert(rows.end(), std::begin(kOwnFunctions), std::end(kOwnFunctions));
  return rows;
}

}  // namespace ptraced::decode
