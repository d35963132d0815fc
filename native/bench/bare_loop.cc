// A tracer that does nothing: PTRACE_SYSCALL, wait, again, for a command and all that it starts.
//
//     bare_loop COMMAND [ARGUMENT...]
//
// It neither reads memory nor asks what the stop is. What a call costs under it is what ptrace
// itself costs, the lower bound of every tracer with two stops a call. Exits as the command does.
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace {

constexpr long kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                          PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(2);
}

pid_t launch(char** argv) {
  const pid_t pid = fork();
  if (pid < 0) {
    die("fork");
  }
  if (pid == 0) {
    raise(SIGSTOP);  // until it is seized
    execvp(argv[0], argv);
    die(argv[0]);
  }
  if (waitpid(pid, nullptr, WUNTRACED) < 0 || ptrace(PTRACE_SEIZE, pid, 0, kOptions) < 0) {
    die("PTRACE_SEIZE");
  }
  kill(pid, SIGCONT);
  return pid;
}

// What to deliver with the resumption: only signals of the task's own, no stops of ptrace.
int signal_to_deliver(int status) {
  const int signal = WSTOPSIG(status);
  const bool event = (status >> 16) != 0;
  return event || signal == (SIGTRAP | 0x80) ? 0 : signal;
}

// Traces until no task is left; returns the wait status of the first.
int trace(pid_t root) {
  int root_status = 0;
  int status;
  pid_t tid;
  while ((tid = wait4(-1, &status, __WALL, nullptr)) > 0) {
    if (WIFSTOPPED(status)) {
      ptrace(PTRACE_SYSCALL, tid, 0, signal_to_deliver(status));
    } else if (tid == root) {
      root_status = status;
    }
  }
  return root_status;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: bare_loop COMMAND [ARGUMENT...]\n", stderr);
    return 2;
  }
  const int status = trace(launch(argv + 1));
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
