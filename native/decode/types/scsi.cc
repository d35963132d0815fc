// SG_IO's requests to SCSI devices: struct sg_io_hdr of the sg driver and struct sg_io_v4 of bsg.
#include <linux/bsg.h>
#include <scsi/sg.h>

#include <algorithm>

#include "../engine.h"
#include "../xlat/sets.h"
#include "fields.h"
#include "subjects.h"

namespace ptraced::decode {

namespace {

constexpr size_t kArgument = 2;

// struct sg_io_hdr of 32-bit tracees (drivers/scsi/sg.c, struct compat_sg_io_hdr).
struct SgHeader32 {
  int32_t interface_id;
  int32_t dxfer_direction;
  uint8_t cmd_len;
  uint8_t mx_sb_len;
  uint16_t iovec_count;
  uint32_t dxfer_len;
  uint32_t dxferp;
  uint32_t cmdp;
  uint32_t sbp;
  uint32_t timeout;
  uint32_t flags;
  int32_t pack_id;
  uint32_t usr_ptr;
  uint8_t status;
  uint8_t masked_status;
  uint8_t msg_status;
  uint8_t sb_len_wr;
  uint16_t host_status;
  uint16_t driver_status;
  int32_t resid;
  uint32_t duration;
  uint32_t info;
};

template <typename Pointer>
Pointer pointer_of(uint32_t address) {
  return reinterpret_cast<Pointer>(static_cast<uintptr_t>(address));
}

bool read_header(Engine& engine, uint64_t address, sg_io_hdr& out) {
  if (engine.word_size() == 8) {
    return engine.read(address, &out, sizeof out);
  }
  SgHeader32 in;
  if (!engine.read(address, &in, sizeof in)) {
    return false;
  }
  out.interface_id = in.interface_id;
  out.dxfer_direction = in.dxfer_direction;
  out.cmd_len = in.cmd_len;
  out.mx_sb_len = in.mx_sb_len;
  out.iovec_count = in.iovec_count;
  out.dxfer_len = in.dxfer_len;
  out.dxferp = pointer_of<void*>(in.dxferp);
  out.cmdp = pointer_of<unsigned char*>(in.cmdp);
  out.sbp = pointer_of<unsigned char*>(in.sbp);
  out.timeout = in.timeout;
  out.flags = in.flags;
  out.status = in.status;
  out.masked_status = in.masked_status;
  out.msg_status = in.msg_status;
  out.sb_len_wr = in.sb_len_wr;
  out.host_status = in.host_status;
  out.driver_status = in.driver_status;
  out.resid = in.resid;
  out.duration = in.duration;
  out.info = in.info;
  return true;
}

void show_residual(Writer& out, std::string_view name, int32_t value) {
  out.begin_field(name);
  out.signed_number(value);
}

void show_constant(Writer& out, std::string_view name, uint32_t value, const Set& set) {
  out.begin_field(name);
  out.constant(value, set);
}

void show_flags(Writer& out, std::string_view name, uint32_t value, const Set& set) {
  out.begin_field(name);
  out.flags(value, set);
}

void show_buffer(Engine& engine, std::string_view name, uint64_t address, uint64_t size) {
  engine.out().begin_field(name);
  engine.show_bytes(address, size, true, true);
}

// A buffer, or a vector of `count` of them.
void show_data(Engine& engine, uint64_t address, uint64_t count, uint64_t size) {
  if (count != 0) {
    show_written_vector(engine, address, count, size);
  } else {
    engine.show_bytes(address, size, true, true);
  }
}

// Bytes of `size` that a transfer of which `residual` are left has moved.
uint32_t moved(uint32_t size, int32_t residual) {
  return residual > 0 && static_cast<uint32_t>(residual) <= size
             ? size - static_cast<uint32_t>(residual)
             : size;
}

uint64_t address_of(const void* pointer) {
  return reinterpret_cast<uint64_t>(pointer);
}

bool writes(const sg_io_hdr& header) {
  return header.dxfer_direction == SG_DXFER_TO_DEV ||
         header.dxfer_direction == SG_DXFER_TO_FROM_DEV;
}

void show_request(Engine& engine, const sg_io_hdr& header) {
  Writer& out = engine.out();
  show_constant(out, "dxfer_direction", static_cast<uint32_t>(header.dxfer_direction),
                kSgDirections);
  show_number(out, "cmd_len", header.cmd_len);
  show_buffer(engine, "cmdp", address_of(header.cmdp), header.cmd_len);
  show_number(out, "mx_sb_len", header.mx_sb_len);
  show_number(out, "iovec_count", header.iovec_count);
  show_number(out, "dxfer_len", header.dxfer_len);
  show_number(out, "timeout", header.timeout);
  show_flags(out, "flags", header.flags, kSgFlags);
  if (writes(header)) {
    out.begin_field("dxferp");
    show_data(engine, address_of(header.dxferp), header.iovec_count, header.dxfer_len);
  }
}

void show_answer(Engine& engine, const sg_io_hdr& header) {
  Writer& out = engine.out();
  const uint32_t size = moved(header.dxfer_len, header.resid);
  if (header.dxfer_direction == SG_DXFER_FROM_DEV) {
    out.begin_field("dxferp");
    show_data(engine, address_of(header.dxferp), header.iovec_count, size);
  } else if (header.dxfer_direction == SG_DXFER_TO_FROM_DEV && size != 0) {
    out.becomes();
    show_data(engine, address_of(header.dxferp), header.iovec_count, size);
  }
  show_hex(out, "status", header.status);
  show_hex(out, "masked_status", header.masked_status);
  show_hex(out, "msg_status", header.msg_status);
  show_number(out, "sb_len_wr", header.sb_len_wr);
  show_buffer(engine, "sbp", address_of(header.sbp), std::min(header.sb_len_wr, header.mx_sb_len));
  show_hex(out, "host_status", header.host_status);
  show_hex(out, "driver_status", header.driver_status);
  show_residual(out, "resid", header.resid);
  show_number(out, "duration", header.duration);
  show_flags(out, "info", header.info, kSgInfo);
}

// struct sg_io_v4 is the same in every tracee.
void show_request(Engine& engine, const sg_io_v4& header) {
  Writer& out = engine.out();
  show_constant(out, "protocol", header.protocol, kBsgProtocols);
  show_constant(out, "subprotocol", header.subprotocol, kBsgSubprotocols);
  show_number(out, "request_len", header.request_len);
  show_buffer(engine, "request", header.request, header.request_len);
  show_hex(out, "request_tag", header.request_tag);
  show_number(out, "request_attr", header.request_attr);
  show_number(out, "request_priority", header.request_priority);
  show_number(out, "request_extra", header.request_extra);
  show_number(out, "max_response_len", header.max_response_len);
  show_number(out, "dout_iovec_count", header.dout_iovec_count);
  show_number(out, "dout_xfer_len", header.dout_xfer_len);
  show_number(out, "din_iovec_count", header.din_iovec_count);
  show_number(out, "din_xfer_len", header.din_xfer_len);
  out.begin_field("dout_xferp");
  show_data(engine, header.dout_xferp, header.dout_iovec_count, header.dout_xfer_len);
  show_number(out, "timeout", header.timeout);
  show_flags(out, "flags", header.flags, kBsgFlags);
  show_hex(out, "usr_ptr", header.usr_ptr);
}

void show_answer(Engine& engine, const sg_io_v4& header) {
  Writer& out = engine.out();
  show_number(out, "response_len", header.response_len);
  show_buffer(engine, "response", header.response,
              std::min(header.response_len, header.max_response_len));
  out.begin_field("din_xferp");
  show_data(engine, header.din_xferp, header.din_iovec_count,
            moved(header.din_xfer_len, header.din_resid));
  show_hex(out, "driver_status", header.driver_status);
  show_hex(out, "transport_status", header.transport_status);
  show_hex(out, "device_status", header.device_status);
  show_number(out, "retry_delay", header.retry_delay);
  show_flags(out, "info", header.info, kSgInfo);
  show_number(out, "duration", header.duration);
  show_number(out, "response_len", header.response_len);
  show_residual(out, "din_resid", header.din_resid);
  show_residual(out, "dout_resid", header.dout_resid);
  show_hex(out, "generated_tag", header.generated_tag);
}

template <typename Header>
void show_half(Engine& engine, bool readable, const Header& header) {
  if (!readable) {
    engine.out().omitted();
  } else if (engine.exiting()) {
    show_answer(engine, header);
  } else {
    show_request(engine, header);
  }
}

}  // namespace

// The request stands there at the entry, the answer at the exit. The first 32 bits, which are kept
// from the entry, say which structure it is.
void print_sg_io(Engine& engine, const Type&, const Operand& operand) {
  Writer& out = engine.out();
  if (!engine.has_saved(kArgument)) {
    if (!engine.exiting()) {
      out.address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kFault);
    }
    return;
  }
  const uint32_t kind = engine.saved(kArgument);
  if (kind != 'S' && kind != 'Q') {
    if (!engine.exiting()) {
      engine.show_word(kUintPointer, operand.word);
    }
    return;
  }
  if (engine.exiting()) {
    out.resume_struct();
  } else {
    out.begin_struct(kind == 'S' ? "sg_io_hdr" : "sg_io_v4");
    out.begin_field(kind == 'S' ? "interface_id" : "guard");
    out.symbol(kind == 'S' ? "'S'" : "'Q'", static_cast<int64_t>(kind));
  }
  if (kind == 'S') {
    sg_io_hdr header;
    show_half(engine, read_header(engine, operand.word, header), header);
  } else {
    sg_io_v4 header;
    show_half(engine, engine.read(operand.word, &header, sizeof header), header);
  }
  if (engine.exiting()) {
    out.end_struct();
  }
}

}  // namespace ptraced::decode
