// Whatever a tracee passes, decoding ends, stays within its buffers and gives one line.
#include <doctest/doctest.h>

#include <chrono>
#include <random>

#include "decode_support.h"
#include "value_support.h"
#include "wire/value_encoder.h"

namespace ptraced::test {

TEST_SUITE_BEGIN("decode fuzz");

// Memory that is there at some addresses and random everywhere: structures point into it again.
class RandomMemory : public core::Memory {
 public:
  explicit RandomMemory(uint64_t seed) : random_(seed) {
    for (uint8_t& byte : page_) {
      byte = static_cast<uint8_t>(random_());
    }
    // Pointers into the page itself, so that what they name is followed.
    for (size_t i = 0; i + 8 <= sizeof page_; i += 32) {
      const uint64_t address = kBase + random_() % sizeof page_;
      std::memcpy(page_ + i, &address, sizeof address);
    }
  }

  size_t read(uint64_t address, void* out, size_t size) override {
    if (address - kBase >= sizeof page_) {
      return 0;
    }
    const size_t there = std::min<size_t>(size, sizeof page_ - (address - kBase));
    std::memcpy(out, page_ + (address - kBase), there);
    return there;
  }

  static constexpr uint64_t kBase = 0x7fffffff0000;

 private:
  std::mt19937_64 random_;
  uint8_t page_[8192];
};

uint64_t random_word(std::mt19937_64& random) {
  switch (random() % 8) {
    case 0:
      return random() % 16;
    case 1:
      return random();
    case 2:
      return static_cast<uint32_t>(random());
    case 3:
      return UINT64_MAX - random() % 16;
    case 4:
      return random() % 4096;
    default:
      return RandomMemory::kBase + random() % 8192;
  }
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kRounds = 100'000;
#else
constexpr int kRounds = 1'000'000;
#endif

decode::Call random_call(std::mt19937_64& random, uint64_t (&args)[6]) {
  for (uint64_t& arg : args) {
    arg = random_word(random);
  }
  decode::Call call{.args = args};
  call.arch = static_cast<core::Arch>(1 + random() % 3);
  call.number = random() % 64 == 0 ? random() : random() % 560;
  call.stack_pointer = random_word(random);
  return call;
}

TEST_CASE("a million calls of random numbers and arguments") {
  std::mt19937_64 random(20251124);
  decode::CallText text;
  uint64_t bytes = 0;
  for (int i = 0; i < kRounds; ++i) {
    RandomMemory* const memory = [&] {
      static RandomMemory memories[] = {RandomMemory(1), RandomMemory(2), RandomMemory(3)};
      return &memories[random() % std::size(memories)];
    }();
    uint64_t args[6];
    const decode::Call call = random_call(random, args);
    decode::Options options;
    options.unabbreviated = random() % 16 == 0;
    if (random() % 4 == 0) {
      options.max_bytes = random() % 1024;
    }
    const bool entered = random() % 8 != 0;
    if (entered) {
      decode::enter_text(call, *memory, options, text);
    }
    core::SyscallExit exit;
    exit.is_error = random() % 3 == 0;
    exit.value = exit.is_error ? -static_cast<int64_t>(random() % 600)
                               : static_cast<int64_t>(random_word(random));
    decode::exit_text(call, exit, *memory, options, text);
    CHECK_MESSAGE(text.text.find(" = ", text.result_offset) == text.result_offset, text.text);
    REQUIRE(text.text.size() <= options.max_bytes + decode::Options::kMaxOverrun);
    bytes += text.text.size();
  }
  CHECK(bytes > 0);
}

// Children lie within their parents, and bytes within the tree's.
void check_tree(const decode::ValueTree& tree, uint32_t index, uint32_t end) {
  REQUIRE(tree[index].end > index);
  REQUIRE(tree[index].end <= end);
  for (uint32_t child = index + 1; child < tree[index].end; child = tree[child].end) {
    check_tree(tree, child, tree[index].end);
  }
}

TEST_CASE("a million calls as values") {
  std::mt19937_64 random(20261124);
  RandomMemory memories[] = {RandomMemory(4), RandomMemory(5), RandomMemory(6)};
  decode::CallText text;
  decode::CallValues values;
  std::string encoded;
  for (int i = 0; i < kRounds; ++i) {
    RandomMemory& memory = memories[random() % std::size(memories)];
    uint64_t args[6];
    const decode::Call call = random_call(random, args);
    decode::Options options;
    options.unabbreviated = random() % 16 == 0;
    size_t entered = 0;
    if (random() % 8 != 0) {
      decode::enter_values(call, memory, options, text, values);
      entered = values.argument_count();
    }
    core::SyscallExit exit;
    exit.is_error = random() % 3 == 0;
    exit.value = exit.is_error ? -static_cast<int64_t>(random() % 600)
                               : static_cast<int64_t>(random_word(random));
    decode::exit_values(call, exit, memory, options, text, values);
    REQUIRE((entered == 0 || values.argument_count() == entered));
    encoded.clear();
    protozero::pbf_writer writer(encoded);
    for (size_t argument = 0; argument < values.argument_count(); ++argument) {
      const auto [tree, index] = values.argument(argument);
      check_tree(tree, index, static_cast<uint32_t>(tree.size()));
      REQUIRE(!tree[index].name.empty());
      REQUIRE(tree[index].kind != decode::ValueKind::kNone);
    }
    const size_t most = random() % 2048;
    const bool all = wire::add_arguments(writer, 19, values, {.buffer = encoded, .bytes = most});
    REQUIRE(encoded.size() <= most + wire::SizeLimit::kMaxOverrun);
    REQUIRE((all || encoded.size() + 64 >= most));  // a character and lengths, that became shorter
  }
}

TEST_CASE("siginfo of any content") {
  std::mt19937_64 random(7);
  std::string text;
  for (int i = 0; i < kRounds / 10; ++i) {
    siginfo_t info;
    uint8_t* bytes = reinterpret_cast<uint8_t*>(&info);
    for (size_t at = 0; at < sizeof info; ++at) {
      bytes[at] = static_cast<uint8_t>(random());
    }
    info.si_signo = static_cast<int>(random() % 70);
    info.si_code = static_cast<int>(random() % 20) - 10;
    text.clear();
    decode::signal_text(info, text);
    CHECK(text.ends_with("} ---"));
  }
}

TEST_SUITE_END();

}  // namespace ptraced::test
