#include "addon/arguments.h"

#include <string>
#include <vector>

#include "addon/failure.h"
#include "core/clock.h"

namespace ptraced::addon {
namespace {

[[noreturn]] void bad(const Napi::Object& object, const char* name) {
  throw Napi::TypeError::New(object.Env(), std::string("native argument: ") + name);
}

std::string get_string(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsString()) {
    bad(object, name);
  }
  return value.As<Napi::String>();
}

bool get_bool(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsBoolean()) {
    bad(object, name);
  }
  return value.As<Napi::Boolean>();
}

double get_number(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsNumber()) {
    bad(object, name);
  }
  return value.As<Napi::Number>().DoubleValue();
}

std::vector<std::string> get_strings(const Napi::Object& object, const char* name) {
  return string_array(object.Get(name));
}

std::vector<uint32_t> get_numbers(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsArray()) {
    bad(object, name);
  }
  const auto array = value.As<Napi::Array>();
  std::vector<uint32_t> numbers;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    numbers.push_back(array.Get(i).ToNumber());
  }
  return numbers;
}

std::optional<uint32_t> get_optional_id(const Napi::Object& object, const char* name) {
  if (object.Get(name).IsUndefined()) {
    return std::nullopt;
  }
  return static_cast<uint32_t>(get_number(object, name));
}

core::Stdio get_stdio(const Napi::Object& object, const char* name) {
  const std::string value = get_string(object, name);
  if (value == "null") {
    return core::Stdio::kNull;
  }
  if (value == "pipe") {
    return core::Stdio::kPipe;
  }
  if (value == "capture") {
    return core::Stdio::kCapture;
  }
  if (value == "inherit") {
    return core::Stdio::kInherit;
  }
  bad(object, name);
}

uint32_t kind_mask(const std::vector<uint32_t>& kinds) {
  if (kinds.empty()) {
    return ~0U;
  }
  uint32_t mask = 0;
  for (const uint32_t kind : kinds) {
    mask |= kind < 32 ? 1U << kind : 0;
  }
  return mask;
}

}  // namespace

std::vector<std::string> string_array(const Napi::Value& value) {
  if (!value.IsArray()) {
    throw Napi::TypeError::New(value.Env(), "native argument: not an array");
  }
  const auto array = value.As<Napi::Array>();
  std::vector<std::string> strings;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    strings.push_back(array.Get(i).ToString());
  }
  return strings;
}

decode::SyscallSet syscall_set(Napi::Env env, const std::vector<std::string>& entries) {
  std::string error;
  decode::SyscallSet set = decode::SyscallSet::parse(entries, error);
  if (!error.empty()) {
    throw make_failure(env, "UNKNOWN_SYSCALL", error);
  }
  return set;
}

core::LaunchOptions launch_options(const Napi::Object& object) {
  core::LaunchOptions options;
  options.argv = get_strings(object, "argv");
  options.executable = get_string(object, "executable");
  if (options.executable.empty() && !options.argv.empty()) {
    options.executable = options.argv.front();
  }
  options.environment = get_strings(object, "env");
  options.cwd = get_string(object, "cwd");
  options.uid = get_optional_id(object, "uid");
  options.gid = get_optional_id(object, "gid");
  for (const uint32_t group : get_numbers(object, "groups")) {
    options.groups.push_back(group);
  }
  options.stdio = {get_stdio(object, "stdin"), get_stdio(object, "stdout"),
                   get_stdio(object, "stderr")};
  options.root_of_pid = static_cast<pid_t>(get_number(object, "rootOfPid"));
  options.soft_nofile = static_cast<rlim_t>(get_number(object, "softNofile"));
  return options;
}

AttachTarget attach_target(const Napi::Object& object) {
  return {.pid = static_cast<pid_t>(get_number(object, "pid")),
          .single_thread = get_bool(object, "singleThread")};
}

SessionOptions session_options(const Napi::Object& object) {
  SessionOptions options;
  options.recorder.combined = get_string(object, "mode") == "combined";
  options.recorder.text = get_string(object, "decode") == "text";
  options.recorder.registers = get_bool(object, "registers");
  options.recorder.decode.unabbreviated = get_bool(object, "unabbreviated");
  options.recorder.decode.max_string_bytes =
      static_cast<uint32_t>(get_number(object, "maxStringBytes"));
  options.recorder.syscalls = syscall_set(object.Env(), get_strings(object, "syscalls"));
  options.recorder.kinds = kind_mask(get_numbers(object, "kinds"));
  options.recorder.max_block_ns =
      static_cast<int64_t>(get_number(object, "maxBlockMs")) * core::kNanosecondsPerMillisecond;
  options.follow = {.threads = get_bool(object, "followThreads"),
                    .processes = get_bool(object, "followProcesses"),
                    .detach_on_exec = get_bool(object, "detachOnExec")};
  options.ring_bytes = static_cast<size_t>(get_number(object, "ringBytes"));
  options.block = get_string(object, "overflow") == "block";
  options.await_reader = get_bool(object, "awaitReader");
  return options;
}

}  // namespace ptraced::addon
