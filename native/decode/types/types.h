// The named types that rows and layouts use. Plain ones are written down here; those that need code
// are declared here and live in the .cc file of their subject.
#pragma once

#include "../description.h"
#include "../xlat/sets.h"

namespace ptraced::decode {

class Writer;

// --- how lengths, types and arguments are written ---

constexpr Length fixed(uint16_t count) {
  return {Length::From::kFixed, 0, count};
}
// `size` 4: the argument is an int, whatever its register's upper half holds.
constexpr Length arg(uint16_t index, uint8_t size = 0) {
  return {Length::From::kArgument, size, index};
}
// What the call returned, at most what the argument with the buffer's capacity says. Not more than
// that is there: a result may say how long a datagram or a list was that did not fit.
constexpr Length written(uint16_t capacity, uint8_t size = 0) {
  return {Length::From::kWritten, size, capacity};
}
constexpr Length field(uint16_t offset, uint8_t size) {
  return {Length::From::kField, size, offset};
}
constexpr Length pointee(uint16_t index) {
  return {Length::From::kPointee, 4, index};
}

constexpr Type flags(const Set& set, uint8_t size = 4) {
  return {.kind = Kind::kFlags, .size = size, .set = &set};
}
constexpr Type one_of(const Set& set, uint8_t size = 4) {
  return {.kind = Kind::kConstant, .size = size, .set = &set};
}
constexpr Type pointer(const Type& of) {
  return {.kind = Kind::kPointer, .of = &of};
}
// A pointer that is followed after a failing call too.
constexpr Type pointer_anyway(const Type& of) {
  return {.kind = Kind::kPointer, .despite_error = true, .of = &of};
}
constexpr Type array(const Type& of, Length length) {
  return {.kind = Kind::kArray, .length = length, .of = &of};
}
constexpr Type bytes(Length length) {
  return {.kind = Kind::kBytes, .length = length};
}
constexpr Type hex_bytes(Length length) {
  return {.kind = Kind::kBytes, .parameter = kHexBytes, .length = length};
}
constexpr Type structure(const Layout& layout) {
  return {.kind = Kind::kStruct, .layout = &layout};
}
constexpr Type repeated(const Type& of, uint16_t count) {
  return {.kind = Kind::kInline, .length = fixed(count), .of = &of};
}
constexpr Type text(uint16_t size) {
  return {.kind = Kind::kInlineText, .length = fixed(size)};
}
constexpr Type custom(Print print, uint32_t parameter = 0, uint8_t size = 0) {
  return {.kind = Kind::kCustom, .size = size, .parameter = parameter, .print = print};
}

// One whose word is the address of what is shown.
constexpr Type custom_pointer(Print print, uint32_t parameter = 0, Length length = {}) {
  return {.kind = Kind::kCustom,
          .points = true,
          .parameter = parameter,
          .length = length,
          .print = print};
}

constexpr Arg in(const char* name, const Type& type) {
  return {.name = name, .type = type};
}
constexpr Arg out(const char* name, const Type& type) {
  return {.name = name, .type = type, .when = When::kExit};
}
// The kernel writes there too, which the text says in a note.
constexpr Arg in_and_out(const char* name, const Type& type) {
  return {.name = name, .type = type, .rewritten = true};
}
constexpr Arg both(const char* name, const Type& type) {
  return {.name = name, .type = type, .when = When::kBoth};
}
// The text names the argument.
constexpr Arg named(const char* name, const Type& type, When when = When::kEntry) {
  return {.name = name, .type = type, .when = when, .named = true};
}
// The 32-bit number `word` words behind the pointer is kept from the entry on.
constexpr Arg saving(int8_t word, Arg argument) {
  argument.saved_word = word;
  return argument;
}
// Likewise of each element of an array: elements of `stride` words, as many as argument `count`
// says.
constexpr Arg saving_each(int8_t word, uint8_t stride, uint8_t count, Arg argument) {
  argument.saved_word = word;
  argument.saved_stride = stride;
  argument.saved_count = count;
  return argument;
}
// The text shows what stood at the entry in the argument's `size` bytes.
constexpr Arg keeping(uint8_t size, Arg argument) {
  argument.kept = size;
  return argument;
}

// The argument is there only where argument `index` has one of the bits.
constexpr Arg only_if(uint8_t index, uint64_t bits, Arg argument) {
  argument.condition_arg = index;
  argument.condition_bits = bits;
  return argument;
}
// The argument is that of register `position`.
constexpr Arg at(int8_t position, Arg argument) {
  argument.position = position;
  return argument;
}

// --- numbers ---

inline constexpr Type kInt = {.kind = Kind::kSigned, .size = 4};
inline constexpr Type kUint = {.kind = Kind::kUnsigned, .size = 4};
inline constexpr Type kLong = {.kind = Kind::kSigned};
inline constexpr Type kUlong = {.kind = Kind::kUnsigned};
inline constexpr Type kSize = kUlong;
inline constexpr Type kShort = {.kind = Kind::kSigned, .size = 2};
inline constexpr Type kUshort = {.kind = Kind::kUnsigned, .size = 2};
inline constexpr Type kInt64 = {.kind = Kind::kSigned, .size = 8};
inline constexpr Type kUint64 = {.kind = Kind::kUnsigned, .size = 8};
inline constexpr Type kHexInt = {.kind = Kind::kHex, .size = 4};
inline constexpr Type kHexWord = {.kind = Kind::kHex};
inline constexpr Type kHex64 = {.kind = Kind::kHex, .size = 8};
// The kernel takes a umode_t: 16 bits.
inline constexpr Type kMode = {.kind = Kind::kOctal, .size = 2};
// An address whose target is not described.
inline constexpr Type kAddress = {.kind = Kind::kAddress};
inline constexpr Type kAddress64 = {.kind = Kind::kAddress, .size = 8};

// A process or thread; 0 and negative numbers have a meaning of the call's own.
inline constexpr Type kPid = {.kind = Kind::kTask, .size = 4};
inline constexpr Type kFd = {.kind = Kind::kDescriptor, .size = 4};

// --- results ---

inline constexpr Result kHexResult = {.format = Result::Format::kHex};
inline constexpr Result kAddressResult = {.format = Result::Format::kHex, .type = &kAddress};
inline constexpr Result kDescriptorResult = {.type = &kFd};
inline constexpr Result kTaskResult = {.type = &kPid};
inline constexpr Result kOctalResult = {.format = Result::Format::kOctal};
inline constexpr Result kNoResult = {.format = Result::Format::kNone};

// --- strings ---

inline constexpr Type kPath = {.kind = Kind::kPath};
inline constexpr Type kString = {.kind = Kind::kString};
// A vector of strings that a null pointer ends.
inline constexpr Type kStrings = {.kind = Kind::kArray};

// --- pointers to numbers ---

inline constexpr Type kIntPointer = pointer(kInt);
inline constexpr Type kUintPointer = pointer(kUint);
inline constexpr Type kUlongPointer = pointer(kUlong);
inline constexpr Type kInt64Pointer = pointer(kInt64);
inline constexpr Type kUint64Pointer = pointer(kUint64);
inline constexpr Type kHexIntPointer = pointer(kHexInt);
inline constexpr Type kHexWordPointer = pointer(kHexWord);
inline constexpr Type kHex64Pointer = pointer(kHex64);
inline constexpr Type kAddressPointer = pointer(kAddress);

// --- types with code ---

// A descriptor, or AT_FDCWD.
void print_dirfd(Engine&, const Type&, const Operand&);
inline constexpr Type kDirFd = custom(print_dirfd, 0, 4);
// A user or group id: -1 means "as it is".
void print_id(Engine&, const Type&, const Operand&);
inline constexpr Type kUid = custom(print_id, 0, 4);
inline constexpr Type kGid = kUid;
inline constexpr Type kUidPointer = pointer(kUid);
// File type and permissions: S_IFREG|0644.
void print_mode(Engine&, const Type&, const Operand&);
inline constexpr Type kFileMode = custom(print_mode, 0, 2);
// A device number: makedev(0x8, 0x1). The parameter is 1 for the kernel's own 32-bit encoding.
void print_device(Engine&, const Type&, const Operand&);
inline constexpr Type kDevice = custom(print_device, 0, 4);
// An environment: the address and the number of its strings.
void print_environment(Engine&, const Type&, const Operand&);
inline constexpr Type kEnvironment = custom_pointer(print_environment);
// The working directory: a string of as many bytes as the result says, which is never cut.
void print_cwd(Engine&, const Type&, const Operand&);
inline constexpr Type kCwd = custom_pointer(print_cwd, 0, written(1));

// A file system's id: {val=[0x1, 0x2]}.
void print_fsid(Engine&, const Type&, const Operand&);

// A date in seconds since 1970, and structures of seconds and nanoseconds or microseconds (the
// parameter is the number of digits) that are one.
void print_date(Engine&, const Type&, const Operand&);
inline constexpr Type kDate = custom(print_date);
inline constexpr Type kDatePointer = pointer(kDate);
void print_dated_struct(Engine&, const Type&, const Operand&);
// "1970-01-01T00:00:01+0000"; empty for the beginning of 1970 and where there is no such date.
struct DateText {
  char bytes[48];
  size_t size = 0;
  std::string_view view() const { return {bytes, size}; }
};
DateText date_text(int64_t seconds, uint64_t fraction, int digits);
void comment_date(Engine& engine, int64_t seconds, uint64_t fraction, int digits);
// Clock ticks with what they are in seconds.
void print_clock_ticks(Engine&, const Type&, const Operand&);
void comment_ticks(Writer& out, uint64_t ticks);
inline constexpr Type kClockTicks = custom(print_clock_ticks);
// The two file times of utimes and utimensat.
void print_file_times(Engine&, const Type&, const Operand&);
inline constexpr Type kFileTimevals = custom_pointer(print_file_times, 6);
inline constexpr Type kFileTimespecs = custom_pointer(print_file_times, 9);
inline constexpr Type kFileTimespecs64 = custom_pointer(print_file_times, 8);
// The time that an interrupted sleep has left. The parameter is the index of the flags, if any.
void print_remaining_time(Engine&, const Type&, const Operand&);
inline constexpr Type kRemainingTime = custom_pointer(print_remaining_time);
inline constexpr Type kRemainingTime64 = custom_pointer(print_remaining_time, 1);
// A resource limit: 8192*1024, RLIM64_INFINITY.
void print_limit(Engine&, const Type&, const Operand&);
inline constexpr Type kLimit = custom(print_limit);
inline constexpr Type kLimit64 = custom(print_limit, 0, 8);
// Terminal flags of several parts, and control characters.
void print_termios_output(Engine&, const Type&, const Operand&);
inline constexpr Type kTermiosOutput = custom(print_termios_output, 0, 4);
void print_termios_control(Engine&, const Type&, const Operand&);
inline constexpr Type kTermiosControl = custom(print_termios_control, 0, 4);
void print_termios_flags(Engine&, const Type&, const Operand&);
void print_control_characters(Engine&, const Type&, const Operand&);
inline constexpr Type kControlCharacters = custom(print_control_characters, 0, 19);

// The name of a signal, or the number of one that has none.
void show_signal(Writer& out, int signal);
// A signal number, and the one in the low byte of clone's flags.
void print_signal(Engine&, const Type&, const Operand&);
inline constexpr Type kSignalNumber = custom(print_signal, 0, 4);
// A signal that the kernel takes as an unsigned word or 64 bits.
void show_signal_word(Writer& out, uint64_t signal);
void print_signal_word(Engine&, const Type&, const Operand&);
inline constexpr Type kSignalWord = custom(print_signal_word);
// A pointer to a signal set; the parameter is the index of the argument with its size, or
// kKernelSet.
inline constexpr uint32_t kKernelSet = 0xff;
void print_sigset(Engine&, const Type&, const Operand&);
constexpr Type sigset(uint32_t size_argument) {
  return custom_pointer(print_sigset, size_argument);
}
// A signal mask in place.
void print_sigmask(Engine&, const Type&, const Operand&);
inline constexpr Type kSigmask = custom(print_sigmask, 0, 8);
// A pointer to a siginfo_t.
void print_siginfo(Engine&, const Type&, const Operand&);
inline constexpr Type kSiginfo = custom_pointer(print_siginfo);
// A pointer to the kernel's struct sigaction.
void print_sigaction(Engine&, const Type&, const Operand&);
inline constexpr Type kSigaction = custom_pointer(print_sigaction);

// A signal frame that rt_sigreturn restores.
void print_signal_frame(Engine&, const Type&, const Operand&);
inline constexpr Type kSignalFrame = custom(print_signal_frame);

}  // namespace ptraced::decode
