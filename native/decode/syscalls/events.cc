// Rows: waiting for events.
#include "rows.h"

namespace ptraced::decode {

namespace {

constexpr Syscall kRows[] = {
    {SYS(poll), .classes = kDesc, .result = {.note = note_poll},
     .args = {in_and_out("fds", kPollDescriptors), in("nfds", kUint), in("timeout", kInt)}},
    {SYS(ppoll), .classes = kDesc, .result = {.note = note_poll},
     .args = {in_and_out("fds", kPollDescriptors), in("nfds", kUint),
              in_and_out("tmo_p", kTimespecPointer), in("sigmask", sigset(4)),
              in("sigsetsize", kSize)}},
    {SYS(select), .classes = kDesc, .result = {.note = note_select},
     .args = {in("nfds", kInt), in_and_out("readfds", kDescriptorSet),
              in_and_out("writefds", kDescriptorSet), in_and_out("exceptfds", kDescriptorSet),
              in_and_out("timeout", kTimevalPointer)}},
    {SYS(pselect6), .classes = kDesc, .result = {.note = note_select},
     .args = {in("nfds", kInt), in_and_out("readfds", kDescriptorSet),
              in_and_out("writefds", kDescriptorSet), in_and_out("exceptfds", kDescriptorSet),
              in_and_out("timeout", kTimespecPointer), in("sig", kSelectMask)}},
    {SYS(epoll_create), .classes = kDesc, .result = kDescriptorResult, .args = {in("size", kInt)}},
    {SYS(epoll_create1), .classes = kDesc, .result = kDescriptorResult,
     .args = {in("flags", flags(kEpollCreateFlags))}},
    {SYS(epoll_ctl), .classes = kDesc,
     .args = {in("epfd", kFd), in("op", one_of(kEpollOperations)), in("fd", kFd),
              in("event", kEpollEventPointer)},
     .variants = &kEpollCtlVariants},
    {SYS(epoll_wait), .classes = kDesc,
     .args = {in("epfd", kFd), out("events", array(kEpollEvent, written(2, 4))),
              in("maxevents", kInt), in("timeout", kInt)}},
    {SYS(epoll_pwait), .classes = kDesc,
     .args = {in("epfd", kFd), out("events", array(kEpollEvent, written(2, 4))),
              in("maxevents", kInt), in("timeout", kInt), in("sigmask", sigset(5)),
              in("sigsetsize", kSize)}},
    {SYS(epoll_pwait2), .classes = kDesc,
     .args = {in("epfd", kFd), out("events", array(kEpollEvent, written(2, 4))),
              in("maxevents", kInt), in("timeout", kTimespecPointerAnyway),
              in("sigmask", sigset(5)), in("sigsetsize", kSize)}},
    {SYS(epoll_ctl_old),
     .args = {in("epfd", kHexWord), in("op", kHexWord), in("fd", kHexWord), in("event", kHexWord)}},
    {SYS(epoll_wait_old), .args = {in("epfd", kHexWord), in("events", kHexWord),
                                   in("maxevents", kHexWord), in("timeout", kHexWord)}},
    {SYS(eventfd), .classes = kDesc, .result = kDescriptorResult, .args = {in("initval", kUint)}},
    {SYS(eventfd2), .classes = kDesc, .result = kDescriptorResult,
     .args = {in("initval", kUint), in("flags", flags(kEventfdFlags))}},
    {SYS(signalfd), .classes = kSignal | kDesc, .result = kDescriptorResult,
     .args = {in("fd", kFd), in("mask", sigset(2)), in("sizemask", kSize)}},
    {SYS(signalfd4), .classes = kSignal | kDesc, .result = kDescriptorResult,
     .args = {in("fd", kFd), in("mask", sigset(2)), in("sizemask", kSize),
              in("flags", flags(kSignalfdFlags))}},
    {SYS(inotify_init), .classes = kDesc, .result = kDescriptorResult},
    {SYS(inotify_init1), .classes = kDesc, .result = kDescriptorResult,
     .args = {in("flags", flags(kInotifyFlags))}},
    {SYS(inotify_add_watch), .classes = kFile | kDesc,
     .args = {in("fd", kFd), in("pathname", kPath), in("mask", flags(kInotifyEvents))}},
    {SYS(inotify_rm_watch), .classes = kDesc, .args = {in("fd", kFd), in("wd", kInt)}},
    {SYS(fanotify_init), .classes = kDesc, .result = kDescriptorResult,
     .args = {in("flags", flags(kFanotifyInitFlags)), in("event_f_flags", kOpen)}},
    {SYS(fanotify_mark), .classes = kFile | kDesc,
     .args = {in("fanotify_fd", kFd), in("flags", flags(kFanotifyMarkFlags)),
              in("mask", flags(kFanotifyEvents, 8)), in("dirfd", kFanotifyDir),
              in("pathname", kPath)}},
    {SYS(userfaultfd), .classes = kDesc, .result = kDescriptorResult,
     .args = {in("flags", flags(kUserfaultfdFlags))}},
};

}  // namespace

std::span<const Syscall> event_rows() {
  return kRows;
}

}  // namespace ptraced::decode
