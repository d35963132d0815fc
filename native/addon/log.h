// The log of the server, and the end of its process.
#pragma once

#include <napi.h>

namespace ptraced::addon {

// openLog and exit of NativeAddon. JS thread.
Napi::Value open_log(const Napi::CallbackInfo& info);
void exit_process(const Napi::CallbackInfo& info);

}  // namespace ptraced::addon
