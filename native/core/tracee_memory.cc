#include "core/tracee_memory.h"

#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/ptrace.h"

namespace ptraced::core {

void TraceeMemory::begin_stop(pid_t tid) {
  tid_ = tid;
  used_ = 0;
  next_ = 0;
}

size_t TraceeMemory::read(uint64_t address, void* out, size_t size) {
  auto* to = static_cast<unsigned char*>(out);
  size_t done = 0;
  while (done < size) {
    const uint64_t at = address + done;
    if (at < address) {
      break;  // wrapped around
    }
    const Page* page = page_at(at & ~uint64_t{kPageSize - 1});
    if (!page->mapped) {
      break;
    }
    const size_t offset = at % kPageSize;
    const size_t part = std::min(size - done, kPageSize - offset);
    std::memcpy(to + done, page->bytes.data() + offset, part);
    done += part;
  }
  return done;
}

const TraceeMemory::Page* TraceeMemory::page_at(uint64_t address) {
  for (size_t i = 0; i < used_; ++i) {
    if (pages_[i].address == address) {
      return &pages_[i];
    }
  }
  Page& page = pages_[next_];
  next_ = (next_ + 1) % kPages;
  used_ = std::min(used_ + 1, kPages);
  page.address = address;
  page.mapped = read_page(address, page.bytes.data());
  return &page;
}

bool TraceeMemory::read_page(uint64_t address, unsigned char* out) {
  if (served_pages_ && must_be_served(address)) {
    return false;
  }
  const iovec local = {out, kPageSize};
  const iovec remote = {reinterpret_cast<void*>(address), kPageSize};
  const ssize_t got = process_vm_readv(tid_, &local, 1, &remote, 1, 0);
  if (got == static_cast<ssize_t>(kPageSize)) {
    return true;
  }
  if (got < 0 && (errno == ENOSYS || errno == EPERM)) {
    return peek_page(address, out);
  }
  return false;  // EFAULT: not mapped, or not readable for the task itself
}

// process_vm_readv waits for such a page. PTRACE_PEEKDATA fails with EIO there: its page fault may
// not be retried (mm/gup.c, FOLL_UNLOCKABLE), and brings any other page in.
bool TraceeMemory::must_be_served(uint64_t address) const {
  const Result<uint64_t> word = peek(tid_, address);
  return !word && !word.error().gone();
}

bool TraceeMemory::peek_page(uint64_t address, unsigned char* out) {
  for (size_t offset = 0; offset < kPageSize; offset += sizeof(uint64_t)) {
    const Result<uint64_t> word = peek(tid_, address + offset);
    if (!word) {
      return false;
    }
    std::memcpy(out + offset, &*word, sizeof(uint64_t));
  }
  return true;
}

}  // namespace ptraced::core
