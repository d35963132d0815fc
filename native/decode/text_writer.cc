#include "text_writer.h"

#include <sys/wait.h>

#include <algorithm>
#include <charconv>

#include "decoder.h"

namespace ptraced::decode {

namespace {

void append_number(std::string& out, uint64_t value, int base) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, base).ptr;
  out.append(digits, static_cast<size_t>(end - digits));
}

// The entry of a constant, null where there is none.
const Xlat* find_constant(const Set& set, uint64_t value) {
  if (set.sorted) {
    const auto it = std::lower_bound(set.constants.begin(), set.constants.end(), value,
                                     [](const Xlat& x, uint64_t v) { return x.value < v; });
    return it != set.constants.end() && it->value == value ? &*it : nullptr;
  }
  for (const Xlat& x : set.constants) {
    if (x.value == value) {
      return &x;
    }
  }
  return nullptr;
}

// Appends a byte of a string as C source would have it. An octal escape takes all three digits
// where a digit follows it, so that it cannot be read as a part of the escape.
void append_escaped(std::string& out, uint8_t byte, bool digit_follows) {
  switch (byte) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\v':
      out += "\\v";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\r':
      out += "\\r";
      return;
    default:
      break;
  }
  out += '\\';
  if (digit_follows || byte >= 0100) {
    out += static_cast<char>('0' + (byte >> 6));
  }
  if (digit_follows || byte >= 010) {
    out += static_cast<char>('0' + ((byte >> 3) & 7));
  }
  out += static_cast<char>('0' + (byte & 7));
}

void append_hex_bytes(std::string& out, const uint8_t* bytes, size_t size) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (size_t i = 0; i < size; ++i) {
    out += "\\x";
    out += kDigits[bytes[i] >> 4];
    out += kDigits[bytes[i] & 15];
  }
}

bool is_plain(uint8_t byte) {
  return byte >= ' ' && byte < 0x7f && byte != '"' && byte != '\\';
}

}  // namespace

void append_signed(std::string& out, int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, static_cast<size_t>(end - digits));
}

void append_unsigned(std::string& out, uint64_t value) {
  append_number(out, value, 10);
}

void append_hex(std::string& out, uint64_t value) {
  if (value == 0) {
    out += '0';
    return;
  }
  out += "0x";
  append_number(out, value, 16);
}

void append_octal(std::string& out, uint64_t value) {
  if (value < 0100) {
    out += value < 010 ? "00" : "0";
    append_number(out, value, 8);
    return;
  }
  out += '0';
  append_number(out, value, 8);
}

void TextWriter::open(char bracket) {
  out_ += bracket;
  occupied_ <<= 1;
}

void TextWriter::close(char bracket) {
  out_ += bracket;
  occupied_ >>= 1;
}

void TextWriter::separate() {
  if ((occupied_ & 1) != 0) {
    out_ += ", ";
  }
  occupied_ |= 1;
}

void TextWriter::begin_argument(std::string_view name, bool shown) {
  if (!separated_) {
    out_ += ", ";
  }
  separated_ = false;
  if (shown) {
    out_ += name;
    out_ += '=';
  }
}

void TextWriter::begin_field(std::string_view name) {
  separate();
  out_ += name;
  out_ += '=';
}

void TextWriter::begin_set(bool complement) {
  if (complement) {
    out_ += '~';
  }
  open('[');
}

void TextWriter::begin_member() {
  if ((occupied_ & 1) != 0) {
    out_ += ' ';
  }
  occupied_ |= 1;
}

void TextWriter::begin_call(std::string_view function) {
  out_ += function;
  open('(');
}

void TextWriter::omitted() {
  separate();
  out_ += "...";
}

void TextWriter::becomes() {
  out_ += " => ";
}

void TextWriter::comment(std::string_view text) {
  out_ += " /* ";
  out_ += text;
  out_ += " */";
}

void TextWriter::signed_number(int64_t value) {
  append_signed(out_, value);
}

void TextWriter::unsigned_number(uint64_t value) {
  append_unsigned(out_, value);
}

void TextWriter::hex(uint64_t value) {
  append_hex(out_, value);
}

void TextWriter::padded_hex(uint64_t value, size_t width) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, 16).ptr;
  const size_t count = static_cast<size_t>(end - digits);
  const size_t prefix = value != 0 ? 2 : 0;
  if (prefix != 0) {
    out_ += "0x";
  }
  out_.append(width > count + prefix ? width - count - prefix : 0, '0');
  out_.append(digits, count);
}

void TextWriter::octal(uint64_t value) {
  append_octal(out_, value);
}

void TextWriter::product(uint64_t count, uint64_t unit) {
  append_unsigned(out_, count);
  out_ += '*';
  append_unsigned(out_, unit);
}

void TextWriter::address(uint64_t value, Unread) {
  if (value == 0) {
    out_ += "NULL";
  } else {
    append_hex(out_, value);
  }
}

void TextWriter::rest(uint64_t value, const Set& set) {
  switch (set.rest) {
    case Rest::kHex:
      append_hex(out_, value);
      break;
    case Rest::kDecimal:
      append_unsigned(out_, value);
      break;
    case Rest::kOctal:
      append_octal(out_, value);
      break;
  }
}

