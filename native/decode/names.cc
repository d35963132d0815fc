// Names of errors, signals and signal codes, and the lines about signals and deaths.
#include <errno.h>
#include <string.h>

#include <array>

#include "decoder.h"
#include "text_format.h"

namespace ptraced::decode {

namespace {

// The kernel's errors that the C library does not know: include/linux/errno.h.
struct KernelError {
  int error;
  std::string_view name;
};

constexpr KernelError kKernelErrors[] = {
    {512, "ERESTARTSYS"},
    {513, "ERESTARTNOINTR"},
    {514, "ERESTARTNOHAND"},
    {515, "ENOIOCTLCMD"},
    {516, "ERESTART_RESTARTBLOCK"},
    {517, "EPROBE_DEFER"},
    {518, "EOPENSTALE"},
    {519, "ENOPARAM"},
    {521, "EBADHANDLE"},
    {522, "ENOTSYNC"},
    {523, "EBADCOOKIE"},
    {524, "ENOTSUPP"},
    {525, "ETOOSMALL"},
    {526, "ESERVERFAULT"},
    {527, "EBADTYPE"},
    {528, "EJUKEBOX"},
    {529, "EIOCBQUEUED"},
    {530, "ERECALLCONFLICT"},
};

constexpr std::string_view kSignals[] = {
    "",         "SIGHUP",   "SIGINT",    "SIGQUIT",  "SIGILL",   "SIGTRAP",   "SIGABRT",
    "SIGBUS",   "SIGFPE",   "SIGKILL",   "SIGUSR1",  "SIGSEGV",  "SIGUSR2",   "SIGPIPE",
    "SIGALRM",  "SIGTERM",  "SIGSTKFLT", "SIGCHLD",  "SIGCONT",  "SIGSTOP",   "SIGTSTP",
    "SIGTTIN",  "SIGTTOU",  "SIGURG",    "SIGXCPU",  "SIGXFSZ",  "SIGVTALRM", "SIGPROF",
    "SIGWINCH", "SIGIO",    "SIGPWR",    "SIGSYS",   "SIGRTMIN", "SIGRT_1",   "SIGRT_2",
    "SIGRT_3",  "SIGRT_4",  "SIGRT_5",   "SIGRT_6",  "SIGRT_7",  "SIGRT_8",   "SIGRT_9",
    "SIGRT_10", "SIGRT_11", "SIGRT_12",  "SIGRT_13", "SIGRT_14", "SIGRT_15",  "SIGRT_16",
    "SIGRT_17", "SIGRT_18", "SIGRT_19",  "SIGRT_20", "SIGRT_21", "SIGRT_22",  "SIGRT_23",
    "SIGRT_24", "SIGRT_25", "SIGRT_26",  "SIGRT_27", "SIGRT_28", "SIGRT_29",  "SIGRT_30",
    "SIGRT_31", "SIGRT_32",
};

constexpr size_t kSignalBits = 64;

constexpr std::array<Xlat, kSignalBits> kSignalBitNames = [] {
  std::array<Xlat, kSignalBits> names = {};
  for (size_t bit = 0; bit < kSignalBits; ++bit) {
    names[bit] = {uint64_t{1} << bit, kSignals[bit + 1]};
  }
  return names;
}();

constexpr Set kSignalBitSet = {.flags = kSignalBitNames};

void append_signal(int signal, std::string& out) {
  const std::string_view name = signal_name(signal);
  if (name.empty()) {
    append_hex(out, static_cast<uint32_t>(signal));
  } else {
    out += name;
  }
}

}  // namespace

std::string_view errno_name(int error) {
  for (const KernelError& kernel : kKernelErrors) {
    if (kernel.error == error) {
      return kernel.name;
    }
  }
  const char* name = error > 0 ? strerrorname_np(error) : nullptr;
  return name != nullptr ? name : std::string_view();
}

int errno_number(std::string_view name) {
  struct SecondName {
    std::string_view name;
    int error;
  };
  static constexpr SecondName kSecondNames[] = {
      {"EWOULDBLOCK", EAGAIN}, {"EDEADLOCK", EDEADLK}, {"ENOTSUP", EOPNOTSUPP}};
  for (const SecondName& second : kSecondNames) {
    if (second.name == name) {
      return second.error;
    }
  }
  for (int error = 1; error <= kMaxErrno; ++error) {
    if (!name.empty() && (errno_name(error) == name || std::to_string(error) == name)) {
      return error;
    }
  }
  return 0;
}

std::string_view errno_description(int error) {
  const char* description = error > 0 ? strerrordesc_np(error) : nullptr;
  return description != nullptr ? description : std::string_view();
}

const Set& signal_bits() {
  return kSignalBitSet;
}

std::string_view signal_name(int signal) {
  return signal > 0 && static_cast<size_t>(signal) < std::size(kSignals)
             ? kSignals[static_cast<size_t>(signal)]
             : std::string_view();
}

int signal_number(std::string_view text) {
  for (size_t signal = 1; signal < std::size(kSignals); ++signal) {
    if (text == kSignals[signal] || text == kSignals[signal].substr(3) ||
        text == std::to_string(signal)) {
      return static_cast<int>(signal);
    }
  }
  return 0;
}

void group_stop_text(int signal, std::string& out) {
  out += "--- stopped by ";
  append_signal(signal, out);
  out += " ---";
}

void exited_text(int status, std::string& out) {
  out += "+++ exited with ";
  append_signed(out, status);
  out += " +++";
}

void killed_text(int signal, bool core_dumped, std::string& out) {
  out += "+++ killed by ";
  append_signal(signal, out);
  out += core_dumped ? " (core dumped) +++" : " +++";
}

void superseded_text(pid_t tid, std::string& out) {
  out += "+++ superseded by execve in pid ";
  append_signed(out, tid);
  out += " +++";
}

}  // namespace ptraced::decode
