// Questions about files that may never be answered.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"

namespace ptraced::core {

// A path goes through whatever is mounted on its way, and /proc/PID/cmdline through memory of the
// process: a FUSE or NFS server, or whoever serves a page, may never answer. A thread that waits
// for those can be one that no signal ends (fs/fuse/dev.c, request_wait_answer), and the process
// would not end either.
struct FileQuestion {
  enum class Kind {
    kRealPath,  // as realpath(3) has it
    kContents,  // of a regular file that is no symbolic link, at most kMaxFileBytes
  };
  Kind kind;
  std::string path;
};

inline constexpr size_t kMaxFileBytes = 16 * 1024 * 1024;

struct FileAnswer {
  bool late = false;                // there was none in time
  std::optional<std::string> text;  // nothing where there is no such file, or it may not be read
};

// Asks in children of this process, which hold nothing open of it; one that does not answer is
// killed. Waits 5 s for a real path, 2 s for contents and 10 s for all; real paths that come after
// a late one are not asked for. Then calls `answered`, and returns once no child is left: that may
// be never.
//
// Errors, after which `answered` is not called: "pipe2", "fork".
Status ask_about_files(const std::vector<FileQuestion>& questions,
                       const std::function<void(std::vector<FileAnswer>)>& answered);

}  // namespace ptraced::core
