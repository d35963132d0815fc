// Who is at the other end of a unix socket.
#pragma once

#include <sys/types.h>

namespace ptraced::core {

enum class Descent {
  kStranger,  // not below this process, or in a pid namespace that ours does not see
  kOwn,       // below this process: launched by it, or started by what was
  kUnknown,   // it has ended, or cannot be looked at
};

struct Peer {
  pid_t pid = 0;
  uid_t uid = 0;
  Descent descent = Descent::kUnknown;
};

// The process that called connect(2), or that made the socket pair. Whoever got the socket from it
// since counts as that process; where it has ended, as unknown. From Linux 6.5 on a process that
// got the number of one that has ended is not taken for it.
Peer peer_of(int socket);

}  // namespace ptraced::core
