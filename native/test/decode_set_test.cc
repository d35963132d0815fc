// Sets of syscalls in strace's grammar.
#include <doctest/doctest.h>
#include <sys/syscall.h>

#include "../decode/name_suggestion.h"
#include "../decode/syscall_set.h"

namespace ptraced::test {

TEST_SUITE_BEGIN("decode sets");

using decode::SyscallSet;

struct Parsed {
  explicit Parsed(std::vector<std::string> entries) : set(SyscallSet::parse(entries, error)) {}
  bool has(uint64_t number, core::Arch arch = core::Arch::kX86_64) const {
    return set.contains(arch, number);
  }
  std::string error;
  SyscallSet set;
};

TEST_CASE("names, numbers, classes, expressions") {
  CHECK(Parsed({}).set.is_everything());
  CHECK(Parsed({"all"}).set.is_everything());
  const Parsed named({"read,openat"});
  CHECK(named.error.empty());
  CHECK(named.has(SYS_read));
  CHECK(named.has(SYS_openat));
  CHECK(!named.has(SYS_write));
  CHECK(named.has(3, core::Arch::kI386));  // its read
  const Parsed files({"%file"});
  CHECK(files.has(SYS_openat));
  CHECK(!files.has(SYS_read));
  CHECK(Parsed({"file"}).has(SYS_openat));
  CHECK(Parsed({"%%stat"}).has(SYS_newfstatat));
  CHECK(Parsed({"/^open"}).has(SYS_openat));
  CHECK(Parsed({"0"}).has(SYS_read));
}

TEST_CASE("a mistyped name is near another") {
  using decode::suggest_name;
  CHECK(suggest_name("opneat") == "openat");
  CHECK(suggest_name("opne") == "open");
  CHECK(suggest_name("?getpppid") == "getppid");
  CHECK(suggest_name("gettimofday@64") == "gettimeofday");
  CHECK(suggest_name("socketcal") == "socketcall");  // only i386 has it
  CHECK(suggest_name("%fil") == "%file");
  CHECK(suggest_name("%netwrok") == "%network");
  for (const char* item : {"", "!", "ls", "qqqqqq", "/opne", "4711", "%", "%qqq", "?"}) {
    CHECK(suggest_name(item).empty());
  }
  CHECK(suggest_name(std::string(5000, 'a')).empty());
}

TEST_CASE("negation, several entries, tables") {
  const Parsed others({"!%file"});
  CHECK(!others.has(SYS_openat));
  CHECK(others.has(SYS_read));
  const Parsed both({"%desc", "!read"});
  CHECK(both.has(SYS_write));
  CHECK(!both.has(SYS_read));
  const Parsed one({"read@32"});
  CHECK(!one.has(SYS_read));
  CHECK(one.has(3, core::Arch::kI386));
  CHECK(!Parsed({"none"}).has(SYS_read));
}

TEST_CASE("a number without a row is in every set") {
  CHECK(Parsed({"read"}).has(500));
  CHECK(Parsed({"none"}).has(500));
  CHECK(Parsed({"read"}).has(UINT64_MAX));
}

TEST_CASE("what is unknown is named") {
  CHECK(Parsed({"read,nosuch"}).error == "nosuch");
  CHECK(Parsed({"%nosuch"}).error == "%nosuch");
  CHECK(Parsed({"/nosuch"}).error == "/nosuch");
  CHECK(Parsed({"/["}).error == "/[");
  CHECK(Parsed({"read@33"}).error == "read@33");
  CHECK(Parsed({"5000"}).error == "5000");
  CHECK(Parsed({""}).error == "empty");
  CHECK(Parsed({"?nosuch,?%nosuch,?/nosuch,?5000,read"}).error.empty());
}

TEST_CASE("expressions are POSIX extended ones") {
  CHECK(Parsed({"/^(open|close)(at)?$"}).has(SYS_openat));
  CHECK(!Parsed({"/^(open|close)(at)?$"}).has(SYS_open_tree));
  CHECK(Parsed({"/[[:digit:]]$"}).has(SYS_dup3));
  CHECK(Parsed({"/(^get|^set).*id$"}).has(SYS_setresuid));
  CHECK(Parsed({"/^[^_]{4}at$"}).has(SYS_openat));
  CHECK(Parsed({"/^r[]e[]ad$"}).has(SYS_read));
  CHECK(Parsed({"/^(a|b|(c|d)*)+.*64$"}).error.empty());
  CHECK(Parsed({"/\\^|^read$"}).has(SYS_read));
}

std::string repeated(const std::string& part, size_t times) {
  std::string text;
  for (size_t i = 0; i < times; ++i) {
    text += part;
  }
  return text;
}

TEST_CASE("expressions that would take forever, or all memory or stack, are refused") {
  const auto refused = [](const std::string& pattern) {
    return Parsed({"/" + pattern}).error == "/" + pattern;
  };
  CHECK(refused(repeated("(", 50'000) + "a" + repeated(")", 50'000)));
  CHECK(refused("((((((a{30}){30}){30}){30}){30}){30}"));
  CHECK(refused("(((((a{255}){255}){255}){255}){255})"));
  CHECK(refused(repeated("(", 18) + "a" + repeated("+)", 18)));
  CHECK(refused(repeated("(^|a)*", 20)));
  CHECK(refused("(.*)a_+^^(.*){2}t^(a*)+$"));
  CHECK(refused("^$^$^$^$"));
  CHECK(refused("(a$|b)c"));
  CHECK(refused("(.*)(.*)\\1\\2"));
  CHECK(refused("\\bread"));
  CHECK(refused(repeated("a*", 51)));
  CHECK(refused(repeated("a", 1001)));
  CHECK(refused("a{1"));
  CHECK(refused("(a"));
  CHECK(refused("a)"));
  CHECK(refused("a\\"));
}

TEST_CASE("the expressions of a set have one budget") {
  const std::string costly = "/" + repeated("r?", 30);
  CHECK(Parsed({costly}).error.empty());
  CHECK(Parsed({costly, costly}).error == costly);
  CHECK(Parsed({costly, "?" + costly}).error.empty());
}

TEST_SUITE_END();

}  // namespace ptraced::test
