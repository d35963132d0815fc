// Names of poll, epoll, eventfd and signalfd.

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

#include "newer.h"
#include "sets.h"
#include "xlat.h"

namespace ptraced::decode {

namespace {

constexpr Xlat kEpollOperationsNames[] = {
    XLAT(EPOLL_CTL_ADD),
    XLAT(EPOLL_CTL_DEL),
    XLAT(EPOLL_CTL_MOD),
};

constexpr Xlat kEpollCreateFlagsNames[] = {
    XLAT(EPOLL_CLOEXEC),
};

constexpr Xlat kEventfdFlagsNames[] = {
    XLAT(EFD_SEMAPHORE),
    XLAT(EFD_CLOEXEC),
    XLAT(EFD_NONBLOCK),
};

constexpr Xlat kSignalfdFlagsNames[] = {
    XLAT(SFD_CLOEXEC),
    XLAT(SFD_NONBLOCK),
};

constexpr Xlat kPollEventsNames[] = {
    XLAT(POLLIN),   XLAT(POLLPRI),    XLAT(POLLOUT),    XLAT(POLLERR),        XLAT(POLLHUP),
    XLAT(POLLNVAL), XLAT(POLLRDNORM), XLAT(POLLRDBAND), XLAT(POLLWRNORM),     XLAT(POLLWRBAND),
    XLAT(POLLMSG),  XLAT(POLLREMOVE), XLAT(POLLRDHUP),  XLAT(POLL_BUSY_LOOP),
};

constexpr Xlat kEpollEventsNames[] = {
    XLAT(EPOLLIN),        XLAT(EPOLLPRI),    XLAT(EPOLLOUT),     XLAT(EPOLLERR),
    XLAT(EPOLLHUP),       XLAT(EPOLLNVAL),   XLAT(EPOLLRDNORM),  XLAT(EPOLLRDBAND),
    XLAT(EPOLLWRNORM),    XLAT(EPOLLWRBAND), XLAT(EPOLLMSG),     XLAT(EPOLLRDHUP),
    XLAT(EPOLLEXCLUSIVE), XLAT(EPOLLWAKEUP), XLAT(EPOLLONESHOT), XLAT(EPOLLET),
};

}  // namespace

const Set kEpollOperations = {.constants = kEpollOperationsNames, .unknown = "EPOLL_CTL_???"};
const Set kEpollCreateFlags = {.flags = kEpollCreateFlagsNames, .unknown_flags = "EPOLL_???"};
const Set kEventfdFlags = {.flags = kEventfdFlagsNames, .unknown_flags = "EFD_???"};
const Set kSignalfdFlags = {.flags = kSignalfdFlagsNames, .unknown_flags = "SFD_???"};
const Set kPollEvents = {.flags = kPollEventsNames, .unknown_flags = "POLL???"};
const Set kEpollEvents = {.flags = kEpollEventsNames, .unknown_flags = "EPOLL???"};

}  // namespace ptraced::decode
