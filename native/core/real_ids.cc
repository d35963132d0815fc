#include "core/real_ids.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/procfs.h"

namespace ptraced::core {
namespace {

bool lacks_ptrace() {
  const std::optional<TaskStatus> own = task_status(gettid());
  return own && !own->has_capability(CAP_SYS_PTRACE);
}

}  // namespace

std::optional<RealIds> RealIds::where_attach_needs_them() {
  const uid_t uid = getuid();
  const gid_t gid = getgid();
  if ((geteuid() == uid && getegid() == gid) || !lacks_ptrace()) {
    return std::nullopt;
  }
  // The bare calls: the C library's would be for every thread. An effective id may always become
  // the real one (credentials(7)).
  syscall(SYS_setresgid, -1, gid, -1);
  syscall(SYS_setresuid, -1, uid, -1);
  return RealIds(uid, gid, lacks_ptrace());
}

bool RealIds::take() const {
  if (syscall(SYS_setresgid, gid_, gid_, gid_) < 0 ||
      syscall(SYS_setresuid, uid_, uid_, uid_) < 0) {
    return false;
  }
  // A process whose ids have changed is not dumpable until its execve, and nobody may attach to
  // such a one without the capability.
  return !lacks_ptrace_ || prctl(PR_SET_DUMPABLE, 1) == 0;
}

}  // namespace ptraced::core
