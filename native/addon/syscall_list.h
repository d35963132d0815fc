// NativeAddon.listSyscalls of src/native/addon.ts.
#pragma once

#include <napi.h>

namespace ptraced::addon {

// (arch, syscalls): the rows of a table that the set selects.
Napi::Value list_syscalls(const Napi::CallbackInfo& info);

}  // namespace ptraced::addon
