// io_uring's parameters.
#include <linux/io_uring.h>

#include "../engine.h"
#include "../xlat/sets.h"
#include "subjects.h"

namespace ptraced::decode {

namespace {

constexpr size_t kOffsetWords = 7;

// struct io_sqring_offsets or io_cqring_offsets: seven words, a reserved one, an address.
void show_offsets(Writer& out, std::string_view name, std::string_view type, const void* offsets,
                  const std::string_view (&names)[kOffsetWords]) {
  const uint32_t* words = static_cast<const uint32_t*>(offsets);
  out.begin_field(name);
  out.begin_struct(type);
  for (size_t i = 0; i < kOffsetWords; ++i) {
    out.begin_field(names[i]);
    out.unsigned_number(words[i]);
  }
  out.begin_field("user_addr");
  const uint64_t address = uint64_t{words[kOffsetWords + 2]} << 32 | words[kOffsetWords + 1];
  out.hex(address);
  out.end_struct();
}

void show_request(Writer& out, const io_uring_params& params) {
  out.begin_field("flags");
  out.flags(params.flags, kIoUringSetupFlags);
  out.begin_field("sq_thread_cpu");
  out.hex(params.sq_thread_cpu);
  out.begin_field("sq_thread_idle");
  out.unsigned_number(params.sq_thread_idle);
}

void show_answer(Writer& out, const io_uring_params& params) {
  static constexpr std::string_view kSubmission[] = {
      "head", "tail", "ring_mask", "ring_entries", "flags", "dropped", "array"};
  static constexpr std::string_view kCompletion[] = {
      "head", "tail", "ring_mask", "ring_entries", "overflow", "cqes", "flags"};
  out.begin_field("sq_entries");
  out.unsigned_number(params.sq_entries);
  out.begin_field("cq_entries");
  out.unsigned_number(params.cq_entries);
  out.begin_field("features");
  out.flags(params.features, kIoUringFeatures);
  show_offsets(out, "sq_off", "io_sqring_offsets", &params.sq_off, kSubmission);
  show_offsets(out, "cq_off", "io_cqring_offsets", &params.cq_off, kCompletion);
}

}  // namespace

// The structure opens at the entry, with what the caller asks for, and closes at the exit with what
// the kernel has answered.
void print_uring_params(Engine& engine, const Type&, const Operand& operand) {
  Writer& out = engine.out();
  io_uring_params params;
  const bool readable = operand.word != 0 && engine.read(operand.word, &params, sizeof params);
  if (!engine.exiting()) {
    if (!readable) {
      out.address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kFault);
      return;
    }
    out.begin_struct("io_uring_params");
    show_request(out, params);
    return;
  }
  if (!readable) {
    return;
  }
  out.resume_struct();
  if (!engine.failed()) {
    show_answer(out, params);
  }
  out.end_struct();
}

}  // namespace ptraced::decode
