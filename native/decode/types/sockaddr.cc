// Socket addresses.
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>

#include "../engine.h"
#include "../xlat/sets.h"
#include "net.h"

namespace ptraced::decode {

namespace {

void show_call(Writer& out, std::string_view function, uint64_t value) {
  out.begin_call(function);
  out.begin_call_argument();
  out.unsigned_number(value);
  out.end_call();
}

void show_text(Writer& out, std::string_view text) {
  out.string(reinterpret_cast<const uint8_t*>(text.data()), text.size(), {});
}

void show_unix(Writer& out, const uint8_t* bytes, size_t size) {
  constexpr size_t kPath = offsetof(sockaddr_un, sun_path);
  const size_t length = std::min(size - kPath, sizeof(sockaddr_un::sun_path));
  if (length == 0) {
    return;
  }
  out.begin_field("sun_path");
  const uint8_t* path = bytes + kPath;
  if (path[0] != 0) {
    out.string(path, strnlen(reinterpret_cast<const char*>(path), length), {});
    return;
  }
  // A name in the abstract namespace: every byte counts, NUL too.
  out.abstract_name(path + 1, length - 1);
}

void show_inet(Writer& out, const uint8_t* bytes) {
  sockaddr_in address;
  std::memcpy(&address, bytes, sizeof address);
  out.begin_field("sin_port");
  show_call(out, "htons", ntohs(address.sin_port));
  out.begin_field("sin_addr");
  show_ipv4(out, &address.sin_addr);
}

void show_inet6(Writer& out, const uint8_t* bytes, size_t size) {
  sockaddr_in6 address = {};
  std::memcpy(&address, bytes, std::min(size, sizeof address));
  out.begin_field("sin6_port");
  show_call(out, "htons", ntohs(address.sin6_port));
  out.begin_field("sin6_flowinfo");
  show_call(out, "htonl", ntohl(address.sin6_flowinfo));
  show_ipv6(out, &address.sin6_addr, "sin6_addr");
  if (size >= sizeof address) {
    out.begin_field("sin6_scope_id");
    out.unsigned_number(address.sin6_scope_id);
  }
}

void show_netlink(Writer& out, const uint8_t* bytes) {
  sockaddr_nl address;
  std::memcpy(&address, bytes, sizeof address);
  if (address.nl_pad != 0) {
    out.begin_field("nl_pad");
    out.hex(address.nl_pad);
  }
  out.begin_field("nl_pid");
  out.signed_number(static_cast<int32_t>(address.nl_pid));
  out.begin_field("nl_groups");
  out.padded_hex(address.nl_groups, 8);
}

void show_packet(Writer& out, const uint8_t* bytes, size_t size) {
  sockaddr_ll address = {};
  std::memcpy(&address, bytes, std::min(size, sizeof address));
  out.begin_field("sll_protocol");
  out.begin_call("htons");
  out.begin_call_argument();
  out.constant(ntohs(address.sll_protocol), kEtherTypes);
  out.end_call();
  out.begin_field("sll_ifindex");
  out.signed_number(address.sll_ifindex);
  out.begin_field("sll_hatype");
  out.constant(address.sll_hatype, kArpHardware);
  out.begin_field("sll_pkttype");
  out.constant(address.sll_pkttype, kPacketTypes);
  out.begin_field("sll_halen");
  out.unsigned_number(address.sll_halen);
  if (address.sll_halen != 0) {
    out.begin_field("sll_addr");
    out.begin_array(address.sll_halen);
    for (size_t i = 0; i < std::min<size_t>(address.sll_halen, sizeof address.sll_addr); ++i) {
      out.begin_element();
      out.hex(address.sll_addr[i]);
    }
    out.end_array();
  }
}

// Bytes that an address of the family has at least, to be shown by its fields.
size_t least_size(uint16_t family) {
  switch (family) {
    case AF_UNIX:
      return sizeof(sa_family_t);
    case AF_INET:
      return sizeof(sockaddr_in);
    case AF_INET6:
      return offsetof(sockaddr_in6, sin6_scope_id);
    case AF_NETLINK:
      return sizeof(sockaddr_nl);
    case AF_PACKET:
      return offsetof(sockaddr_ll, sll_addr);
    default:
      return SIZE_MAX;
  }
}

// The C structure of an address of the family, where there are as many bytes as it needs.
std::string_view struct_name(uint16_t family, size_t size) {
  if (size < least_size(family)) {
    return "sockaddr";
  }
  switch (family) {
    case AF_UNIX:
      return "sockaddr_un";
    case AF_INET:
      return "sockaddr_in";
    case AF_INET6:
      return "sockaddr_in6";
    case AF_NETLINK:
      return "sockaddr_nl";
    case AF_PACKET:
      return "sockaddr_ll";
    default:
      return "sockaddr";
  }
}

}  // namespace

void show_ipv4(Writer& out, const void* address) {
  char text[INET_ADDRSTRLEN];
  inet_ntop(AF_INET, address, text, sizeof text);
  out.begin_call("inet_addr");
  out.begin_call_argument();
  show_text(out, text);
  out.end_call();
}

void show_ipv6(Writer& out, const void* address, std::string_view field) {
  char text[INET6_ADDRSTRLEN];
  inet_ntop(AF_INET6, address, text, sizeof text);
  out.ipv6_address(field, text);
}

void show_sockaddr_bytes(Writer& out, const uint8_t* bytes, size_t size) {
  uint16_t family = 0;
  std::memcpy(&family, bytes, sizeof family);
  out.begin_struct(struct_name(family, size));
  out.begin_field("sa_family");
  out.constant(family, kAddressFamilies);
  if (size < least_size(family)) {
    if (size > sizeof family) {
      out.begin_field("sa_data");
      out.string(bytes + sizeof family, size - sizeof family, {});
    }
    out.end_struct();
    return;
  }
  switch (family) {
    case AF_UNIX:
      show_unix(out, bytes, size);
      break;
    case AF_INET:
      show_inet(out, bytes);
      break;
    case AF_INET6:
      show_inet6(out, bytes, size);
      break;
    case AF_NETLINK:
      show_netlink(out, bytes);
      break;
    case AF_PACKET:
      show_packet(out, bytes, size);
      break;
    default:
      break;
  }
  out.end_struct();
}

void show_sockaddr(Engine& engine, uint64_t address, uint64_t size) {
  Writer& out = engine.out();
  const PointerScope pointer(out, address);
  if (address == 0) {
    out.address(0, Unread::kNull);
    return;
  }
  uint8_t bytes[sizeof(sockaddr_storage)] = {};
  const size_t read = std::min<uint64_t>(size, sizeof bytes);
  if (read < sizeof(sa_family_t) || !engine.read(address, bytes, read)) {
    out.address(address, Unread::kFault);
    return;
  }
  show_sockaddr_bytes(out, bytes, read);
}

void print_sockaddr(Engine& engine, const Type& type, const Operand& operand) {
  const int32_t size = static_cast<int32_t>(engine.arg(type.parameter));
  show_sockaddr(engine, operand.word, size < 0 ? 0 : static_cast<uint64_t>(size));
}

void print_sockaddr_result(Engine& engine, const Type& type, const Operand& operand) {
  if (!engine.follow(operand.word)) {
    return;
  }
  const size_t index = type.parameter;
  uint32_t size = 0;
  if (!engine.written_behind(index, size)) {
    engine.out().address(operand.word, Unread::kFault);
    return;
  }
  show_sockaddr(engine, operand.word, size);
}

void print_length_result(Engine& engine, const Type& type, const Operand& operand) {
  Writer& out = engine.out();
  const size_t index = type.parameter;
  int32_t size = 0;
  if (operand.word == 0 || !engine.has_saved(index) ||
      (!engine.failed() && !engine.read(operand.word, &size, sizeof size))) {
    out.address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kFault);
    return;
  }
  const int32_t before = static_cast<int32_t>(engine.saved(index));
  out.begin_target();
  out.signed_number(before);
  if (!engine.failed() && size != before) {
    out.becomes();
    out.signed_number(size);
  }
  out.end_target();
}

void print_socket_protocol(Engine& engine, const Type&, const Operand& operand) {
  const uint32_t protocol = static_cast<uint32_t>(operand.word);
  const uint32_t family = static_cast<uint32_t>(engine.arg(0));
  Writer& out = engine.out();
  switch (family) {
    case AF_INET:
    case AF_INET6:
      out.constant(protocol, kInetProtocols);
      break;
    case AF_NETLINK:
      out.constant(protocol, kNetlinkProtocols);
      break;
    case AF_PACKET:
      out.begin_call("htons");
      out.begin_call_argument();
      out.constant(ntohs(static_cast<uint16_t>(protocol)), kEtherTypes);
      out.end_call();
      break;
    default:
      out.unsigned_number(protocol);
      break;
  }
}

}  // namespace ptraced::decode
