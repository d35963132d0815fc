// Structures of System V IPC and message queues.
#include <linux/mqueue.h>
#include <linux/sem.h>

#include "layout.h"
#include "structs.h"

namespace ptraced::decode {

namespace {

constexpr Field kSembufFields[] = {
    SAME(sembuf, sem_num, kUshort),
    SAME(sembuf, sem_op, kShort),
    SAME(sembuf, sem_flg, flags(kSemopFlags, 2)),
};

#define MQ(member, ...) NATIVE(mq_attr, member, __VA_ARGS__)

constexpr Field kMqAttrFields[] = {
    MQ(mq_flags, flags(kMqFlags, 8)),
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

}  // namespace

const Layout kSembufLayout = {sizeof(sembuf), sizeof(sembuf), kSembufFields, "sembuf"};
const Layout kMqAttrRawLayout = {sizeof(mq_attr), 0, kMqAttrRawFields, "mq_attr"};
const Layout kMqAttrLayout = {sizeof(mq_attr), 0, kMqAttrFields, "mq_attr"};

}  // namespace ptraced::decode
