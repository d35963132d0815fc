#include "core/process_memory.h"

#include <fcntl.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "core/mappings.h"
#include "core/ptrace.h"
#include "core/unique_fd.h"

namespace ptraced::core {
namespace {

constexpr size_t kWord = sizeof(uint64_t);
constexpr size_t kPage = 4096;

// As much of `size` as lies before 2^64.
size_t fit(uint64_t address, size_t size) {
  const uint64_t room = ~address;  // one less than there is, which no user address needs
  return static_cast<size_t>(std::min<uint64_t>(size, room));
}

// A way that is not there, not one that failed at the address.
bool is_refusal(const Error& error) {
  return error.code == ENOSYS || error.code == EPERM || error.code == EACCES;
}

using Transfer = ssize_t (*)(pid_t, const iovec*, unsigned long, const iovec*, unsigned long,
                             unsigned long);

// process_vm_readv or process_vm_writev until the first page that cannot be transferred; a short
// transfer ends at such a page (T28).
Result<size_t> transfer(Transfer call, const char* operation, pid_t tid, uint64_t address,
                        void* local_bytes, size_t size) {
  size_t done = 0;
  while (done < size) {
    const iovec local = {static_cast<uint8_t*>(local_bytes) + done, size - done};
    const iovec remote = {reinterpret_cast<void*>(address + done), size - done};
    const ssize_t got = call(tid, &local, 1, &remote, 1, 0);
    if (got > 0) {
      done += static_cast<size_t>(got);
    } else if (got == 0 || errno == EFAULT) {
      break;
    } else if (errno != EINTR) {
      return last_error(operation, tid);
    }
  }
  return done;
}

Result<UniqueFd> open_memory(pid_t tid, int flags) {
  std::array<char, 64> path;
  std::snprintf(path.data(), path.size(), "/proc/%d/mem", tid);
  UniqueFd file(open(path.data(), flags | O_CLOEXEC));
  if (!file) {
    return Error{"open", errno == ENOENT ? ESRCH : errno, tid};
  }
  return file;
}

// How many leading bytes of the range lie in mappings that the task may read.
Result<size_t> readable_prefix(pid_t tid, uint64_t address, size_t size) {
  const Result<Mappings> mappings = Mappings::open(tid);
  if (!mappings) {
    return mappings.error();
  }
  size_t done = 0;
  const Status status = mappings->for_each([&](const Mapping& mapping) {
    const uint64_t at = address + done;
    if (mapping.end <= at) {
      return true;
    }
    if (mapping.start > at || !mapping.readable()) {
      return false;
    }
    done = static_cast<size_t>(std::min<uint64_t>(size, mapping.end - address));
    return done < size;
  });
  if (!status) {
    return status.error();
  }
  return done;
}

}  // namespace

// How much of the range can be transferred without waiting for whoever serves its pages. The page
// faults of /proc/PID/mem may not be retried (mm/gup.c, FOLL_UNLOCKABLE), so that they fail where
// those of process_vm_readv wait, and bring any other page in. All of it where the file may not be
// opened.
size_t ProcessMemory::present_prefix(uint64_t address, size_t size) const {
  if (may_wait_) {
    return size;
  }
  const Result<UniqueFd> file = open_memory(tid_, O_RDONLY);
  if (!file) {
    return size;
  }
  size_t done = 0;
  while (done < size) {
    uint8_t byte;
    if (pread(file->get(), &byte, 1, static_cast<off_t>(address + done)) < 0) {
      break;
    }
    done += std::min(size - done, kPage - (address + done) % kPage);
  }
  return done;
}

Result<size_t> ProcessMemory::read(uint64_t address, std::span<uint8_t> out) const {
  const size_t size = present_prefix(address, fit(address, out.size()));
  const Result<size_t> got =
      transfer(process_vm_readv, "process_vm_readv", tid_, address, out.data(), size);
  if (got || !is_refusal(got.error())) {
    return got;
  }
  const Result<size_t> readable = readable_prefix(tid_, address, size);
  if (!readable) {
    return got.error();
  }
  return read_forced(address, out.first(*readable));
}

Result<size_t> ProcessMemory::read_forced(uint64_t address, std::span<uint8_t> out) const {
  const std::span<uint8_t> fitting = out.first(fit(address, out.size()));
  const Result<size_t> got = read_by_file(address, fitting);
  if (got || !is_refusal(got.error()) || !stopped_) {
    return got;
  }
  return peek_bytes(address, fitting);
}

Result<size_t> ProcessMemory::write(uint64_t address, std::span<const uint8_t> bytes) const {
  if (!may_wait_) {
    // Also a page that is there and that userfaultfd protects from writes is waited for.
    const Result<size_t> put = write_by_file(address, bytes.first(fit(address, bytes.size())));
    if (put || !is_refusal(put.error())) {
      return put;
    }
  }
  const size_t size = present_prefix(address, fit(address, bytes.size()));
  const Result<size_t> got = transfer(process_vm_writev, "process_vm_writev", tid_, address,
                                      const_cast<uint8_t*>(bytes.data()), size);
  if (got || !is_refusal(got.error())) {
    return got;
  }
  return write_forced(address, bytes);
}

Result<size_t> ProcessMemory::write_forced(uint64_t address, std::span<const uint8_t> bytes) const {
  const std::span<const uint8_t> fitting = bytes.first(fit(address, bytes.size()));
  const Result<size_t> got = write_by_file(address, fitting);
  if (!stopped_ || (!got && !is_refusal(got.error())) || (got && *got == fitting.size())) {
    return got;
  }
  // Also where the file has lost its force (proc_mem.force_override of Linux 6.12, T29).
  const size_t done = got ? *got : 0;
  const Result<size_t> rest = poke_bytes(address + done, fitting.subspan(done));
  return rest ? Result<size_t>(done + *rest) : rest;
}

Result<size_t> ProcessMemory::read_by_file(uint64_t address, std::span<uint8_t> out) const {
  const Result<UniqueFd> file = open_memory(tid_, O_RDONLY);
  if (!file) {
    return file.error();
  }
  size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = pread(file->get(), out.data() + done, out.size() - done,
                              static_cast<off_t>(address + done));
    if (got > 0) {
      done += static_cast<size_t>(got);
    } else if (got == 0) {  // the memory is gone
      return Error{"read", ESRCH, tid_};
    } else if (errno != EINTR) {  // EIO: not mapped; EINVAL: above 2^63
      break;
    }
  }
  return done;
}

