// Descriptors that are kept for what is short: a file of /proc at a stop, a pipe of a launch.
#pragma once

#include "core/unique_fd.h"

namespace ptraced::core {

// The soft RLIMIT_NOFILE of this process less the reserve: 64, or a quarter where the limit is low.
// What lasts, such as a pipe of a session or a connection, takes no descriptor from here on. The
// kernel gives the lowest free number, so that a number tells how many are taken.
int first_reserved_descriptor();

inline bool is_reserved(const UniqueFd& fd) {
  return fd.get() >= first_reserved_descriptor();
}

}  // namespace ptraced::core
