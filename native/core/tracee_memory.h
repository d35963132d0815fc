// Reads a tracee's memory at a stop.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>

#include "core/memory.h"

namespace ptraced::core {

// Memory of whichever task stands in a stop now. Pages that were read are kept until the next
// begin_stop(), since one system call costs about the same whatever its size up to a page.
//
// Ways, in order: process_vm_readv(2); where that is refused or missing (ENOSYS, EPERM: a seccomp
// profile), PTRACE_PEEKDATA. Both go by the task's id, so that a zombie leader does no harm (T20).
// After expect_served_pages(), a page that is not there before somebody serves it (userfaultfd(2))
// is unreadable: no read waits for another task. It costs a PTRACE_PEEKDATA for each page.
class TraceeMemory final : public Memory {
 public:
  // Forgets every page; reads are of this task from now on.
  void begin_stop(pid_t tid);

  size_t read(uint64_t address, void* out, size_t size) override;

  // From now on pages may be missing until a task serves them, which may wait for this thread.
  void expect_served_pages() { served_pages_ = true; }

 private:
  static constexpr size_t kPageSize = 4096;
  static constexpr size_t kPages = 8;

  struct Page {
    uint64_t address = 0;
    bool mapped = false;
    std::array<unsigned char, kPageSize> bytes;
  };

  const Page* page_at(uint64_t address);
  bool read_page(uint64_t address, unsigned char* out);
  bool must_be_served(uint64_t address) const;
  bool peek_page(uint64_t address, unsigned char* out);

  pid_t tid_ = 0;
  bool served_pages_ = false;
  size_t used_ = 0;  // pages of this stop
  size_t next_ = 0;  // slot to use next
  std::array<Page, kPages> pages_;
};

}  // namespace ptraced::core
