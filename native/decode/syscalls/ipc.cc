// Rows: System V IPC and POSIX message queues.
#include "rows.h"

namespace ptraced::decode {

namespace {

constexpr Syscall kRows[] = {
    {SYS(shmget), .classes = kIpc,
     .args = {in("key", kIpcKey), in("size", kSize), in("shmflg", kIpcCreateFlags)}},
    {SYS(shmat), .classes = kIpc | kMemory, .result = kAddressResult,
     .args = {in("shmid", kInt), in("shmaddr", kAddress), in("shmflg", flags(kShmatFlags))}},
    {SYS(shmdt), .classes = kIpc | kMemory, .args = {in("shmaddr", kAddress)}},
    {SYS(shmctl), .classes = kIpc,
     .args = {in("shmid", kInt), in("cmd", kShmCommand), in("buf", kAddress)}},
    {SYS(semget), .classes = kIpc,
     .args = {in("key", kIpcKey), in("nsems", kInt), in("semflg", kSemCreateFlags)}},
    {SYS(semop), .classes = kIpc,
     .args = {in("semid", kInt), in("sops", kSembufs), in("nsops", kUint)}},
    {SYS(semtimedop), .classes = kIpc,
     .args = {in("semid", kInt), in("sops", kSembufs), in("nsops", kUint),
              in("timeout", kTimespecPointer)}},
    {SYS(semctl), .classes = kIpc,
     .args = {in("semid", kInt), in("semnum", kInt), in("cmd", kSemCommand), in("arg", kAddress)}},
    {SYS(msgget), .classes = kIpc, .args = {in("key", kIpcKey), in("msgflg", kMsgCreateFlags)}},
    {SYS(msgsnd), .classes = kIpc,
     .args = {in("msqid", kInt), in("msgp", kMessageBuffer), in("msgsz", kSize),
              in("msgflg", flags(kMsgFlags))}},
    {SYS(msgrcv), .classes = kIpc,
     .args = {in("msqid", kInt), out("msgp", kMessageResult), in("msgsz", kSize),
              in("msgtyp", kLong), in("msgflg", flags(kMsgFlags))}},
    {SYS(msgctl), .classes = kIpc,
     .args = {in("msqid", kInt), in("cmd", kMsgCommand), in("buf", kAddress)}},
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

std::span<const Syscall> ipc_rows() {
  return kRows;
}

}  // namespace ptraced::decode
