// The ids of a command whose tracer has real ids beside other effective ones, such as one that a
// setuid program started: as under strace, it gets the real ones.
#pragma once

#include <sys/types.h>

#include <optional>

namespace ptraced::core {

class RealIds {
 public:
  // Nothing where the effective ids are the real ones. For the tracer thread: where it lacks
  // CAP_SYS_PTRACE, its own effective ids become the real ones, those of the other threads do not.
  // By them the kernel lets it attach and read the command's files in /proc (ptrace(2), "Ptrace
  // access mode checking").
  static std::optional<RealIds> where_others_are_effective();

  // For the child, after the fork: these become all its ids. errno where that fails.
  bool take() const;

 private:
  RealIds(uid_t uid, gid_t gid, bool lacks_ptrace)
      : uid_(uid), gid_(gid), lacks_ptrace_(lacks_ptrace) {}

  uid_t uid_;
  gid_t gid_;
  bool lacks_ptrace_;  // the tracer, CAP_SYS_PTRACE
};

}  // namespace ptraced::core
