// Memory probes from JavaScript.
#pragma once

#include <napi.h>

#include <vector>

#include "wire/memory_probe.h"

namespace ptraced::addon {

// NativeProbe[] of src/native/addon.ts. Throws a NativeFailure: ADDRESS_SYNTAX, and those of
// record_filter().
std::vector<wire::MemoryProbe> memory_probes(const Napi::Value& value);

}  // namespace ptraced::addon
