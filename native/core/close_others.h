// What a child of a process with threads must not keep.
#pragma once

#include <span>

namespace ptraced::core {

// Closes every descriptor but these, which are ascending. In a child: async-signal-safe.
void close_others(std::span<const int> kept, int first = 0);

}  // namespace ptraced::core
