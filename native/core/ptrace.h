// ptrace(2), typed. The only door to it: no other file includes its header. ptrace_wait.cc
// waits, ptrace_calls.cc reads and changes calls, ptrace.cc does the rest.
//
// Every call must be made by the thread that seized the task. ESRCH is an ordinary outcome of each
// (Error::gone): the task died, or it is not in a stop any more.
#pragma once

#include <signal.h>
#include <sys/types.h>
#include <sys/user.h>

#include <cstdint>
#include <optional>
#include <utility>

#include "core/result.h"
#include "core/syscall_stop.h"
#include "core/wait_status.h"

namespace ptraced::core {

// Proof that a task is in a ptrace-stop. Only a wait gives it, and whatever ends the stop takes it,
// so that ptrace on a running task does not compile. It can still be out of date: SIGKILL, or an
// execve of another thread, ends a stop without asking.
class Stopped {
 public:
  Stopped(Stopped&& other) noexcept : tid_(std::exchange(other.tid_, 0)) {}
  Stopped& operator=(Stopped&& other) noexcept {
    tid_ = std::exchange(other.tid_, 0);
    return *this;
  }

  pid_t tid() const { return tid_; }

 private:
  friend struct WaitEvent;
  explicit Stopped(pid_t tid) : tid_(tid) {}

  pid_t tid_;
};

// One answer of wait4(2).
struct WaitEvent {
  pid_t tid;
  WaitStatus status;
  // Time in the kernel of all threads of its process and of the children that it has waited for,
  // where that was asked for (ru_stime of getrusage(2)).
  int64_t system_ns = 0;

