// siginfo_t, in a tracee's memory and as PTRACE_GETSIGINFO gave it.
#include <signal.h>

#include "../engine.h"
#include "../text_writer.h"
#include "../xlat/sets.h"
#include "types.h"

namespace ptraced::decode {

namespace {

constexpr Set kNoCodes = {};

// The codes that belong to one signal; those of every signal are kSignalCodes.
const Set& codes_of(int signal) {
  switch (signal) {
    case SIGILL:
      return kSignalCodesIll;
    case SIGTRAP:
      return kSignalCodesTrap;
    case SIGBUS:
      return kSignalCodesBus;
    case SIGFPE:
      return kSignalCodesFpe;
    case SIGSEGV:
      return kSignalCodesSegv;
    case SIGCHLD:
      return kSignalCodesChld;
    case SIGPOLL:
      return kSignalCodesPoll;
    case SIGSYS:
      return kSignalCodesSys;
    default:
      return kNoCodes;
  }
}

std::string_view name_in(const Set& set, int code) {
  for (const Xlat& x : set.constants) {
    if (x.value == static_cast<uint32_t>(code)) {
      return x.name;
    }
  }
  return {};
}

class Siginfo {
 public:
  Siginfo(Writer& out, const siginfo_t& info) : out_(out), info_(info) {}

  void show() {
    out_.begin_struct("siginfo_t");
    if (info_.si_signo != 0) {
      out_.begin_field("si_signo");
      show_signal(out_, info_.si_signo);
      out_.begin_field("si_code");
      show_code();
      if (info_.si_errno != 0) {
        out_.begin_field("si_errno");
        show_errno();
      }
      if (info_.si_code <= 0) {
        from_user();
      } else {
        from_kernel();
      }
    }
    out_.end_struct();
  }

 private:
  void show_code() {
    const std::string_view name = signal_code_name(info_.si_signo, info_.si_code);
    if (name.empty()) {
      out_.hex(static_cast<uint32_t>(info_.si_code));
    } else {
      out_.symbol(name, info_.si_code);
    }
  }

  void show_errno() {
    const std::string_view name = errno_name(info_.si_errno);
    if (name.empty()) {
      out_.signed_number(info_.si_errno);
    } else {
      out_.symbol(name, info_.si_errno);
    }
  }

  void number(std::string_view name, int64_t value) {
    out_.begin_field(name);
    out_.signed_number(value);
  }

  void address(std::string_view name, const void* value) {
    out_.begin_field(name);
    out_.address(reinterpret_cast<uint64_t>(value), Unread::kOpaque);
  }

  void sender() {
    out_.begin_field("si_pid");
    out_.task(info_.si_pid);
    out_.begin_field("si_uid");
    if (info_.si_uid == UINT32_MAX) {
      out_.signed_number(-1);
    } else {
      out_.unsigned_number(info_.si_uid);
    }
  }

  void sigval() {
    number("si_int", info_.si_int);
    address("si_ptr", info_.si_ptr);
  }

  void from_user() {
    switch (info_.si_code) {
      case SI_USER:
      case SI_TKILL:
        sender();
        break;
      case SI_TIMER:
        out_.begin_field("si_timerid");
        out_.hex(static_cast<uint32_t>(info_.si_timerid));
        number("si_overrun", info_.si_overrun);
        sigval();
        break;
      case SI_SIGIO:
        band();
        break;
      default:
        sender();
        if (info_.si_ptr != nullptr) {
          sigval();
        }
        break;
    }
  }

  void band() {
    number("si_band", info_.si_band);
    out_.begin_field("si_fd");
    out_.descriptor(info_.si_fd, false);
  }

  void child() {
    sender();
    out_.begin_field("si_status");
    if (info_.si_code == CLD_EXITED) {
      out_.signed_number(info_.si_status);
    } else {
      show_signal(out_, info_.si_status);
    }
    ticks("si_utime", info_.si_utime);
    ticks("si_stime", info_.si_stime);
  }

  void ticks(std::string_view name, int64_t value) {
    out_.begin_field(name);
    out_.unsigned_number(static_cast<uint64_t>(value));
    comment_ticks(out_, static_cast<uint64_t>(value));
  }

  void fault() {
    address("si_addr", info_.si_addr);
    if (info_.si_signo == SIGBUS &&
        (info_.si_code == BUS_MCEERR_AR || info_.si_code == BUS_MCEERR_AO)) {
      out_.begin_field("si_addr_lsb");
      out_.hex(static_cast<uint16_t>(info_.si_addr_lsb));
    } else if (info_.si_signo == SIGSEGV && info_.si_code == SEGV_BNDERR) {
      address("si_lower", info_.si_lower);
      address("si_upper", info_.si_upper);
    } else if (info_.si_signo == SIGSEGV && info_.si_code == SEGV_PKUERR) {
      out_.begin_field("si_pkey");
      out_.unsigned_number(info_.si_pkey);
    }
  }

