#include "text_writer.h"

#include <fcntl.h>
#include <sys/wait.h>

#include <bit>

#include "decoder.h"
#include "set_lookup.h"
#include "text_format.h"

namespace ptraced::decode {

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

void TextWriter::begin_array(uint64_t) {
  if (spans_ != nullptr) {
    spans_->push_back({.offset = static_cast<uint32_t>(out_.size()), .outer = array_});
    array_ = spans_->size();
  }
  open('[');
}

void TextWriter::may_omit() {
  if (array_ != 0) {
    TextSpan& array = (*spans_)[array_ - 1];
    array.elements.push_back(static_cast<uint32_t>(out_.size()) - array.offset);
  }
}

void TextWriter::end_array() {
  close(']');
  if (array_ == 0) {
    return;
  }
  const auto array = spans_->begin() + static_cast<ptrdiff_t>(array_ - 1);
  array_ = array->outer;
  array->size = static_cast<uint32_t>(out_.size()) - array->offset;
  if (array->elements.empty()) {  // it has as many as it has
    spans_->erase(array);
  }
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

void TextWriter::begin_member() {
  if ((occupied_ & 1) != 0) {
    out_ += ' ';
  }
  occupied_ |= 1;
}

// By their names without "SIG"; where most are in the set, those that are not.
void TextWriter::signal_set(uint64_t mask) {
  constexpr int kSignals = 64;
  const bool complement = std::popcount(mask) >= kSignals * 2 / 3;
  if (complement) {
    out_ += '~';
  }
  begin_set();
  const uint64_t shown = complement ? ~mask : mask;
  for (int signal = 1; signal <= kSignals; ++signal) {
    if ((shown >> (signal - 1) & 1) != 0) {
      begin_member();
      out_ += signal_name(signal).substr(3);
    }
  }
  end_set();
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
  append_padded_hex(out_, value, width);
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

void TextWriter::unreadable(uint64_t value, const uint8_t* bytes, size_t size, bool hex) {
  const size_t offset = out_.size();
  address(value, Unread::kFault);
  if (spans_ != nullptr) {
    spans_->push_back({.offset = static_cast<uint32_t>(offset),
                       .size = static_cast<uint32_t>(out_.size() - offset)});
    append_quoted(spans_->back().readable, bytes, size, hex);
  }
}

void TextWriter::descriptor(int32_t fd, bool at) {
  if (at && fd == AT_FDCWD) {
    out_ += "AT_FDCWD";
  } else {
    append_signed(out_, fd);
  }
}

void TextWriter::task(int32_t id) {
  append_signed(out_, id);
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

void TextWriter::numbered_constant(uint64_t value, const Set& set) {
  append_signed(out_, static_cast<int32_t>(value));
  const Xlat* x = find_constant(set, value);
  comment(x != nullptr ? x->name : set.unknown);
}

void TextWriter::flags(uint64_t value, const Set& set) {
  const size_t start = out_.size();
  const auto join = [&] {
    if (out_.size() != start) {
      out_ += '|';
    }
  };
  const uint64_t constant_bits = value & set.constant_mask;
  const bool unnamed = constant_bits != 0 && find_constant(set, constant_bits) == nullptr;
  // A part that may be 0 without a name is not shown.
  const bool has_constant = set.constant_mask != 0 && !(unnamed && set.unnamed_is_flag) &&
                            (constant_bits != 0 || find_constant(set, 0) != nullptr);
  if (has_constant && !set.constants_last) {
    constant_part(constant_bits, set);
  }
  uint64_t left = has_constant ? value & ~set.constant_mask : value;
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
      if (!named && !set.unknown_flags.empty()) {
        comment(set.unknown_flags);
      }
    } else {
      rest(left, set);
    }
  }
  if (has_constant && set.constants_last) {
    const Xlat* x = find_constant(set, constant_bits);
    if (x == nullptr && out_.size() != start && set.bare_behind_flags) {
      out_ += '|';
      rest(constant_bits, set);
    } else {
      join();
      constant_part(constant_bits, set);
    }
  }
  if (out_.size() == start) {
    rest(0, set);
  } else if (left != 0 && !named && !set.unknown_flags.empty() && !set.constants_last) {
    comment(set.unknown_flags);
  }
}

void TextWriter::shifted(uint64_t value, const Set& set, unsigned, std::string_view shift) {
  const Xlat* x = find_constant(set, value);
  if (x != nullptr) {
    out_ += x->name;
  } else {
    append_hex(out_, value);
  }
  out_ += "<<";
  out_ += shift;
  if (x == nullptr) {
    comment(set.unknown);
  }
}

void TextWriter::shifted_symbol(uint64_t, std::string_view name, unsigned, std::string_view shift) {
  out_ += name;
  out_ += "<<";
  out_ += shift;
}

void TextWriter::shifted_number(uint64_t value, unsigned, std::string_view shift) {
  append_hex(out_, value);
  out_ += "<<";
  out_ += shift;
}

void TextWriter::begin_index(std::string_view index) {
  out_ += '[';
  out_ += index;
  out_ += "]=";
}

void TextWriter::bit(unsigned, std::string_view name) {
  out_ += "1<<";
  out_ += name;
}

void TextWriter::symbol(std::string_view name, int64_t) {
  out_ += name;
}

void TextWriter::negative_symbol(std::string_view name, int64_t) {
  out_ += '-';
  out_ += name;
}

void TextWriter::string(const uint8_t* bytes, size_t size, StringForm form) {
  const size_t offset = out_.size();
  const size_t room = out_.size() < max_bytes_ ? max_bytes_ - out_.size() : 0;
  // An escape has four characters at most.
  const size_t shown = size <= room / 4 ? size : quoted_prefix(bytes, size, form.hex, room);
  append_quoted(out_, bytes, shown, form.hex);
  if (form.truncated || shown < size) {
    out_ += "...";
  }
  if (form.limited && spans_ != nullptr) {
    spans_->push_back({.offset = static_cast<uint32_t>(offset),
                       .size = static_cast<uint32_t>(out_.size() - offset)});
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
