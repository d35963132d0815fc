// Failures on their way to JavaScript.
#pragma once

#include <napi.h>

#include <string>
#include <utility>
#include <vector>

#include "core/result.h"

namespace ptraced::addon {

// Facts for programs, by name.
using FailureMetadata = std::vector<std::pair<std::string, std::string>>;

// A NativeFailure of src/native/addon.ts.
Napi::Error make_failure(Napi::Env env, const char* reason, const std::string& message,
                         const core::Error& error = {}, const FailureMetadata& metadata = {});

// The same for a field of a request; its path is the metadata "field".
Napi::Error make_field_failure(Napi::Env env, const char* reason, const std::string& field,
                               const std::string& message);

// The end of a message about a name that nothing has; empty where `suggestion` is.
std::string did_you_mean(const std::string& suggestion);

// UNKNOWN_SYSCALL for an item of a set of calls; `field` is its path, empty for none. Where a name
// is near, the message says so and the metadata "suggestion" is it.
Napi::Error make_unknown_syscall(Napi::Env env, const std::string& field, const std::string& item);

// SYSTEM_LIMIT where std::bad_alloc was thrown.
Napi::Error make_out_of_memory(Napi::Env env);

// The same for a launch or an attach that failed; the reason follows from the step.
Napi::Error make_start_failure(Napi::Env env, const core::Error& error);

}  // namespace ptraced::addon
