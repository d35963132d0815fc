// The module: NativeAddon of src/native/addon.ts.
#include <napi.h>

#include <memory>
#include <string>
#include <utility>

#include "addon/arguments.h"
#include "addon/failure.h"
#include "addon/files.h"
#include "addon/hangup_watch.h"
#include "addon/hardening.h"
#include "addon/log.h"
#include "addon/session.h"
#include "addon/socket_address.h"
#include "addon/syscall_list.h"
#include "addon/user_lookup.h"
#include "core/call_filter.h"
#include "core/confinement.h"
#include "core/ptrace.h"
#include "decode/decoder.h"

namespace ptraced::addon {
namespace {

Napi::Value start(Napi::Env env, Target target, const Napi::Object& capture) {
  return std::make_shared<SessionState>(env)->start(std::move(target), session_options(capture));
}

Napi::Value launch(const Napi::CallbackInfo& info) {
  return start(info.Env(), launch_options(info[0].As<Napi::Object>()), info[1].As<Napi::Object>());
}

Napi::Value attach(const Napi::CallbackInfo& info) {
  return start(info.Env(), attach_target(info[0].As<Napi::Object>()), info[1].As<Napi::Object>());
}

// On a thread of its own: the tracer is the thread that seizes.
class ProbeWorker final : public Napi::AsyncWorker {
 public:
  explicit ProbeWorker(Napi::Env env)
      : AsyncWorker(env), deferred_(Napi::Promise::Deferred::New(env)) {}

  Napi::Promise promise() const { return deferred_.Promise(); }

  void Execute() override {
    features_ = core::probe_features();
    can_filter_ = core::can_install_call_filter(core::may_set_no_new_privs());
    can_filter_confined_ = core::can_install_call_filter(/*no_new_privs=*/true);
  }

  void OnOK() override {
    const Napi::Env env = Env();
    if (!features_ || !can_filter_ || !can_filter_confined_) {
      const core::Error& error = !features_     ? features_.error()
                                 : !can_filter_ ? can_filter_.error()
                                                : can_filter_confined_.error();
      deferred_.Reject(make_start_failure(env, error).Value());
      return;
    }
    Napi::Object result = Napi::Object::New(env);
    result.Set("getSyscallInfo", features_->get_syscall_info);
    result.Set("setSyscallInfo", features_->set_syscall_info);
    result.Set("processVm", features_->process_vm);
    result.Set("seccompFilter", *can_filter_);
    result.Set("confinedSeccompFilter", *can_filter_confined_);
    result.Set("signalScope", core::can_scope_signals());
    deferred_.Resolve(result);
  }

 private:
  Napi::Promise::Deferred deferred_;
  core::Result<core::PtraceFeatures> features_ = core::PtraceFeatures();
  core::Result<bool> can_filter_ = false;
  core::Result<bool> can_filter_confined_ = false;
};

Napi::Value probe(const Napi::CallbackInfo& info) {
  auto* worker = new ProbeWorker(info.Env());
  worker->Queue();
  return worker->promise();
}

// Of a name or number; 0 where there is no such signal.
Napi::Value signal_number(const Napi::CallbackInfo& info) {
  const std::string text = info[0].As<Napi::String>();
  return Napi::Number::New(info.Env(), decode::signal_number(text));
}

Napi::Value tracer_threads(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(TracerThread::count()));
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("NativeSession", Session::define(env));
  exports.Set("NativeCursor", Cursor::define(env));
  exports.Set("launch", Napi::Function::New<launch>(env, "launch"));
  exports.Set("attach", Napi::Function::New<attach>(env, "attach"));
  exports.Set("listSyscalls", Napi::Function::New<list_syscalls>(env, "listSyscalls"));
  exports.Set("socketAddress", Napi::Function::New<socket_address>(env, "socketAddress"));
  exports.Set("signalNumber", Napi::Function::New<signal_number>(env, "signalNumber"));
  exports.Set("watchHangup", Napi::Function::New<watch_hangup>(env, "watchHangup"));
  exports.Set("lookUpUser", Napi::Function::New<look_up_user>(env, "lookUpUser"));
  exports.Set("realPaths", Napi::Function::New<real_paths>(env, "realPaths"));
  exports.Set("readFiles", Napi::Function::New<read_files>(env, "readFiles"));
  exports.Set("openLog", Napi::Function::New<open_log>(env, "openLog"));
  exports.Set("exit", Napi::Function::New<exit_process>(env, "exit"));
  exports.Set("tracerThreads", Napi::Function::New<tracer_threads>(env, "tracerThreads"));
  exports.Set("hardenProcess", Napi::Function::New<harden_process>(env, "hardenProcess"));
  exports.Set("reapOrphans", Napi::Function::New<reap_orphans>(env, "reapOrphans"));
  exports.Set("peerOf", Napi::Function::New<peer_of>(env, "peerOf"));
  exports.Set("probe", Napi::Function::New<probe>(env, "probe"));
  return exports;
}

}  // namespace

NODE_API_MODULE(ptraced_native, init)

}  // namespace ptraced::addon
