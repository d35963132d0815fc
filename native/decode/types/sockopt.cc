// Socket options: their names, by level, and values.
#include <linux/filter.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>

#include "../engine.h"
#include "../xlat/newer.h"
#include "../xlat/sets.h"
#include "net.h"

namespace ptraced::decode {

namespace {

constexpr size_t kLevel = 1;
constexpr size_t kOption = 2;

struct Level {
  int level;
  const Set* set_options;
  const Set* get_options;
};

constexpr Level kLevels[] = {
    {SOL_SOCKET, &kSocketOptions, &kSocketOptionsGet},
    {SOL_IP, &kIpOptions, &kIpOptionsGet},
    {SOL_IPV6, &kIpv6Options, &kIpv6OptionsGet},
    {SOL_TCP, &kTcpOptions, &kTcpOptions},
    {SOL_UDP, &kUdpOptions, &kUdpOptions},
    {SOL_RAW, &kRawOptions, &kRawOptions},
    {SOL_PACKET, &kPacketOptions, &kPacketOptions},
    {SOL_NETLINK, &kNetlinkOptions, &kNetlinkOptions},
    {SOL_SCTP, &kSctpOptions, &kSctpOptions},
    {SOL_ALG, &kAlgOptions, &kAlgOptions},
    {SOL_TLS, &kTlsOptions, &kTlsOptions},
    {SOL_XDP, &kXdpOptions, &kXdpOptions},
    {SOL_TIPC, &kTipcOptions, &kTipcOptions},
    {SOL_BLUETOOTH, &kBluetoothOptions, &kBluetoothOptions},
    {SOL_LLC, &kLlcOptions, &kLlcOptions},
};

void show_option(Engine& engine, uint64_t option, bool get) {
  const int level = static_cast<int>(engine.arg(kLevel));
  for (const Level& known : kLevels) {
    if (known.level == level) {
      engine.out().constant(static_cast<uint32_t>(option),
                            get ? *known.get_options : *known.set_options);
      return;
    }
  }
  engine.out().unsigned_number(static_cast<uint32_t>(option));
}

// One line of the table below: an option whose value is a structure.
struct Structured {
  int level;
  int option;
  size_t least;  // bytes that the structure has
  bool (*show)(Engine& engine, uint64_t address);
};

bool show_linger(Engine& engine, uint64_t address) {
  linger value;
  if (!engine.read(address, &value, sizeof value)) {
    return false;
  }
  Writer& out = engine.out();
  out.begin_struct("linger");
  out.begin_field("l_onoff");
  out.signed_number(value.l_onoff);
  out.begin_field("l_linger");
  out.signed_number(value.l_linger);
  out.end_struct();
  return true;
}

bool show_peer(Engine& engine, uint64_t address) {
  ucred peer;
  if (!engine.read(address, &peer, sizeof peer)) {
    return false;
  }
  Writer& out = engine.out();
  out.begin_struct("ucred");
  out.begin_field("pid");
  out.task(peer.pid);
  out.begin_field("uid");
  engine.show_word(kUid, peer.uid);
  out.begin_field("gid");
  engine.show_word(kGid, peer.gid);
  out.end_struct();
  return true;
}

bool show_membership(Engine& engine, uint64_t address) {
  ip_mreq request;
  if (!engine.read(address, &request, sizeof request)) {
    return false;
  }
  Writer& out = engine.out();
  out.begin_struct("ip_mreq");
  out.begin_field("imr_multiaddr");
  show_ipv4(out, &request.imr_multiaddr);
  out.begin_field("imr_interface");
  show_ipv4(out, &request.imr_interface);
  out.end_struct();
  return true;
}

bool show_membership6(Engine& engine, uint64_t address) {
  ipv6_mreq request;
  if (!engine.read(address, &request, sizeof request)) {
    return false;
  }
  Writer& out = engine.out();
  out.begin_struct("ipv6_mreq");
  show_ipv6(out, &request.ipv6mr_multiaddr, "ipv6mr_multiaddr");
  out.begin_field("ipv6mr_interface");
  out.unsigned_number(request.ipv6mr_interface);
  out.end_struct();
  return true;
}

bool show_filter(Engine& engine, uint64_t address) {
  engine.show_word(kBpfProgram, address);
  return true;
}

bool show_error(Engine& engine, uint64_t address) {
  int error = 0;
  if (!engine.read(address, &error, sizeof error)) {
    return false;
  }
  Writer& out = engine.out();
  const std::string_view name = errno_name(error);
  out.begin_target();
  if (name.empty()) {
    out.signed_number(error);
  } else {
    out.symbol(name, error);
  }
  out.end_target();
  return true;
}

constexpr Structured kSetValues[] = {
    {SOL_SOCKET, SO_LINGER, sizeof(linger), show_linger},
    {SOL_SOCKET, SO_ATTACH_FILTER, sizeof(sock_fprog), show_filter},
    {SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, sizeof(sock_fprog), show_filter},
    {SOL_IP, IP_ADD_MEMBERSHIP, sizeof(ip_mreq), show_membership},
    {SOL_IP, IP_DROP_MEMBERSHIP, sizeof(ip_mreq), show_membership},
    {SOL_IPV6, IPV6_ADD_MEMBERSHIP, sizeof(ipv6_mreq), show_membership6},
    {SOL_IPV6, IPV6_DROP_MEMBERSHIP, sizeof(ipv6_mreq), show_membership6},
    {SOL_IPV6, IPV6_JOIN_ANYCAST, sizeof(ipv6_mreq), show_membership6},
    {SOL_IPV6, IPV6_LEAVE_ANYCAST, sizeof(ipv6_mreq), show_membership6},
};

constexpr Structured kGetValues[] = {
    {SOL_SOCKET, SO_LINGER, sizeof(linger), show_linger},
    {SOL_SOCKET, SO_PEERCRED, sizeof(ucred), show_peer},
    {SOL_SOCKET, SO_ERROR, sizeof(int), show_error},
};

void show_value(Engine& engine, std::span<const Structured> table, uint64_t address, int64_t size) {
  Writer& out = engine.out();
  const int level = static_cast<int>(engine.arg(kLevel));
  const int option = static_cast<int>(engine.arg(kOption));
  if (address == 0 || size < 0) {
    out.address(address, address == 0 ? Unread::kNull : Unread::kFault);
    return;
  }
  for (const Structured& known : table) {
    if (known.level == level && known.option == option) {
      if (static_cast<uint64_t>(size) < known.least || !known.show(engine, address)) {
        out.address(address, Unread::kFault);
      }
      return;
    }
  }
  if (level == SOL_NETLINK && option == NETLINK_LIST_MEMBERSHIPS) {
    engine.show_array(kUint, address, static_cast<uint64_t>(size) / sizeof(uint32_t));
  } else if (size == sizeof(int)) {
    engine.show_word(kIntPointer, address);
  } else {
    engine.show_bytes(address, static_cast<uint64_t>(size));
  }
}

}  // namespace

void print_set_option(Engine& engine, const Type&, const Operand& operand) {
  show_option(engine, operand.word, false);
}

void print_get_option(Engine& engine, const Type&, const Operand& operand) {
  show_option(engine, operand.word, true);
}

void print_set_option_value(Engine& engine, const Type&, const Operand& operand) {
  constexpr size_t kLength = 4;
  show_value(engine, kSetValues, operand.word, static_cast<int32_t>(engine.arg(kLength)));
}

void print_get_option_value(Engine& engine, const Type&, const Operand& operand) {
  constexpr size_t kLength = 4;
  if (!engine.follow(operand.word)) {
    return;
  }
  uint32_t size = 0;
  if (!engine.written_behind(kLength, size)) {
    engine.out().address(operand.word, Unread::kFault);
    return;
  }
  show_value(engine, kGetValues, operand.word, size);
}

}  // namespace ptraced::decode
