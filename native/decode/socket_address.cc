#include "socket_address.h"

#include <sys/socket.h>

#include <algorithm>

#include "text_writer.h"
#include "types/net.h"
#include "value_writer.h"

namespace ptraced::decode {

SocketAddress::SocketAddress(std::span<const uint8_t> bytes) {
  if (bytes.size() < sizeof(sa_family_t)) {
    return;
  }
  // Families are read as whole structures, whatever there is of them.
  uint8_t storage[sizeof(sockaddr_storage)] = {};
  const size_t size = std::min(bytes.size(), sizeof storage);
  std::copy_n(bytes.begin(), size, storage);
  TextWriter text(text_, true);
  show_sockaddr_bytes(text, storage, size);
  ValueWriter value(tree_, false);
  show_sockaddr_bytes(value, storage, size);
  value.end_arguments();
}

}  // namespace ptraced::decode
