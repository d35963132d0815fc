// Failures of what clients do to tasks, on their way to JavaScript.
#pragma once

#include <napi.h>
#include <sys/types.h>

#include <cstdint>
#include <string>

#include "core/memory_access.h"

namespace ptraced::addon {

// "0x7ffe12345678".
std::string hex(uint64_t address);

// A NativeFailure of the error model.
Napi::Error make_access_failure(Napi::Env env, const core::AccessError& error);

// The same where a task could not be read by a system call.
Napi::Error make_read_failure(Napi::Env env, const core::Error& error);

}  // namespace ptraced::addon
