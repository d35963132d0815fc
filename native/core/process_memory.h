// Memory of a task in any state, outside of the decoding of a stop (tracee_memory.h).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>

#include "core/result.h"

namespace ptraced::core {

// Ways, in order: process_vm_readv(2) and process_vm_writev(2); where these are refused or missing
// (ENOSYS, EPERM: a seccomp profile), /proc/PID/mem; where that may not be opened (EACCES: another
// uid without CAP_DAC_OVERRIDE, T31), PTRACE_PEEKDATA and PTRACE_POKEDATA, for a task that stands
// in a stop. So everything works with CAP_SYS_PTRACE alone.
//
// Errors of all: ESRCH (the task is gone, or has no memory any more: a zombie), or what the last
// way was refused with.
class ProcessMemory {
 public:
  // `stopped`: the caller is the task's tracer thread and the task is in a ptrace-stop.
  ProcessMemory(pid_t tid, bool stopped) : tid_(tid), stopped_(stopped) {}

  // The same memory for a thread that must not wait for another task: the tracer's. A page that is
  // not there before somebody serves it (userfaultfd(2)) cannot be read or written. write() may
  // then write to private memory whatever its permissions.
  ProcessMemory without_waiting() const {
    ProcessMemory other = *this;
    other.may_wait_ = false;
    return other;
  }

  pid_t tid() const { return tid_; }
  bool stopped() const { return stopped_; }

  // How many leading bytes the task itself could read, copied to `out`. Never fails because of the
  // address: 0 where nothing is mapped, wrap-around at 2^64 included.
  Result<size_t> read(uint64_t address, std::span<uint8_t> out) const;

  // The same for mapped memory whatever its permissions; not by process_vm_readv.
  Result<size_t> read_forced(uint64_t address, std::span<uint8_t> out) const;

  // How many leading bytes could be written to memory that the task itself may write.
  Result<size_t> write(uint64_t address, std::span<const uint8_t> bytes) const;

  // The same for mapped private memory whatever its permissions; not by process_vm_writev. The task
  // gets its own copy of a page that it shares with a file.
  Result<size_t> write_forced(uint64_t address, std::span<const uint8_t> bytes) const;

 private:
  size_t present_prefix(uint64_t address, size_t size) const;
  Result<size_t> read_by_file(uint64_t address, std::span<uint8_t> out) const;
  Result<size_t> peek_bytes(uint64_t address, std::span<uint8_t> out) const;
  Result<size_t> write_by_file(uint64_t address, std::span<const uint8_t> bytes) const;
  Result<size_t> poke_bytes(uint64_t address, std::span<const uint8_t> bytes) const;

  pid_t tid_;
  bool stopped_;
  bool may_wait_ = true;
};

// Whether the task has memory: a zombie, such as a leader that ended before its threads (T20), has
// none.
bool has_memory(pid_t tid);

}  // namespace ptraced::core
