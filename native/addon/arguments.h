// Arguments from JavaScript to plain structures. TypeScript has validated them; what is still wrong
// throws a Napi::TypeError.
#pragma once

#include <napi.h>

#include <string>
#include <vector>

#include "addon/tracer_thread.h"

namespace ptraced::addon {

// NativeLaunch, NativeAttach and NativeCapture of src/native/addon.ts.
core::LaunchOptions launch_options(const Napi::Object& object);
AttachTarget attach_target(const Napi::Object& object);
SessionOptions session_options(const Napi::Object& object);
// NativeReaderOptions.
wire::ReaderOptions reader_options(const Napi::Object& object);

// A set in strace's grammar. Throws a NativeFailure, UNKNOWN_SYSCALL, that names the item.
decode::SyscallSet syscall_set(Napi::Env env, const std::vector<std::string>& entries);

}  // namespace ptraced::addon
