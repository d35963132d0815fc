// Nothing behind a buffer is taken for what the call wrote: neither text nor tree reads memory that
// the caller did not offer, however large the result or a length in memory is afterwards.
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

#include <algorithm>
#include <functional>
#include <map>

#include "../decode/engine.h"
#include "../decode/value_writer.h"
#include "../decode/written_buffer.h"
#include "value_support.h"

namespace ptraced::test {

TEST_SUITE_BEGIN("decode buffers");

namespace {

constexpr uint64_t kRegion = 0x100000;  // argument i points to (i + 1) * kRegion
constexpr uint64_t kData = 7 * kRegion;
constexpr uint64_t kSmall = 4;
constexpr int64_t kFew = 4;
constexpr int64_t kMany = 3000;

// Memory that is mapped everywhere: pairs of words, a pointer to more of it and a small number, so
// that whatever structure is read there has buffers of `kSmall` bytes. Keeps how far each region
// was read.
class PatternMemory : public core::Memory {
 public:
  explicit PatternMemory(size_t word) : word_(word) {}

  size_t read(uint64_t address, void* out, size_t size) override {
    auto* bytes = static_cast<uint8_t*>(out);
    for (size_t i = 0; i < size; ++i) {
      bytes[i] = byte_at(address + i);
    }
    if (size > 0 && address < 8 * kRegion) {
      uint64_t& end = ends_[address / kRegion];
      end = std::max(end, address + size);
    }
    return size;
  }
  void write32(uint64_t address, uint32_t value) { written_[address] = value; }
  const std::map<uint64_t, uint64_t>& ends() const { return ends_; }
  void forget() { ends_.clear(); }

 private:
  uint8_t byte_at(uint64_t address) const {
    const auto next = written_.upper_bound(address);
    if (next != written_.begin() && address - std::prev(next)->first < sizeof(uint32_t)) {
      return static_cast<uint8_t>(std::prev(next)->second >>
                                  (8 * (address - std::prev(next)->first)));
    }
    const uint64_t value = address / word_ % 2 == 0 ? kData : kSmall;
    return static_cast<uint8_t>(value >> (8 * (address % word_)));
  }

  size_t word_;
  std::map<uint64_t, uint64_t> ends_;
  std::map<uint64_t, uint32_t> written_;
};

bool points(const decode::Type& type) {
  using decode::Kind;
  return type.points || type.kind == Kind::kPath || type.kind == Kind::kString ||
         type.kind == Kind::kBytes || type.kind == Kind::kPointer || type.kind == Kind::kArray ||
         type.kind == Kind::kAddress;
}

// A call of a row and, where the row has variants, of one of them.
struct Case {
  core::Arch arch;
  const decode::Syscall* row;
  std::vector<std::pair<const decode::Arg*, size_t>> args;  // with their registers
  uint64_t words[6];
  std::string name;

