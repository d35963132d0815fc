// Arguments from JavaScript to plain structures. TypeScript has validated them; what is still wrong
// throws a Napi::TypeError.
#pragma once

#include <napi.h>

#include "addon/tracer_thread.h"

namespace ptraced::addon {

// NativeLaunch, NativeAttach and NativeCapture of src/native/addon.ts.
core::LaunchOptions launch_options(const Napi::Object& object);
AttachTarget attach_target(const Napi::Object& object);
SessionOptions session_options(const Napi::Object& object);

}  // namespace ptraced::addon
