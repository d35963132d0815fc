// Structures of System V IPC and message queues.
#include <linux/mqueue.h>
#include <linux/sem.h>

#include "../engine.h"
#include "layout.h"
#include "structs.h"

namespace ptraced::decode {

namespace {

// __kernel_mode_t: an int, in i386's layout a short.
void print_ipc_mode(Engine& engine, const Type&, const Operand& operand) {
  engine.out().octal(engine.word_size() == 4 ? static_cast<uint16_t>(operand.word)
                                             : static_cast<uint32_t>(operand.word));
}

constexpr Type kIpcMode = custom(print_ipc_mode, 0, 4);

constexpr Field kSembufFields[] = {
    SAME(sembuf, sem_num, kUshort),
    SAME(sembuf, sem_op, kShort),
    SAME(sembuf, sem_flg, flags(kSemopFlags, 2)),
};

#define MQ(member, ...)                                            \
  {                                                                \
    .name = #member, .offset = offsetof(mq_attr, member),          \
    .offset32 = offsetof(mq_attr, member) / 2, .type = __VA_ARGS__ \
  }

constexpr Field kMqAttrFields[] = {
    MQ(mq_flags, flags(kMqFlags, 0)),
    MQ(mq_maxmsg, kLong),
    MQ(mq_msgsize, kLong),
    MQ(mq_curmsgs, kLong),
};

// mq_open ignores the flags there; they are shown as they are.
constexpr Field kMqAttrRawFields[] = {
    MQ(mq_flags, kHexWord),
    MQ(mq_maxmsg, kLong),
    MQ(mq_msgsize, kLong),
    MQ(mq_curmsgs, kLong),
};

// --- System V IPC: struct ipc64_perm and what begins with it ---

constexpr Field kIpcPermFields[] = {
    {.name = "uid", .offset = 4, .offset32 = 4, .type = kUid},
    {.name = "gid", .offset = 8, .offset32 = 8, .type = kGid},
    {.name = "mode", .offset = 20, .offset32 = 20, .type = kIpcMode},
    {.name = "key", .offset = 0, .offset32 = 0, .type = kUint},
    {.name = "cuid", .offset = 12, .offset32 = 12, .type = kUid},
    {.name = "cgid", .offset = 16, .offset32 = 16, .type = kGid},
};
constexpr Layout kIpcPermLayout = {48, 36, kIpcPermFields, "ipc64_perm"};
constexpr Type kIpcPerm = structure(kIpcPermLayout);
// What IPC_SET looks at.
constexpr Layout kIpcPermSetLayout = {48, 36, std::span(kIpcPermFields).first(3), "ipc64_perm"};
constexpr Type kIpcPermSet = structure(kIpcPermSetLayout);

#define AT(field, at64, at32, ...) \
  { .name = field, .offset = at64, .offset32 = at32, .type = __VA_ARGS__ }

constexpr Field kShmidFields[] = {
    AT("shm_perm", 0, 0, kIpcPerm),   AT("shm_segsz", 48, 36, kUlong),
    AT("shm_cpid", 80, 64, kPid),     AT("shm_lpid", 84, 68, kPid),
    AT("shm_nattch", 88, 72, kUlong), AT("shm_atime", 56, 40, kUlong),
    AT("shm_dtime", 64, 48, kUlong),  AT("shm_ctime", 72, 56, kUlong),
};
constexpr Field kShmidSetFields[] = {AT("shm_perm", 0, 0, kIpcPermSet)};
constexpr Field kShmInfoFields[] = {
    AT("used_ids", 0, 0, kInt),          AT("shm_tot", 8, 4, kUlong),
    AT("shm_rss", 16, 8, kUlong),        AT("shm_swp", 24, 12, kUlong),
    AT("swap_attempts", 32, 16, kUlong), AT("swap_successes", 40, 20, kUlong),
};
constexpr Field kShminfoFields[] = {
    AT("shmmax", 0, 0, kUlong),   AT("shmmin", 8, 4, kUlong),   AT("shmmni", 16, 8, kUlong),
    AT("shmseg", 24, 12, kUlong), AT("shmall", 32, 16, kUlong),
};
constexpr Field kSemidFields[] = {
    AT("sem_perm", 0, 0, kIpcPerm),
    AT("sem_otime", 48, 36, kUlong),
    AT("sem_ctime", 64, 44, kUlong),
    AT("sem_nsems", 80, 52, kUlong),
};
constexpr Field kSemidSetFields[] = {AT("sem_perm", 0, 0, kIpcPermSet)};
constexpr Field kSeminfoFields[] = {
    AT("semmap", 0, 0, kInt),   AT("semmni", 4, 4, kInt),   AT("semmns", 8, 8, kInt),
    AT("semmnu", 12, 12, kInt), AT("semmsl", 16, 16, kInt), AT("semopm", 20, 20, kInt),
    AT("semume", 24, 24, kInt), AT("semusz", 28, 28, kInt), AT("semvmx", 32, 32, kInt),
    AT("semaem", 36, 36, kInt),
};
constexpr Field kMsqidFields[] = {
    AT("msg_perm", 0, 0, kIpcPerm),  AT("msg_stime", 48, 36, kUlong),
    AT("msg_rtime", 56, 44, kUlong), AT("msg_ctime", 64, 52, kUlong),
    AT("msg_qnum", 80, 64, kUlong),  AT("msg_qbytes", 88, 68, kUlong),
    AT("msg_lspid", 96, 72, kPid),   AT("msg_lrpid", 100, 76, kPid),
};
constexpr Field kMsqidSetFields[] = {
    AT("msg_perm", 0, 0, kIpcPermSet),
    AT("msg_qbytes", 88, 68, kUlong),
};
constexpr Field kMsginfoFields[] = {
    AT("msgpool", 0, 0, kInt),  AT("msgmap", 4, 4, kInt),      AT("msgmax", 8, 8, kInt),
    AT("msgmnb", 12, 12, kInt), AT("msgmni", 16, 16, kInt),    AT("msgssz", 20, 20, kInt),
    AT("msgtql", 24, 24, kInt), AT("msgseg", 28, 28, kUshort),
};

}  // namespace

const Layout kShmidLayout = {112, 84, kShmidFields, "shmid64_ds"};
const Layout kShmidSetLayout = {112, 84, kShmidSetFields, "shmid64_ds"};
const Layout kShmInfoLayout = {48, 24, kShmInfoFields, "shm_info"};
const Layout kShminfoLayout = {72, 36, kShminfoFields, "shminfo64"};
const Layout kSemidLayout = {104, 64, kSemidFields, "semid64_ds"};
const Layout kSemidSetLayout = {104, 64, kSemidSetFields, "semid64_ds"};
const Layout kSeminfoLayout = {40, 40, kSeminfoFields, "seminfo"};
const Layout kMsqidLayout = {120, 88, kMsqidFields, "msqid64_ds"};
const Layout kMsqidSetLayout = {120, 88, kMsqidSetFields, "msqid64_ds"};
const Layout kMsginfoLayout = {32, 32, kMsginfoFields, "msginfo"};

const Layout kSembufLayout = {sizeof(sembuf), sizeof(sembuf), kSembufFields, "sembuf"};
const Layout kMqAttrRawLayout = {sizeof(mq_attr), sizeof(mq_attr) / 2, kMqAttrRawFields, "mq_attr"};
const Layout kMqAttrLayout = {sizeof(mq_attr), sizeof(mq_attr) / 2, kMqAttrFields, "mq_attr"};

}  // namespace ptraced::decode
