// Requests of ioctl(2): by name, or by what their number is made of.
#include <linux/ioctl.h>

#include <algorithm>

#include "../engine.h"
#include "../xlat/sets.h"
#include "subjects.h"

namespace ptraced::decode {

namespace {

constexpr Xlat kDirectionNames[] = {
    {_IOC_READ, "_IOC_READ"},
    {_IOC_WRITE, "_IOC_WRITE"},
    {_IOC_NONE, "_IOC_NONE"},
};
constexpr Set kDirections = {.flags = kDirectionNames};

}  // namespace

void print_ioctl_request(Engine& engine, const Type&, const Operand& operand) {
  Writer& out = engine.out();
  const uint32_t request = static_cast<uint32_t>(operand.word);
  const auto it = std::lower_bound(kIoctls.constants.begin(), kIoctls.constants.end(), request,
                                   [](const Xlat& x, uint64_t value) { return x.value < value; });
  if (it != kIoctls.constants.end() && it->value == request) {
    out.symbol(it->name, request);
    return;
  }
  out.begin_call("_IOC");
  out.begin_call_argument("dir");
  out.flags(_IOC_DIR(request), kDirections);
  out.begin_call_argument("type");
  out.hex(_IOC_TYPE(request));
  out.begin_call_argument("nr");
  out.hex(_IOC_NR(request));
  out.begin_call_argument("size");
  out.hex(_IOC_SIZE(request));
  out.end_call();
}

}  // namespace ptraced::decode