  decode::Call call() const { return {.arch = arch, .number = row->number, .args = words}; }
};

Case case_of(core::Arch arch, const decode::Syscall& row, const decode::Variant* variant) {
  Case made{.arch = arch, .row = &row, .args = {}, .words = {}, .name = row.name};
  std::fill(std::begin(made.words), std::end(made.words), kSmall);
  const auto add = [&](const decode::Arg& arg, size_t position) {
    const size_t index = arg.position >= 0 ? static_cast<size_t>(arg.position) : position;
    made.args.emplace_back(&arg, index);
    if (points(arg.type)) {
      made.words[index] = (index + 1) * kRegion;
    }
  };
  const size_t own = variant != nullptr ? row.variants->first : row.args.size();
  for (size_t i = 0; i < own && row.args[i].name != nullptr; ++i) {
    add(row.args[i], i);
  }
  for (size_t i = 0; variant != nullptr && i < variant->args.size(); ++i) {
    if (variant->args[i].name != nullptr && own + i < 6) {
      add(variant->args[i], own + i);
    }
  }
  if (variant != nullptr) {
    made.words[row.variants->selector] = variant->value;
    made.name += " " + hex_text(variant->value);
  }
  // Arguments that are there where another one has certain bits.
  for (const auto& [arg, index] : made.args) {
    if (arg->condition_bits != 0) {
      made.words[arg->condition_arg] |= arg->condition_bits;
    }
  }
  return made;
}

void for_each_case(const std::function<void(const Case&)>& visit) {
  for (const core::Arch arch : {core::Arch::kX86_64, core::Arch::kI386, core::Arch::kX32}) {
    for (const decode::Syscall& row : decode::syscalls(arch)) {
      visit(case_of(arch, row, nullptr));
      if (row.variants != nullptr) {
        for (const decode::Variant& variant : row.variants->cases) {
          visit(case_of(arch, row, &variant));
        }
      }
    }
  }
}

constexpr decode::Options kAll = {.max_string_bytes = 1 << 20, .unabbreviated = true};

// Sets the lengths in memory that the decoder keeps from the entry on.
void set_lengths(const Case& made, PatternMemory& memory, uint32_t value) {
  const uint64_t word = made.arch == core::Arch::kI386 ? 4 : 8;
  for (const auto& [arg, index] : made.args) {
    const uint64_t elements = arg->saved_word < 0 ? 0 : arg->saved_stride != 0 ? kSmall : 1;
    for (uint64_t i = 0; i < elements; ++i) {
      memory.write32(made.words[index] + (arg->saved_word + i * arg->saved_stride) * word, value);
    }
  }
}

using Ends = std::map<uint64_t, uint64_t>;

// How far each region is read at the exit of the call, as text and as values, where the lengths in
// memory were `kSmall` at the entry and are `length` at the exit.
Ends read_at_exit(const Case& made, int64_t result, uint32_t length) {
  PatternMemory memory(made.arch == core::Arch::kI386 ? 4 : 8);
  decode::CallText text;
  decode::CallText text_of_values;
  decode::CallValues values;
  set_lengths(made, memory, kSmall);
  decode::enter_text(made.call(), memory, kAll, text);
  decode::enter_values(made.call(), memory, kAll, text_of_values, values);
  set_lengths(made, memory, length);
  memory.forget();
  const core::SyscallExit exit = {.value = result};
  decode::exit_text(made.call(), exit, memory, kAll, text);
  decode::exit_values(made.call(), exit, memory, kAll, text_of_values, values);
  return memory.ends();
}

bool no_further(const Ends& ends, const Ends& limit) {
  return std::ranges::all_of(ends, [&](const auto& end) {
    const auto found = limit.find(end.first);
    return found != limit.end() && end.second <= found->second;
  });
}

}  // namespace

TEST_CASE("a result that exceeds every buffer reads no further than one that fills them") {
  size_t bounded = 0;
  for_each_case([&](const Case& made) {
    for (const auto& [arg, index] : made.args) {
      bounded += arg->type.length.from == decode::Length::From::kWritten ? 1 : 0;
    }
    CHECK_MESSAGE(no_further(read_at_exit(made, kMany, kSmall), read_at_exit(made, kFew, kSmall)),
                  made.name);
  });
  CHECK(bounded > 60);
}

TEST_CASE("a buffer whose capacity is an argument is read up to there") {
  for_each_case([&](const Case& made) {
    const auto buffer = decode::written_buffer(made.arch, made.row->number, made.words);
    if (buffer) {
      const auto ends = read_at_exit(made, kMany, kSmall);
      const auto end = ends.find(buffer->address / kRegion);
      CHECK_MESSAGE((end == ends.end() || end->second <= buffer->address + buffer->capacity),
                    made.name);
    }
  });
}

TEST_CASE("a length in memory that exceeds the one before the call reads no further") {
  size_t saving = 0;
  for_each_case([&](const Case& made) {
    for (const auto& [arg, index] : made.args) {
      saving += arg->saved_word >= 0 ? 1 : 0;
    }
    CHECK_MESSAGE(no_further(read_at_exit(made, kFew, kMany), read_at_exit(made, kFew, kSmall)),
                  made.name);
  });
  CHECK(saving > 12);
}

TEST_CASE("a datagram that is longer than the buffer") {
  Decoded task;
  task.memory.map(0x1000, "twXXXXXXXXXXXXXXXXXXXXXXXXXXXX");
  CHECK(task.line(SYS_recvfrom, {3, 0x1000, 2, MSG_TRUNC, 0, 0}, 29) ==
        "recvfrom(3, \"tw\", 2, MSG_TRUNC, NULL, NULL) = 29");
  CHECK(task.line(SYS_recvfrom, {3, 0x1000, 0, MSG_TRUNC, 0, 0}, 29) ==
        "recvfrom(3, \"\", 0, MSG_TRUNC, NULL, NULL) = 29");
}

TEST_CASE("what the kernel did not write is not shown") {
  Decoded task;
  task.memory.map(0x1000, "XXXXXXXXXXXX");
  // keyctl writes nothing into a buffer that is too small.
  CHECK(task.line(SYS_keyctl, {11, 5, 0x1000, 3}, 13) == "keyctl(KEYCTL_READ, 5, 0x1000, 3) = 13");
  CHECK(task.line(SYS_keyctl, {11, 5, 0x1000, 4}, 3) == "keyctl(KEYCTL_READ, 5, \"XXX\", 4) = 3");
  // KEYCTL_GET_SECURITY cuts its answer.
  CHECK(task.line(SYS_keyctl, {17, 5, 0x1000, 3}, 13) ==
        "keyctl(KEYCTL_GET_SECURITY, 5, \"XXX\", 3) = 13");
  const struct {
    long type;
    char text[12];
  } message = {5, "helloXXXXXX"};
  task.memory.map_object(0x2000, message);
  CHECK(task.line(SYS_msgrcv, {0, 0x2000, 10, 0, 0}, 5) ==
        "msgrcv(0, {mtype=5, mtext=\"hello\"}, 10, 0, 0) = 5");
}

TEST_CASE("the names of several messages have the room that each had at the entry") {
  Decoded task;
  mmsghdr messages[2] = {};
  sockaddr_storage name = {};
  name.ss_family = AF_INET;
  for (mmsghdr& message : messages) {
    message.msg_hdr.msg_name = reinterpret_cast<void*>(0x4000);
  }
  messages[0].msg_hdr.msg_namelen = 8;
  messages[1].msg_hdr.msg_namelen = 2;
  const timespec timeout = {1, 5};
  task.memory.map_object(0x3000, messages);
  task.memory.map_object(0x4000, name);
  task.memory.map_object(0x5000, timeout);
  task.enter(SYS_recvmmsg, {3, 0x3000, 2, 0, 0x5000});
  messages[0].msg_hdr.msg_namelen = 16;
  messages[1].msg_hdr.msg_namelen = 16;
  const timespec left = {0, 7};
  task.memory.map_object(0x3000, messages);
  task.memory.map_object(0x5000, left);
  CHECK(
      task.exit(2) ==
      "recvmmsg(3, [{msg_hdr={msg_name={sa_family=AF_INET, sa_data=\"\\0\\0\\0\\0\\0\\0\"}, "
      "msg_namelen=8 => 16, msg_iov=NULL, msg_iovlen=0, msg_controllen=0, msg_flags=0}, "
      "msg_len=0}, {msg_hdr={msg_name={sa_family=AF_INET}, msg_namelen=2 => 16, msg_iov=NULL, "
      "msg_iovlen=0, msg_controllen=0, msg_flags=0}, msg_len=0}], 2, 0, {tv_sec=1, tv_nsec=5}) = 2 "
      "(left {tv_sec=0, tv_nsec=7})");
}

TEST_CASE("the buffer that a result counts") {
  const uint64_t read[6] = {3, 0x1000, 10};
  auto buffer = decode::written_buffer(core::Arch::kX86_64, SYS_read, read);
  REQUIRE(buffer.has_value());
  CHECK(buffer->address == 0x1000);
  CHECK(buffer->capacity == 10);
  const uint64_t groups[6] = {0xffffffff00000003, 0x2000};
  buffer = decode::written_buffer(core::Arch::kX86_64, SYS_getgroups, groups);
  REQUIRE(buffer.has_value());
  CHECK(buffer->capacity == 12);
  const uint64_t message[6] = {1, 0x3000, 5};
  buffer = decode::written_buffer(core::Arch::kX86_64, SYS_msgrcv, message);
  REQUIRE(buffer.has_value());
  CHECK(buffer->capacity == 13);
  CHECK(!decode::written_buffer(core::Arch::kX86_64, SYS_readv, read).has_value());
  CHECK(!decode::written_buffer(core::Arch::kX86_64, 9999, read).has_value());
}

TEST_CASE("bytes that a call has written from an address on") {
  Decoded task;
  const iovec parts[2] = {{reinterpret_cast<void*>(0x4000), 4},
                          {reinterpret_cast<void*>(0x5000), 8}};
  msghdr message = {};
  message.msg_iov = reinterpret_cast<iovec*>(0x1000);
  message.msg_iovlen = 2;
  task.memory.map_object(0x1000, parts);
  task.memory.map_object(0x2000, message);
  const auto written = [&](uint64_t number, std::vector<uint64_t> args, uint64_t result,
                           uint64_t address) {
    args.resize(6);
    return decode::written_at(core::Arch::kX86_64, number, args, result, task.memory, address);
  };
  CHECK(written(SYS_read, {3, 0x1000, 10}, 5, 0x1000) == 5);
  CHECK(written(SYS_read, {3, 0x1000, 10}, 5, 0x1002) == 3);
  CHECK(written(SYS_read, {3, 0x1000, 10}, 5, 0x1007) == 0);
  CHECK(!written(SYS_read, {3, 0x1000, 10}, 5, 0x100b).has_value());
  CHECK(!written(SYS_read, {3, 0x1000, 10}, 5, 0xfff).has_value());
  CHECK(written(SYS_recvfrom, {3, 0x1000, 2}, 29, 0x1000) == 2);
  CHECK(written(SYS_getgroups, {8, 0x1000}, 3, 0x1004) == 8);
  CHECK(written(SYS_readv, {3, 0x1000, 2}, 6, 0x4001) == 3);
  CHECK(written(SYS_readv, {3, 0x1000, 2}, 6, 0x5000) == 2);
  CHECK(written(SYS_recvmsg, {3, 0x2000}, 29, 0x5001) == 7);
  CHECK(!written(SYS_recvmsg, {3, 0x2000}, 29, 0x5008).has_value());
  CHECK(!written(SYS_readv, {3, 0x9000, 2}, 6, 0x4000).has_value());
  CHECK(!written(SYS_write, {3, 0x1000, 2}, 2, 0x1000).has_value());
}

TEST_SUITE_END();

}  // namespace ptraced::test
