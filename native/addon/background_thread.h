// Threads beside Node's own, for what may wait long.
#pragma once

#include <functional>

namespace ptraced::addon {

// Runs `body` on a thread that nobody joins and that takes no signals: those are for the thread of
// Node that handles them. `name` has at most 15 characters. Throws std::system_error where there
// can be no further thread.
void run_in_background(const char* name, std::function<void()> body);

}  // namespace ptraced::addon
