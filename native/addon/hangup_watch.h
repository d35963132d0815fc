// Notices that nobody reads a descriptor's other end any more, without writing to it.
#pragma once

#include <napi.h>

namespace ptraced::addon {

// watchHangup() of src/native/addon.ts. JS thread.
Napi::Value watch_hangup(const Napi::CallbackInfo& info);

}  // namespace ptraced::addon
