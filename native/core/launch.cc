#include "core/launch.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "core/clock.h"
#include "core/close_others.h"
#include "core/confinement.h"
#include "core/descriptor_reserve.h"
#include "core/real_ids.h"

namespace ptraced::core {
namespace {

constexpr int kFirstFreeFd = 3;

// What execvp(3) searches where there is no PATH.
constexpr const char kDefaultPath[] = "/bin:/usr/bin";

// The steps of the child, to name the one that failed.
enum class Step { kReady, kOpen, kChroot, kGroups, kGid, kUid, kLimit, kConfine, kCwd, kLookup };

constexpr const char* kStepNames[] = {"",       "open",      "chroot",  "setgroups", "setgid",
                                      "setuid", "setrlimit", "confine", "chdir",     "execvp"};

// What the child tells through the status pipe.
struct Report {
  Step step;
  int error;
};

struct Pipe {
  UniqueFd reader;
  UniqueFd writer;
};

// Both ends close on exec and lie above the standard streams, even where those are closed here.
Result<Pipe> make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) {
    return last_error("pipe2");
  }
  Pipe pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
  if (is_reserved(pipe.writer)) {
    return Error{"pipe2", EMFILE, 0};
  }
  for (UniqueFd* end : {&pipe.reader, &pipe.writer}) {
    if (end->get() < kFirstFreeFd) {
      UniqueFd moved(fcntl(end->get(), F_DUPFD_CLOEXEC, kFirstFreeFd));
      if (!moved) {
        return last_error("fcntl");
      }
      *end = std::move(moved);
    }
  }
  return pipe;
}

// Everything that the child needs, made before the fork: after it, only async-signal-safe calls are
// allowed (signal-safety(7)), since other threads may have held locks.
struct ChildPlan {
  const LaunchOptions& options;
  std::vector<char*> argv;
  std::vector<char*> environment;
  const char* path = kDefaultPath;
  // A child that becomes another user keeps a way back to root, as its saved user id, until it has
  // installed its call filter. That must be behind the gate, in sight of the tracer; all that comes
  // before is done with the rights of the user.
  bool returns_to_root = false;
  // Of a server whose effective ids are others; see real_ids.h.
  std::optional<RealIds> real_ids;
  UniqueFd root;
  std::optional<IdentityEntries> identity;
  Pipe gate;
  Pipe status;
  std::array<Pipe, 3> stdio;
};

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (const std::string& string : strings) {
    result.push_back(const_cast<char*>(string.c_str()));
  }
  result.push_back(nullptr);
  return result;
}

Status plan_pipes(ChildPlan& plan) {
  std::vector<Pipe*> wanted = {&plan.gate, &plan.status};
  for (size_t fd = 0; fd < plan.stdio.size(); ++fd) {
    const Stdio kind = plan.options.stdio[fd];
    if (kind == Stdio::kPipe || kind == Stdio::kCapture) {
      wanted.push_back(&plan.stdio[fd]);
    }
  }
  for (Pipe* pipe : wanted) {
    Result<Pipe> made = make_pipe();
    if (!made) {
      return made.error();
    }
    *pipe = std::move(*made);
  }
  return {};
}

