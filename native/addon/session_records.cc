// What a session's calls come to. JS thread.
#include <string>
#include <utility>

#include "addon/session.h"
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
  object.Set("calls", big(counts.calls));
  object.Set("errors", big(counts.errors));
  object.Set("errorsByName", errors_of(env, counts));
  object.Set("totalNs", big(times.total()));
  object.Set("minNs", big(times.min()));
  object.Set("p50Ns", big(times.quantile(0.5)));
  object.Set("p95Ns", big(times.quantile(0.95)));
  object.Set("p99Ns", big(times.quantile(0.99)));
  object.Set("maxNs", big(times.max()));
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

}  // namespace ptraced::addon
