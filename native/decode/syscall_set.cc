#include "syscall_set.h"

#include <charconv>
#include <optional>
#include <string_view>

#include "decoder.h"
#include "name_pattern.h"
#include "subcalls.h"

namespace ptraced::decode {

namespace {

constexpr std::array kArchs = {core::Arch::kX86_64, core::Arch::kI386, core::Arch::kX32};

struct ClassName {
  std::string_view name;
  uint32_t bits;
  // strace 4.16 and older wrote it without "%".
  bool bare = false;
};

constexpr ClassName kClasses[] = {
    {"file", kFile, true},
    {"process", kProcess, true},
    {"network", kNetwork, true},
    {"net", kNetwork},
    {"signal", kSignal, true},
    {"ipc", kIpc, true},
    {"desc", kDesc, true},
    {"memory", kMemory, true},
    {"creds", kCreds},
    {"stat", kStat},
    {"lstat", kLstat},
    {"fstat", kFstat},
    {"%stat", kStatLike},
    {"statfs", kStatfs},
    {"fstatfs", kFstatfs},
    {"%statfs", kStatfsLike},
    {"pure", kPure},
    {"clock", kClock},
};

// Bits of the class that an item names; 0 for none.
uint32_t class_bits(std::string_view item) {
  const bool marked = item.starts_with('%');
  const std::string_view name = marked ? item.substr(1) : item;
  for (const ClassName& known : kClasses) {
    if (known.name == name && (marked || known.bare)) {
      return known.bits;
    }
  }
  return 0;
}

}  // namespace

// Fills a set.
class SetParser {
 public:
  SetParser(SyscallSet& set, std::string& error) : set_(set), error_(error) {
    set_.everything_ = false;
    for (size_t i = 0; i < kArchs.size(); ++i) {
      const auto rows = syscalls(kArchs[i]);
      // What lies behind the last number belongs to every set.
      set_.members_[i].assign(rows.empty() ? 0 : rows.back().number + 1, true);
      for (const Syscall& row : rows) {
        set_.members_[i][row.number] = false;
      }
    }
  }

  void entry(std::string_view text, bool first) {
    const bool negated = text.starts_with('!');
    if (negated) {
      text.remove_prefix(1);
    }
    if (first && negated) {
      mark(true, [](const Syscall&) { return true; });
    }
    if (text == "all" || text == "none") {
      if (text == "all") {
        mark(!negated, [](const Syscall&) { return true; });
      }
      return;
    }
    bool any = false;
    while (!text.empty()) {
      const size_t comma = text.find(',');
      const std::string_view item = text.substr(0, comma);
      text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
      if (item.empty()) {
        continue;
      }
      any = true;
      if (!add(item, !negated) && error_.empty()) {
        error_ = item;
      }
    }
    if (!any && error_.empty()) {
      error_ = negated ? "!" : "empty";
    }
  }

 private:
  // Marks the rows that match; tells whether any does.
  template <typename Matches>
  bool mark(bool member, Matches matches, std::optional<core::Arch> only = std::nullopt) {
    bool found = false;
    for (size_t i = 0; i < kArchs.size(); ++i) {
      if (only && *only != kArchs[i]) {
        continue;
      }
      for (const Syscall& row : syscalls(kArchs[i])) {
        if (matches(row)) {
          set_.members_[i][row.number] = member;
          found = true;
        }
      }
    }
    return found;
  }

  bool add(std::string_view item, bool member) {
    const bool excused = item.starts_with('?');
    if (excused) {
      item.remove_prefix(1);
    }
    if (item.starts_with('/')) {
      return add_regex(std::string(item.substr(1)), member) || excused;
    }
    std::optional<core::Arch> only;
    if (!take_suffix(item, only)) {
      return false;
    }
    return (!item.empty() && add_plain(item, only, member)) || excused;
  }

