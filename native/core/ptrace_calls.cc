// Calls of a task at its syscall-stops: the part of ptrace.h that reads and changes them.
#include <linux/audit.h>
#include <sys/ptrace.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <iterator>

#include "core/ptrace.h"
#include "core/ptrace_request.h"

namespace ptraced::core {

namespace {

constexpr uint64_t kX32Bit = 0x40000000;

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

}  // namespace

Result<SyscallStop> syscall_stop(const Stopped& stop) {
  __ptrace_syscall_info info = {};
  if (request(PTRACE_GET_SYSCALL_INFO, stop.tid(), sizeof(info), &info) < 0) {
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
  return checked(request(kPtraceSetSyscallInfo, stop.tid(), sizeof(info), &info),
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

}  // namespace ptraced::core
