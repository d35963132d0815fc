#include "core/close_others.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace ptraced::core {
namespace {

void close_range(unsigned first, unsigned last) {
  if (first > last || syscall(SYS_close_range, first, last, 0) == 0) {
    return;
  }
  // Before Linux 5.9.
  const auto limit = static_cast<unsigned>(sysconf(_SC_OPEN_MAX));
  for (unsigned fd = first; fd <= last && fd < limit; ++fd) {
    close(static_cast<int>(fd));
  }
}

}  // namespace

void close_others(std::span<const int> kept, int first) {
  auto next = static_cast<unsigned>(first);
  for (const int fd : kept) {
    if (fd >= static_cast<int>(next)) {
      close_range(next, static_cast<unsigned>(fd) - 1);
      next = static_cast<unsigned>(fd) + 1;
    }
  }
  close_range(next, ~0U);
}

}  // namespace ptraced::core
