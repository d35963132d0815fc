// Types of sockets: addresses, messages, options.
#pragma once

#include "subjects.h"
#include "types.h"

namespace ptraced::decode {

// A socket address that the call reads; its length is the next argument. The parameter is the index
// of the length.
void print_sockaddr(Engine&, const Type&, const Operand&);
inline constexpr Type kSockaddr = custom_pointer(print_sockaddr, 2);
inline constexpr Type kSockaddrIn = custom_pointer(print_sockaddr, 5);
// One that the call has written; the parameter is the index of the pointer to its length.
void print_sockaddr_result(Engine&, const Type&, const Operand&);
inline constexpr Type kSockaddrResult = custom_pointer(print_sockaddr_result, 2);
inline constexpr Type kSockaddrFrom = custom_pointer(print_sockaddr_result, 5);
// A length that the call may change: [16], [128 => 16]. The parameter is the argument's index.
void print_length_result(Engine&, const Type&, const Operand&);
inline constexpr Type kLengthResult = custom_pointer(print_length_result, 2);
inline constexpr Type kLengthFrom = custom_pointer(print_length_result, 5);
inline constexpr Type kOptionLengthResult = custom_pointer(print_length_result, 4);
// `size` bytes of a socket address at `address`.
void show_sockaddr(Engine& engine, uint64_t address, uint64_t size);
// A socket address that has been read.
void show_sockaddr_bytes(Writer& out, const uint8_t* bytes, size_t size);
void show_ipv4(Writer& out, const void* address);
void show_ipv6(Writer& out, const void* address, std::string_view field);

void print_socket_protocol(Engine&, const Type&, const Operand&);
inline constexpr Type kSocketProtocol = custom(print_socket_protocol, 0, 4);

// struct msghdr and arrays of struct mmsghdr.
void print_sent_message(Engine&, const Type&, const Operand&);
inline constexpr Type kSendMessage = custom_pointer(print_sent_message);
void print_received_message(Engine&, const Type&, const Operand&);
inline constexpr Type kReceiveMessage = custom_pointer(print_received_message);
void print_sent_messages(Engine&, const Type&, const Operand&);
inline constexpr Type kSendMessages = custom_pointer(print_sent_messages);
void print_received_messages(Engine&, const Type&, const Operand&);
inline constexpr Type kReceiveMessages = custom_pointer(print_received_messages, 0, written(2, 4));
// Control messages.
void show_control(Engine& engine, uint64_t address, uint64_t size);

// The name of an option, which depends on the level (argument 1), and its value.
void print_set_option(Engine&, const Type&, const Operand&);
inline constexpr Type kSetOption = custom(print_set_option, 0, 4);
void print_get_option(Engine&, const Type&, const Operand&);
inline constexpr Type kGetOption = custom(print_get_option, 0, 4);
void print_set_option_value(Engine&, const Type&, const Operand&);
inline constexpr Type kSetOptionValue = custom_pointer(print_set_option_value);
void print_get_option_value(Engine&, const Type&, const Operand&);
inline constexpr Type kGetOptionValue = custom_pointer(print_get_option_value);
// struct sock_fprog: a filter program of BPF.
void print_bpf_program(Engine&, const Type&, const Operand&);
inline constexpr Type kBpfProgram = custom_pointer(print_bpf_program);

}  // namespace ptraced::decode
