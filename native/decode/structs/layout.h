// How a layout names its fields: with the kernel's own structures and offsetof.
#pragma once

#include <cstddef>

#include "../description.h"
#include "../types/types.h"

// A field that 64-bit and 32-bit tracees have at offsets of their own: FIELD(timespec, timespec32,
// tv_sec, kLong).
#define FIELD(structure, structure32, member, ...)                 \
  {                                                                \
    .name = #member, .offset = offsetof(structure, member),        \
    .offset32 = offsetof(structure32, member), .type = __VA_ARGS__ \
  }
// One that is the same for both.
#define SAME(structure, member, ...)                             \
  {                                                              \
    .name = #member, .offset = offsetof(structure, member),      \
    .offset32 = offsetof(structure, member), .type = __VA_ARGS__ \
  }
// Likewise, shown only where everything is asked for.
#define SAME_VERBOSE(structure, member, ...)                      \
  {                                                               \
    .name = #member, .offset = offsetof(structure, member),       \
    .offset32 = offsetof(structure, member), .type = __VA_ARGS__, \
    .shown = Field::Shown::kUnabbreviated                         \
  }
#define FIELD_VERBOSE(structure, structure32, member, ...)          \
  {                                                                 \
    .name = #member, .offset = offsetof(structure, member),         \
    .offset32 = offsetof(structure32, member), .type = __VA_ARGS__, \
    .shown = Field::Shown::kUnabbreviated                           \
  }
