// What /proc says of processes and tasks (proc(5)).
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"

namespace ptraced::core {

// Fields of /proc/TID/status, in our pid namespace.
struct TaskStatus {
  pid_t tgid = 0;
  pid_t parent = 0;
  pid_t tracer = 0;  // the tracing thread, not its process
  int seccomp = 0;   // 1: strict mode, 2: a filter is installed
  char state = '?';
  uint64_t pending = 0;  // for the thread or for its process
  uint64_t blocked = 0;
  uint64_t ignored = 0;
  uint64_t caught = 0;
  uint64_t capabilities = 0;  // effective, in its user namespace

  // The signal would do nothing to the task, whoever sends it: it is ignored, or its default is to
  // be, and no handler catches it.
  bool ignores(int signal) const;

  bool is_pending(int signal) const;

  // It waits to be delivered and is not blocked.
  bool is_deliverable(int signal) const;

  // CAP_ of <linux/capability.h>.
  bool has_capability(int capability) const { return (capabilities >> capability & 1) != 0; }

  // A signal waits to be delivered that is neither blocked nor ignored.
  bool has_deliverable_signal() const;
};

// Nothing where the task is gone.
std::optional<TaskStatus> task_status(pid_t tid);

// A task's name, of any bytes; empty where it is gone.
std::string task_name(pid_t tid);

// Ids of all processes that /proc shows.
std::vector<pid_t> process_ids();

// Ids of a process's threads; empty where it is gone.
std::vector<pid_t> thread_ids(pid_t pid);

// Targets of /proc/PID/exe, cwd, root and fd/N into `out`; the length, 0 where it cannot be read.
size_t executable(pid_t pid, char* out, size_t size);
size_t root_directory(pid_t pid, char* out, size_t size);
size_t working_directory(pid_t tid, char* out, size_t size);
size_t descriptor_target(pid_t tid, int fd, char* out, size_t size);

// Whether one of a process's descriptors is a userfaultfd(2); true where none can be seen.
bool may_hold_userfaultfd(pid_t pid);

// fstat(2) of a task's descriptor. ENOENT: it has none of that number, or is gone; EACCES: it may
// not be looked at.
Result<struct stat> descriptor_status(pid_t tid, int fd);

// The task is in our pid namespace: it calls tasks by the numbers by which we do. False where that
// cannot be told.
bool shares_pid_namespace(pid_t tid);

}  // namespace ptraced::core
