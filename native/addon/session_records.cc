// What a session records, and what its calls come to. JS thread.
#include <memory>
#include <string>
#include <utility>

#include "addon/fields.h"
#include "addon/filter_argument.h"
#include "addon/probe_argument.h"
#include "addon/rules_argument.h"
#include "addon/session.h"
#include "core/control.h"
#include "decode/decoder.h"

namespace ptraced::addon {
namespace {

Napi::Value errors_of(Napi::Env env, const wire::CallCounts& counts) {
  Napi::Object errors = Napi::Object::New(env);
  for (const auto& [number, count] : counts.errors_by_number) {
    const std::string_view name = decode::errno_name(number);
    errors.Set(name.empty() ? std::to_string(number) : std::string(name),
               Napi::BigInt::New(env, count));
  }
  return errors;
}

Napi::Value row_of(Napi::Env env, const wire::SummaryRow& row) {
  const auto big = [env](uint64_t number) { return Napi::BigInt::New(env, number); };
  const wire::CallCounts& counts = row.counts;
  const wire::TimeHistogram& times = counts.times;
  Napi::Object object = Napi::Object::New(env);
  object.Set("syscall", std::string(row.syscall));
  object.Set("pid", row.pid);
  object.Set("comm", Napi::Buffer<char>::Copy(env, row.comm.data(), row.comm.size()));
  object.Set("calls", big(counts.calls));
  object.Set("errors", big(counts.errors));
  object.Set("errorsByName", errors_of(env, counts));
  object.Set("totalNs", big(times.total()));
  object.Set("minNs", big(times.min()));
  object.Set("p50Ns", big(times.quantile(0.5)));
  object.Set("p95Ns", big(times.quantile(0.95)));
  object.Set("p99Ns", big(times.quantile(0.99)));
  object.Set("maxNs", big(times.max()));
  if (counts.system_ns) {
    object.Set("systemNs", big(*counts.system_ns));
  }
  return object;
}

}  // namespace

Napi::Value Session::summary(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto [rows, last_serial] = state_->thread().summary().rows(info[0].As<Napi::Boolean>());
  Napi::Array array = Napi::Array::New(env, rows.size());
  for (uint32_t i = 0; i < rows.size(); ++i) {
    array.Set(i, row_of(env, rows[i]));
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("rows", array);
  result.Set("lastSerial", Napi::BigInt::New(env, last_serial));
  return result;
}

Napi::Value Session::update(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto object = info[0].As<Napi::Object>();
  wire::RecorderChanges changes;
  if (!object.Get("filter").IsUndefined()) {
    changes.filter = record_filter(get_object(object, "filter"));
  }
  if (!object.Get("probes").IsUndefined()) {
    changes.probes = memory_probes(object.Get("probes"));
  }
  if (!object.Get("rules").IsUndefined()) {
    changes.rules = rule_set(get_object(object, "rules"));
  }
  return state_->on_tracer_later<uint64_t>(
      env,
      // TracerThread::run gives every tracer a Recorder. A task of this queue runs once.
      [changes = std::make_shared<wire::RecorderChanges>(std::move(changes))](core::Tracer& tracer,
                                                                              auto pay) {
        const uint64_t serial =
            static_cast<wire::Recorder&>(tracer.observer()).change(std::move(*changes));
        core::renew_exit_events(tracer, [pay, serial] { pay(serial); });
      },
      [](Napi::Env env, uint64_t serial) -> Napi::Value { return Napi::BigInt::New(env, serial); });
}

}  // namespace ptraced::addon