Result<size_t> ProcessMemory::write_by_file(uint64_t address,
                                            std::span<const uint8_t> bytes) const {
  const Result<UniqueFd> file = open_memory(tid_, O_RDWR);
  if (!file) {
    return file.error();
  }
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t put = pwrite(file->get(), bytes.data() + done, bytes.size() - done,
                               static_cast<off_t>(address + done));
    if (put > 0) {
      done += static_cast<size_t>(put);
    } else if (put == 0) {
      return Error{"write", ESRCH, tid_};
    } else if (errno != EINTR) {
      break;
    }
  }
  return done;
}

// Words are aligned, so that none reaches over the end of a page.
Result<size_t> ProcessMemory::peek_bytes(uint64_t address, std::span<uint8_t> out) const {
  size_t done = 0;
  while (done < out.size()) {
    const uint64_t at = address + done;
    const Result<uint64_t> word = peek(tid_, at - at % kWord);
    if (!word) {
      if (word.error().gone()) {
        return word.error();
      }
      break;
    }
    const size_t part = std::min(out.size() - done, kWord - at % kWord);
    std::memcpy(out.data() + done, reinterpret_cast<const uint8_t*>(&*word) + at % kWord, part);
    done += part;
  }
  return done;
}

Result<size_t> ProcessMemory::poke_bytes(uint64_t address, std::span<const uint8_t> bytes) const {
  size_t done = 0;
  while (done < bytes.size()) {
    const uint64_t at = address + done;
    const size_t part = std::min(bytes.size() - done, kWord - at % kWord);
    Result<uint64_t> word = part == kWord ? Result<uint64_t>(0) : peek(tid_, at - at % kWord);
    Status status = word ? Status() : word.error();
    if (word) {
      std::memcpy(reinterpret_cast<uint8_t*>(&*word) + at % kWord, bytes.data() + done, part);
      status = poke(tid_, at - at % kWord, *word);
    }
    if (!status) {
      if (status.error().gone()) {
        return status.error();
      }
      break;
    }
    done += part;
  }
  return done;
}

bool has_memory(pid_t tid) {
  uint8_t byte;
  const iovec local = {&byte, 1};
  const iovec remote = {nullptr, 1};
  return process_vm_readv(tid, &local, 1, &remote, 1, 0) >= 0 || errno != ESRCH;
}

}  // namespace ptraced::core