  void refused_call() {
    address("si_call_addr", info_.si_call_addr);
    out_.begin_field("si_syscall");
    constexpr uint32_t kAuditX86_64 = 0xc000003e;  // AUDIT_ARCH_X86_64
    constexpr uint32_t kAuditI386 = 0x40000003;    // AUDIT_ARCH_I386
    const core::Arch arch = info_.si_arch == kAuditI386 ? core::Arch::kI386 : core::Arch::kX86_64;
    const Syscall* syscall = find_syscall(arch, static_cast<uint32_t>(info_.si_syscall));
    if (syscall == nullptr) {
      out_.hex(static_cast<uint32_t>(info_.si_syscall));
    } else {
      char name[64] = "__NR_";
      const std::string_view own = syscall->name;
      const size_t length = own.copy(name + 5, sizeof name - 5);
      out_.symbol({name, 5 + length}, info_.si_syscall);
    }
    out_.begin_field("si_arch");
    if (info_.si_arch == kAuditX86_64) {
      out_.symbol("AUDIT_ARCH_X86_64", info_.si_arch);
    } else if (info_.si_arch == kAuditI386) {
      out_.symbol("AUDIT_ARCH_I386", info_.si_arch);
    } else {
      out_.hex(info_.si_arch);
    }
  }

  void from_kernel() {
    switch (info_.si_signo) {
      case SIGCHLD:
        child();
        break;
      case SIGILL:
      case SIGFPE:
      case SIGSEGV:
      case SIGBUS:
      case SIGTRAP:
        fault();
        break;
      case SIGPOLL:
        band();
        break;
      case SIGSYS:
        refused_call();
        break;
      default:
        if (info_.si_pid != 0 || info_.si_uid != 0 || info_.si_ptr != nullptr) {
          sender();
          if (info_.si_ptr != nullptr) {
            sigval();
          }
        }
        break;
    }
  }

  Writer& out_;
  const siginfo_t& info_;
};

// struct compat_siginfo as the structure of 64 bits. Its parts begin at offset 12 rather than 16,
// and pointers have half the size; which of them are there depends on signal and code.
bool read_siginfo32(Engine& engine, uint64_t address, siginfo_t& info) {
  uint32_t words[32];
  if (!engine.read(address, words, sizeof words)) {
    return false;
  }
  info = {};
  info.si_signo = static_cast<int>(words[0]);
  info.si_errno = static_cast<int>(words[1]);
  info.si_code = static_cast<int>(words[2]);
  const uint32_t* part = &words[3];
  const auto pointer = [](uint32_t word) { return reinterpret_cast<void*>(uint64_t{word}); };
  const auto sender = [&] {
    info.si_pid = static_cast<pid_t>(part[0]);
    info.si_uid = part[1];
  };
  if (info.si_code == SI_TIMER) {
    info.si_timerid = static_cast<int>(part[0]);
    info.si_overrun = static_cast<int>(part[1]);
    info.si_ptr = pointer(part[2]);
  } else if (info.si_code == SI_SIGIO || (info.si_code > 0 && info.si_signo == SIGPOLL)) {
    info.si_band = static_cast<int32_t>(part[0]);
    info.si_fd = static_cast<int>(part[1]);
  } else if (info.si_code > 0 && info.si_signo == SIGCHLD) {
    sender();
    info.si_status = static_cast<int>(part[2]);
    info.si_utime = static_cast<int32_t>(part[3]);
    info.si_stime = static_cast<int32_t>(part[4]);
  } else if (info.si_code > 0 && info.si_signo == SIGSYS) {
    info.si_call_addr = pointer(part[0]);
    info.si_syscall = static_cast<int>(part[1]);
    info.si_arch = part[2];
  } else if (info.si_code > 0 &&
             (info.si_signo == SIGILL || info.si_signo == SIGFPE || info.si_signo == SIGSEGV ||
              info.si_signo == SIGBUS || info.si_signo == SIGTRAP)) {
    info.si_addr = pointer(part[0]);
    info.si_addr_lsb = static_cast<int16_t>(part[1]);
    if (info.si_signo == SIGSEGV && info.si_code == SEGV_BNDERR) {
      info.si_lower = pointer(part[2]);
      info.si_upper = pointer(part[3]);
    } else if (info.si_signo == SIGSEGV && info.si_code == SEGV_PKUERR) {
      info.si_pkey = part[2];
    }
  } else {
    sender();
    info.si_ptr = pointer(part[2]);
  }
  return true;
}

}  // namespace

std::string_view signal_code_name(int signal, int code) {
  const std::string_view name = name_in(kSignalCodes, code);
  return name.empty() ? name_in(codes_of(signal), code) : name;
}

void print_siginfo(Engine& engine, const Type& type, const Operand& operand) {
  if (!engine.follow(operand.word, type.despite_error)) {
    return;
  }
  siginfo_t info;
  if (engine.word_size() == 4 ? !read_siginfo32(engine, operand.word, info)
                              : !engine.read(operand.word, &info, sizeof info)) {
    engine.out().address(operand.word, Unread::kFault);
    return;
  }
  Siginfo(engine.out(), info).show();
}

void signal_text(const siginfo_t& info, std::string& out) {
  out += "--- ";
  TextWriter writer(out, true);
  show_signal(writer, info.si_signo);
  out += ' ';
  Siginfo(writer, info).show();
  out += " ---";
}

}  // namespace ptraced::decode
