// The mappings of a process, from /proc/PID/maps (proc_pid_maps(5)).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/unique_fd.h"

namespace ptraced::core {

// One line of the file.
struct Mapping {
  uint64_t start = 0;
  uint64_t end = 0;  // address after the last
  std::string permissions;
  uint64_t offset = 0;  // in the file
  std::string path;     // of the file, or a name such as "[stack]"; may be empty

  bool readable() const { return permissions.starts_with('r'); }
  bool writable() const { return permissions.size() > 1 && permissions[1] == 'w'; }
  bool shared() const { return permissions.size() > 3 && permissions[3] == 's'; }
};

// The mappings of the memory that a task had when it was opened, whatever becomes of the task: the
// open file keeps that memory. Any thread.
class Mappings {
 public:
  // Errors: ENOENT or ESRCH (no such task), EACCES.
  static Result<Mappings> open(pid_t tid);

  // Calls `visit` for each, in order of address, until it returns false. A task without memory,
  // such as a zombie, has none. Lines that are read at different moments may not fit together.
  Status for_each(const std::function<bool(const Mapping&)>& visit) const;

 private:
  explicit Mappings(UniqueFd file) : file_(std::move(file)) {}

  UniqueFd file_;
};

// A line of the file, without its end; false where it is none.
bool parse_mapping(std::string_view line, Mapping& mapping);

// Bytes of a pointer in the task's memory: 4 where all of it lies below 4 GiB (i386, x32), else 8.
Result<size_t> pointer_size(pid_t tid);

}  // namespace ptraced::core
