// Addresses as people write them.
#include "core/address_expression.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "core/register_names.h"

namespace ptraced::test {
namespace {

using core::AddressError;
using core::AddressExpression;
using core::AddressScope;
using Value = std::variant<uint64_t, AddressError>;

constexpr uint64_t kLibc = 0x7f0000000000;
constexpr uint64_t kDashed = 0x7e0000000000;
constexpr uint64_t kArguments[6] = {10, 11, 12, 13, 14, 15};

core::Registers some_registers() {
  core::Registers registers = {};
  for (size_t i = 0; i < core::kRegisterCount; ++i) {
    core::set_register_value(registers, i, 0x1000 + i);
  }
  return registers;
}

Value evaluate(std::string_view text, bool call_words = false, bool held = true,
               std::optional<int64_t> result = 77) {
  const core::Registers registers = some_registers();
  const auto parsed = AddressExpression::parse(text, call_words);
  if (const auto* error = std::get_if<AddressError>(&parsed)) {
    return *error;
  }
  return std::get<AddressExpression>(parsed).evaluate(AddressScope{
      .registers = held ? &registers : nullptr,
      .module_base = [](std::string_view name) -> std::optional<uint64_t> {
        if (name == "libc.so.6" || name == "[stack]") {
          return kLibc;
        }
        return name == "libfoo-2" || name == "a+b c" || name == "7z"
                   ? std::optional<uint64_t>(kDashed)
                   : std::nullopt;
      },
      .arguments = kArguments,
      .result = result,
  });
}

uint64_t number(std::string_view text, bool call_words = false) {
  const Value value = evaluate(text, call_words);
  INFO(text);
  REQUIRE(std::holds_alternative<uint64_t>(value));
  return std::get<uint64_t>(value);
}

AddressError error(std::string_view text, bool call_words = false) {
  const Value value = evaluate(text, call_words);
  INFO(text);
  REQUIRE(std::holds_alternative<AddressError>(value));
  return std::get<AddressError>(value);
}

TEST_CASE("numbers, registers and modules, with an offset or without") {
  CHECK(number("0") == 0);
  CHECK(number("4096") == 4096);
  CHECK(number("0x7ffe12345678") == 0x7ffe12345678);
  CHECK(number("0X10") == 16);
  CHECK(number("0xFfffFfffFfffFfff") == UINT64_MAX);
  CHECK(number("16+0x10") == 32);
  CHECK(number("rsp") == 0x1000 + 19);
  CHECK(number("rsp+16") == 0x1000 + 19 + 16);
  CHECK(number(" r15 - 0x10 ") == 0x1000 - 16);
  CHECK(number("orig_rax") == 0x1000 + 15);
  CHECK(number("libc.so.6") == kLibc);
  CHECK(number("libc.so.6+0x29d90") == kLibc + 0x29d90);
  CHECK(number("libc.so.6 - 1") == kLibc - 1);
  CHECK(number("[stack]+8") == kLibc + 8);
}

TEST_CASE("the name of a module may look like an offset, or begin with a digit") {
  CHECK(number("libfoo-2") == kDashed);
  CHECK(number("libfoo-2-2") == kDashed - 2);
  CHECK(number("a+b c+1") == kDashed + 1);
  CHECK(number("7z+4") == kDashed + 4);
}

TEST_CASE("words of a call only where there is one") {
  CHECK(number("arg0", true) == 10);
  CHECK(number("arg5+1", true) == 16);
  CHECK(number("ret-7", true) == 70);
  CHECK(error("arg0").kind == AddressError::Kind::kSyntax);
  CHECK(error("ret").kind == AddressError::Kind::kSyntax);
  CHECK(error("arg6", true).kind == AddressError::Kind::kSyntax);
  const Value unreturned = evaluate("ret", true, true, std::nullopt);
  CHECK(std::get<AddressError>(unreturned).kind == AddressError::Kind::kNotThere);
}

TEST_CASE("every register has a name, and needs a stop") {
  for (size_t i = 0; i < core::kRegisterCount; ++i) {
    CHECK(number(core::kRegisterNames[i]) == 0x1000 + i);
    const Value running = evaluate(core::kRegisterNames[i], false, false);
    CHECK(std::get<AddressError>(running).kind == AddressError::Kind::kNoRegisters);
  }
}

TEST_CASE("what is no address is told with its position") {
  const std::pair<std::string_view, size_t> cases[] = {
      {"", 0},
      {"   ", 0},
      {"0x", 0},
      {"0xzz", 0},
      {"  0xg", 2},
      {"rsp+", 4},
      {"rsp+ ", 4},
      {"rsp + zz", 6},
      {"16+-1", 3},
      {"rsp+8+8", 4},
      {"18446744073709551616", 0},
      {"0x10000000000000000", 0},
      {"nowhere", 0},
      {"eax", 0},
      {"nowhere+8", 0},
      {"+8", 0},
      {"-", 0},
      {"rsp8", 0},
      {"12a", 0},
      {"0-1", 2},
      {"0xffffffffffffffff+1", 19},
      {"rsp-0x2000", 4},
  };
  for (const auto& [text, position] : cases) {
    INFO(text);
    const AddressError found = error(text);
    CHECK(found.kind == AddressError::Kind::kSyntax);
    CHECK(found.position == position);
    CHECK_FALSE(found.message.empty());
  }
}

TEST_CASE("sums are those of 64-bit arithmetic, or refused") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const uint64_t base = random() >> (random() % 64);
    const uint64_t offset = random() >> (random() % 64);
    const bool negative = random() % 2 == 0;
    const std::string text = std::to_string(base) + (negative ? "-" : "+") + std::to_string(offset);
    uint64_t sum = 0;
    const bool overflow = negative ? __builtin_sub_overflow(base, offset, &sum)
                                   : __builtin_add_overflow(base, offset, &sum);
    const Value value = evaluate(text);
    CHECK(std::holds_alternative<AddressError>(value) == overflow);
    if (!overflow) {
      CHECK(std::get<uint64_t>(value) == sum);
    }
  }
}

TEST_CASE("any text is an address or an error within it") {
  constexpr std::string_view kPieces[] = {
      "rsp",  "0x",  "12", "+", "-",    " ", "libc.so.6",
      "arg1", "ret", "z",  ".", "\xff", "[", "9999999999999999999"};
  std::mt19937_64 random(2);
  for (int i = 0; i < 50'000; ++i) {
    std::string text;
    for (size_t n = random() % 7; n > 0; --n) {
      text += kPieces[random() % std::size(kPieces)];
    }
    const Value value = evaluate(text, random() % 2 == 0);
    if (const auto* found = std::get_if<AddressError>(&value)) {
      INFO(text);
      CHECK(found->position <= text.size());
    }
  }
}

}  // namespace
}  // namespace ptraced::test
