#include "subcalls.h"

#include <asm/unistd_32.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace ptraced::decode {

namespace {

using core::Arch;
using core::SyscallEntry;

// Arguments of each function of linux/net.h; 0: there is no such function.
constexpr std::array<uint8_t, 21> kSocketArguments = {0, 3, 3, 3, 2, 3, 3, 3, 4, 4, 4,
                                                      6, 6, 2, 5, 5, 3, 3, 4, 5, 4};

// The functions of linux/ipc.h.
enum Ipc : uint32_t {
  kSemop = 1,
  kSemget = 2,
  kSemctl = 3,
  kSemtimedop = 4,
  kMsgsnd = 11,
  kMsgrcv = 12,
  kMsgget = 13,
  kMsgctl = 14,
  kShmat = 21,
  kShmdt = 22,
  kShmget = 23,
  kShmctl = 24,
};

// Index of shmat's address of its result in the arguments that it is given here.
constexpr size_t kShmatResult = 3;

void set_args(SyscallEntry& entry, const std::array<uint64_t, 6>& args) {
  std::copy(args.begin(), args.end(), entry.args);
}

// The call of number `number` whose `count` arguments stand at `address`.
SyscallEntry with_arguments_at(const SyscallEntry& entry, core::Memory& memory, uint64_t address,
                               size_t count, uint64_t number) {
  uint32_t words[6] = {};
  const size_t size = count * sizeof *words;
  if (memory.read(static_cast<uint32_t>(address), words, size) != size) {
    return entry;
  }
  SyscallEntry called = entry;
  called.number = number;
  std::copy(std::begin(words), std::end(words), called.args);
  return called;
}

SyscallEntry socket_function(const SyscallEntry& entry, core::Memory& memory) {
  const uint64_t function = static_cast<uint32_t>(entry.args[0]);
  if (function >= kSocketArguments.size() || kSocketArguments[function] == 0) {
    return entry;
  }
  return with_arguments_at(entry, memory, entry.args[1], kSocketArguments[function],
                           kSocketFunctions + function);
}

// Before version 1 of ipc(2) msgrcv's buffer and type stand in memory.
void read_msgrcv(const SyscallEntry& entry, core::Memory& memory, SyscallEntry& called) {
  const auto& [call, id, size, flags, pointer, type] = entry.args;
  uint32_t pair[2] = {static_cast<uint32_t>(pointer), static_cast<uint32_t>(type)};
  if (static_cast<uint32_t>(call) >> 16 == 0) {
    memory.read(static_cast<uint32_t>(pointer), pair, sizeof pair);
  }
  set_args(called, {id, pair[0], size, pair[1], flags, 0});
}

SyscallEntry ipc_function(const SyscallEntry& entry, core::Memory& memory) {
  const auto& [call, first, second, third, pointer, fifth] = entry.args;
  const uint32_t function = static_cast<uint32_t>(call) & 0xffff;  // above it: a version
  SyscallEntry called = entry;
  called.number = kIpcFunctions + function;
  switch (function) {
    case kSemop:
      set_args(called, {first, pointer, second, 0, 0, 0});
      break;
    case kSemtimedop:
      set_args(called, {first, pointer, second, fifth, 0, 0});
      break;
    case kSemget:
    case kShmget:
    case kMsgget:
      set_args(called, {first, second, third, 0, 0, 0});
      break;
    case kSemctl:
      set_args(called, {first, second, third, pointer, 0, 0});
      break;
    case kMsgsnd:
      set_args(called, {first, pointer, second, third, 0, 0});
      break;
    case kMsgrcv:
      read_msgrcv(entry, memory, called);
      break;
    case kMsgctl:
    case kShmctl:
      set_args(called, {first, second, pointer, 0, 0, 0});
      break;
    case kShmat:
      set_args(called, {first, pointer, second, third, 0, 0});
      break;
    case kShmdt:
      set_args(called, {pointer, 0, 0, 0, 0, 0});
      break;
    default:
      return entry;
  }
  return called;
}

}  // namespace

uint64_t calling_number(uint64_t function) {
  return function == kOldMmap       ? __NR_mmap
         : function == kOldSelect   ? __NR_select
         : function < kIpcFunctions ? __NR_socketcall
                                    : __NR_ipc;
}

SyscallEntry called_function(const SyscallEntry& entry, core::Memory& memory) {
  if (entry.arch != Arch::kI386) {
    return entry;
  }
  if (entry.number == __NR_socketcall) {
    return socket_function(entry, memory);
  }
  if (entry.number == __NR_ipc) {
    return ipc_function(entry, memory);
  }
  if (entry.number == __NR_mmap) {
    return with_arguments_at(entry, memory, entry.args[0], 6, kOldMmap);
  }
  if (entry.number == __NR_select) {
    return with_arguments_at(entry, memory, entry.args[0], 5, kOldSelect);
  }
  SyscallEntry called = entry;
  if (entry.number >= kSocketFunctions && entry.number < kEndOfFunctions) {
    called.number |= uint64_t{1} << 32;
  }
  return called;
}

core::SyscallExit function_result(const SyscallEntry& called, const core::SyscallExit& exit,
                                  core::Memory& memory) {
  core::SyscallExit result = exit;
  uint32_t address = 0;
  if (called.arch == Arch::kI386 && called.number == kIpcFunctions + kShmat && !exit.is_error &&
      memory.read(static_cast<uint32_t>(called.args[kShmatResult]), &address, sizeof address) ==
          sizeof address) {
    result.value = static_cast<int64_t>(address);
  }
  return result;
}

}  // namespace ptraced::decode
