// Messages of sockets: struct msghdr, struct mmsghdr, control messages.
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "../engine.h"
#include "../xlat/sets.h"
#include "net.h"

namespace ptraced::decode {

namespace {

// struct msghdr, of either word size.
struct Message {
  uint64_t name = 0;
  uint32_t name_length = 0;
  uint64_t iov = 0;
  uint64_t iov_length = 0;
  uint64_t control = 0;
  uint64_t control_length = 0;
  uint32_t flags = 0;
};

size_t message_size(Engine& engine) {
  return engine.word_size() == 4 ? 28 : sizeof(msghdr);
}

bool read_message(Engine& engine, uint64_t address, Message& message) {
  if (engine.word_size() == 4) {
    uint32_t words[7];
    if (!engine.read(address, words, sizeof words)) {
      return false;
    }
    message = {words[0], words[1], words[2], words[3], words[4], words[5], words[6]};
    return true;
  }
  msghdr native;
  if (!engine.read(address, &native, sizeof native)) {
    return false;
  }
  message = {reinterpret_cast<uint64_t>(native.msg_name),    native.msg_namelen,
             reinterpret_cast<uint64_t>(native.msg_iov),     native.msg_iovlen,
             reinterpret_cast<uint64_t>(native.msg_control), native.msg_controllen,
             static_cast<uint32_t>(native.msg_flags)};
  return true;
}

// What is shown of a message: how many bytes of its vector hold data and, of one that has been
// received, the length that the buffer for its name has.
struct Shown {
  bool received = false;
  // Null: not known, so that no byte of the name is shown.
  const uint32_t* name_room = nullptr;
  uint64_t available = UINT64_MAX;
};

void show_message(Engine& engine, const Message& message, const Shown& shown) {
  Writer& out = engine.out();
  out.begin_struct("msghdr");
  out.begin_field("msg_name");
  const uint32_t before = shown.name_room != nullptr ? *shown.name_room : message.name_length;
  const int32_t name_length = shown.received && shown.name_room == nullptr
                                  ? 0
                                  : static_cast<int32_t>(std::min(before, message.name_length));
  show_sockaddr(engine, message.name, name_length < 0 ? 0 : static_cast<uint64_t>(name_length));
  out.begin_field("msg_namelen");
  out.signed_number(static_cast<int32_t>(before));
  if (before != message.name_length) {
    out.becomes();
    out.signed_number(static_cast<int32_t>(message.name_length));
  }
  out.begin_field("msg_iov");
  show_written_vector(engine, message.iov, message.iov_length, shown.available);
  out.begin_field("msg_iovlen");
  out.unsigned_number(message.iov_length);
  if (message.control_length != 0) {
    out.begin_field("msg_control");
    show_control(engine, message.control, message.control_length);
  }
  out.begin_field("msg_controllen");
  out.unsigned_number(message.control_length);
  out.begin_field("msg_flags");
  out.flags(message.flags, kMsgSocketFlags);
  out.end_struct();
}

// struct mmsghdr: a message and how many bytes of it were moved.
void show_messages(Engine& engine, uint64_t address, uint64_t count, bool received) {
  Writer& out = engine.out();
  const PointerScope pointer(out, address);
  if (address == 0) {
    out.address(0, Unread::kNull);
    return;
  }
  const size_t width = message_size(engine) + engine.word_size();
  Message first;
  if (count > 0 && !read_message(engine, address, first)) {
    out.address(address, Unread::kFault);
    return;
  }
  out.begin_array(count);
  for (uint64_t i = 0; i < count; ++i) {
    if (!engine.has_room_for(i)) {
      out.omitted();
      break;
    }
    const uint64_t at = address + i * width;
    Message message;
    uint32_t length = 0;
    if (!read_message(engine, at, message) ||
        !engine.read(at + message_size(engine), &length, sizeof length)) {
      out.omitted();
      engine.show_address_comment(at);
      break;
    }
    out.begin_element();
    out.begin_struct("mmsghdr");
    out.begin_field("msg_hdr");
    show_message(engine, message,
                 {.received = received,
                  .name_room = received ? engine.saved_of(i) : nullptr,
                  .available = received ? length : UINT64_MAX});
    // Of sent messages, the kernel writes how much of each it has sent.
    const bool sent = engine.exiting() && !engine.failed() &&
                      i < static_cast<uint64_t>(std::max<int64_t>(engine.result(), 0));
    if (received || sent) {
      out.begin_field("msg_len");
      out.unsigned_number(length);
    }
    out.end_struct();
  }
  out.end_array();
}

}  // namespace

void print_sent_message(Engine& engine, const Type&, const Operand& operand) {
  Message message;
  if (operand.word == 0 || !read_message(engine, operand.word, message)) {
    engine.out().address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kFault);
    return;
  }
  show_message(engine, message, {});
}

void print_received_message(Engine& engine, const Type&, const Operand& operand) {
  Writer& out = engine.out();
  constexpr size_t kMessageArgument = 1;
  const bool known = engine.saw_entry() && engine.has_saved(kMessageArgument);
  const uint32_t before = engine.saved(kMessageArgument);
  if (operand.word != 0 && engine.failed() && known) {
    out.begin_struct("msghdr");
    out.begin_field("msg_namelen");
    out.signed_number(static_cast<int32_t>(before));
    out.end_struct();
    return;
  }
  Message message;
  if (operand.word == 0 || engine.failed() || !read_message(engine, operand.word, message)) {
    out.address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kFault);
    return;
  }
  show_message(engine, message,
               {.received = true,
                .name_room = known ? &before : nullptr,
                .available = engine.result() < 0 ? 0 : static_cast<uint64_t>(engine.result())});
}

void print_sent_messages(Engine& engine, const Type&, const Operand& operand) {
  show_messages(engine, operand.word, static_cast<uint32_t>(engine.arg(2)), false);
}

void print_received_messages(Engine& engine, const Type& type, const Operand& operand) {
  if (engine.follow(operand.word)) {
    show_messages(engine, operand.word, engine.written(type), true);
  }
}

}  // namespace ptraced::decode
