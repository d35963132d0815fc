#include "core/confinement.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <optional>
#include <vector>

#include "core/procfs.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self 446
#endif

namespace ptraced::core {
namespace {

// struct landlock_ruleset_attr and LANDLOCK_SCOPE_SIGNAL of <linux/landlock.h>, which older headers
// lack.
struct RulesetAttributes {
  uint64_t handled_access_fs;
  uint64_t handled_access_net;
  uint64_t scoped;
};
constexpr uint64_t kScopeSignal = uint64_t{1} << 1;

constexpr int kCapabilities = 64;  // that a capability set has room for

// The gid that nobody has who launches commands: that of nogroup, or the one before.
constexpr gid_t kForeignGid = 65534;

std::atomic<bool> hardened = false;
std::atomic<bool> traces_undumpable = false;

// -1 where the kernel has no Landlock, an older one, or one that is off.
int create_domain() {
  const RulesetAttributes attributes = {
      .handled_access_fs = 0, .handled_access_net = 0, .scoped = kScopeSignal};
  return static_cast<int>(
      syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0U));
}

// Children of the first thread. Without CONFIG_PROC_CHILDREN those of all threads, which waits of
// the first one do not find.
std::vector<pid_t> listed_children() {
  char path[64];
  std::snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
  std::ifstream file(path);
  std::vector<pid_t> children;
  if (file) {
    for (pid_t child = 0; file >> child;) {
      children.push_back(child);
    }
    return children;
  }
  for (const pid_t pid : process_ids()) {
    const std::optional<TaskStatus> status = task_status(pid);
    if (status && status->parent == getpid()) {
      children.push_back(pid);
    }
  }
  return children;
}

}  // namespace

bool can_scope_signals() {
  const int ruleset = create_domain();
  if (ruleset < 0) {
    return false;
  }
  close(ruleset);
  return true;
}

void drop_bounding_set() {
  for (int capability = 0; capability < kCapabilities; ++capability) {
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) {
      return;  // the last one (EINVAL), or without CAP_SETPCAP (EPERM)
    }
  }
}

bool drop_privileges() {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return false;
  }
  __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  // What is not permitted leaves the ambient set too (capabilities(7)).
  return syscall(SYS_capset, &header, none) == 0;
}

bool enter_domain() {
  const int ruleset = create_domain();
  if (ruleset < 0) {
    return true;  // GetServerInfo says so
  }
  const bool entered = syscall(SYS_landlock_restrict_self, ruleset, 0U) == 0;
  const int error = errno;
  close(ruleset);
  errno = error;
  return entered;
}

void harden_process() {
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  const gid_t foreign = getegid() == kForeignGid ? kForeignGid - 1 : kForeignGid;
  (void)!setresgid(-1, -1, foreign);  // of all threads; without CAP_SETGID, docs/security.md
  const std::optional<TaskStatus> own = task_status(gettid());
  traces_undumpable = own && own->has_capability(CAP_SYS_PTRACE);
  hardened = true;
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // last: a change of ids sets it anew
}

void soften_child() {
  if (!hardened) {
    return;
  }
  syscall(SYS_setresgid, -1, -1, getegid());
  // It is a copy of our memory until its execve.
  if (!traces_undumpable) {
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  }
}

// A child that one of our tracer threads traces is waited for by that thread, which would never
// hear of an end that this one took (Tracer::wait_for_own). One that has ended cannot become a
// tracee any more.
void reap_orphans() {
  for (const pid_t child : listed_children()) {
    const std::optional<TaskStatus> status = task_status(child);
    if (status && status->state == 'Z' && status->tracer == 0) {
      waitpid(child, nullptr, __WALL | __WNOTHREAD | WNOHANG);
    }
  }
}

}  // namespace ptraced::core
