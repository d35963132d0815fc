#include "name_suggestion.h"

#include <algorithm>
#include <array>
#include <vector>

#include "decoder.h"
#include "syscall_set.h"

namespace ptraced::decode {

namespace {

// Longer names are nobody's slip; it bounds the work, which is the product of the lengths.
constexpr size_t kLongestName = 40;

// Wrong, missing, additional and swapped neighbouring letters that lead from one name to the other
// (optimal string alignment).
size_t distance(std::string_view from, std::string_view to) {
  std::array<std::array<size_t, kLongestName + 1>, 3> rows{};
  for (size_t j = 0; j <= to.size(); ++j) {
    rows[0][j] = j;
  }
  for (size_t i = 1; i <= from.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    row[0] = i;
    for (size_t j = 1; j <= to.size(); ++j) {
      const size_t wrong = from[i - 1] == to[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + wrong});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) {
        row[j] = std::min(row[j], rows[(i + 1) % 3][j - 2] + 1);
      }
    }
  }
  return rows[from.size() % 3][to.size()];
}

std::vector<std::string> known_names(bool classes) {
  std::vector<std::string> names;
  for (const core::Arch arch : {core::Arch::kX86_64, core::Arch::kI386}) {
    for (const Syscall& row : syscalls(arch)) {
      if (classes) {
        for_each_class(row.classes, [&](std::string name) { names.push_back(std::move(name)); });
      } else {
        names.emplace_back(row.name);
      }
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string nearest(std::string_view word, std::vector<std::string> names) {
  std::string best;
  size_t limit = word.size() / 3 + 1;
  for (std::string& name : names) {
    if (word.size() > kLongestName || name.size() > kLongestName) {
      continue;
    }
    const size_t far = distance(word, name);
    if (far < limit) {
      limit = far;
      best = std::move(name);
    }
  }
  return best;
}

// The names of the numbers from 1 to `last` that have one, by the alphabet.
std::vector<std::string> names_up_to(int last, std::string_view (*name_of)(int)) {
  std::vector<std::string> names;
  for (int number = 1; number <= last; ++number) {
    if (const std::string_view name = name_of(number); !name.empty()) {
      names.emplace_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

std::string suggest_error(std::string_view name) {
  return nearest(name, names_up_to(kMaxErrno, errno_name));
}

std::string suggest_signal(std::string_view name) {
  return nearest(name, names_up_to(64, signal_name));
}

std::string suggest_name(std::string_view item) {
  if (item.starts_with('?')) {
    item.remove_prefix(1);
  }
  item = item.substr(0, item.find('@'));
  if (item.empty() || item[0] == '/' || (item[0] >= '0' && item[0] <= '9')) {
    return {};
  }
  return nearest(item, known_names(item[0] == '%'));
}

}  // namespace ptraced::decode
