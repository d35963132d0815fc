// A RecordFilter from JavaScript.
#pragma once

#include <napi.h>

#include "wire/record_filter.h"

namespace ptraced::addon {

// NativeFilter of src/native/addon.ts. Throws a NativeFailure with the path of the field:
// UNKNOWN_SYSCALL, or FIELD_INVALID for a name that is no error's. JS thread.
wire::RecordFilter record_filter(const Napi::Object& object);

// The `syscalls` of an object, a set in strace's grammar. Throws UNKNOWN_SYSCALL in the same way.
decode::SyscallSet syscall_set(const Napi::Object& object, const std::string& field);

}  // namespace ptraced::addon
