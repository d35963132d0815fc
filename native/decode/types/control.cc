// Control messages of sockets: struct cmsghdr and what follows it.
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cstring>

// errqueue.h needs timespec, which time.h has.
// clang-format off
#include <linux/errqueue.h>
// clang-format on

#include "../engine.h"
#include "../structs/structs.h"
#include "../xlat/sets.h"
#include "fields.h"
#include "net.h"

namespace ptraced::decode {

namespace {

// Control data that is looked at; the kernel's own limit (net.core.optmem_max) is of this order.
constexpr size_t kMaxControl = 65536;

struct Header {
  uint64_t length = 0;
  int32_t level = 0;
  int32_t type = 0;
};

size_t header_size(Engine& engine) {
  return engine.word_size() + 8;
}

size_t aligned(Engine& engine, uint64_t size) {
  const uint64_t word = engine.word_size();
  return static_cast<size_t>((size + word - 1) / word * word);
}

template <typename T>
bool copy(const View& data, T& out) {
  if (data.size < sizeof out) {
    return false;
  }
  std::memcpy(&out, data.bytes, sizeof out);
  return true;
}

void show_bytes_each(Writer& out, const View& data) {
  out.begin_array(data.size);
  for (size_t i = 0; i < data.size; ++i) {
    out.begin_element();
    out.hex(data.bytes[i]);
  }
  out.end_array();
}

void show_hex(Engine& engine, const View& data) {
  const size_t shown = std::min<uint64_t>(data.size, engine.limit());
  engine.out().string(
      data.bytes, shown,
      {.truncated = shown < data.size, .hex = true, .limited = true, .full_size = data.size});
}

void show_descriptors(Engine& engine, const View& data) {
  Writer& out = engine.out();
  out.begin_array(data.size / sizeof(int32_t));
  for (size_t i = 0; (i + 1) * sizeof(int32_t) <= data.size; ++i) {
    if (!engine.has_room_for(i)) {
      out.omitted();
      break;
    }
    out.begin_element();
    out.descriptor(static_cast<int32_t>(data.number(i * sizeof(int32_t), sizeof(int32_t))), false);
  }
  out.end_array();
}

void show_credentials(Writer& out, const ucred& credentials) {
  out.begin_struct("ucred");
  out.begin_field("pid");
  out.task(credentials.pid);
  out.begin_field("uid");
  out.unsigned_number(credentials.uid);
  out.begin_field("gid");
  out.unsigned_number(credentials.gid);
  out.end_struct();
}

bool show_socket_data(Engine& engine, int type, const View& data) {
  constexpr int kTimestamp = 29;
  constexpr int kTimestampNs = 35;
  constexpr int kTimestamping = 37;
  constexpr int kSecurity = 3;
  constexpr int kPidfd = 4;
  const bool native = engine.word_size() == 8;
  switch (type) {
    case SCM_RIGHTS:
      if (data.size < sizeof(int32_t)) {
        return false;
      }
      show_descriptors(engine, data);
      return true;
    case SCM_CREDENTIALS: {
      ucred credentials;
      if (!copy(data, credentials)) {
        return false;
      }
      show_credentials(engine.out(), credentials);
      return true;
    }
    case kSecurity:
      engine.out().string(
          data.bytes, std::min<uint64_t>(data.size, engine.limit()),
          {.truncated = data.size > engine.limit(), .limited = true, .full_size = data.size});
      return true;
    case kPidfd:
      if (data.size != sizeof(int32_t)) {
        return false;
      }
      engine.out().descriptor(static_cast<int32_t>(data.number(0, 4)), false);
      return true;
    case kTimestamp:
    case kTimestampNs:
      if (!native || data.size < 16) {
        return false;
      }
      engine.show_at(type == kTimestamp ? kTimeval : kTimespec, data);
      return true;
    case kTimestamping: {
      constexpr Type kThreeTimes = repeated(kTimespec, 3);
      if (!native || data.size < 48) {
        return false;
      }
      engine.show_at(kThreeTimes, data);
      return true;
    }
    default:
      return false;
  }
}

void show_packet_info(Writer& out, const in_pktinfo& info) {
  out.begin_struct("in_pktinfo");
  out.begin_field("ipi_ifindex");
  out.signed_number(info.ipi_ifindex);
  out.begin_field("ipi_spec_dst");
  show_ipv4(out, &info.ipi_spec_dst);
  out.begin_field("ipi_addr");
  show_ipv4(out, &info.ipi_addr);
  out.end_struct();
}

void show_extended_error(Engine& engine, const sock_extended_err& error, const View& data) {
  Writer& out = engine.out();
  out.begin_struct("sock_extended_err");
  show_number(out, "ee_errno", error.ee_errno);
  show_number(out, "ee_origin", error.ee_origin);
  show_number(out, "ee_type", error.ee_type);
  show_number(out, "ee_code", error.ee_code);
  show_number(out, "ee_info", error.ee_info);
  show_number(out, "ee_data", error.ee_data);
  out.begin_field("offender");
  show_sockaddr_bytes(out, data.bytes + sizeof error, sizeof(sockaddr_in));
  out.end_struct();
}

bool show_ip_data(Engine& engine, int type, const View& data) {
  Writer& out = engine.out();
  switch (type) {
    case IP_TOS:
      show_bytes_each(out, View{data.bytes, std::min<size_t>(data.size, 1), data.address});
      return data.size >= 1;
    case IP_TTL:
    case IP_CHECKSUM:
      if (data.size < 4) {
        return false;
      }
      out.begin_target();
      out.unsigned_number(data.number(0, 4));
      out.end_target();
      return true;
    case IP_RECVOPTS:
    case IP_RETOPTS:
      show_bytes_each(out, data);
      return true;
    case IP_PKTINFO: {
      in_pktinfo info;
      if (!copy(data, info)) {
        return false;
      }
      show_packet_info(out, info);
      return true;
    }
    case IP_RECVERR: {
      sock_extended_err error;
      if (data.size < sizeof error + sizeof(sockaddr_in) || !copy(data, error)) {
        return false;
      }
      show_extended_error(engine, error, data);
      return true;
    }
    case IP_ORIGDSTADDR:
      if (data.size < sizeof(sockaddr_in)) {
        return false;
      }
      show_sockaddr_bytes(out, data.bytes, sizeof(sockaddr_in));
      return true;
    default:
      return false;
  }
}

void show_type(Writer& out, const Header& header) {
  const uint64_t type = static_cast<uint32_t>(header.type);
  switch (header.level) {
    case SOL_SOCKET:
      out.constant(type, kSocketControl);
      break;
    case SOL_IP:
      out.constant(type, kIpControl);
      break;
    default:
      out.hex(type);
      break;
  }
}

void show_message(Engine& engine, const Header& header, const View& data) {
  Writer& out = engine.out();
  out.begin_struct("cmsghdr");
  out.begin_field("cmsg_len");
  out.unsigned_number(header.length);
  out.begin_field("cmsg_level");
  out.constant(static_cast<uint32_t>(header.level), kControlLevels);
  out.begin_field("cmsg_type");
  show_type(out, header);
  if (data.size > 0) {
    out.begin_field("cmsg_data");
    const bool shown = header.level == SOL_SOCKET ? show_socket_data(engine, header.type, data)
                       : header.level == SOL_IP   ? show_ip_data(engine, header.type, data)
                                                  : false;
    if (!shown) {
      show_hex(engine, data);
    }
  }
  out.end_struct();
}

}  // namespace

void show_control(Engine& engine, uint64_t address, uint64_t size) {
  Writer& out = engine.out();
  const PointerScope pointer(out, address);
  const size_t header = header_size(engine);
  const size_t read = std::min<uint64_t>(size, kMaxControl);
  uint8_t* bytes = engine.scratch(read);
  if (address == 0 || read < header || !engine.read(address, bytes, read)) {
    out.address(address, address == 0 ? Unread::kNull : Unread::kFault);
    return;
  }
  out.begin_array();
  size_t offset = 0;
  for (uint64_t count = 0; offset + header <= read; ++count) {
    if (!engine.has_room_for(count)) {
      out.omitted();
      break;
    }
    const View view{bytes + offset, read - offset, address + offset};
    Header found;
    found.length = view.number(0, engine.word_size());
    found.level = static_cast<int32_t>(view.number(engine.word_size(), 4));
    found.type = static_cast<int32_t>(view.number(engine.word_size() + 4, 4));
    const uint64_t whole = std::min<uint64_t>(found.length, view.size);
    const size_t data = whole > header ? static_cast<size_t>(whole) - header : 0;
    out.begin_element();
    show_message(engine, found, View{view.bytes + header, data, view.address + header});
    if (found.length < header) {
      out.omitted();
      engine.show_address_comment(address + offset + header);
      break;
    }
    if (found.length >= view.size) {
      break;
    }
    offset += aligned(engine, found.length);
  }
  out.end_array();
}

}  // namespace ptraced::decode
