// The files that a call uses: its descriptors, and where a filter asks for them, paths.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/memory.h"
#include "core/syscall_stop.h"
#include "wire/record_filter.h"

namespace ptraced::wire {

// Of the call that a task is in. Gathered at its entry, where its memory and its descriptors are
// those that it means, and good until its end. Tracer thread.
class CallFiles {
 public:
  // `call` is what the task calls (decode::called_function). `wanted` are FileFacts; what is not
  // wanted costs nothing. Reads the task's memory and /proc.
  void gather(pid_t tid, const core::SyscallEntry& call, core::Memory& memory, uint8_t wanted);

  void clear();

  uint8_t gathered() const { return gathered_; }
  std::span<const int32_t> descriptors() const { return descriptors_; }
  std::span<const std::string_view> paths() const { return paths_; }

 private:
  void add_listed(const core::SyscallEntry& call, core::Memory& memory, uint8_t wanted);
  void add_argument_paths(pid_t tid, const core::SyscallEntry& call, core::Memory& memory);
  void add_descriptor_paths(pid_t tid);
  void read_root(pid_t tid);
  void add_own_path(std::string_view path);
  void add_path_from(std::string_view base, std::string_view path);

  std::vector<int32_t> descriptors_;
  std::string root_;  // of the task, as the server names it; empty for the server's own
  std::vector<std::string> path_storage_;
  std::vector<std::string_view> paths_;
  uint8_t gathered_ = kNoFileFacts;
};

}  // namespace ptraced::wire
