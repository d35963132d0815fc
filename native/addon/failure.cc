#include "addon/failure.h"

#include <cerrno>
#include <cstring>
#include <string_view>

#include "decode/decoder.h"
#include "decode/name_suggestion.h"
#include "decode/utf8.h"

namespace ptraced::addon {
namespace {

// Threads, processes, descriptors, memory or disk have run out: of the machine, of the limits of
// this process or of its control group.
bool is_exhaustion(int code) {
  return code == EAGAIN || code == EMFILE || code == ENFILE || code == ENOMEM || code == ENOSPC ||
         code == EDQUOT;
}

const char* reason_of(const core::Error& error) {
  if (is_exhaustion(error.code)) {
    return "SYSTEM_LIMIT";
  }
  if (error.code == ETIMEDOUT) {
    return "FILE_TIMEOUT";
  }
  const std::string_view operation = error.operation;
  if (operation == "execvp") {
    return error.code == ENOENT || error.code == ENOTDIR ? "EXECUTABLE_NOT_FOUND" : "EXEC_FAILED";
  }
  if (operation == "PTRACE_SEIZE") {
    return error.gone() ? "PROCESS_NOT_FOUND" : "PTRACE_DENIED";
  }
  for (const char* step : {"execve", "chroot", "setgroups", "setgid", "setuid", "chdir", "open"}) {
    if (operation == step) {
      return "EXEC_FAILED";
    }
  }
  return "TRACER_FAILURE";
}

}  // namespace

Napi::Error make_failure(Napi::Env env, const char* reason, const std::string& message,
                         const core::Error& error, const FailureMetadata& metadata) {
  Napi::Error failure = Napi::Error::New(env, decode::displayable(message));
  const bool unnamed = std::string_view(reason) == "TRACER_FAILURE";
  const char* cause = unnamed && is_exhaustion(error.code) ? "SYSTEM_LIMIT" : reason;
  failure.Set("reason", Napi::String::New(env, cause));
  failure.Set("operation", Napi::String::New(env, error.operation));
  failure.Set("errno", Napi::Number::New(env, error.code));
  failure.Set("errnoName", Napi::String::New(env, std::string(decode::errno_name(error.code))));
  if (!metadata.empty()) {
    Napi::Object facts = Napi::Object::New(env);
    for (const auto& [name, value] : metadata) {
      facts.Set(name, value);
    }
    failure.Set("metadata", facts);
  }
  return failure;
}

Napi::Error make_field_failure(Napi::Env env, const char* reason, const std::string& field,
                               const std::string& message) {
  return make_failure(env, reason, message, {}, {{"field", field}});
}

std::string did_you_mean(const std::string& suggestion) {
  return suggestion.empty() ? suggestion : "; did you mean '" + suggestion + "'?";
}

Napi::Error make_unknown_syscall(Napi::Env env, const std::string& field, const std::string& item) {
  FailureMetadata facts;
  if (!field.empty()) {
    facts.emplace_back("field", field);
  }
  const std::string suggestion = decode::suggest_name(item);
  if (suggestion.empty()) {
    return make_failure(env, "UNKNOWN_SYSCALL", item, {}, facts);
  }
  facts.emplace_back("suggestion", suggestion);
  return make_failure(env, "UNKNOWN_SYSCALL", item + did_you_mean(suggestion), {}, facts);
}

Napi::Error make_out_of_memory(Napi::Env env) {
  return make_start_failure(env, {"malloc", ENOMEM, 0});
}

Napi::Error make_start_failure(Napi::Env env, const core::Error& error) {
  const std::string why = error.code == ETIMEDOUT
                              ? "a file system did not answer in time"
                              : std::string(decode::errno_description(error.code));
  const std::string message = std::string(error.operation) + ": " + why;
  return make_failure(env, reason_of(error), message, error);
}

}  // namespace ptraced::addon
