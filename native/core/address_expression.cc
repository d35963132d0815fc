#include "core/address_expression.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/mappings.h"
#include "core/register_names.h"

namespace ptraced::core {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kDeleted = " (deleted)";

AddressError syntax(size_t position, std::string message) {
  return {AddressError::Kind::kSyntax, position, std::move(message)};
}

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_operator(char c) {
  return c == '+' || c == '-';
}

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// "arg0" to "arg5".
std::optional<uint64_t> argument_index(std::string_view name) {
  if (name.size() == 4 && name.starts_with("arg") && name[3] >= '0' && name[3] <= '5') {
    return static_cast<uint64_t>(name[3] - '0');
  }
  return std::nullopt;
}

// Whether a word can be nothing but a number, so that it is a mistake where it is none.
bool is_meant_as_number(std::string_view word) {
  return word.starts_with("0x") || word.starts_with("0X") ||
         (!word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos);
}

std::string why_no_number(std::string_view text) {
  if (text.empty()) {
    return "a number is missing";
  }
  return "'" + std::string(text) + "' is no number of 64 bits, decimal or 0x hexadecimal";
}

std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

}  // namespace

std::optional<uint64_t> parse_number(std::string_view text) {
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  if (hexadecimal) {
    text.remove_prefix(2);
  }
  uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data(), end, number, hexadecimal ? 16 : 10);
  if (error != std::errc() || parsed != end) {
    return std::nullopt;
  }
  return number;
}

std::variant<AddressExpression, AddressError> AddressExpression::parse(std::string_view text,
                                                                       bool call_words) {
  const std::string_view whole = trim(text);
  if (whole.empty()) {
    return syntax(0, "an address is missing");
  }
  const auto position_of = [text](std::string_view part) {
    return static_cast<size_t>(part.data() - text.data());
  };
  AddressExpression result;
  const auto word_end = std::find_if_not(whole.begin(), whole.end(), is_word);
  const std::string_view word = whole.substr(0, static_cast<size_t>(word_end - whole.begin()));
  const size_t next = whole.find_first_not_of(kBlanks, word.size());
  const bool ends = next == std::string_view::npos;
  if (word.empty() || !(ends || is_operator(whole[next]))) {
    result.take_module(whole, position_of(whole));
    return result;
  }
  if (!result.take_word(word, call_words)) {
    if (is_meant_as_number(word)) {
      return syntax(position_of(word), why_no_number(word));
    }
    result.take_module(whole, position_of(whole));
    return result;
  }
  if (ends) {
    return result;
  }
  const std::string_view rest = whole.substr(next + 1);
  const std::string_view offset = trim(rest);
  const auto number = parse_number(offset);
  if (!number) {
    return syntax(position_of(offset.empty() ? rest : offset), why_no_number(offset));
  }
  result.set_offset(whole[next] == '-', *number, position_of(offset));
  if (result.base_ == Base::kNumber) {  // whether it fits is known already
    const auto sum = result.add_offset(result.number_);
    if (const auto* error = std::get_if<AddressError>(&sum)) {
      return *error;
    }
  }
  return result;
}

// What is known by itself; false for anything else.
bool AddressExpression::take_word(std::string_view word, bool call_words) {
  if (const auto number = parse_number(word)) {
    number_ = *number;
  } else if (const auto index = find_register(word)) {
    base_ = Base::kRegister;
    number_ = *index;
  } else if (const auto argument = argument_index(word); call_words && argument) {
    base_ = Base::kArgument;
    number_ = *argument;
  } else if (call_words && word == "ret") {
    base_ = Base::kReturn;
  } else {
    return false;
  }
  return true;
}

// Which names there are is known when it is evaluated.
void AddressExpression::take_module(std::string_view whole, size_t position) {
  base_ = Base::kModule;
  text_ = whole;
  const size_t last = whole.find_last_of("+-");
  if (last == std::string_view::npos) {
    return;
  }
  const std::string_view offset = trim(whole.substr(last + 1));
  const std::string_view module = trim(whole.substr(0, last));
  const auto number = parse_number(offset);
  if (number && !module.empty()) {
    module_ = module;
    set_offset(whole[last] == '-', *number,
               position + static_cast<size_t>(offset.data() - whole.data()));
  }
}

void AddressExpression::set_offset(bool negative, uint64_t offset, size_t position) {
  negative_ = negative;
  offset_ = offset;
  offset_position_ = position;
}

std::variant<uint64_t, AddressError> AddressExpression::base(const AddressScope& scope) const {
  switch (base_) {
    case Base::kNumber:
      break;
    case Base::kRegister:
      if (scope.registers == nullptr) {
        return AddressError{AddressError::Kind::kNoRegisters};
      }
      return register_value(*scope.registers, number_);
    case Base::kArgument:
      if (number_ >= scope.arguments.size()) {
        return AddressError{AddressError::Kind::kNotThere};
      }
      return scope.arguments[number_];
    case Base::kReturn:
      if (!scope.result) {
        return AddressError{AddressError::Kind::kNotThere};
      }
      return static_cast<uint64_t>(*scope.result);
    case Base::kModule:
      if (const auto base = module_.empty() ? std::nullopt : scope.module_base(module_)) {
        return *base;
      }
      return syntax(0, "'" + (module_.empty() ? text_ : module_) +
                           "' is no number, register or module of the process");
  }
  return number_;
}

std::variant<uint64_t, AddressError> AddressExpression::evaluate(const AddressScope& scope) const {
  if (base_ == Base::kModule) {
    if (const auto whole = scope.module_base(text_)) {
      return *whole;
    }
  }
  std::variant<uint64_t, AddressError> result = base(scope);
  if (const auto* number = std::get_if<uint64_t>(&result)) {
    return add_offset(*number);
  }
  return result;
}

std::variant<uint64_t, AddressError> AddressExpression::add_offset(uint64_t base) const {
  const uint64_t sum = negative_ ? base - offset_ : base + offset_;
  if (negative_ ? sum > base : sum < base) {
    return syntax(offset_position_, negative_ ? "the address would be below 0"
                                              : "the address would be above 64 bits");
  }
  return sum;
}

Result<std::optional<uint64_t>> find_module(pid_t tid, std::string_view name) {
  const Result<Mappings> mappings = Mappings::open(tid);
  if (!mappings) {
    return mappings.error();
  }
  std::optional<uint64_t> base;
  std::optional<uint64_t> without_start;  // where the first byte of the file is not mapped
  const Status status = mappings->for_each([&](const Mapping& mapping) {
    std::string_view path = mapping.path;
    if (path.ends_with(kDeleted) && !name.ends_with(kDeleted)) {
      path.remove_suffix(kDeleted.size());
    }
    if (path.empty() || (path != name && last_part(path) != name)) {
      return true;
    }
    if (mapping.offset == 0) {
      base = mapping.start;
    } else if (!without_start) {
      without_start = mapping.start - mapping.offset;
    }
    return !base;
  });
  if (!status) {
    return status.error();
  }
  return base ? base : without_start;
}

}  // namespace ptraced::core