void TextWriter::constant(uint64_t value, const Set& set) {
  constant_part(value, set);
}

void TextWriter::constant_part(uint64_t bits, const Set& set) {
  if (const Xlat* x = find_constant(set, bits)) {
    out_ += x->name;
    return;
  }
  rest(bits, set);
  if (!set.unknown.empty()) {
    comment(set.unknown);
  }
}

void TextWriter::flags(uint64_t value, const Set& set) {
  const size_t start = out_.size();
  const auto join = [&] {
    if (out_.size() != start) {
      out_ += '|';
    }
  };
  const uint64_t constant_bits = value & set.constant_mask;
  // A part that may be 0 without a name is not shown.
  const bool has_constant =
      set.constant_mask != 0 && (constant_bits != 0 || find_constant(set, 0) != nullptr);
  if (has_constant && !set.constants_last) {
    constant_part(constant_bits, set);
  }
  uint64_t left = value & ~set.constant_mask;
  bool named = false;
  for (const Xlat& x : set.flags) {
    if (x.value == 0 ? value == 0 : (left & x.value) == x.value) {
      join();
      out_ += x.name;
      left &= ~x.value;
      named = true;
    }
  }
  if (left != 0) {
    join();
    if (set.constants_last) {
      append_hex(out_, left);
    } else {
      rest(left, set);
    }
  }
  if (has_constant && set.constants_last) {
    join();
    constant_part(constant_bits, set);
  }
  if (out_.size() == start) {
    rest(0, set);
  } else if (left != 0 && !named && !set.unknown_flags.empty()) {
    comment(set.unknown_flags);
  }
}

void TextWriter::shifted(uint64_t value, const Set& set, std::string_view shift) {
  constant_part(value, set);
  out_ += "<<";
  out_ += shift;
}

void TextWriter::shifted_symbol(std::string_view name, std::string_view shift) {
  out_ += name;
  out_ += "<<";
  out_ += shift;
}

void TextWriter::shifted_number(uint64_t value, std::string_view shift) {
  append_hex(out_, value);
  out_ += "<<";
  out_ += shift;
}

void TextWriter::begin_index(std::string_view index) {
  out_ += '[';
  out_ += index;
  out_ += "]=";
}

void TextWriter::bit(std::string_view number) {
  out_ += "1<<";
  out_ += number;
}

void TextWriter::symbol(std::string_view name, int64_t) {
  out_ += name;
}

void TextWriter::negative_symbol(std::string_view name, int64_t) {
  out_ += '-';
  out_ += name;
}

void TextWriter::string(const uint8_t* bytes, size_t size, StringForm form) {
  out_ += '"';
  size_t plain = 0;  // start of a run that needs no escape
  if (form.hex) {
    append_hex_bytes(out_, bytes, size);
    plain = size;
  }
  for (size_t i = plain; i < size; ++i) {
    if (is_plain(bytes[i])) {
      continue;
    }
    out_.append(reinterpret_cast<const char*>(bytes) + plain, i - plain);
    plain = i + 1;
    append_escaped(out_, bytes[i], i + 1 < size && bytes[i + 1] >= '0' && bytes[i + 1] <= '7');
  }
  out_.append(reinterpret_cast<const char*>(bytes) + plain, size - plain);
  out_ += '"';
  if (form.truncated) {
    out_ += "...";
  }
}

void TextWriter::wait_status(int status) {
  const auto signal = [&](int number) {
    const std::string_view name = signal_name(number);
    if (name.empty()) {
      append_signed(out_, number);
    } else {
      out_ += name;
    }
  };
  if (WIFSTOPPED(status)) {
    out_ += "{WIFSTOPPED(s) && WSTOPSIG(s) == ";
    signal(WSTOPSIG(status) & ~0x80);
    if ((WSTOPSIG(status) & 0x80) != 0) {
      out_ += " | 0x80";
    }
    out_ += '}';
  } else if (WIFSIGNALED(status)) {
    out_ += "{WIFSIGNALED(s) && WTERMSIG(s) == ";
    signal(WTERMSIG(status));
    out_ += WCOREDUMP(status) ? " && WCOREDUMP(s)}" : "}";
  } else if (WIFCONTINUED(status)) {
    out_ += "{WIFCONTINUED(s)}";
  } else {
    out_ += "{WIFEXITED(s) && WEXITSTATUS(s) == ";
    append_signed(out_, WEXITSTATUS(status));
    out_ += '}';
  }
}

void TextWriter::abstract_name(const uint8_t* bytes, size_t size) {
  out_ += '@';
  string(bytes, size, {});
}

void TextWriter::ipv6_address(std::string_view field, std::string_view address) {
  separate();
  out_ += "inet_pton(AF_INET6, \"";
  out_ += address;
  out_ += "\", &";
  out_ += field;
  out_ += ')';
}

void TextWriter::begin_note() {
  out_ += ' ';
  open('(');
}

void TextWriter::note_item(std::string_view label) {
  separate();
  out_ += label;
}

}  // namespace ptraced::decode
