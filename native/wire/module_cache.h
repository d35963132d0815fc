// Where modules of processes begin, without reading /proc/PID/maps at each stop.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/syscall_stop.h"
#include "decode/syscall_set.h"

namespace ptraced::wire {

// What was read is remembered until a call of any task of the session may have changed mappings, be
// it that of another process: a child of vfork shares its parent's. Nothing is remembered while
// such a call is under way, nor where calls are not all seen, nor of names such as "[stack]", which
// the kernel moves without a call. Not seen are a file that gets another name while it is mapped,
// and a child of vfork that maps files after it was detached. Tracer thread.
class ModuleCache {
 public:
  // `usable`: every call of every task that shares memory with one of the session's stops.
  explicit ModuleCache(bool usable);

  // core::find_module() of a process, by one of its tasks; nothing also where it fails.
  std::optional<uint64_t> find(pid_t pid, pid_t tid, std::string_view name);

  // Whether the call may change where files are mapped.
  bool is_changed_by(const core::SyscallEntry& call) const {
    return changing_calls_.contains(call.arch, call.number);
  }
  // Such a call begins, and has returned or will not.
  void begin_change();
  void end_change();
  // One has returned that was not seen to begin.
  void change() { bases_.clear(); }

  void forget_process(pid_t pid) { bases_.erase(pid); }

 private:
  using Bases = std::map<std::string, std::optional<uint64_t>, std::less<>>;

  const bool usable_;
  const decode::SyscallSet changing_calls_;
  size_t changes_ = 0;  // under way
  std::unordered_map<pid_t, Bases> bases_;
};

}  // namespace ptraced::wire
