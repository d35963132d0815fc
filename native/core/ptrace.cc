#include "core/ptrace.h"

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/confinement.h"
#include "core/ptrace_request.h"
#include "core/unique_fd.h"

namespace ptraced::core {

long request(int kind, pid_t tid, uint64_t address, uint64_t data) {
  return ptrace(static_cast<__ptrace_request>(kind), tid, reinterpret_cast<void*>(address),
                reinterpret_cast<void*>(data));
}

long request(int kind, pid_t tid, uint64_t address, void* data) {
  return request(kind, tid, address, reinterpret_cast<uint64_t>(data));
}

Status checked(long result, const char* operation, pid_t tid) {
  if (result < 0) {
    return last_error(operation, tid);
  }
  return {};
}

namespace {

uint64_t flags_of(SeizeOptions options) {
  uint64_t flags = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                   PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
  if (options.kill_on_exit) {
    flags |= PTRACE_O_EXITKILL;
  }
  if (options.call_filter) {
    flags |= PTRACE_O_TRACESECCOMP;
  }
  if (options.exit_events) {
    flags |= PTRACE_O_TRACEEXIT;
  }
  return flags;
}

}  // namespace

Status seize(pid_t tid, SeizeOptions options) {
  return checked(request(PTRACE_SEIZE, tid, 0, flags_of(options)), "PTRACE_SEIZE", tid);
}

Status set_options(const Stopped& stop, SeizeOptions options) {
  return checked(request(PTRACE_SETOPTIONS, stop.tid(), 0, flags_of(options)), "PTRACE_SETOPTIONS",
                 stop.tid());
}

Status interrupt(pid_t tid) {
  return checked(request(PTRACE_INTERRUPT, tid, 0, uint64_t{0}), "PTRACE_INTERRUPT", tid);
}

Status resume(Stopped stop, Resume how, int signal) {
  const uint64_t data = static_cast<uint64_t>(signal);
  switch (how) {
    case Resume::kSyscall:
      return checked(request(PTRACE_SYSCALL, stop.tid(), 0, data), "PTRACE_SYSCALL", stop.tid());
    case Resume::kRun:
      return checked(request(PTRACE_CONT, stop.tid(), 0, data), "PTRACE_CONT", stop.tid());
    case Resume::kListen:
      return checked(request(PTRACE_LISTEN, stop.tid(), 0, uint64_t{0}), "PTRACE_LISTEN",
                     stop.tid());
    case Resume::kStep:
      return checked(request(PTRACE_SINGLESTEP, stop.tid(), 0, data), "PTRACE_SINGLESTEP",
                     stop.tid());
  }
  return {};
}

Status detach(Stopped stop, int signal) {
  return checked(request(PTRACE_DETACH, stop.tid(), 0, static_cast<uint64_t>(signal)),
                 "PTRACE_DETACH", stop.tid());
}

Status kill_traced(pid_t tid) {
  return checked(request(PTRACE_KILL, tid, 0, uint64_t{0}), "PTRACE_KILL", tid);
}

Result<uint64_t> event_message(const Stopped& stop) {
  unsigned long message = 0;
  if (request(PTRACE_GETEVENTMSG, stop.tid(), 0, &message) < 0) {
    return last_error("PTRACE_GETEVENTMSG", stop.tid());
  }
  return message;
}

Result<siginfo_t> signal_info(const Stopped& stop) {
  siginfo_t info = {};
  if (request(PTRACE_GETSIGINFO, stop.tid(), 0, &info) < 0) {
    return last_error("PTRACE_GETSIGINFO", stop.tid());
  }
  return info;
}

Result<Registers> registers(const Stopped& stop) {
  Registers result = {};
  if (request(PTRACE_GETREGS, stop.tid(), 0, &result) < 0) {
    return last_error("PTRACE_GETREGS", stop.tid());
  }
  return result;
}

Status set_registers(const Stopped& stop, const Registers& registers) {
  Registers copy = registers;
  return checked(request(PTRACE_SETREGS, stop.tid(), 0, &copy), "PTRACE_SETREGS", stop.tid());
}

Result<uint64_t> peek(pid_t tid, uint64_t address) {
  errno = 0;  // ptrace(2), PEEK: -1 may be a word of the tracee
  const long word = request(PTRACE_PEEKDATA, tid, address, uint64_t{0});
  if (word == -1 && errno != 0) {
    return last_error("PTRACE_PEEKDATA", tid);
  }
  return static_cast<uint64_t>(word);
}

Status poke(pid_t tid, uint64_t address, uint64_t word) {
  return checked(request(PTRACE_POKEDATA, tid, address, word), "PTRACE_POKEDATA", tid);
}

Result<PtraceFeatures> probe_features() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) {
    return last_error("pipe2");
  }
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  const pid_t child = fork();
  if (child < 0) {
    return last_error("fork");
  }
  if (child == 0) {
    soften_child();
    writer.reset();
    for (;;) {
      pause();
    }
  }
  writer.reset();
  char byte;
  while (read(reader.get(), &byte, 1) < 0 && errno == EINTR) {  // until it may be traced
  }
  PtraceFeatures features;
  Status failure = seize(child, {.kill_on_exit = true});
  if (failure) {
    failure = interrupt(child);
  }
  if (failure && wait_task(child)) {
    __ptrace_syscall_info info = {};
    features.get_syscall_info = request(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info) >= 0;
    // A stop that is no syscall-stop answers EINVAL where the request exists, EIO where not.
    features.set_syscall_info =
        request(kPtraceSetSyscallInfo, child, sizeof(info), &info) >= 0 || errno == EINVAL;
    uint64_t word = 0;  // the child is a copy of us: its stack has the same addresses
    const iovec local = {&word, sizeof(word)};
    const iovec remote = {&info, sizeof(word)};
    features.process_vm = process_vm_readv(child, &local, 1, &remote, 1, 0) == sizeof(word);
  }
  kill(child, SIGKILL);
  while (waitpid(child, nullptr, __WALL) < 0 && errno == EINTR) {
  }
  if (!failure) {
    return failure.error();
  }
  return features;
}

}  // namespace ptraced::core
