#include "core/ptrace.h"

#include <linux/audit.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <iterator>

namespace ptraced::core {
namespace {

// Not in Debian 12's headers: Linux 6.16.
constexpr int kPtraceSetSyscallInfo = 0x4212;

constexpr uint64_t kX32Bit = 0x40000000;

long call(int request, pid_t tid, uint64_t address, uint64_t data) {
  return ptrace(static_cast<__ptrace_request>(request), tid, reinterpret_cast<void*>(address),
                reinterpret_cast<void*>(data));
}

long call(int request, pid_t tid, uint64_t address, void* data) {
  return call(request, tid, address, reinterpret_cast<uint64_t>(data));
}

Status checked(long result, const char* operation, pid_t tid) {
  if (result < 0) {
    return last_error(operation, tid);
  }
  return {};
}

// T12: the ABI is told by the kernel's arch word, never by the CS register. An i386 word is 32 bits
// wide; the kernel gives the whole register where 64-bit code made the call.
SyscallEntry make_entry(bool i386, uint64_t number, const uint64_t (&words)[6],
                        uint64_t stack_pointer) {
  SyscallEntry entry;
  entry.stack_pointer = stack_pointer;
  std::copy(std::begin(words), std::end(words), entry.args);
  entry.number = number;
  if (i386) {
    entry.arch = Arch::kI386;
    entry.number &= 0xffffffff;
    for (uint64_t& word : entry.args) {
      word &= 0xffffffff;
    }
  } else if ((number & kX32Bit) != 0 && number <= 0x7fffffff) {
    entry.arch = Arch::kX32;
    entry.number &= ~kX32Bit;
  }
  return entry;
}

SyscallEntry entry_of(const __ptrace_syscall_info& info) {
  uint64_t words[6];
  std::copy(std::begin(info.entry.args), std::end(info.entry.args), words);
  return make_entry(info.arch == AUDIT_ARCH_I386, info.entry.nr, words, info.stack_pointer);
}

Result<std::optional<WaitEvent>> wait_for(pid_t which, bool block) {
  int status = 0;
  const pid_t tid =
      wait4(which, &status, __WALL | __WNOTHREAD | (block ? 0 : WNOHANG), /*rusage=*/nullptr);
  if (tid > 0) {
    return std::optional<WaitEvent>(WaitEvent{tid, WaitStatus(status)});
  }
  if (tid == 0 || errno == EINTR) {  // wait4(2): EINTR, an unblocked signal was caught
    return std::optional<WaitEvent>();
  }
  return last_error("wait4");
}

}  // namespace

Result<std::optional<WaitEvent>> wait_any(bool block) {
  return wait_for(-1, block);
}

Result<std::optional<WaitEvent>> take_event(pid_t tid) {
  return wait_for(tid, /*block=*/false);
}

Result<std::optional<WaitingEvent>> peek_any(bool block) {
  siginfo_t info = {};
  const int options = WEXITED | WNOWAIT | __WALL | __WNOTHREAD | (block ? 0 : WNOHANG);
  if (waitid(P_ALL, 0, &info, options) < 0) {
    if (errno == EINTR) {
      return std::optional<WaitingEvent>();
    }
    return last_error("waitid");
  }
  if (info.si_pid == 0) {
    return std::optional<WaitingEvent>();
  }
  const bool end =
      info.si_code == CLD_EXITED || info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED;
  return std::optional<WaitingEvent>(WaitingEvent{info.si_pid, end});
}

Result<WaitEvent> wait_task(pid_t tid) {
  for (;;) {
    int status = 0;
    if (wait4(tid, &status, __WALL | __WNOTHREAD, nullptr) == tid) {
      return WaitEvent{tid, WaitStatus(status)};
    }
    if (errno != EINTR) {
      return last_error("wait4", tid);
    }
  }
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
  return checked(call(PTRACE_SEIZE, tid, 0, flags_of(options)), "PTRACE_SEIZE", tid);
}

Status set_options(const Stopped& stop, SeizeOptions options) {
  return checked(call(PTRACE_SETOPTIONS, stop.tid(), 0, flags_of(options)), "PTRACE_SETOPTIONS",
                 stop.tid());
}

Status interrupt(pid_t tid) {
  return checked(call(PTRACE_INTERRUPT, tid, 0, uint64_t{0}), "PTRACE_INTERRUPT", tid);
}

Status resume(Stopped stop, Resume how, int signal) {
  const uint64_t data = static_cast<uint64_t>(signal);
  switch (how) {
    case Resume::kSyscall:
      return checked(call(PTRACE_SYSCALL, stop.tid(), 0, data), "PTRACE_SYSCALL", stop.tid());
    case Resume::kRun:
      return checked(call(PTRACE_CONT, stop.tid(), 0, data), "PTRACE_CONT", stop.tid());
    case Resume::kListen:
      return checked(call(PTRACE_LISTEN, stop.tid(), 0, uint64_t{0}), "PTRACE_LISTEN", stop.tid());
    case Resume::kStep:
      return checked(call(PTRACE_SINGLESTEP, stop.tid(), 0, data), "PTRACE_SINGLESTEP", stop.tid());
  }
  return {};
}

Status detach(Stopped stop, int signal) {
  return checked(call(PTRACE_DETACH, stop.tid(), 0, static_cast<uint64_t>(signal)), "PTRACE_DETACH",
                 stop.tid());
}

Status kill_traced(pid_t tid) {
  return checked(call(PTRACE_KILL, tid, 0, uint64_t{0}), "PTRACE_KILL", tid);
}

Result<uint64_t> event_message(const Stopped& stop) {
  unsigned long message = 0;
  if (call(PTRACE_GETEVENTMSG, stop.tid(), 0, &message) < 0) {
    return last_error("PTRACE_GETEVENTMSG", stop.tid());
  }
  return message;
}

Result<siginfo_t> signal_info(const Stopped& stop) {
  siginfo_t info = {};
  if (call(PTRACE_GETSIGINFO, stop.tid(), 0, &info) < 0) {
    return last_error("PTRACE_GETSIGINFO", stop.tid());
  }
  return info;
}

Result<SyscallStop> syscall_stop(const Stopped& stop) {
  __ptrace_syscall_info info = {};
  if (call(PTRACE_GET_SYSCALL_INFO, stop.tid(), sizeof(info), &info) < 0) {
    return last_error("PTRACE_GET_SYSCALL_INFO", stop.tid());
  }
  SyscallStop result;
  switch (info.op) {
    case PTRACE_SYSCALL_INFO_ENTRY:
      result.kind = SyscallStopKind::kEntry;
      result.entry = entry_of(info);
      break;
    case PTRACE_SYSCALL_INFO_SECCOMP:
      result.kind = SyscallStopKind::kSeccomp;
      result.entry = entry_of(info);
      break;
    case PTRACE_SYSCALL_INFO_EXIT:
      result.kind = SyscallStopKind::kExit;
      result.entry.arch = info.arch == AUDIT_ARCH_I386 ? Arch::kI386 : Arch::kX86_64;
      result.exit.value = info.exit.rval;
      result.exit.is_error = info.exit.is_error != 0;
      break;
    default:
      break;
  }
  return result;
}

namespace {

std::atomic<bool> has_set_syscall_info = true;  // until the kernel says that it has not

// EIO: the kernel does not know the request.
bool is_unknown_request(const Status& status) {
  return !status && status.error().code == EIO;
}

std::array<unsigned long long*, 6> argument_words(Registers& now, Arch arch) {
  if (arch == Arch::kI386) {
    return {&now.rbx, &now.rcx, &now.rdx, &now.rsi, &now.rdi, &now.rbp};
  }
  return {&now.rdi, &now.rsi, &now.rdx, &now.r10, &now.r8, &now.r9};
}

// What the kernel looks at of a register that holds an argument.
uint64_t word_mask(Arch arch) {
  return arch == Arch::kI386 ? UINT32_MAX : UINT64_MAX;
}

uint64_t number_word(const SyscallEntry& entry) {
  return entry.number | (entry.arch == Arch::kX32 ? kX32Bit : 0);
}

Status set_entry_registers(const Stopped& stop, const SyscallEntry& entry, bool skip) {
  Result<Registers> now = registers(stop);
  if (!now) {
    return now.error();
  }
  const auto words = argument_words(*now, entry.arch);
  const uint64_t mask = word_mask(entry.arch);
  for (size_t i = 0; i < words.size(); ++i) {
    *words[i] = (*words[i] & ~mask) | (entry.args[i] & mask);
  }
  now->orig_rax = skip ? ~uint64_t{0} : number_word(entry);
  return set_registers(stop, *now);
}

Status set_exit_registers(const Stopped& stop, const SyscallExit& exit) {
  Result<Registers> now = registers(stop);
  if (!now) {
    return now.error();
  }
  now->rax = static_cast<uint64_t>(exit.value);
  return set_registers(stop, *now);
}

Status set_info(const Stopped& stop, __ptrace_syscall_info& info) {
  return checked(call(kPtraceSetSyscallInfo, stop.tid(), sizeof(info), &info),
                 "PTRACE_SET_SYSCALL_INFO", stop.tid());
}

}  // namespace

void use_set_syscall_info(bool use) {
  has_set_syscall_info = use;
}

Status set_entry(const Stopped& stop, SyscallStopKind kind, const SyscallEntry& entry, bool skip) {
  // It would set all arguments: those of an i386 call to 32 bits, of registers that 64-bit code has
  // use for beside its `int $0x80`.
  if (has_set_syscall_info && entry.arch != Arch::kI386) {
    __ptrace_syscall_info info = {};
    // EINVAL where this is not what the stop is. The words stand at the same places in both.
    info.op =
        kind == SyscallStopKind::kSeccomp ? PTRACE_SYSCALL_INFO_SECCOMP : PTRACE_SYSCALL_INFO_ENTRY;
    info.entry.nr = skip ? ~uint64_t{0} : number_word(entry);
    std::copy(std::begin(entry.args), std::end(entry.args), std::begin(info.entry.args));
    Status status = set_info(stop, info);
    if (!is_unknown_request(status)) {
      return status;
    }
    has_set_syscall_info = false;
  }
  return set_entry_registers(stop, entry, skip);
}

Status put_back_arguments(const Stopped& stop, const SyscallEntry& changed,
                          const SyscallEntry& own) {
  Result<Registers> now = registers(stop);
  if (!now) {
    return now.error();
  }
  const uint64_t mask = word_mask(own.arch);
  const auto words = argument_words(*now, own.arch);
  for (size_t i = 0; i < words.size(); ++i) {
    if ((*words[i] & mask) ==
        (changed.args[i] & mask)) {  // else somebody has given it a value since
      *words[i] = (*words[i] & ~mask) | (own.args[i] & mask);
    }
  }
  return set_registers(stop, *now);
}

Status put_back_call(const Stopped& stop, Registers before, Arch arch) {
  Result<Registers> now = registers(stop);
  if (!now) {
    return now.error();
  }
  const auto words = argument_words(*now, arch);
  const auto own = argument_words(before, arch);
  for (size_t i = 0; i < words.size(); ++i) {
    *words[i] = *own[i];
  }
  now->orig_rax = before.orig_rax;
  return set_registers(stop, *now);
}

Status set_exit(const Stopped& stop, const SyscallExit& exit) {
  if (has_set_syscall_info) {
    __ptrace_syscall_info info = {};
    info.op = PTRACE_SYSCALL_INFO_EXIT;
    info.exit.rval = exit.value;
    info.exit.is_error = exit.is_error ? 1 : 0;
    Status status = set_info(stop, info);
    if (!is_unknown_request(status)) {
      return status;
    }
    has_set_syscall_info = false;
  }
  return set_exit_registers(stop, exit);
}

Result<Registers> registers(const Stopped& stop) {
  Registers result = {};
  if (call(PTRACE_GETREGS, stop.tid(), 0, &result) < 0) {
    return last_error("PTRACE_GETREGS", stop.tid());
  }
  return result;
}

Status set_registers(const Stopped& stop, const Registers& registers) {
  Registers copy = registers;
  return checked(call(PTRACE_SETREGS, stop.tid(), 0, &copy), "PTRACE_SETREGS", stop.tid());
}

Status skip_call(const Stopped& stop) {
  Result<Registers> now = registers(stop);
  if (!now) {
    return now.error();
  }
  now->orig_rax = static_cast<uint64_t>(-1);
  now->rax = static_cast<uint64_t>(-ENOSYS);
  return set_registers(stop, *now);
}

SyscallEntry entry_from_registers(const Registers& now, Arch arch) {
  if (arch == Arch::kI386) {
    return make_entry(true, now.orig_rax, {now.rbx, now.rcx, now.rdx, now.rsi, now.rdi, now.rbp},
                      now.rsp);
  }
  return make_entry(false, now.orig_rax, {now.rdi, now.rsi, now.rdx, now.r10, now.r8, now.r9},
                    now.rsp);
}

Result<uint64_t> peek(pid_t tid, uint64_t address) {
  errno = 0;  // ptrace(2), PEEK: -1 may be a word of the tracee
  const long word = call(PTRACE_PEEKDATA, tid, address, uint64_t{0});
  if (word == -1 && errno != 0) {
    return last_error("PTRACE_PEEKDATA", tid);
  }
  return static_cast<uint64_t>(word);
}

Status poke(pid_t tid, uint64_t address, uint64_t word) {
  return checked(call(PTRACE_POKEDATA, tid, address, word), "PTRACE_POKEDATA", tid);
}

Result<PtraceFeatures> probe_features() {
  const pid_t child = fork();
  if (child < 0) {
    return last_error("fork");
  }
  if (child == 0) {
    for (;;) {
      pause();
    }
  }
  PtraceFeatures features;
  Status failure = seize(child, {.kill_on_exit = true});
  if (failure) {
    failure = interrupt(child);
  }
  if (failure && wait_task(child)) {
    __ptrace_syscall_info info = {};
    features.get_syscall_info = call(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info) >= 0;
    // A stop that is no syscall-stop answers EINVAL where the request exists, EIO where not.
    features.set_syscall_info =
        call(kPtraceSetSyscallInfo, child, sizeof(info), &info) >= 0 || errno == EINVAL;
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
