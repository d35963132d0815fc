#include "core/peer.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <vector>

#include "core/procfs.h"
#include "core/unique_fd.h"

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

namespace ptraced::core {
namespace {

// Longer lines are not followed: each step takes the time of the thread that serves everybody.
constexpr size_t kLongestLine = 512;

// How often a line is read at most that changes while it is read.
constexpr int kAttempts = 8;

// Ids from `pid` upwards, to this process or to the first that has no parent here. Nothing where a
// part of it is gone.
std::optional<std::vector<pid_t>> line_of(pid_t pid) {
  std::vector<pid_t> line;
  for (pid_t next = pid; next > 0;) {
    line.push_back(next);
    if (next == getpid()) {
      return line;
    }
    const std::optional<TaskStatus> status = task_status(next);
    if (!status || line.size() > kLongestLine) {
      return std::nullopt;
    }
    next = status->parent;
  }
  return line;
}

// A parent that ends while a line is read leaves its children to another one, and its number to
// whoever comes: a line counts once it has been read twice.
Descent descent_of(pid_t pid) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const std::optional<std::vector<pid_t>> line = line_of(pid);
    if (line && line == line_of(pid)) {
      return line->back() == getpid() && line->size() > 1 ? Descent::kOwn : Descent::kStranger;
    }
  }
  return Descent::kUnknown;
}

// Unset before Linux 6.5, and where the process has been reaped.
UniqueFd peer_pidfd(int socket) {
  int pidfd = -1;
  socklen_t size = sizeof(pidfd);
  if (getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &size) != 0) {
    return UniqueFd();
  }
  return UniqueFd(pidfd);
}

bool knows_peer_pidfd() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return false;
  }
  const UniqueFd first(ends[0]);
  const UniqueFd second(ends[1]);
  return static_cast<bool>(peer_pidfd(ends[0]));
}

bool has_ended(const UniqueFd& pidfd) {
  pollfd end = {.fd = pidfd.get(), .events = POLLIN, .revents = 0};
  return poll(&end, 1, 0) != 0;
}

}  // namespace

Peer peer_of(int socket) {
  static const bool by_pidfd = knows_peer_pidfd();
  ucred credentials = {};
  socklen_t size = sizeof(credentials);
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return {};
  }
  Peer peer = {.pid = credentials.pid, .uid = credentials.uid, .descent = Descent::kStranger};
  if (peer.pid == 0 || peer.pid == getpid()) {
    return peer;
  }
  const UniqueFd pidfd = peer_pidfd(socket);
  peer.descent = descent_of(peer.pid);
  // It has had its number up to now, so that the line is its own.
  if (by_pidfd && (!pidfd || has_ended(pidfd))) {
    peer.descent = Descent::kUnknown;
  }
  return peer;
}

}  // namespace ptraced::core
