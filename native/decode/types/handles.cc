// File handles, Landlock's rulesets, registers at offsets, answers of keyctl.
#include <linux/keyctl.h>

#include <algorithm>

#include "../engine.h"
#include "../xlat/sets.h"
#include "misc.h"

namespace ptraced::decode {

namespace {

// struct file_handle without its bytes.
struct FileHandle {
  uint32_t bytes;
  int32_t type;
};

constexpr size_t kMaxHandle = 128;  // MAX_HANDLE_SZ

// `room`: bytes that the caller's buffer has for them.
void show_handle_tail(Engine& engine, const FileHandle& handle, uint32_t room, uint64_t address) {
  Writer& out = engine.out();
  out.begin_field("handle_type");
  out.signed_number(handle.type);
  out.begin_field("f_handle");
  uint8_t bytes[kMaxHandle];
  const size_t size = std::min<size_t>({handle.bytes, room, sizeof bytes});
  if (!engine.read(address + sizeof handle, bytes, size)) {
    out.address(address + sizeof handle, Unread::kFault);
    return;
  }
  const size_t shown = std::min<uint64_t>(size, engine.limit());
  out.string(
      bytes, shown,
      {.truncated = shown < handle.bytes, .hex = true, .limited = true, .full_size = handle.bytes});
}

}  // namespace

void print_file_handle(Engine& engine, const Type&, const Operand& operand) {
  Writer& out = engine.out();
  FileHandle handle;
  if (operand.word == 0 || !engine.read(operand.word, &handle, sizeof handle)) {
    out.address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kFault);
    return;
  }
  out.begin_struct("file_handle");
  out.begin_field("handle_bytes");
  out.unsigned_number(handle.bytes);
  show_handle_tail(engine, handle, handle.bytes, operand.word);
  out.end_struct();
}

// The size stands there at the entry, the handle at the exit.
void print_file_handle_result(Engine& engine, const Type&, const Operand& operand) {
  constexpr size_t kHandleArgument = 2;
  constexpr int kOverflow = 75;  // EOVERFLOW
  Writer& out = engine.out();
  FileHandle handle;
  const bool readable = operand.word != 0 && engine.read(operand.word, &handle, sizeof handle);
  if (!engine.exiting()) {
    if (!readable) {
      out.address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kFault);
      return;
    }
    out.begin_struct("file_handle");
    out.begin_field("handle_bytes");
    out.unsigned_number(handle.bytes);
    return;
  }
  if (!engine.has_saved(kHandleArgument)) {
    return;
  }
  const bool changed = readable && handle.bytes != engine.saved(kHandleArgument);
  if (changed && (!engine.failed() || engine.error() == kOverflow)) {
    out.becomes();
    out.unsigned_number(handle.bytes);
  }
  out.resume_struct();
  if (readable && !engine.failed()) {
    show_handle_tail(engine, handle, engine.saved(kHandleArgument), operand.word);
  }
  out.end_struct();
}

void print_landlock_ruleset(Engine& engine, const Type&, const Operand& operand) {
  Writer& out = engine.out();
  uint64_t words[3] = {};  // struct landlock_ruleset_attr of 6.12
  const uint64_t size = engine.arg(1);
  const size_t known = std::min<uint64_t>(size, sizeof words);
  if (operand.word == 0 || known < sizeof words[0] || !engine.read(operand.word, words, known)) {
    out.address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kFault);
    return;
  }
  out.begin_struct("landlock_ruleset_attr");
  out.begin_field("handled_access_fs");
  out.flags(words[0], kLandlockFsAccess);
  if (known > sizeof words[0]) {
    out.begin_field("handled_access_net");
    out.flags(words[1], kLandlockNetAccess);
  }
  if (known > 2 * sizeof words[0]) {
    out.begin_field("scoped");
    out.flags(words[2], kLandlockScopes);
  }
  out.end_struct();
}

void print_user_offset(Engine& engine, const Type&, const Operand& operand) {
  static constexpr std::string_view kRegisters[] = {
      "8*R15",     "8*R14",      "8*R13", "8*R12", "8*RBP",    "8*RBX", "8*R11",
      "8*R10",     "8*R9",       "8*R8",  "8*RAX", "8*RCX",    "8*RDX", "8*RSI",
      "8*RDI",     "8*ORIG_RAX", "8*RIP", "8*CS",  "8*EFLAGS", "8*RSP", "8*SS",
      "8*FS_BASE", "8*GS_BASE",  "8*DS",  "8*ES",  "8*FS",     "8*GS"};
  const uint64_t offset = operand.word;
  if (engine.word_size() == 8 && offset % 8 == 0 && offset / 8 < std::size(kRegisters)) {
    engine.out().symbol(kRegisters[offset / 8], static_cast<int64_t>(offset));
  } else {
    engine.out().hex(offset);
  }
}

void print_ptrace_signal(Engine& engine, const Type&, const Operand& operand) {
  engine.show_word(kSignalNumber, static_cast<uint32_t>(operand.word));
}

void print_register_vector(Engine& engine, const Type&, const Operand& operand) {
  iovec vector;
  if (!engine.follow(operand.word)) {
    return;
  }
  Writer& out = engine.out();
  if (!read_iovec(engine, operand.word, vector)) {
    out.address(operand.word, Unread::kFault);
    return;
  }
  out.begin_struct("iovec");
  out.begin_field("iov_base");
  out.address(reinterpret_cast<uint64_t>(vector.iov_base), Unread::kOpaque);
  out.begin_field("iov_len");
  out.unsigned_number(vector.iov_len);
  out.end_struct();
}

void print_key_answer(Engine& engine, const Type& type, const Operand& operand) {
  if (!engine.follow(operand.word)) {
    return;
  }
  // The result is the size that the answer has. Where the buffer does not hold it, the kernel
  // writes nothing (security/keys/keyctl.c), but for the label, which it cuts.
  if (engine.holds_result(type) || engine.arg(0) == KEYCTL_GET_SECURITY) {
    engine.show_bytes(operand.word, engine.written(type));
  } else {
    engine.out().address(operand.word, Unread::kOpaque);
  }
}

}  // namespace ptraced::decode
