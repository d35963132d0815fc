// Rules from JavaScript.
#pragma once

#include <napi.h>

#include "wire/rules.h"

namespace ptraced::addon {

// NativeRules of src/native/rules.ts. Throws a NativeFailure with the path of the field:
// UNKNOWN_SYSCALL, or FIELD_INVALID for a name that is no error's or no signal's. JS thread.
wire::RuleSet rule_set(const Napi::Object& object);

}  // namespace ptraced::addon
