// Writes strace's notation. Appends to a string of the caller's, allocating only where it must
// grow.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "text_span.h"
#include "writer.h"

namespace ptraced::decode {

class TextWriter final : public Writer {
 public:
  // `separated`: no separator is needed before the next argument; it is the first.
  // `spans`: where the parts go that are limited; null: nowhere.
  // `max_bytes`: strings are cut where `out` comes to it.
  TextWriter(std::string& out, bool separated, std::vector<TextSpan>* spans = nullptr,
             size_t max_bytes = SIZE_MAX)
      : out_(out), separated_(separated), spans_(spans), max_bytes_(max_bytes) {}

  size_t written() const override { return out_.size(); }
  bool wants_full_size() const override { return false; }
  bool wants_written() const override { return false; }
  void begin_argument(std::string_view name, bool shown) override;
  void resume_argument() override { separated_ = false; }
  void end_arguments() override { out_ += ')'; }
  void begin_pointer(uint64_t) override {}
  void end_pointer() override {}
  void begin_target() override { open('['); }
  void end_target() override { close(']'); }
  void begin_struct(std::string_view) override { open('{'); }
  void begin_field(std::string_view name) override;
  void end_struct() override { close('}'); }
  void resume_struct() override { occupied_ = occupied_ << 1 | 1; }
  void begin_array(uint64_t) override;
  void begin_element() override { separate(); }
  void end_array() override;
  void may_omit() override;
  void begin_set() override { open('['); }
  void begin_member() override;
  void end_set() override { close(']'); }
  void signal_set(uint64_t mask) override;
  void begin_call(std::string_view function) override;
  void begin_call_argument(std::string_view) override { separate(); }
  void end_call() override { close(')'); }
  void begin_part() override { out_ += '|'; }
  void omitted() override;
  void elided(uint64_t) override {}
  void becomes() override;
  void comment(std::string_view text) override;
  void signed_number(int64_t value) override;
  void unsigned_number(uint64_t value) override;
  void hex(uint64_t value) override;
  void padded_hex(uint64_t value, size_t width) override;
  void octal(uint64_t value) override;
  void product(uint64_t count, uint64_t unit) override;
  void address(uint64_t value, Unread why) override;
  bool wants_readable() const override { return spans_ != nullptr; }
  void unreadable(uint64_t value, const uint8_t* bytes, size_t size, bool hex) override;
  void descriptor(int32_t fd, bool at) override;
  void task(int32_t id) override;
  void constant(uint64_t value, const Set& set) override;
  void numbered_constant(uint64_t value, const Set& set) override;
  void flags(uint64_t value, const Set& set) override;
  void no_flags() override {}
  void shifted(uint64_t value, const Set& set, unsigned bits, std::string_view shift) override;
  void shifted_symbol(uint64_t value, std::string_view name, unsigned bits,
                      std::string_view shift) override;
  void shifted_number(uint64_t value, unsigned bits, std::string_view shift) override;
  void begin_index(std::string_view index) override;
  void bit(unsigned number, std::string_view name) override;
  void symbol(std::string_view name, int64_t value) override;
  void negative_symbol(std::string_view name, int64_t value) override;
  void wait_status(int status) override;
  void string(const uint8_t* bytes, size_t size, StringForm form) override;
  void abstract_name(const uint8_t* bytes, size_t size) override;
  void ipv6_address(std::string_view field, std::string_view address) override;
  void begin_note() override;
  void note_item(std::string_view label) override;
  void end_note() override { close(')'); }

 private:
  void open(char bracket);
  void close(char bracket);
  void separate();
  void rest(uint64_t value, const Set& set);
  void constant_part(uint64_t bits, const Set& set);

  std::string& out_;
  bool separated_;
  std::vector<TextSpan>* const spans_;
  size_t array_ = 0;  // position of the innermost open array in spans_, and 1; 0: none
  const size_t max_bytes_;
  // One bit a bracket that is open, innermost lowest: something stands in it already.
  uint64_t occupied_ = 0;
};

}  // namespace ptraced::decode
