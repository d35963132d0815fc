// Filter programs of classic BPF: struct sock_fprog.
#include <linux/filter.h>

#include "../engine.h"
#include "net.h"

namespace ptraced::decode {

void print_bpf_program(Engine& engine, const Type&, const Operand& operand) {
  if (!engine.follow(operand.word)) {
    return;
  }
  Writer& out = engine.out();
  uint16_t length = 0;
  uint64_t filter = 0;
  if (!engine.read(operand.word, &length, sizeof length) ||
      !engine.read(operand.word + engine.word_size(), &filter, engine.word_size())) {
    out.address(operand.word, Unread::kFault);
    return;
  }
  out.begin_struct("sock_fprog");
  out.begin_field("len");
  out.unsigned_number(length);
  out.begin_field("filter");
  out.address(filter, filter == 0 ? Unread::kNull : Unread::kOpaque);
  out.end_struct();
}

}  // namespace ptraced::decode
