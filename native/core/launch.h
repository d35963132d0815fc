// Makes the process of a command, ready to be seized, and holds it just before its execve.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/call_filter.h"
#include "core/clock.h"
#include "core/inheritance.h"
#include "core/result.h"
#include "core/unique_fd.h"

namespace ptraced::core {

// What a standard stream of the command is connected to.
enum class Stdio { kNull, kPipe, kCapture, kInherit };

// A command. Strings hold no NUL; `cwd` is absolute; `environment` is the whole of it.
struct LaunchOptions {
  std::vector<std::string> argv;
  std::string executable;  // searched for in PATH of `environment` where it has no slash
  std::vector<std::string> environment;
  std::string cwd;
  std::optional<uid_t> uid;
  std::optional<gid_t> gid;
  std::vector<gid_t> groups;  // replace the inherited ones where uid or gid is set
  std::array<Stdio, 3> stdio = {Stdio::kNull, Stdio::kCapture, Stdio::kCapture};
  pid_t root_of_pid = 0;  // 0: our own root
  rlim_t soft_nofile = 0;
  // call_filter_program(); installed just before the execve. Empty, or where it cannot be
  // installed: every call stops.
  std::vector<sock_filter> call_filter;
  // Unset: default dispositions, an empty mask, and no descriptors but the standard streams.
  std::optional<Inheritance> inheritance;
  bool may_set_no_new_privs = false;  // where the call filter needs it
  bool confined = false;              // core/confinement.h
  bool start_paused = false;  // for the tracer: held before the first instruction of the program
};

// What each of the two steps of a launch may take: up to the gate, and the execve. A file system
// that does not answer would hold it up forever.
inline constexpr int64_t kLaunchPatienceNs = 10 * kNanosecondsPerSecond;

// A child that has done everything but its execve and waits at the gate. Where the gate closes
// without a byte, it exits.
struct Launched {
  pid_t pid = 0;
  UniqueFd gate;                    // one byte lets it go on
  UniqueFd stdin_writer;            // kPipe
  std::array<UniqueFd, 2> readers;  // stdout and stderr, kCapture; not blocking
};

// Forks. The child has default signal dispositions, an empty mask, the soft descriptor limit asked
// for, and no descriptors but 0 to 2 once its execve has succeeded, or what `inheritance` says
// instead; it is in a session of its own unless a stream is inherited. The personality is not
// touched, and no_new_privs only by a call filter that may set it and where it is confined.
//
// Errors name the step that failed in the child or here: "fork", "chroot", "setgroups", "setgid",
// "setuid", "setrlimit", "confine", "chdir", "open", or "execvp" where no executable is found
// (ENOENT) or the one that is may not be executed (EACCES). No child is left then, but for
// ETIMEDOUT: it has been killed, and may die later.
//
// Must be called by the tracer thread, whose child it becomes.
Result<Launched> launch(const LaunchOptions& options);

}  // namespace ptraced::core
