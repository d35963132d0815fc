// Methods of NativeSession for the standard input of a launched command.
#include <string>
#include <utility>

#include "addon/session.h"

namespace ptraced::addon {

Napi::Value Session::write_stdin(const Napi::CallbackInfo& info) {
  const auto data = info[0].As<Napi::Buffer<char>>();
  const bool close = info[1].As<Napi::Boolean>();
  return state_->on_tracer(
      info.Env(),
      [bytes = std::string(data.Data(), data.Length()), close](core::Tracer& tracer) {
        return tracer.input().write(bytes, close);
      },
      [](Napi::Env env, bool taken) { return Napi::Boolean::New(env, taken); });
}

Napi::Value Session::stdin_drained(const Napi::CallbackInfo& info) {
  return state_->on_tracer_later<bool>(
      info.Env(),
      [](core::Tracer& tracer, auto pay) {
        tracer.input().when_drained([pay = std::move(pay)] { pay(true); });
      },
      [](Napi::Env env, bool) { return env.Undefined(); });
}

}  // namespace ptraced::addon
