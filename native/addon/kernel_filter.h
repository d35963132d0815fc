// Which calls of a session must stop its tracees.
#pragma once

#include "addon/tracer_thread.h"

namespace ptraced::addon {

// The calls that anything of the session looks at: those that its filter selects. The summary
// counts no others, and probes read at no others.
const decode::SyscallSet& needed_calls(const SessionOptions& options);

// Whether every call of every task that shares memory with a tracee stops it.
bool sees_all_calls(const Target& target, const core::FollowOptions& follow);

// Has the kernel filter the calls of a command, where the options ask for it and leave calls out.
void filter_in_kernel(Target& target, const SessionOptions& options);

}  // namespace ptraced::addon
