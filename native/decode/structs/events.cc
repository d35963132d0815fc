// Structures of signals, poll and epoll.
#include <asm/signal.h>
#include <linux/eventpoll.h>
#include <poll.h>

#include "compat.h"
#include "layout.h"
#include "structs.h"

namespace ptraced::decode {

namespace {

constexpr Field kAltstackFields[] = {
    FIELD(sigaltstack, sigaltstack32, ss_sp, kAddress),
    FIELD(sigaltstack, sigaltstack32, ss_flags, flags(kAltstackFlags)),
    FIELD(sigaltstack, sigaltstack32, ss_size, kUlong),
};

constexpr Field kPollFields[] = {
    SAME(pollfd, fd, kFd),
    {.name = "events",
     .offset = offsetof(pollfd, events),
     .offset32 = offsetof(pollfd, events),
     .type = flags(kPollEvents, 2),
     .shown = Field::Shown::kOfDescriptor},
    {.name = "revents",
     .offset = offsetof(pollfd, revents),
     .offset32 = offsetof(pollfd, revents),
     .type = flags(kPollEvents, 2),
     .shown = Field::Shown::kWritten},
};

constexpr Field kEpollFields[] = {
    SAME(epoll_event, events, flags(kEpollEvents)),
    SAME(epoll_event, data, kHex64),
};

}  // namespace

const Layout kAltstackLayout = {sizeof(sigaltstack), sizeof(sigaltstack32), kAltstackFields,
                                "stack_t"};
const Layout kPollDescriptorLayout = {sizeof(pollfd), sizeof(pollfd), kPollFields, "pollfd"};
const Layout kEpollEventLayout = {sizeof(epoll_event), sizeof(epoll_event), kEpollFields,
                                  "epoll_event"};

}  // namespace ptraced::decode
