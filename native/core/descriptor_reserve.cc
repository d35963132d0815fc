#include "core/descriptor_reserve.h"

#include <sys/resource.h>

#include <algorithm>
#include <climits>

namespace ptraced::core {
namespace {

constexpr rlim_t kReserve = 64;

}  // namespace

int first_reserved_descriptor() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > INT_MAX) {
    return INT_MAX;
  }
  return static_cast<int>(limit.rlim_cur - std::min(kReserve, limit.rlim_cur / 4));
}

}  // namespace ptraced::core
