// Rows: sockets.
#include "../types/net.h"
#include "rows.h"

namespace ptraced::decode {

namespace {

constexpr Syscall kRows[] = {
    {SYS(socket), .classes = kNetwork, .result = kDescriptorResult,
     .args = {in("domain", one_of(kAddressFamilies)), in("type", flags(kSocketTypes)),
              in("protocol", kSocketProtocol)}},
    {SYS(socketpair), .classes = kNetwork,
     .args = {in("domain", one_of(kAddressFamilies)), in("type", flags(kSocketTypes)),
              in("protocol", kSocketProtocol), out("sv", kFdPair)}},
    {SYS(bind), .classes = kNetwork,
     .args = {in("sockfd", kFd), in("addr", kSockaddr), in("addrlen", kInt)}},
    {SYS(connect), .classes = kNetwork,
     .args = {in("sockfd", kFd), in("addr", kSockaddr), in("addrlen", kInt)}},
    {SYS(listen), .classes = kNetwork, .args = {in("sockfd", kFd), in("backlog", kInt)}},
    {SYS(accept), .classes = kNetwork, .result = kDescriptorResult,
     .args = {in("sockfd", kFd), out("addr", kSockaddrResult),
              saving(0, out("addrlen", kLengthResult))}},
    {SYS(accept4), .classes = kNetwork, .result = kDescriptorResult,
     .args = {in("sockfd", kFd), out("addr", kSockaddrResult),
              saving(0, out("addrlen", kLengthResult)), in("flags", flags(kSocketFlags))}},
    {SYS(getsockname), .classes = kNetwork,
     .args = {in("sockfd", kFd), out("addr", kSockaddrResult),
              saving(0, out("addrlen", kLengthResult))}},
    {SYS(getpeername), .classes = kNetwork,
     .args = {in("sockfd", kFd), out("addr", kSockaddrResult),
              saving(0, out("addrlen", kLengthResult))}},
    {SYS(sendto), .classes = kNetwork,
     .args = {in("sockfd", kFd), in("buf", bytes(arg(2))), in("size", kSize),
              in("flags", flags(kMsgSocketFlags)), in("dest_addr", kSockaddrIn),
              in("addrlen", kInt)}},
    {SYS(recvfrom), .classes = kNetwork,
     .args = {in("sockfd", kFd), out("buf", bytes(written(2))), in("size", kSize),
              in("flags", flags(kMsgSocketFlags)), out("src_addr", kSockaddrFrom),
              saving(0, out("addrlen", kLengthFrom))}},
    {SYS(sendmsg), .classes = kNetwork,
     .args = {in("sockfd", kFd), in("msg", kSendMessage), in("flags", flags(kMsgSocketFlags))}},
    {SYS(recvmsg), .classes = kNetwork,
     .args = {in("sockfd", kFd), saving(1, out("msg", kReceiveMessage)),
              in("flags", flags(kMsgSocketFlags))}},
    {SYS(sendmmsg), .classes = kNetwork,
     .args = {in("sockfd", kFd), out("msgvec", kSendMessages), in("vlen", kUint),
              in("flags", flags(kMsgSocketFlags))}},
    {SYS(recvmmsg), .classes = kNetwork, .result = {.note = note_receive},
     .args = {in("sockfd", kFd), saving_each(1, 8, 2, out("msgvec", kReceiveMessages)),
              in("vlen", kUint), in("flags", flags(kMsgSocketFlags)),
              keeping(16, in("timeout", kTimespecPointerAnyway))}},
    {SYS(shutdown), .classes = kNetwork,
     .args = {in("sockfd", kFd), in("how", one_of(kShutdownModes))}},
    {SYS(setsockopt), .classes = kNetwork,
     .args = {in("sockfd", kFd), in("level", one_of(kSocketLevels)), in("optname", kSetOption),
              in("optval", kSetOptionValue), in("optlen", kInt)}},
    {SYS(getsockopt), .classes = kNetwork,
     .args = {in("sockfd", kFd), in("level", one_of(kSocketLevels)), in("optname", kGetOption),
              out("optval", kGetOptionValue), saving(0, out("optlen", kOptionLengthResult))}},
};

}  // namespace

std::span<const Syscall> network_rows() {
  return kRows;
}

}  // namespace ptraced::decode
