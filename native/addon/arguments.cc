#include "addon/arguments.h"

#include <string>
#include <vector>

#include "addon/failure.h"
#include "addon/fields.h"
#include "addon/filter_argument.h"
#include "addon/probe_argument.h"
#include "addon/rules_argument.h"
#include "core/clock.h"

namespace ptraced::addon {
namespace {

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

uint64_t get_mask(const Napi::Object& object, const char* name) {
  bool lossless = false;
  return object.Get(name).As<Napi::BigInt>().Uint64Value(&lossless);
}

// NativeInheritance.
core::Inheritance inheritance(const Napi::Object& object) {
  core::Inheritance result;
  result.ignored_signals = get_mask(object, "ignoredSignals");
  result.blocked_signals = get_mask(object, "blockedSignals");
  result.pending_signals = get_mask(object, "pendingSignals");
  const std::vector<double> descriptors = get_numbers(object, "descriptors");
  for (size_t i = 0; i + 1 < descriptors.size(); i += 2) {
    result.descriptors.push_back(
        {static_cast<int>(descriptors[i]), static_cast<int>(descriptors[i + 1])});
  }
  for (const double kept : get_numbers(object, "keptDescriptors")) {
    result.kept_descriptors.push_back(static_cast<int>(kept));
  }
  for (const double stream : get_numbers(object, "releasedStreams")) {
    result.released_streams.push_back(static_cast<int>(stream));
  }
  core::read_process(result);
  return result;
}

}  // namespace

decode::SyscallSet syscall_set(Napi::Env env, const std::vector<std::string>& entries) {
  std::string error;
  decode::SyscallSet set = decode::SyscallSet::parse(entries, error);
  if (!error.empty()) {
    throw make_unknown_syscall(env, "", error);
  }
  return set;
}

core::LaunchOptions launch_options(const Napi::Object& object) {
  core::LaunchOptions options;
  options.argv = get_texts(object, "argv");
  options.executable = get_text(object, "executable");
  if (options.executable.empty() && !options.argv.empty()) {
    options.executable = options.argv.front();
  }
  options.environment = get_texts(object, "env");
  options.cwd = get_text(object, "cwd");
  options.uid = get_optional_id(object, "uid");
  options.gid = get_optional_id(object, "gid");
  for (const double group : get_numbers(object, "groups")) {
    options.groups.push_back(static_cast<gid_t>(group));
  }
  options.stdio = {get_stdio(object, "stdin"), get_stdio(object, "stdout"),
                   get_stdio(object, "stderr")};
  options.root_of_pid = static_cast<pid_t>(get_number(object, "rootOfPid"));
  options.soft_nofile = static_cast<rlim_t>(get_number(object, "softNofile"));
  options.start_paused = get_bool(object, "startPaused");
  options.confined = get_bool(object, "confined");
  if (!object.Get("inheritance").IsUndefined()) {
    options.inheritance = inheritance(get_object(object, "inheritance"));
  }
  return options;
}

AttachTarget attach_target(const Napi::Object& object) {
  return {.pid = static_cast<pid_t>(get_number(object, "pid")),
          .single_thread = get_bool(object, "singleThread"),
          .start_paused = get_bool(object, "startPaused")};
}

SessionOptions session_options(const Napi::Object& object) {
  SessionOptions options;
  options.recorder.combined = get_string(object, "mode") == "combined";
  const std::string decode = get_string(object, "decode");
  options.recorder.text = decode == "text" || decode == "text-and-values";
  options.recorder.values = decode == "values" || decode == "text-and-values";
  options.recorder.registers = get_bool(object, "registers");
  options.recorder.files = get_bool(object, "files");
  options.recorder.decode.unabbreviated = get_bool(object, "unabbreviated");
  options.recorder.system_time = get_bool(object, "systemTime");
  options.recorder.decode.spans = get_bool(object, "textSpans");
  options.recorder.decode.max_string_bytes =
      static_cast<uint32_t>(get_number(object, "maxStringBytes"));
  options.recorder.filter = record_filter(get_object(object, "filter"));
  options.recorder.probes = memory_probes(object.Get("probes"));
  options.recorder.rules = rule_set(get_object(object, "rules"));
  options.recorder.max_block_ns =
      static_cast<int64_t>(get_number(object, "maxBlockMs")) * core::kNanosecondsPerMillisecond;
  options.follow = {.threads = get_bool(object, "followThreads"),
                    .processes = get_bool(object, "followProcesses"),
                    .detach_on_exec = get_bool(object, "detachOnExec")};
  if (const int lines = static_cast<int>(get_number(object, "linesFd")); lines >= 0) {
    options.recorder.order = wire::OutputOrder::for_lines(lines, options.follow.processes);
  }
  options.ring_bytes = static_cast<size_t>(get_number(object, "ringBytes"));
  options.block = get_string(object, "overflow") == "block";
  options.filter_in_kernel = get_bool(object, "filterInKernel");
  options.await_reader = get_bool(object, "awaitReader");
  return options;
}

wire::ReaderOptions reader_options(const Napi::Object& object) {
  wire::ReaderOptions options;
  const Napi::Value start = object.Get("start");
  if (start.IsBigInt()) {
    options.start = wire::ReaderOptions::Start::kAfter;
    options.after_serial = static_cast<uint64_t>(get_bigint(object, "start"));
  } else {
    options.start = get_string(object, "start") == "latest" ? wire::ReaderOptions::Start::kLatest
                                                            : wire::ReaderOptions::Start::kOldest;
  }
  options.lossless = get_bool(object, "lossless");
  if (!object.Get("filter").IsUndefined()) {
    options.filter = record_filter(get_object(object, "filter"));
  }
  return options;
}

}  // namespace ptraced::addon
