// Names of sockets.

#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/smc.h>
#include <sys/socket.h>

#include "newer.h"
#include "sets.h"
#include "xlat.h"

namespace ptraced::decode {

namespace {

constexpr Xlat kAddressFamiliesNames[] = {
    XLAT(AF_UNSPEC),    XLAT(AF_UNIX),       XLAT(AF_INET),    XLAT(AF_AX25),    XLAT(AF_IPX),
    XLAT(AF_APPLETALK), XLAT(AF_NETROM),     XLAT(AF_BRIDGE),  XLAT(AF_ATMPVC),  XLAT(AF_X25),
    XLAT(AF_INET6),     XLAT(AF_ROSE),       XLAT(AF_DECnet),  XLAT(AF_NETBEUI), XLAT(AF_SECURITY),
    XLAT(AF_KEY),       XLAT(AF_NETLINK),    XLAT(AF_PACKET),  XLAT(AF_ASH),     XLAT(AF_ECONET),
    XLAT(AF_ATMSVC),    XLAT(AF_RDS),        XLAT(AF_SNA),     XLAT(AF_IRDA),    XLAT(AF_PPPOX),
    XLAT(AF_WANPIPE),   XLAT(AF_LLC),        XLAT(AF_IB),      XLAT(AF_MPLS),    XLAT(AF_CAN),
    XLAT(AF_TIPC),      XLAT(AF_BLUETOOTH),  XLAT(AF_IUCV),    XLAT(AF_RXRPC),   XLAT(AF_ISDN),
    XLAT(AF_PHONET),    XLAT(AF_IEEE802154), XLAT(AF_CAIF),    XLAT(AF_ALG),     XLAT(AF_NFC),
    XLAT(AF_VSOCK),     XLAT(AF_KCM),        XLAT(AF_QIPCRTR), XLAT(AF_SMC),     XLAT(AF_XDP),
    XLAT(AF_MCTP),
};

constexpr Xlat kSocketTypesFlagNames[] = {
    XLAT(SOCK_CLOEXEC),
    XLAT(SOCK_NONBLOCK),
};

constexpr Xlat kSocketTypesConstantNames[] = {
    XLAT(SOCK_STREAM),    XLAT(SOCK_DGRAM), XLAT(SOCK_RAW),    XLAT(SOCK_RDM),
    XLAT(SOCK_SEQPACKET), XLAT(SOCK_DCCP),  XLAT(SOCK_PACKET),
};

constexpr Xlat kInetProtocolsNames[] = {
    XLAT(IPPROTO_IP),      XLAT(IPPROTO_ICMP),     XLAT(IPPROTO_IGMP),   XLAT(IPPROTO_IPIP),
    XLAT(IPPROTO_TCP),     XLAT(IPPROTO_EGP),      XLAT(IPPROTO_PUP),    XLAT(IPPROTO_UDP),
    XLAT(IPPROTO_IDP),     XLAT(IPPROTO_TP),       XLAT(IPPROTO_DCCP),   XLAT(IPPROTO_IPV6),
    XLAT(IPPROTO_ROUTING), XLAT(IPPROTO_FRAGMENT), XLAT(IPPROTO_RSVP),   XLAT(IPPROTO_GRE),
    XLAT(IPPROTO_ESP),     XLAT(IPPROTO_AH),       XLAT(IPPROTO_ICMPV6), XLAT(IPPROTO_NONE),
    XLAT(IPPROTO_DSTOPTS), XLAT(IPPROTO_MTP),      XLAT(IPPROTO_BEETPH), XLAT(IPPROTO_ENCAP),
    XLAT(IPPROTO_PIM),     XLAT(IPPROTO_COMP),     XLAT(IPPROTO_L2TP),   XLAT(IPPROTO_SCTP),
    XLAT(IPPROTO_MH),      XLAT(IPPROTO_UDPLITE),  XLAT(IPPROTO_MPLS),   XLAT(IPPROTO_ETHERNET),
    XLAT(IPPROTO_AGGFRAG), XLAT(IPPROTO_RAW),      XLAT(IPPROTO_SMC),    XLAT(IPPROTO_MPTCP),
};

constexpr Xlat kNetlinkProtocolsNames[] = {
    XLAT(NETLINK_ROUTE),      XLAT(NETLINK_UNUSED),
    XLAT(NETLINK_USERSOCK),   XLAT(NETLINK_FIREWALL),
    XLAT(NETLINK_SOCK_DIAG),  XLAT(NETLINK_NFLOG),
    XLAT(NETLINK_XFRM),       XLAT(NETLINK_SELINUX),
    XLAT(NETLINK_ISCSI),      XLAT(NETLINK_AUDIT),
    XLAT(NETLINK_FIB_LOOKUP), XLAT(NETLINK_CONNECTOR),
    XLAT(NETLINK_NETFILTER),  XLAT(NETLINK_IP6_FW),
    XLAT(NETLINK_DNRTMSG),    XLAT(NETLINK_KOBJECT_UEVENT),
    XLAT(NETLINK_GENERIC),    XLAT(NETLINK_SCSITRANSPORT),
    XLAT(NETLINK_ECRYPTFS),   XLAT(NETLINK_RDMA),
    XLAT(NETLINK_CRYPTO),     XLAT(NETLINK_SMC),
};

// Functions of socketcall.
constexpr Xlat kSocketFunctionXlat[] = {
    XLAT(SYS_SOCKET),   XLAT(SYS_BIND),        XLAT(SYS_CONNECT),     XLAT(SYS_LISTEN),
    XLAT(SYS_ACCEPT),   XLAT(SYS_GETSOCKNAME), XLAT(SYS_GETPEERNAME), XLAT(SYS_SOCKETPAIR),
    XLAT(SYS_SEND),     XLAT(SYS_RECV),        XLAT(SYS_SENDTO),      XLAT(SYS_RECVFROM),
    XLAT(SYS_SHUTDOWN), XLAT(SYS_SETSOCKOPT),  XLAT(SYS_GETSOCKOPT),  XLAT(SYS_SENDMSG),
    XLAT(SYS_RECVMSG),  XLAT(SYS_ACCEPT4),     XLAT(SYS_RECVMMSG),    XLAT(SYS_SENDMMSG),
};

constexpr Xlat kSocketFlagsNames[] = {
    XLAT(SOCK_CLOEXEC),
    XLAT(SOCK_NONBLOCK),
};

constexpr Xlat kMsgSocketFlagsNames[] = {
    XLAT(MSG_OOB),         XLAT(MSG_PEEK),
    XLAT(MSG_DONTROUTE),   XLAT(MSG_CTRUNC),
    XLAT(MSG_PROBE),       XLAT(MSG_TRUNC),
    XLAT(MSG_DONTWAIT),    XLAT(MSG_EOR),
    XLAT(MSG_WAITALL),     XLAT(MSG_FIN),
    XLAT(MSG_SYN),         XLAT(MSG_CONFIRM),
    XLAT(MSG_RST),         XLAT(MSG_ERRQUEUE),
    XLAT(MSG_NOSIGNAL),    XLAT(MSG_MORE),
    XLAT(MSG_WAITFORONE),  XLAT(MSG_SENDPAGE_NOTLAST),
    XLAT(MSG_BATCH),       XLAT(MSG_NO_SHARED_FRAGS),
    XLAT(MSG_SOCK_DEVMEM), XLAT(MSG_ZEROCOPY),
    XLAT(MSG_FASTOPEN),    XLAT(MSG_CMSG_CLOEXEC),
    XLAT(MSG_CMSG_COMPAT),
};

constexpr Xlat kShutdownModesNames[] = {
    XLAT(SHUT_RD),
    XLAT(SHUT_WR),
    XLAT(SHUT_RDWR),
};

constexpr Xlat kSocketLevelsNames[] = {
    XLAT(SOL_IP),      XLAT(SOL_SOCKET),   XLAT(SOL_TCP),       XLAT(SOL_UDP),
    XLAT(AF_VSOCK),    XLAT(SOL_IPV6),     XLAT(SOL_ICMPV6),    XLAT(SOL_CAN_BASE),
    XLAT(SOL_CAN_RAW), XLAT(SOL_SCTP),     XLAT(SOL_UDPLITE),   XLAT(SOL_RAW),
    XLAT(SOL_IPX),     XLAT(SOL_AX25),     XLAT(SOL_ATALK),     XLAT(SOL_NETROM),
    XLAT(SOL_ROSE),    XLAT(SOL_DECNET),   XLAT(SOL_X25),       XLAT(SOL_PACKET),
    XLAT(SOL_ATM),     XLAT(SOL_AAL),      XLAT(SOL_IRDA),      XLAT(SOL_NETBEUI),
    XLAT(SOL_LLC),     XLAT(SOL_DCCP),     XLAT(SOL_NETLINK),   XLAT(SOL_TIPC),
    XLAT(SOL_RXRPC),   XLAT(SOL_PPPOL2TP), XLAT(SOL_BLUETOOTH), XLAT(SOL_PNPIPE),
    XLAT(SOL_RDS),     XLAT(SOL_IUCV),     XLAT(SOL_CAIF),      XLAT(SOL_ALG),
    XLAT(SOL_NFC),     XLAT(SOL_KCM),      XLAT(SOL_TLS),       XLAT(SOL_XDP),
    XLAT(SOL_MPTCP),   XLAT(SOL_MCTP),     XLAT(SOL_SMC),       XLAT(SOL_VSOCK),
};

constexpr Xlat kControlLevelsNames[] = {
    XLAT(SOL_IP),      XLAT(SOL_SOCKET),   XLAT(SOL_TCP),       XLAT(SOL_UDP),
    XLAT(AF_VSOCK),    XLAT(SOL_IPV6),     XLAT(SOL_ICMPV6),    XLAT(SOL_CAN_BASE),
    XLAT(SOL_CAN_RAW), XLAT(SOL_SCTP),     XLAT(SOL_UDPLITE),   XLAT(SOL_RAW),
    XLAT(SOL_IPX),     XLAT(SOL_AX25),     XLAT(SOL_ATALK),     XLAT(SOL_NETROM),
    XLAT(SOL_ROSE),    XLAT(SOL_DECNET),   XLAT(SOL_X25),       XLAT(SOL_PACKET),
    XLAT(SOL_ATM),     XLAT(SOL_AAL),      XLAT(SOL_IRDA),      XLAT(SOL_NETBEUI),
    XLAT(SOL_LLC),     XLAT(SOL_DCCP),     XLAT(SOL_NETLINK),   XLAT(SOL_TIPC),
    XLAT(SOL_RXRPC),   XLAT(SOL_PPPOL2TP), XLAT(SOL_BLUETOOTH), XLAT(SOL_PNPIPE),
    XLAT(SOL_RDS),     XLAT(SOL_IUCV),     XLAT(SOL_CAIF),      XLAT(SOL_ALG),
    XLAT(SOL_NFC),     XLAT(SOL_KCM),      XLAT(SOL_TLS),       XLAT(SOL_XDP),
    XLAT(SOL_MPTCP),   XLAT(SOL_MCTP),     XLAT(SOL_SMC),       XLAT(SOL_VSOCK),
};

}  // namespace

const Set kAddressFamilies = {
    .constants = kAddressFamiliesNames, .unknown = "AF_???", .sorted = true};
const Set kSocketTypes = {.flags = kSocketTypesFlagNames,
                          .constant_mask = 0xf,
                          .constants = kSocketTypesConstantNames,
                          .unknown_flags = "SOCK_???",
                          .unnamed_is_flag = true};
const Set kInetProtocols = {
    .constants = kInetProtocolsNames, .unknown = "IPPROTO_???", .sorted = true};
const Set kNetlinkProtocols = {
    .constants = kNetlinkProtocolsNames, .unknown = "NETLINK_???", .sorted = true};
const Set kSocketFunctionNames = {.constants = kSocketFunctionXlat};
const Set kSocketFlags = {.flags = kSocketFlagsNames, .unknown_flags = "SOCK_???"};
const Set kMsgSocketFlags = {.flags = kMsgSocketFlagsNames, .unknown_flags = "MSG_???"};
const Set kShutdownModes = {.constants = kShutdownModesNames, .unknown = "SHUT_???"};
const Set kSocketLevels = {.constants = kSocketLevelsNames, .unknown = "SOL_??", .sorted = true};
const Set kControlLevels = {.constants = kControlLevelsNames, .unknown = "SOL_???", .sorted = true};

}  // namespace ptraced::decode