Status plan_root(ChildPlan& plan) {
  if (plan.options.root_of_pid == 0) {
    return {};
  }
  char path[64];
  std::snprintf(path, sizeof(path), "/proc/%d/root", plan.options.root_of_pid);
  plan.root = UniqueFd(open(path, O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!plan.root) {
    return last_error("chroot");
  }
  return {};
}

// Everything from here to run_child() runs in the child.

[[noreturn]] void fail(const ChildPlan& plan, Step step, int error) {
  const Report report = {step, error};
  (void)!write(plan.status.writer.get(), &report, sizeof(report));
  _exit(127);
}

void check(const ChildPlan& plan, Step step, bool success) {
  if (!success) {
    fail(plan, step, errno);
  }
}

// Before Linux 5.11 the flag is unknown.
void close_on_exec() {
  if (syscall(SYS_close_range, kFirstFreeFd, ~0U, CLOSE_RANGE_CLOEXEC) < 0) {
    for (int fd = kFirstFreeFd; fd < static_cast<int>(sysconf(_SC_OPEN_MAX)); ++fd) {
      fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
  }
}

void connect_stdio(const ChildPlan& plan) {
  bool inherits = false;
  for (int fd = 0; fd < 3; ++fd) {
    int source = -1;
    switch (plan.options.stdio[fd]) {
      case Stdio::kInherit:
        inherits = true;
        if (plan.options.inheritance && !plan.options.inheritance->has(fd)) {
          close(fd);  // Node opens /dev/null in place of one that was closed
        } else {
          fcntl(fd, F_SETFD, 0);  // Node marks its own close-on-exec
        }
        continue;
      case Stdio::kNull:
        source = open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY);
        break;
      case Stdio::kPipe:
      case Stdio::kCapture:
        source = fd == 0 ? plan.stdio[fd].reader.get() : plan.stdio[fd].writer.get();
        break;
    }
    check(plan, Step::kOpen, source >= 0 && (source == fd || dup2(source, fd) == fd));
    if (source > 2 && plan.options.stdio[fd] == Stdio::kNull) {
      close(source);
    }
  }
  if (!inherits) {
    setsid();
  }
  // Whatever else is open here, the server's sockets above all, must not reach the program.
  if (plan.options.inheritance) {
    close_on_exec();
    pass_descriptors(*plan.options.inheritance);
    return;
  }
  // Nor may a child have it whose folder or program is on a file system that does not answer: it
  // outlives the server.
  std::array<int, 3> kept = {plan.gate.reader.get(), plan.status.writer.get(), plan.root.get()};
  std::sort(kept.begin(), kept.end());
  close_others(kept, kFirstFreeFd);
}

void become_user(const ChildPlan& plan) {
  const LaunchOptions& options = plan.options;
  soften_child();
  if (options.confined) {
    drop_bounding_set();
  }
  if (plan.root) {
    check(plan, Step::kChroot, fchdir(plan.root.get()) == 0 && chroot(".") == 0);
  }
  // The bare calls: the C library's would signal every thread of the process, of which only this
  // one was copied.
  if (!options.uid && !options.gid) {
    check(plan, Step::kUid, !plan.real_ids || plan.real_ids->take());
    return;
  }
  check(plan, Step::kGroups,
        syscall(SYS_setgroups, options.groups.size(), options.groups.data()) == 0);
  if (options.gid) {
    check(plan, Step::kGid, syscall(SYS_setresgid, *options.gid, *options.gid, *options.gid) == 0);
  }
  if (options.uid) {
    const uid_t saved = plan.returns_to_root ? 0 : *options.uid;
    check(plan, Step::kUid, syscall(SYS_setresuid, *options.uid, *options.uid, saved) == 0);
  }
}

// With CAP_SYS_ADMIN, which the user may lack, a call filter needs no no_new_privs.
void install_filter(const ChildPlan& plan) {
  const LaunchOptions& options = plan.options;
  if (options.call_filter.empty()) {
    return;
  }
  int parent_death_signal = 0;  // which the kernel forgets where the user changes
  prctl(PR_GET_PDEATHSIG, &parent_death_signal);
  if (plan.returns_to_root && syscall(SYS_setresuid, -1, 0, -1) < 0) {
    _exit(127);
  }
  // The tracer sees whether it succeeds.
  install_call_filter(options.call_filter, options.may_set_no_new_privs);
  if (plan.returns_to_root &&
      syscall(SYS_setresuid, *options.uid, *options.uid, *options.uid) < 0) {
    _exit(127);  // never with the saved id of root
  }
  prctl(PR_SET_PDEATHSIG, parent_death_signal);
}

void restore_limit(const ChildPlan& plan) {
  rlimit limit = {};
  check(plan, Step::kLimit, getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = std::min(plan.options.soft_nofile, limit.rlim_max);
  check(plan, Step::kLimit, setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

bool is_executable(const char* path) {
  struct stat file;
  if (stat(path, &file) < 0) {
    return false;
  }
  if (!S_ISREG(file.st_mode)) {
    errno = EACCES;
    return false;
  }
  return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
}

// As execvp(3) looks a program up, but only once and before the execve, so that the program sees,
// and the trace shows, a single call. `found` holds PATH_MAX bytes.
void look_up(const ChildPlan& plan, char* found) {
  const std::string& name = plan.options.executable;
  if (name.size() >= PATH_MAX) {
    fail(plan, Step::kLookup, ENAMETOOLONG);
  }
  if (name.find('/') != std::string::npos) {
    std::memcpy(found, name.c_str(), name.size() + 1);
    check(plan, Step::kLookup, is_executable(found));
    return;
  }
  int error = ENOENT;
  for (std::string_view rest = plan.path;;) {
    const size_t end = std::min(rest.find(':'), rest.size());
    const std::string_view directory = end == 0 ? "." : rest.substr(0, end);
    if (!name.empty() && directory.size() + 1 + name.size() < PATH_MAX) {
      std::memcpy(found, directory.data(), directory.size());
      found[directory.size()] = '/';
      std::memcpy(found + directory.size() + 1, name.c_str(), name.size() + 1);
      if (is_executable(found)) {
        return;
      }
      if (errno == EACCES) {
        error = EACCES;
      }
    }
    if (end == rest.size()) {
      fail(plan, Step::kLookup, error);
    }
    rest.remove_prefix(end + 1);
  }
}

[[noreturn]] void run_child(ChildPlan& plan) {
  close(plan.gate.writer.get());  // so that the gate closes with the tracer
  const Inheritance* inheritance = plan.options.inheritance ? &*plan.options.inheritance : nullptr;
  set_dispositions(inheritance != nullptr ? inheritance->ignored_signals : 0);
  connect_stdio(plan);
  become_user(plan);
  restore_limit(plan);
  if (inheritance != nullptr) {
    restore_process(*inheritance);
  }
  if (plan.options.confined) {
    check(plan, Step::kConfine, drop_privileges() && enter_domain());
  }
  check(plan, Step::kCwd, chdir(plan.options.cwd.c_str()) == 0);
  char path[PATH_MAX];
  look_up(plan, path);
  if (plan.identity) {
    plan.identity->rewrite();
  }
  restore_mask(inheritance != nullptr ? inheritance->blocked_signals : 0,
               inheritance != nullptr ? inheritance->pending_signals : 0);

  const Report ready = {Step::kReady, 0};
  (void)!write(plan.status.writer.get(), &ready, sizeof(ready));
  char byte;
  ssize_t got;
  do {
    got = read(plan.gate.reader.get(), &byte, 1);
  } while (got < 0 && errno == EINTR);
  if (got != 1) {
    _exit(127);
  }
  install_filter(plan);
  execve(path, plan.argv.data(), plan.environment.data());
  _exit(127);  // the tracer has seen the error at the syscall-exit-stop
}

Status await_ready(ChildPlan& plan, pid_t child) {
  plan.status.writer.reset();
  pollfd told = {.fd = plan.status.reader.get(), .events = POLLIN, .revents = 0};
  const int64_t deadline = monotonic_ns() + kLaunchPatienceNs;
  int ready;
  do {
    const int64_t left = std::max<int64_t>(deadline - monotonic_ns(), 0);
    ready = poll(&told, 1, static_cast<int>(left / kNanosecondsPerMillisecond));
  } while (ready < 0 && errno == EINTR);
  if (ready == 0) {
    kill(child, SIGKILL);
    return Error{"launch", ETIMEDOUT, child};  // in chdir(2) or the search for the program
  }
  Report report = {};
  ssize_t got;
  do {
    got = read(plan.status.reader.get(), &report, sizeof(report));
  } while (got < 0 && errno == EINTR);
  if (got == sizeof(report) && report.step == Step::kReady) {
    return {};
  }
  while (waitpid(child, nullptr, __WALL) < 0 && errno == EINTR) {
  }
  if (got != sizeof(report)) {
    return Error{"fork", ECHILD, child};  // killed before it could say anything
  }
  return Error{kStepNames[static_cast<int>(report.step)], report.error, child};
}

}  // namespace

Result<Launched> launch(const LaunchOptions& options) {
  ChildPlan plan{.options = options,
                 .argv = pointers(options.argv),
                 .environment = pointers(options.environment),
                 .returns_to_root = !options.confined && !options.call_filter.empty() &&
                                    options.uid && *options.uid != 0 && geteuid() == 0,
                 .real_ids = {},
                 .root = {},
                 .identity = {},
                 .gate = {},
                 .status = {},
                 .stdio = {}};
  if (!options.uid && !options.gid) {
    plan.real_ids = RealIds::where_attach_needs_them();
  }
  if (options.inheritance) {
    plan.identity.emplace(plan.environment);
  }
  for (const std::string& entry : options.environment) {
    if (entry.starts_with("PATH=")) {
      plan.path = entry.c_str() + std::strlen("PATH=");
      break;  // of a name that comes twice, getenv(3) returns the first
    }
  }
  if (Status status = plan_root(plan); !status) {
    return status.error();
  }
  if (Status status = plan_pipes(plan); !status) {
    return status.error();
  }
  const pid_t child = fork();
  if (child < 0) {
    return last_error("fork");
  }
  if (child == 0) {
    run_child(plan);
  }
  plan.gate.reader.reset();
  if (Status status = await_ready(plan, child); !status) {
    return status.error();
  }
  if (options.inheritance) {
    hand_over(*options.inheritance);
  }
  Launched launched;
  launched.pid = child;
  launched.gate = std::move(plan.gate.writer);
  launched.stdin_writer = std::move(plan.stdio[0].writer);
  for (size_t i = 0; i < launched.readers.size(); ++i) {
    launched.readers[i] = std::move(plan.stdio[i + 1].reader);
    if (launched.readers[i]) {
      fcntl(launched.readers[i].get(), F_SETFL, O_NONBLOCK);
    }
  }
  return launched;
}

}  // namespace ptraced::core
