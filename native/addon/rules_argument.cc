#include "addon/rules_argument.h"

#include <memory>
#include <string>
#include <utility>

#include "addon/failure.h"
#include "addon/fields.h"
#include "addon/filter_argument.h"
#include "decode/decoder.h"
#include "decode/name_suggestion.h"

namespace ptraced::addon {
namespace {

int signal_of(Napi::Env env, const std::string& field, const std::string& name) {
  const int signal = decode::signal_number(name);
  if (signal == 0) {
    throw make_field_failure(
        env, "FIELD_INVALID", field,
        "must be a signal, such as SIGTERM" + did_you_mean(decode::suggest_signal(name)));
  }
  return signal;
}

// The signal of an optional field; 0 for "".
int optional_signal(const Napi::Object& object, const std::string& field, const char* name) {
  const std::string text = get_string(object, name);
  return text.empty() ? 0 : signal_of(object.Env(), field + "." + name, text);
}

std::optional<core::SyscallExit> result_of(const Napi::Object& object, const std::string& field) {
  if (const std::string name = get_string(object, "error"); !name.empty()) {
    const int error = decode::errno_number(name);
    if (error == 0) {
      throw make_field_failure(
          object.Env(), "FIELD_INVALID", field + ".error",
          "must be an error, such as ENOENT" + did_you_mean(decode::suggest_error(name)));
    }
    return core::SyscallExit{.value = -error, .is_error = true};
  }
  if (object.Get("returnValue").IsUndefined()) {
    return std::nullopt;
  }
  const int64_t value = get_bigint(object, "returnValue");
  return core::SyscallExit{.value = value, .is_error = value < 0 && value >= -decode::kMaxErrno};
}

template <typename Each>
void for_each(const Napi::Object& object, const char* name, Each each) {
  const Napi::Value value = object.Get(name);
  if (!value.IsArray()) {
    bad(object, name);
  }
  const auto array = value.As<Napi::Array>();
  for (uint32_t i = 0; i < array.Length(); ++i) {
    each(array.Get(i).As<Napi::Object>());
  }
}

std::shared_ptr<const core::Injection> injection_of(const Napi::Object& object,
                                                    const std::string& field) {
  auto injection = std::make_shared<core::Injection>();
  injection->result = result_of(object, field);
  injection->signal = optional_signal(object, field, "signal");
  injection->filtered = get_bool(object, "filtered");
  injection->enter_delay_ns = get_bigint(object, "enterDelayNs");
  injection->exit_delay_ns = get_bigint(object, "exitDelayNs");
  for_each(object, "arguments", [&](const Napi::Object& argument) {
    bool lossless = true;
    injection->arguments[static_cast<size_t>(get_number(argument, "index"))] =
        argument.Get("value").As<Napi::BigInt>().Uint64Value(&lossless);
  });
  for_each(object, "patches", [&](const Napi::Object& patch) {
    const auto data = patch.Get("data").As<Napi::Uint8Array>();
    injection->patches.push_back(
        {.argument = static_cast<uint32_t>(get_number(patch, "argument")),
         .bytes = std::string(reinterpret_cast<const char*>(data.Data()), data.ByteLength()),
         .on_exit = get_bool(patch, "onExit")});
  });
  return injection;
}

}  // namespace

wire::RuleSet rule_set(const Napi::Object& object) {
  wire::RuleSet rules;
  for_each(object, "inject", [&](const Napi::Object& rule) {
    const std::string field = get_string(rule, "field");
    rules.inject.push_back({.syscalls = syscall_set(rule, field),
                            .at = record_filter(get_object(rule, "at")),
                            .first = static_cast<uint32_t>(get_number(rule, "first")),
                            .step = static_cast<uint32_t>(get_number(rule, "step")),
                            .last = static_cast<uint32_t>(get_number(rule, "last")),
                            .count_threads = get_bool(rule, "countThreads"),
                            .exclusive = get_bool(rule, "exclusive"),
                            .injection = injection_of(rule, field)});
  });
  for_each(object, "stop", [&](const Napi::Object& rule) {
    rules.stop.push_back(
        {.at = record_filter(get_object(rule, "at")), .timeout_ns = get_bigint(rule, "timeoutNs")});
  });
  for_each(object, "signals", [&](const Napi::Object& rule) {
    const std::string field = get_string(rule, "field");
    wire::SignalRule compiled;
    const std::vector<std::string> names = get_strings(rule, "signals");
    compiled.signals = names.empty() ? ~uint64_t{0} : 0;
    size_t index = 0;
    for (const std::string& name : names) {
      const std::string path = field + ".signals[" + std::to_string(index++) + "]";
      compiled.signals |= uint64_t{1} << (signal_of(rule.Env(), path, name) - 1);
    }
    compiled.replacement = optional_signal(rule, field, "replacement");
    rules.signals.push_back(compiled);
  });
  return rules;
}

}  // namespace ptraced::addon
