#include "addon/log.h"

#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "addon/failure.h"
#include "core/line_writer.h"

namespace ptraced::addon {

Napi::Value open_log(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const int descriptor = info[0].As<Napi::Number>();
  const auto max_bytes = static_cast<size_t>(info[1].As<Napi::Number>().Int64Value());
  core::Result<std::shared_ptr<core::LineWriter>> started =
      core::LineWriter::start(descriptor, max_bytes);
  if (!started) {
    throw make_start_failure(env, started.error());
  }
  const std::shared_ptr<core::LineWriter> writer = std::move(*started);
  Napi::Object log = Napi::Object::New(env);
  log.Set("write", Napi::Function::New(env, [writer](const Napi::CallbackInfo& call) {
            writer->write(call[0].As<Napi::String>());
          }));
  log.Set("flush", Napi::Function::New(env, [writer](const Napi::CallbackInfo& call) {
            const std::chrono::milliseconds timeout(call[0].As<Napi::Number>().Int64Value());
            return Napi::Boolean::New(call.Env(), writer->flush(timeout));
          }));
  log.Set("dropped", Napi::Function::New(env, [writer](const Napi::CallbackInfo& call) {
            return Napi::Number::New(call.Env(), static_cast<double>(writer->dropped()));
          }));
  return log;
}

// exit(3) would wait for libuv's pool, where a thread may be in a call that does not return.
void exit_process(const Napi::CallbackInfo& info) {
  _exit(info[0].As<Napi::Number>());
}

}  // namespace ptraced::addon
