// Segment descriptors: struct user_desc.
#include <asm/ldt.h>

#include "../engine.h"
#include "fields.h"
#include "i386.h"
#include "subjects.h"

namespace ptraced::decode {

void print_user_desc(Engine& engine, const Type& type, const Operand& operand) {
  Writer& out = engine.out();
  user_desc desc = {};
  if (operand.word == 0 || !engine.read(operand.word, &desc, sizeof desc)) {
    out.address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kFault);
    return;
  }
  out.begin_struct("user_desc");
  out.begin_field("entry_number");
  out.signed_number(static_cast<int32_t>(desc.entry_number));
  if (engine.failed() && type.parameter == kWrittenUserDesc) {
    out.omitted();
    out.end_struct();
    return;
  }
  constexpr size_t kAddressWidth = 10;
  constexpr size_t kLimitWidth = 8;
  out.begin_field("base_addr");
  out.padded_hex(desc.base_addr, kAddressWidth);
  out.begin_field("limit");
  out.padded_hex(desc.limit, kLimitWidth);
  show_number(out, "seg_32bit", desc.seg_32bit);
  show_number(out, "contents", desc.contents);
  show_number(out, "read_exec_only", desc.read_exec_only);
  show_number(out, "limit_in_pages", desc.limit_in_pages);
  show_number(out, "seg_not_present", desc.seg_not_present);
  show_number(out, "useable", desc.useable);
  if (engine.word_size() == 8) {
    show_number(out, "lm", desc.lm);
  }
  out.end_struct();
}

void print_ldt(Engine& engine, const Type&, const Operand& operand) {
  constexpr size_t kSizeArgument = 2;
  if (engine.arg(kSizeArgument) == sizeof(user_desc)) {
    engine.show_word(kUserDescPointer, operand.word);
  } else {
    engine.out().address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kOpaque);
  }
}

}  // namespace ptraced::decode
