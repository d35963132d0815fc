// Users by name, as this machine's name service has them (nsswitch.conf(5)).
#pragma once

#include <napi.h>

namespace ptraced::addon {

// lookUpUser() of NativeAddon (src/native/addon.ts). The name service may wait for a network, and
// so runs on a thread of its own for each call.
Napi::Value look_up_user(const Napi::CallbackInfo& info);

}  // namespace ptraced::addon
