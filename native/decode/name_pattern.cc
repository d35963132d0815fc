#include "name_pattern.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace ptraced::decode {
namespace {

constexpr size_t kMaxDepth = 20;
// POSIX allows repetitions up to 255 (RE_DUP_MAX).
constexpr size_t kMaxCount = 255;

// What a piece of an expression comes to once it is written out.
struct Cost {
  size_t parts = 0;
  size_t repetitions = 0;
  bool begin = false;  // there is a "^" in it
  bool end = false;    // a "$"

  void add(const Cost& other) {
    parts += other.parts;
    repetitions += other.repetitions;
    begin = begin || other.begin;
    end = end || other.end;
  }
};

// Reads an expression as far as its cost depends on it; regcomp() decides whether it is one.
class CostReader {
 public:
  CostReader(std::string_view pattern, const PatternBudget& budget)
      : rest_(pattern), budget_(budget) {}

  // Nothing where it is too much.
  std::optional<Cost> read() {
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (!take(c) || whole().parts > budget_.parts || whole().repetitions > budget_.repetitions) {
        return std::nullopt;
      }
    }
    if (levels_.size() != 1) {
      return std::nullopt;  // a group is left open
    }
    return whole();
  }

 private:
  // A group that is being read: what came before its last piece, and that.
  struct Level {
    Cost before;
    Cost last;
    // Of this alternative:
    bool empty = true;
    bool ended = false;  // by a "$"
  };

  Cost whole() const {
    Cost sum;
    for (const Level& level : levels_) {
      sum.add(level.before);
      sum.add(level.last);
    }
    return sum;
  }

  bool take(char c) {
    switch (c) {
      case '(':
        if (levels_.back().ended) {
          return false;
        }
        levels_.push_back({});
        return levels_.size() <= kMaxDepth;
      case ')':
        return close();
      case '\\':
        return escape();
      case '[':
        skip_bracket();
        return piece({.parts = 1});
      case '^':
        return at_beginning() && piece({.parts = 1, .begin = true});
      case '$':
        return piece({.parts = 1, .end = true});
      case '|':
        piece({.parts = 1});
        levels_.back().empty = true;
        levels_.back().ended = false;
        return true;
      case '*':
      case '?':
        return repeat(1, 1);
      case '+':
        return repeat(2, 1);
      case '{':
        return interval();
      default:
        return piece({.parts = 1});
    }
  }

  // A piece more in this alternative.
  bool piece(const Cost& cost) {
    Level& level = levels_.back();
    level.before.add(std::exchange(level.last, cost));
    level.empty = false;
    return !std::exchange(level.ended, level.ended || cost.end);
  }

  bool at_beginning() const {
    return std::all_of(levels_.begin(), levels_.end(),
                       [](const Level& level) { return level.empty; });
  }

  bool close() {
    if (levels_.size() == 1) {
      return false;
    }
    Cost group = levels_.back().before;
    group.add(levels_.back().last);
    group.parts += 1;
    levels_.pop_back();
    return piece(group);
  }

  // The last piece, `copies` times, with so many repetitions more.
  bool repeat(size_t copies, size_t repetitions) {
    Cost& last = levels_.back().last;
    last.parts *= copies;
    last.repetitions = last.repetitions * copies + repetitions;
    return !last.begin && !last.end;
  }

  // Letters and digits stand for classes, anchors and back-references, which names do not need.
  bool escape() {
    if (rest_.empty()) {
      return false;
    }
    const char c = rest_.front();
    rest_.remove_prefix(1);
    const bool plain = c != '<' && c != '>' && c != '`' && c != '\'' && !(c >= '0' && c <= '9') &&
                       !((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    return plain && piece({.parts = 1});
  }

  // "{m}", behind the brace; a comma ends the item of the set that the expression is.
  bool interval() {
    size_t count = 0;
    const auto [end, problem] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), count);
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    if (problem != std::errc() || count > kMaxCount || !rest_.starts_with('}')) {
      return false;
    }
    rest_.remove_prefix(1);
    return repeat(std::max<size_t>(count, 1), 1);
  }

  // "[...]", behind its first bracket; a "]" that comes first is one of its characters.
  void skip_bracket() {
    if (rest_.starts_with('^')) {
      rest_.remove_prefix(1);
    }
    size_t at = rest_.starts_with(']') ? 1 : 0;
    while (at < rest_.size() && rest_[at] != ']') {
      const std::string_view from = rest_.substr(at);
      const bool named = from.starts_with("[:") || from.starts_with("[.") || from.starts_with("[=");
      const size_t end = named ? rest_.find(std::string{from[1], ']'}, at + 2) : at;
      at = end == std::string_view::npos ? rest_.size() : end + (named ? 2 : 1);
    }
    rest_.remove_prefix(std::min(at + 1, rest_.size()));
  }

  std::string_view rest_;
  const PatternBudget& budget_;
  std::vector<Level> levels_ = {Level{}};
};

}  // namespace

NamePattern::NamePattern(const std::string& pattern, PatternBudget& budget) {
  const std::optional<Cost> cost = CostReader(pattern, budget).read();
  if (!cost) {
    return;
  }
  budget.parts -= cost->parts;
  budget.repetitions -= cost->repetitions;
  auto compiled = std::make_unique<regex_t>();
  if (regcomp(compiled.get(), pattern.c_str(), REG_EXTENDED | REG_NOSUB) == 0) {
    compiled_.reset(compiled.release());
  }
}

}  // namespace ptraced::decode
