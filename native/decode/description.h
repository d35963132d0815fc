// The vocabulary in which syscalls are described: pure data, known at compile time. Rows
// (syscalls/), layouts (structs/) and sets (xlat/) are written in it; the engine (engine.h) walks
// it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace ptraced::decode {

class Engine;
struct Operand;
struct Layout;
struct Type;

// The size of something that goes on where nobody has looked.
inline constexpr uint64_t kUnknownSize = UINT64_MAX;

// One name of a constant.
struct Xlat {
  uint64_t value;
  std::string_view name;
};

// How the part of a word that has no name is written.
enum class Rest : uint8_t { kHex, kDecimal, kOctal };

// The names of a word's values: constants, flags, or constants in some bits and flags in the
// others.
struct Set {
  // Flags, tried in this order; an entry of several bits matches where all of them are set. The
  // entry of value 0, if any, names the word 0.
  std::span<const Xlat> flags = {};
  // Bits that hold one of `constants`; 0 where the word has flags only.
  uint64_t constant_mask = 0;
  std::span<const Xlat> constants = {};
  // What the comment on an unknown constant says, "AF_???"; empty: no comment.
  std::string_view unknown = {};
  // What the comment on flags says of which none is known; empty: no comment.
  std::string_view unknown_flags = {};
  Rest rest = Rest::kHex;
  // Where the constant has no name its bits are flags without one: SOCK_CLOEXEC|0x9.
  bool unnamed_is_flag = false;
  // The constants come behind the flags (clone's exit signal).
  bool constants_last = false;
  // An unknown constant behind flags has no comment (sched_setscheduler's policy).
  bool bare_behind_flags = false;
  // `constants` ascend in value, so that they can be searched by halves.
  bool sorted = false;
};

// Whence the number of bytes of a string or of elements of an array comes.
struct Length {
  enum class From : uint8_t {
    kTerminator,  // a NUL byte, or a null pointer, ends it
    kFixed,       // `value`
    kArgument,    // the argument of index `value`
    kWritten,     // what the call returned, at most what the argument of index `value` says
    kField,       // an unsigned number of `size` bytes at offset `value` of the enclosing structure
    kPointee,     // the 32-bit number that the argument of index `value` points to
  };
  From from = From::kTerminator;
  uint8_t size = 0;
  uint16_t value = 0;
};

enum class Kind : uint8_t {
  kNone,
  // Numbers, in a register or in memory.
  kSigned,
  kUnsigned,
  kHex,       // 0x1f; 0 is "0"
  kOctal,     // 0644
  kAddress,   // 0x1f; 0 is "NULL"
  kFlags,     // `set`
  kConstant,  // `set`
  kDescriptor,
  kTask,
  // Memory, at the address that a register or a word in memory holds.
  kPath,     // a string up to its NUL, of any length up to PATH_MAX
  kString,   // a string up to its NUL, cut at the configured length
  kBytes,    // `length` bytes, cut at the configured length
  kPointer,  // `of`; numbers are set in brackets
  kArray,    // `length` elements `of`
  // Memory, in place (in a structure).
  kStruct,      // `layout`
  kInline,      // `length` elements `of`, laid out here
  kInlineText,  // `length` bytes, up to a NUL
  // What the words above cannot say.
  kCustom,  // `print`
};

// Type::parameter of kBytes that are shown in hexadecimal: they are not text.
inline constexpr uint32_t kHexBytes = 1;

using Print = void (*)(Engine&, const Type&, const Operand&);

// The type of an argument, a field or an element.
struct Type {
  Kind kind = Kind::kNone;
  // Bytes of a number: 1, 2, 4, 8, or 0 for a word of the tracee (4 on i386). What a register holds
  // beyond that is not looked at.
  uint8_t size = 0;
  // Memory is decoded after a failing call too, not only its address shown.
  bool despite_error = false;
  // For kCustom: the word is the address of what is shown.
  bool points = false;
  // For kCustom: a parameter of its own; its `length`, if any, is that of what it shows, which
  // Engine::written and file_arguments.h look at. For kBytes: kHexBytes or 0.
  uint32_t parameter = 0;
  Length length = {};
  const Set* set = nullptr;
  const Type* of = nullptr;
  const Layout* layout = nullptr;
  Print print = nullptr;
};

// A field of a structure.
struct Field {
  // What of the enclosing structure decides whether the field is shown.
  enum class Shown : uint8_t {
    kAlways,
    kUnabbreviated,  // only where everything is asked for; "..." stands for it otherwise
    kUnlessZero,
    kOfDescriptor,  // only where the structure begins with a descriptor that is not negative
    kWritten,       // only after the call, and only by a writer that has no note on the result
  };
  std::string_view name;
  uint16_t offset = 0;
  // Where the field is in the layout of 32-bit tracees.
  uint16_t offset32 = 0;
  Type type = {};
  Shown shown = Shown::kAlways;
  // Shown only where the structure's first 32 bits have one of these. 0: whatever they are.
  uint32_t needs = 0;
};

