// Files that may not answer, for JavaScript.
#pragma once

#include <napi.h>

namespace ptraced::addon {

// realPaths and readFiles of NativeAddon. JS thread; the asking on a thread of its own.
Napi::Value real_paths(const Napi::CallbackInfo& info);
Napi::Value read_files(const Napi::CallbackInfo& info);

}  // namespace ptraced::addon