  // The proof that goes with a stop. Only when status.stopped(), and one at a time.
  Stopped take_stop() const { return Stopped(tid); }
};

// Waits for any task of the calling thread (wait4(-1, __WALL | __WNOTHREAD): neither other threads'
// tracees nor children that Node waits for). With `block`, returns nothing when a signal interrupts
// it; without, when no task has changed. ECHILD: there is nothing to wait for.
// `usage` asks for system_ns, which the kernel adds up over the threads of the process.
Result<std::optional<WaitEvent>> wait_any(bool block, bool usage);

// What a wait would give, and which stays there for whoever it is meant for.
struct WaitingEvent {
  pid_t tid;
  bool end;  // of a task; else a stop
};

// Waits like wait_any(), but takes nothing.
Result<std::optional<WaitingEvent>> peek_any(bool block);

// Takes what there is of one task; nothing where somebody else has taken it.
Result<std::optional<WaitEvent>> take_event(pid_t tid, bool usage);

// Waits for one task; repeats on EINTR. Only for the moments in which it is the only one.
Result<WaitEvent> wait_task(pid_t tid);

// What a seized task does beyond stopping at system calls and at fork, vfork, clone and exec.
struct SeizeOptions {
  bool kill_on_exit = false;  // PTRACE_O_EXITKILL: it dies with the tracer thread
  bool call_filter = false;   // PTRACE_O_TRACESECCOMP: SECCOMP_RET_TRACE stops it
  bool exit_events = false;   // PTRACE_O_TRACEEXIT: it stops once more before it is gone
};

// PTRACE_SEIZE: traces the task without stopping it. Errors: EPERM (not allowed, or traced
// already), ESRCH.
Status seize(pid_t tid, SeizeOptions options);

// PTRACE_SETOPTIONS: the same from now on. What the task makes from now on inherits them (T36).
Status set_options(const Stopped& stop, SeizeOptions options);

// PTRACE_INTERRUPT: makes the task stop soon; with another stop than EVENT_STOP, perhaps.
Status interrupt(pid_t tid);

// How a task goes on.
enum class Resume {
  kSyscall,  // PTRACE_SYSCALL: to the next syscall-stop
  kRun,      // PTRACE_CONT
  kListen,   // PTRACE_LISTEN: stays in its group-stop and tells when it ends
  kStep,     // PTRACE_SINGLESTEP: for one instruction; a call that it makes is not told
};

// Ends the stop. `signal` is delivered from a signal-delivery-stop, and must be 0 elsewhere.
Status resume(Stopped stop, Resume how, int signal);

// PTRACE_DETACH: the task runs on untraced; `signal` as in resume.
Status detach(Stopped stop, int signal);

// Kills a traced task whatever its credentials, through ptrace (PTRACE_KILL, which since Linux 5.18
// needs no stop): for processes that kill(2) is not allowed to signal.
Status kill_traced(pid_t tid);

// PTRACE_GETEVENTMSG: the new task's id at fork events, the former tid at exec, the wait status
// that the task is about to end with at PTRACE_EVENT_EXIT.
Result<uint64_t> event_message(const Stopped& stop);

// PTRACE_GETSIGINFO, at a signal-delivery-stop.
Result<siginfo_t> signal_info(const Stopped& stop);

// What a syscall-stop is. kNone: the task is not in one, so that our knowledge is out of date.
enum class SyscallStopKind { kNone, kEntry, kExit, kSeccomp };

// PTRACE_GET_SYSCALL_INFO (Linux 5.3). `entry` is filled in for kEntry and kSeccomp; for kExit only
// its `arch` is, and `exit`.
struct SyscallStop {
  SyscallStopKind kind = SyscallStopKind::kNone;
  SyscallEntry entry;
  SyscallExit exit;
  bool skipped = false;  // not the kernel's: skip_call() was called
};
Result<SyscallStop> syscall_stop(const Stopped& stop);

// Changes the call at a syscall-enter-stop or seccomp-stop, as `kind` says: its number and
// arguments, or with `skip` that it is made at all; it then returns -ENOSYS, which set_exit()
// changes at the exit-stop. Its arch must stay.
Status set_entry(const Stopped& stop, SyscallStopKind kind, const SyscallEntry& entry, bool skip);

// At a syscall-exit-stop: arguments that set_entry() has changed from what `own` has are what they
// were again. A call leaves them in the registers, which the program may go on using.
Status put_back_arguments(const Stopped& stop, const SyscallEntry& changed,
                          const SyscallEntry& own);

// Changes what the call returns, at its syscall-exit-stop.
Status set_exit(const Stopped& stop, const SyscallExit& exit);

// Whether set_entry() and set_exit() may use PTRACE_SET_SYSCALL_INFO where the kernel has it; else,
// and before Linux 6.16, they change registers, to the same effect. True at first; for tests.
void use_set_syscall_info(bool use);

// The general registers.
using Registers = user_regs_struct;
Result<Registers> registers(const Stopped& stop);
Status set_registers(const Stopped& stop, const Registers& registers);

// At a syscall-enter-stop or seccomp-stop: the call is not made and fails with ENOSYS.
Status skip_call(const Stopped& stop);

// At a syscall-exit-stop: number and arguments are in their registers as they were `before`.
Status put_back_call(const Stopped& stop, Registers before, Arch arch);

// The call that a task is in, from the registers at its syscall-exit-stop; `arch` tells i386 from
// the rest. The arguments may have been changed only by a call that itself sets registers
// (rt_sigreturn, whose number is then -1: T11).
SyscallEntry entry_from_registers(const Registers& now, Arch arch);

// PTRACE_PEEKDATA: the word at `address`, which need not be readable for the task itself.
Result<uint64_t> peek(pid_t tid, uint64_t address);

// PTRACE_POKEDATA: writes the word at `address`, which need not be writable for the task itself.
Status poke(pid_t tid, uint64_t address, uint64_t word);

// What is allowed here and what the kernel has.
struct PtraceFeatures {
  bool get_syscall_info = false;  // PTRACE_GET_SYSCALL_INFO, Linux 5.3
  bool set_syscall_info = false;  // PTRACE_SET_SYSCALL_INFO, Linux 6.16
  bool process_vm = false;        // process_vm_readv(2), unless a seccomp profile forbids it
};

// Asks the kernel by tracing a child of the calling thread that does nothing.
Result<PtraceFeatures> probe_features();

}  // namespace ptraced::core