// A structure: its fields in the order in which they are shown.
struct Layout {
  uint16_t size = 0;
  // Size in 32-bit tracees; 0: not described, the address is shown.
  uint16_t size32 = 0;
  std::span<const Field> fields = {};
  // Name of the C structure.
  std::string_view name = {};
};

// The largest structure that a Layout may describe.
inline constexpr size_t kMaxStructSize = 1024;

// The most bytes that Arg::kept may keep.
inline constexpr size_t kMaxKept = 16;

// When an argument is decoded: at the stop where its memory holds what matters.
// kBoth: a custom type that is shown in two parts.
enum class When : uint8_t { kEntry, kExit, kBoth };

// An argument.
struct Arg {
  const char* name = nullptr;
  Type type = {};
  When when = When::kEntry;
  // The text shows "name=" before the value (clone).
  bool named = false;
  // The kernel writes there too, which the text says in a note on the result: values are decoded
  // again at the exit.
  bool rewritten = false;
  // A 32-bit number in memory is kept from entry to exit: at so many words of the tracee behind the
  // argument's address (lengths that the kernel overwrites). -1: none.
  int8_t saved_word = -1;
  // Where the argument is an array whose elements have such a number each: words of an element, and
  // the index of the argument with the number of elements.
  uint8_t saved_stride = 0;
  uint8_t saved_count = 0;
  // So many bytes behind the argument's address are kept from the entry: the text shows them at the
  // exit, when the kernel has written there. 0: none. At most kMaxKept.
  uint8_t kept = 0;
  // The argument's register, where the notation has another order than the call. -1: its position.
  int8_t position = -1;
  // The argument is there only where argument `condition_arg` has one of these bits. 0: always.
  uint8_t condition_arg = 0;
  uint64_t condition_bits = 0;
};

// How the result of a call is written.
struct Result {
  enum class Format : uint8_t {
    kDecimal,
    kHex,
    kOctal,
    kNone,  // the call does not return
  };
  Format format = Format::kDecimal;
  // What is added in parentheses about a result.
  void (*note)(Engine&) = nullptr;
  // What the result is where it is more than a number.
  const Type* type = nullptr;
};

// strace's classes of syscalls, as bits.
enum Class : uint32_t {
  kFile = 1u << 0,
  kProcess = 1u << 1,
  kNetwork = 1u << 2,
  kSignal = 1u << 3,
  kIpc = 1u << 4,
  kDesc = 1u << 5,
  kMemory = 1u << 6,
  kCreds = 1u << 7,
  kStat = 1u << 8,
  kLstat = 1u << 9,
  kFstat = 1u << 10,
  kStatLike = 1u << 11,
  kStatfs = 1u << 12,
  kFstatfs = 1u << 13,
  kStatfsLike = 1u << 14,
  kPure = 1u << 15,
  kClock = 1u << 16,
};

// What the arguments behind a selector are for one of its values.
struct Variant {
  uint64_t value = 0;
  std::array<Arg, 4> args = {};
  Result result = {};
};

// A call whose later arguments depend on an earlier one (fcntl, ioctl, prctl, futex, ...).
struct Variants {
  // Index of the selecting argument, the bits of it that matter, and the index of the first
  // argument that depends on it.
  uint8_t selector = 0;
  uint8_t first = 0;
  uint64_t mask = 0xffffffff;
  std::span<const Variant> cases = {};
  // `cases` ascend in value, so that they can be searched by halves.
  bool sorted = false;
};

// A syscall: its row.
struct Syscall {
  uint32_t number = 0;
  const char* name = nullptr;
  uint32_t classes = 0;
  Result result = {};
  std::array<Arg, 6> args = {};
  const Variants* variants = nullptr;

  constexpr size_t arg_count() const {
    size_t count = 0;
    while (count < args.size() && args[count].name != nullptr) {
      ++count;
    }
    return count;
  }

  // With the arguments that some variant of it has.
  constexpr size_t most_args() const {
    size_t count = arg_count();
    for (const Variant& variant :
         variants != nullptr ? variants->cases : std::span<const Variant>()) {
      size_t own = 0;
      while (own < variant.args.size() && variant.args[own].name != nullptr) {
        ++own;
      }
      count = variants->first + own > count ? variants->first + own : count;
    }
    return count;
  }
};

}  // namespace ptraced::decode
