// Decoding of syscalls and signals into strace's notation. Knows core's memory and arch, and
// neither napi nor protobuf. Every function may be called from any thread; a CallText belongs to
// one thread.
#pragma once

#include <sys/types.h>

#include <csignal>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../core/memory.h"
#include "../core/syscall_stop.h"
#include "description.h"
#include "text_span.h"

namespace ptraced::decode {

// A call as the engine saw it. `args` points to six words.
struct Call {
  core::Arch arch = core::Arch::kX86_64;
  uint64_t number = 0;  // x32: without bit 0x40000000
  const uint64_t* args = nullptr;
  pid_t tid = 0;
  pid_t pid = 0;
  // Stack pointer at the entry (PTRACE_GET_SYSCALL_INFO has it): where rt_sigreturn finds the frame
  // that it restores. 0: not known.
  uint64_t stack_pointer = 0;
  // The tracee's pid namespace is the server's.
  bool own_pid_namespace = false;
};

// What the client chose.
struct Options {
  // Bytes of a string, and elements of an array, that are shown. 0 to 1 MiB.
  uint32_t max_string_bytes = 32;
  // strace's -v: every field and element.
  bool unabbreviated = false;
  // Say which parts of the text the first limit: CallText::spans.
  bool spans = false;
  // Bytes of a text, or about so many of an encoded tree of values, at which strings, arrays and
  // vectors are cut whatever else is asked for. Numbers and fields of the structure at hand still
  // follow: at most kMaxOverrun bytes.
  size_t max_bytes = 8 << 20;

  static constexpr size_t kMaxOverrun = 64 << 10;
};

class CallValues;

// The text of one call, and what its decoding remembers between its two stops. One for each task,
// reused for each call; allocates only until its buffers have grown.
class CallText {
 public:
  // After enter_text: what strace has printed when the call blocks, `read(3` or
  // `openat(AT_FDCWD, "/x", O_RDONLY`; what exit_text adds begins with the separator, as strace's
  // line does behind "resumed>". After exit_text: the whole line, `read(3, "abc", 832) = 3`.
  std::string text;
  // After exit_text: the offset of the blank before the `=`, where strace pads to its column 40.
  // After enter_text: the length of `text` where it holds every argument, else 0.
  size_t result_offset = 0;
  // Of `text`, where Options::spans asks for them, in the order in which they begin.
  std::vector<TextSpan> spans;

  // Before enter_text of a restart_syscall whose call was interrupted before anybody traced it: the
  // row of that call. Where the call itself was decoded here, that is known.
  void set_interrupted(const Syscall* row) { interrupted_ = row != nullptr ? row->name : nullptr; }

  // Memory that it takes.
  size_t bytes() const {
    return text.capacity() + scratch_.capacity() + saved_each_.capacity() * sizeof(uint32_t) +
           spans.capacity() * sizeof(TextSpan);
  }
  // Gives back the memory of a call that is over.
  void release() {
    text = {};
    spans = {};
    scratch_ = {};
    saved_each_ = {};
  }

 private:
  friend class Engine;
  friend void enter_text(const Call&, core::Memory&, const Options&, CallText&);
  friend void enter_values(const Call&, core::Memory&, const Options&, CallText&, CallValues&);
  friend void exit_values(const Call&, const core::SyscallExit&, core::Memory&, const Options&,
                          CallText&, CallValues&);
  friend void exit_text(const Call&, const core::SyscallExit&, core::Memory&, const Options&,
                        CallText&);
  const Syscall* syscall_ = nullptr;
  bool entered_ = false;
  uint8_t next_arg_ = 0;
  // Name of the call that restart_syscall continues.
  const char* interrupted_ = nullptr;
  // The words that arguments' saved_word kept; bit 32 tells whether one could be read.
  uint64_t saved_[6] = {};
  // Those of the elements of the one array that a call may have, as far as they could be read.
  std::vector<uint32_t> saved_each_;
  // What Arg::kept kept, and where it stood; 0: nothing.
  uint8_t kept_[kMaxKept] = {};
  uint64_t kept_at_ = 0;
  // The entry was decoded: what was saved is what stood there before the call.
  bool saw_entry_ = false;
  std::vector<uint8_t> scratch_;
};

// The row of a call; null where no table has the number.
const Syscall* find_syscall(core::Arch arch, uint64_t number);

// Every row of a table, by number.
std::span<const Syscall> syscalls(core::Arch arch);

// Decodes what is known at the syscall-enter-stop.
void enter_text(const Call& call, core::Memory& memory, const Options& options, CallText& text);

// Completes the line at the syscall-exit-stop. Works without enter_text too (a task attached to in
// the middle of a call): the arguments are then those that `call` has, read now.
void exit_text(const Call& call, const core::SyscallExit& exit, core::Memory& memory,
               const Options& options, CallText& text);

// Appends `--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, ...} ---`.
void signal_text(const siginfo_t& info, std::string& out);
// Appends `--- stopped by SIGSTOP ---`.
void group_stop_text(int signal, std::string& out);
// Appends `+++ exited with 0 +++`.
void exited_text(int status, std::string& out);
// Appends `+++ killed by SIGSEGV (core dumped) +++`.
void killed_text(int signal, bool core_dumped, std::string& out);
// Appends `+++ superseded by execve in pid 12 +++`.
void superseded_text(pid_t tid, std::string& out);

// "ENOENT" for 2, the kernel's own ones such as ERESTARTSYS included; empty where there is none.
std::string_view errno_name(int error);
// MAX_ERRNO of the kernel's include/linux/err.h: the highest error that a call can return.
inline constexpr int kMaxErrno = 4095;
// 2 for "ENOENT" and "2", also for a second name such as "EWOULDBLOCK"; 0 where no error has that
// name.
int errno_number(std::string_view name);
// What strerror(3) says in the C locale; empty where there is no such error.
std::string_view errno_description(int error);
// "SIGINT", "SIGRTMIN", "SIGRT_1"; empty where there is no such signal.
std::string_view signal_name(int signal);
// The names of the bits of a set of signals: bit 0 is signal 1.
const Set& signal_bits();

// The signal of a name, with or without "SIG", or of a decimal number; 0 where there is none.
int signal_number(std::string_view text);
// "CLD_EXITED"; empty where the code has no name.
std::string_view signal_code_name(int signal, int code);

}  // namespace ptraced::decode
