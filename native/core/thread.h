// Threads that nobody joins.
#pragma once

#include <functional>

#include "core/result.h"

namespace ptraced::core {

// Runs `body` on a thread of its own with every signal blocked: those of the process are for the
// thread of Node that handles them. `name` has at most 15 bytes. `body` must not throw.
//
// The error is "pthread_create": EAGAIN where a limit of threads or processes is reached or memory
// for the stack is missing (pthread_create(3)).
Status start_thread(const char* name, std::function<void()> body);

}  // namespace ptraced::core
