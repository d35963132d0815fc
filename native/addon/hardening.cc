#include "addon/hardening.h"

#include <signal.h>
#include <uv.h>

#include <cerrno>

#include "core/confinement.h"
#include "core/peer.h"

namespace ptraced::addon {
namespace {

// Of the one loop of this process, for as long as it lives.
uv_async_t reaper;

void wake_reaper(int) {
  const int error = errno;
  uv_async_send(&reaper);
  errno = error;
}

const char* name_of(core::Descent descent) {
  switch (descent) {
    case core::Descent::kStranger:
      return "stranger";
    case core::Descent::kOwn:
      return "own";
    case core::Descent::kUnknown:
      return "unknown";
  }
  return "unknown";
}

}  // namespace

void harden_process(const Napi::CallbackInfo& info) {
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(info.Env(), &loop) != napi_ok ||
      uv_async_init(loop, &reaper, [](uv_async_t*) { core::reap_orphans(); }) != 0) {
    throw Napi::Error::New(info.Env(), "no event loop");
  }
  uv_unref(reinterpret_cast<uv_handle_t*>(&reaper));
  struct sigaction action = {};
  action.sa_handler = wake_reaper;
  // Every stop of a tracee would send one, and a listener of JavaScript would have it so.
  action.sa_flags = SA_RESTART | SA_NOCLDSTOP;
  sigaction(SIGCHLD, &action, nullptr);
  core::harden_process();
}

void reap_orphans(const Napi::CallbackInfo&) {
  core::reap_orphans();
}

Napi::Value peer_of(const Napi::CallbackInfo& info) {
  const core::Peer peer = core::peer_of(info[0].As<Napi::Number>().Int32Value());
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("pid", static_cast<double>(peer.pid));
  result.Set("uid", static_cast<double>(peer.uid));
  result.Set("descent", name_of(peer.descent));
  return result;
}

}  // namespace ptraced::addon
