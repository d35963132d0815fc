// Rows: System V IPC and POSIX message queues.
#include <linux/ipc.h>
#include <linux/msg.h>
#include <linux/sem.h>
#include <linux/shm.h>

#include "../engine.h"
#include "rows.h"
#include "rows_i386.h"

namespace ptraced::decode {

namespace {

// --- what the commands of the *ctl calls have at their address ---

constexpr Type kShmid = structure(kShmidLayout);
constexpr Type kShmidPointer = pointer(kShmid);
constexpr Type kShmidSet = structure(kShmidSetLayout);
constexpr Type kShmidSetPointer = pointer_anyway(kShmidSet);
constexpr Type kShmInfo = structure(kShmInfoLayout);
constexpr Type kShmInfoPointer = pointer(kShmInfo);
constexpr Type kShminfo = structure(kShminfoLayout);
constexpr Type kShminfoPointer = pointer(kShminfo);
constexpr Type kSemid = structure(kSemidLayout);
constexpr Type kSemidPointer = pointer(kSemid);
constexpr Type kSemidSet = structure(kSemidSetLayout);
constexpr Type kSemidSetPointer = pointer_anyway(kSemidSet);
constexpr Type kSeminfo = structure(kSeminfoLayout);
constexpr Type kSeminfoPointer = pointer(kSeminfo);
constexpr Type kMsqid = structure(kMsqidLayout);
constexpr Type kMsqidPointer = pointer(kMsqid);
constexpr Type kMsqidSet = structure(kMsqidSetLayout);
constexpr Type kMsqidSetPointer = pointer_anyway(kMsqidSet);
constexpr Type kMsginfo = structure(kMsginfoLayout);
constexpr Type kMsginfoPointer = pointer(kMsginfo);

// Without IPC_64, which the mask leaves out: all calls but those of i386's ipc know the new
// structures alone.
constexpr uint64_t kCommandMask = 0xfffffeff;

constexpr Variant kShmctlCases[] = {
    {IPC_SET, {in("buf", kShmidSetPointer)}},  {IPC_STAT, {out("buf", kShmidPointer)}},
    {SHM_STAT, {out("buf", kShmidPointer)}},   {SHM_STAT_ANY, {out("buf", kShmidPointer)}},
    {IPC_INFO, {out("buf", kShminfoPointer)}}, {SHM_INFO, {out("buf", kShmInfoPointer)}},
};
constexpr Variant kSemctlCases[] = {
    {IPC_SET, {in("arg", kSemidSetPointer)}},  {IPC_STAT, {out("arg", kSemidPointer)}},
    {SEM_STAT, {out("arg", kSemidPointer)}},   {SEM_STAT_ANY, {out("arg", kSemidPointer)}},
    {IPC_INFO, {out("arg", kSeminfoPointer)}}, {SEM_INFO, {out("arg", kSeminfoPointer)}},
};
constexpr Variant kMsgctlCases[] = {
    {IPC_SET, {in("buf", kMsqidSetPointer)}},  {IPC_STAT, {out("buf", kMsqidPointer)}},
    {MSG_STAT, {out("buf", kMsqidPointer)}},   {MSG_STAT_ANY, {out("buf", kMsqidPointer)}},
    {IPC_INFO, {out("buf", kMsginfoPointer)}}, {MSG_INFO, {out("buf", kMsginfoPointer)}},
};

// By i386's ipc, semctl's argument stands in memory.
void print_indirect_semid(Engine& engine, const Type& type, const Operand& operand) {
  uint32_t address = 0;
  if (engine.read(operand.word, &address, sizeof address)) {
    engine.show_word(*type.of, address);
  } else {
    engine.out().address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kFault);
  }
}
constexpr Type indirect(const Type& pointer) {
  return {.kind = Kind::kCustom, .points = true, .of = &pointer, .print = print_indirect_semid};
}
constexpr Type kIndirectSemid = indirect(kSemidPointer);
constexpr Type kIndirectSemidSet = indirect(kSemidSetPointer);
constexpr Type kIndirectSeminfo = indirect(kSeminfoPointer);

constexpr Variant kIndirectSemctlCases[] = {
    {IPC_SET, {in("arg", kIndirectSemidSet)}},  {IPC_STAT, {out("arg", kIndirectSemid)}},
    {SEM_STAT, {out("arg", kIndirectSemid)}},   {SEM_STAT_ANY, {out("arg", kIndirectSemid)}},
    {IPC_INFO, {out("arg", kIndirectSeminfo)}}, {SEM_INFO, {out("arg", kIndirectSeminfo)}},
};

// ipc has the new structures where IPC_64 says so; without it, the commands that have no structure
// with owners and times mean the same. `kStat`: the first of the family's two IPC_STAT by index.
template <int kStat, int kStatAny, size_t kCount>
constexpr std::array<Variant, 2 * kCount> with_ipc_64(const Variant (&cases)[kCount]) {
  std::array<Variant, 2 * kCount> result = {};
  for (size_t i = 0; i < kCount; ++i) {
    const uint64_t value = cases[i].value;
    const bool owned = value == IPC_SET || value == IPC_STAT || value == kStat || value == kStatAny;
    result[i] = cases[i];
    result[i].value |= IPC_64;
    result[kCount + i] = owned ? result[i] : cases[i];
  }
  return result;
}
constexpr auto kFunctionShmctlCases = with_ipc_64<13, 15>(kShmctlCases);
constexpr auto kFunctionSemctlCases = with_ipc_64<18, 20>(kIndirectSemctlCases);
constexpr auto kFunctionMsgctlCases = with_ipc_64<11, 13>(kMsgctlCases);

constexpr Syscall kRows[] = {
    {SYS(shmget), .classes = kIpc,
     .args = {in("key", kIpcKey), in("size", kSize), in("shmflg", kIpcCreateFlags)}},
    {SYS(shmat), .classes = kIpc | kMemory, .result = kAddressResult,
     .args = {in("shmid", kInt), in("shmaddr", kAddress), in("shmflg", flags(kShmatFlags))}},
    {SYS(shmdt), .classes = kIpc | kMemory, .args = {in("shmaddr", kAddress)}},
    {SYS(shmctl), .classes = kIpc,
     .args = {in("shmid", kInt), in("cmd", kShmCommand), in("buf", kAddress)},
     .variants = &kShmctlVariants},
    {SYS(semget), .classes = kIpc,
     .args = {in("key", kIpcKey), in("nsems", kInt), in("semflg", kSemCreateFlags)}},
    {SYS(semop), .classes = kIpc,
     .args = {in("semid", kInt), in("sops", kSembufs), in("nsops", kUint)}},
    {SYS(semtimedop), .classes = kIpc,
     .args = {in("semid", kInt), in("sops", kSembufs), in("nsops", kUint),
              in("timeout", kTimespecPointer)}},
    {SYS(semctl), .classes = kIpc,
     .args = {in("semid", kInt), in("semnum", kInt), in("cmd", kSemCommand), in("arg", kAddress)},
     .variants = &kSemctlVariants},
    {SYS(msgget), .classes = kIpc, .args = {in("key", kIpcKey), in("msgflg", kMsgCreateFlags)}},
    {SYS(msgsnd), .classes = kIpc,
     .args = {in("msqid", kInt), in("msgp", kMessageBuffer), in("msgsz", kSize),
              in("msgflg", flags(kMsgFlags))}},
    {SYS(msgrcv), .classes = kIpc,
     .args = {in("msqid", kInt), out("msgp", kMessageResult), in("msgsz", kSize),
              in("msgtyp", kLong), in("msgflg", flags(kMsgFlags))}},
    {SYS(msgctl), .classes = kIpc,
     .args = {in("msqid", kInt), in("cmd", kMsgCommand), in("buf", kAddress)},
     .variants = &kMsgctlVariants},
    {SYS(mq_open), .classes = kDesc, .result = kDescriptorResult,
     .args = {in("name", kPath), in("oflag", kOpen), only_if(1, kCreating, in("mode", kMode)),
              only_if(1, kCreating, in("attr", kMqAttrRawPointer))}},
    {SYS(mq_unlink), .args = {in("name", kPath)}},
    {SYS(mq_timedsend), .classes = kDesc,
     .args = {in("mqdes", kFd), in("msg_ptr", bytes(arg(2))), in("msg_len", kSize),
              in("msg_prio", kUint), in("abs_timeout", kTimespecPointer)}},
    {SYS(mq_timedreceive), .classes = kDesc,
     .args = {in("mqdes", kFd), out("msg_ptr", bytes(written(2))), in("msg_len", kSize),
              out("msg_prio", kUintPointer), in("abs_timeout", kTimespecPointerAnyway)}},
    {SYS(mq_notify), .classes = kDesc, .args = {in("mqdes", kFd), in("sevp", kSigeventPointer)}},
    {SYS(mq_getsetattr), .classes = kDesc,
     .args = {in("mqdes", kFd), in("newattr", kMqAttrPointer), out("oldattr", kMqAttrPointer)}},
};

}  // namespace

const Variants kShmctlVariants = {
    .selector = 1, .first = 2, .mask = kCommandMask, .cases = kShmctlCases};
const Variants kSemctlVariants = {
    .selector = 2, .first = 3, .mask = kCommandMask, .cases = kSemctlCases};
const Variants kFunctionShmctlVariants = {.selector = 1, .first = 2, .cases = kFunctionShmctlCases};
const Variants kFunctionSemctlVariants = {.selector = 2, .first = 3, .cases = kFunctionSemctlCases};
const Variants kFunctionMsgctlVariants = {.selector = 1, .first = 2, .cases = kFunctionMsgctlCases};
const Variants kMsgctlVariants = {
    .selector = 1, .first = 2, .mask = kCommandMask, .cases = kMsgctlCases};

std::span<const Syscall> ipc_rows() {
  return kRows;
}

}  // namespace ptraced::decode
