// Addresses as people write them: "0x7ffe12345678", "rsp+16", "libc.so.6+0x29d90".
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/ptrace.h"
#include "core/result.h"

namespace ptraced::core {

// Why a text is no address.
struct AddressError {
  enum class Kind {
    kSyntax,       // `position` and `message` say what is wrong
    kNoRegisters,  // it names a register, and the task is not in a stop
    kNotThere,     // it names an argument where there is no call, or a result that is not there yet
  };
  Kind kind = Kind::kSyntax;
  size_t position = 0;  // in bytes, from 0
  std::string message = {};
};

// What names in an expression stand for.
struct AddressScope {
  // Null: not known.
  const Registers* registers = nullptr;
  // Where a module begins; nothing where the process has none of that name.
  std::function<std::optional<uint64_t>(std::string_view)> module_base;
  // The words and the result of a call.
  std::span<const uint64_t> arguments = {};
  std::optional<int64_t> result = {};
};

// A number in decimal or 0x hexadecimal, a register, a word of a call, or a module; then, perhaps,
// "+" or "-" and a number. Blanks may stand around each. A module is what is nothing else: where
// the whole text is the name of one, that is meant ("libfoo-2"), else what stands before the last
// operator.
class AddressExpression {
 public:
  // `call_words`: arg0 to arg5 and ret stand for the words of a call, as in a probe.
  static std::variant<AddressExpression, AddressError> parse(std::string_view text,
                                                             bool call_words);

  bool needs_registers() const { return base_ == Base::kRegister; }

  std::variant<uint64_t, AddressError> evaluate(const AddressScope& scope) const;

 private:
  enum class Base { kNumber, kRegister, kArgument, kReturn, kModule };

  bool take_word(std::string_view word, bool call_words);
  void take_module(std::string_view whole, size_t position);
  void set_offset(bool negative, uint64_t offset, size_t position);
  std::variant<uint64_t, AddressError> base(const AddressScope& scope) const;
  std::variant<uint64_t, AddressError> add_offset(uint64_t base) const;

  Base base_ = Base::kNumber;
  uint64_t number_ = 0;  // of kNumber; index of kRegister and kArgument
  std::string text_;     // kModule: the whole
  std::string module_;   // kModule: what stands before the operator; empty for none
  bool negative_ = false;
  uint64_t offset_ = 0;
  size_t offset_position_ = 0;
};

// A number in decimal or 0x hexadecimal of at most 64 bits.
std::optional<uint64_t> parse_number(std::string_view text);

// Where the module of that name begins in a process: the lowest mapping of the file's first byte.
// `name` is a path or a name of Mapping, or the last part of such a path. Nothing where there is
// none.
Result<std::optional<uint64_t>> find_module(pid_t tid, std::string_view name);

}  // namespace ptraced::core
