#include "addon/hangup_watch.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>
#include <memory>

#include "addon/failure.h"
#include "core/thread.h"
#include "core/unique_fd.h"

namespace ptraced::addon {
namespace {

// poll(2) reports POLLERR and POLLHUP without being asked: the last reader of a pipe or socket has
// closed it, or a terminal has hung up. A file never does. False where `stop` came first.
bool wait_for_hangup(int fd, int stop) {
  pollfd watched[] = {{.fd = fd, .events = 0, .revents = 0},
                      {.fd = stop, .events = POLLIN, .revents = 0}};
  while (poll(watched, 2, -1) < 0 && errno == EINTR) {
  }
  return watched[1].revents == 0 && (watched[0].revents & (POLLERR | POLLHUP)) != 0;
}

}  // namespace

Napi::Value watch_hangup(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const int fd = info[0].As<Napi::Number>();
  auto stop = std::make_shared<core::UniqueFd>(eventfd(0, EFD_CLOEXEC));
  if (!*stop) {
    throw make_start_failure(env, core::last_error("eventfd"));
  }
  auto gone = Napi::ThreadSafeFunction::New(env, info[1].As<Napi::Function>(), "ptraced hang-up",
                                            /*maxQueueSize=*/0, /*initialThreadCount=*/1);
  gone.Unref(env);  // a program that has nothing else to do ends
  const core::Status started = core::start_thread("ptraced-hangup", [fd, stop, gone] {
    if (wait_for_hangup(fd, stop->get())) {
      gone.NonBlockingCall();
    }
    gone.Release();
  });
  if (!started) {
    gone.Release();
    throw make_start_failure(env, started.error());
  }
  return Napi::Function::New(env, [stop](const Napi::CallbackInfo&) {
    const uint64_t one = 1;
    (void)!write(stop->get(), &one, sizeof(one));
  });
}

}  // namespace ptraced::addon
