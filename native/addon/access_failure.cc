#include "addon/access_failure.h"

#include <cstdio>

#include "addon/failure.h"
#include "core/register_names.h"
#include "decode/decoder.h"

namespace ptraced::addon {
namespace {

using core::AddressError;
using core::ControlError;
using core::MemoryFault;
using core::Refusal;

std::string describe(const core::Error& error) {
  return std::string(error.operation) + ": " + std::string(decode::errno_description(error.code));
}

struct Explanation {
  const char* reason;
  std::string message;
};

Explanation explain(const ControlError& error) {
  const std::string task = "task " + std::to_string(error.tid);
  switch (error.refusal) {
    case Refusal::kTaskNotFound:
      return {"TASK_NOT_FOUND", "the session has no " + task};
    case Refusal::kNotHeld:
      return {"NOT_HELD", task + " is not held"};
    case Refusal::kStopChanged:
      return {"STOP_CHANGED", error.stop_id == 0
                                  ? task + " is not held any more"
                                  : task + " is in stop " + std::to_string(error.stop_id)};
    case Refusal::kTaskEnding:
      return {"TASK_ENDING", task + " is at its end, where no signal reaches it"};
    case Refusal::kStopTimeout:
      return {"STOP_TIMEOUT",
              error.tid == 0 ? "no task was held in time" : task + " was not held in time"};
    case Refusal::kFailed:
      break;
  }
  return {error.error.code == EPERM ? "PTRACE_DENIED" : "TRACER_FAILURE", describe(error.error)};
}

Napi::Error failure(Napi::Env env, const ControlError& error) {
  const auto [reason, message] = explain(error);
  FailureMetadata metadata;
  if (error.tid != 0) {
    metadata.emplace_back("tid", std::to_string(error.tid));
  }
  if (error.refusal == Refusal::kStopChanged) {
    metadata.emplace_back("stop_id", std::to_string(error.stop_id));
  }
  return make_failure(env, reason, message, error.error, metadata);
}

Napi::Error failure(Napi::Env env, const AddressError& error) {
  switch (error.kind) {
    case AddressError::Kind::kNoRegisters:
      return make_failure(env, "NOT_HELD", "a register has a value in a held task only");
    case AddressError::Kind::kNotThere:
    case AddressError::Kind::kSyntax:
      break;
  }
  return make_failure(env, "ADDRESS_SYNTAX", error.message, {},
                      {{"position", std::to_string(error.position)}});
}

Napi::Error failure(Napi::Env env, const MemoryFault& fault) {
  const std::string at = hex(fault.address);
  FailureMetadata metadata = {{"address", at}};
  const bool mapped = !fault.permissions.empty();
  if (mapped) {
    metadata.emplace_back("permissions", fault.permissions);
  }
  switch (fault.kind) {
    case MemoryFault::Kind::kUnmapped:
      return make_failure(env, "ADDRESS_UNMAPPED",
                          mapped
                              ? at + " may not be read by the process (" + fault.permissions + ")"
                              : "nothing is mapped at " + at,
                          {}, metadata);
    case MemoryFault::Kind::kReadOnly:
      return make_failure(env, "MEMORY_READ_ONLY",
                          at + " may not be written (" + fault.permissions + ")", {}, metadata);
    case MemoryFault::Kind::kMismatch:
      return make_failure(env, "MEMORY_MISMATCH",
                          "the bytes at " + at + " are not the expected ones", {}, metadata);
    case MemoryFault::Kind::kNeedsStop:
      return make_failure(env, "NOT_HELD",
                          at + " can be written only while the task is held, since the server may "
                               "not open its /proc/PID/mem",
                          fault.error, metadata);
    case MemoryFault::Kind::kImpossible:
      break;
  }
  return make_read_failure(env, fault.error);
}

Napi::Error failure(Napi::Env env, const core::RefusedRegister& refused) {
  const std::string name(core::kRegisterNames[refused.index]);
  return make_failure(env, "FIELD_INVALID", "values[" + name + "]: the kernel refuses this value",
                      {}, {{"register", name}});
}

}  // namespace

std::string hex(uint64_t address) {
  char text[2 + 16 + 1];
  std::snprintf(text, sizeof(text), "0x%llx", static_cast<unsigned long long>(address));
  return text;
}

Napi::Error make_access_failure(Napi::Env env, const core::AccessError& error) {
  return std::visit([env](const auto& one) { return failure(env, one); }, error);
}

Napi::Error make_read_failure(Napi::Env env, const core::Error& error) {
  if (error.gone() || error.code == ENOENT) {
    return make_failure(env, "TASK_NOT_FOUND",
                        "process " + std::to_string(error.tid) + " has ended", {},
                        {{"tid", std::to_string(error.tid)}});
  }
  const bool denied = error.code == EPERM || error.code == EACCES;
  return make_failure(env, denied ? "PTRACE_DENIED" : "TRACER_FAILURE", describe(error), error);
}

}  // namespace ptraced::addon
