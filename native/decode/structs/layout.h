// How a layout names its fields: with the kernel's own structures and offsetof.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "../description.h"
#include "../types/types.h"

namespace ptraced::decode {

constexpr bool is_number(Kind kind) {
  return kind != Kind::kNone && kind <= Kind::kTask;
}

// Whether a type is as wide as a member that the kernel's structures declare as T and, for 32-bit
// tracees, as T32. Types that are not numbers are taken at their word.
template <typename T, typename T32>
constexpr bool has_width(const Type& type) {
  constexpr bool kIsNumber = std::is_integral_v<T> || std::is_enum_v<T>;
  return !kIsNumber || !is_number(type.kind) ||
         ((type.size != 0 ? type.size : 8) == sizeof(T) &&
          (type.size != 0 ? type.size : 4) == sizeof(T32));
}

// Whether it is signed where the member is.
template <typename T>
constexpr bool has_sign(const Type& type) {
  return !std::is_integral_v<T> || (type.kind != Kind::kSigned && type.kind != Kind::kUnsigned) ||
         (type.kind == Kind::kSigned) == std::is_signed_v<T>;
}

// The type itself; does not compile where it does not fit its member.
template <typename T, typename T32>
consteval Type fitting(const Type& type) {
  if (!has_width<T, T32>(type)) {
    throw "the type is wider or narrower than the member";
  }
  if (!has_sign<T>(type)) {
    throw "the type has another sign than the member";
  }
  return type;
}

// Likewise of a structure that 64-bit tracees alone have, whatever its sign.
template <typename T>
consteval Type fitting_native(const Type& type) {
  if ((std::is_integral_v<T> || std::is_enum_v<T>)&&is_number(type.kind) &&
      (type.size != 0 ? type.size : 8) != sizeof(T)) {
    throw "the type is wider or narrower than the member";
  }
  return type;
}

// Of a signed member that is shown as unsigned, as strace does.
template <typename T, typename T32>
consteval Type fitting_unsigned(const Type& type) {
  return fitting<std::make_unsigned_t<T>, std::make_unsigned_t<T32>>(type);
}

}  // namespace ptraced::decode

#define MEMBER(structure, member) decltype(std::declval<structure>().member)

// A field that 64-bit and 32-bit tracees have at offsets of their own: FIELD(timespec, timespec32,
// tv_sec, kLong). Its type is as wide, and has the sign, that the structures say.
#define FIELD(structure, structure32, member, ...)                                       \
  {                                                                                      \
    .name = #member, .offset = offsetof(structure, member),                              \
    .offset32 = offsetof(structure32, member),                                           \
    .type = fitting<MEMBER(structure, member), MEMBER(structure32, member)>(__VA_ARGS__) \
  }
// One that is the same for both.
#define SAME(structure, member, ...) FIELD(structure, structure, member, __VA_ARGS__)
// A signed one that is shown as unsigned.
#define FIELD_UNSIGNED(structure, structure32, member, ...)                                       \
  {                                                                                               \
    .name = #member, .offset = offsetof(structure, member),                                       \
    .offset32 = offsetof(structure32, member),                                                    \
    .type = fitting_unsigned<MEMBER(structure, member), MEMBER(structure32, member)>(__VA_ARGS__) \
  }
// One of a structure that is not described for 32-bit tracees, and that strace shows with signs of
// its own.
#define NATIVE(structure, member, ...)                             \
  {                                                                \
    .name = #member, .offset = offsetof(structure, member),        \
    .type = fitting_native<MEMBER(structure, member)>(__VA_ARGS__) \
  }
// Shown only where everything is asked for.
#define FIELD_VERBOSE(structure, structure32, member, ...)                                \
  {                                                                                       \
    .name = #member, .offset = offsetof(structure, member),                               \
    .offset32 = offsetof(structure32, member),                                            \
    .type = fitting<MEMBER(structure, member), MEMBER(structure32, member)>(__VA_ARGS__), \
    .shown = Field::Shown::kUnabbreviated                                                 \
  }
#define SAME_VERBOSE(structure, member, ...) \
  FIELD_VERBOSE(structure, structure, member, __VA_ARGS__)
