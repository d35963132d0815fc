// What the files of ptrace.h share. For them alone.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "core/result.h"

namespace ptraced::core {

// Not in Debian 12's headers: Linux 6.16.
constexpr int kPtraceSetSyscallInfo = 0x4212;

// ptrace(2); the result is -1 with errno where it fails.
long request(int kind, pid_t tid, uint64_t address, uint64_t data);
long request(int kind, pid_t tid, uint64_t address, void* data);

// The errno of a request that failed, with the request's name.
Status checked(long result, const char* operation, pid_t tid);

}  // namespace ptraced::core