  // Takes "@64", "@32" or "@x32" off the item; false where another suffix stands there.
  static bool take_suffix(std::string_view& item, std::optional<core::Arch>& only) {
    const size_t at = item.find('@');
    if (at == std::string_view::npos) {
      return true;
    }
    const std::string_view suffix = item.substr(at + 1);
    item = item.substr(0, at);
    if (suffix == "64") {
      only = core::Arch::kX86_64;
    } else if (suffix == "32") {
      only = core::Arch::kI386;
    } else if (suffix == "x32") {
      only = core::Arch::kX32;
    } else {
      return false;
    }
    return true;
  }

  bool add_regex(const std::string& pattern, bool member) {
    const NamePattern names(pattern, budget_);
    return names.valid() &&
           mark(member, [&](const Syscall& row) { return names.matches(row.name); });
  }

  bool add_plain(std::string_view item, std::optional<core::Arch> only, bool member) {
    if (item[0] >= '0' && item[0] <= '9') {
      uint32_t number = 0;
      const auto [end, problem] = std::from_chars(item.data(), item.data() + item.size(), number);
      return problem == std::errc() && end == item.data() + item.size() &&
             mark_number(number, only, member);
    }
    if (const uint32_t bits = class_bits(item)) {
      mark(
          member, [&](const Syscall& row) { return (row.classes & bits) != 0; }, only);
      return true;
    }
    return mark(
        member, [&](const Syscall& row) { return row.name == item; }, only);
  }

  // One behind the last number of a table's calls; those of functions are no calls.
  static size_t end_of(core::Arch arch) {
    size_t end = 0;
    for (const Syscall& row : syscalls(arch)) {
      if (arch != core::Arch::kI386 || row.number < kSocketFunctions) {
        end = row.number + 1;
      }
    }
    return end;
  }

  // A number below the end of a table is known, whether it has a row or not.
  bool mark_number(uint32_t number, std::optional<core::Arch> only, bool member) {
    bool known = false;
    for (size_t i = 0; i < kArchs.size(); ++i) {
      if ((!only || *only == kArchs[i]) && number < end_of(kArchs[i])) {
        known = true;
        if (find_syscall(kArchs[i], number) != nullptr) {
          set_.members_[i][number] = member;
        }
      }
    }
    return known;
  }

  SyscallSet& set_;
  std::string& error_;
  PatternBudget budget_;
};

SyscallSet SyscallSet::parse(std::span<const std::string> entries, std::string& error) {
  SyscallSet set;
  if (entries.empty() || (entries.size() == 1 && entries[0] == "all")) {
    return set;
  }
  SetParser parser(set, error);
  for (size_t i = 0; i < entries.size(); ++i) {
    parser.entry(entries[i], i == 0);
  }
  return set;
}

bool SyscallSet::includes(const SyscallSet& other) const {
  for (const core::Arch arch : kArchs) {
    const auto rows = syscalls(arch);
    for (uint64_t number = 0; !rows.empty() && number <= rows.back().number; ++number) {
      if (other.contains(arch, number) && !contains(arch, number)) {
        return false;
      }
    }
  }
  return true;
}

core::StoppingCalls SyscallSet::stopping_calls() const {
  core::StoppingCalls calls = {.tables = members_};
  std::vector<bool>& table = calls.tables[static_cast<size_t>(core::Arch::kI386) - 1];
  if (table.size() > kSocketFunctions) {
    // The kernel knows the call alone, not which function it calls.
    for (const Syscall& row : syscalls(core::Arch::kI386)) {
      if (row.number >= kSocketFunctions && table[row.number]) {
        table[calling_number(row.number)] = true;
      }
    }
    table.resize(kSocketFunctions);
  }
  return calls;
}

void for_each_class(uint32_t classes, const std::function<void(std::string)>& add) {
  uint32_t told = 0;
  for (const ClassName& known : kClasses) {
    if ((classes & known.bits) != 0 && (told & known.bits) == 0) {  // the first of its names
      told |= known.bits;
      add("%" + std::string(known.name));
    }
  }
}

}  // namespace ptraced::decode
