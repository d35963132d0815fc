// The ids of a command whose tracer has real ids beside other effective ones and lacks
// CAP_SYS_PTRACE: as under strace, it gets the real ones, since the tracer could not attach to it.
// A tracer with the capability leaves it the ids that it would have untraced.
#pragma once

#include <sys/types.h>

#include <optional>

namespace ptraced::core {

class RealIds {
 public:
  // Nothing where the command keeps its ids. For the tracer thread: its own effective ids become
  // the real ones, those of the other threads do not. By them the kernel lets it attach and read
  // the command's files in /proc (ptrace(2), "Ptrace access mode checking").
  static std::optional<RealIds> where_attach_needs_them();

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
