// Decoding of socket addresses for JavaScript.
#pragma once

#include <napi.h>

namespace ptraced::addon {

// socketAddress of NativeAddon. JS thread.
Napi::Value socket_address(const Napi::CallbackInfo& info);

}  // namespace ptraced::addon
