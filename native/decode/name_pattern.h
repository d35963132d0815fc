// Regular expressions of names: POSIX extended ones, as strace takes them.
#pragma once

#include <regex.h>

#include <cstddef>
#include <memory>
#include <string>

namespace ptraced::decode {

// What the expressions of one set of calls may cost together. regcomp(3) of glibc has no bound of
// its own: it copies what is repeated, goes as deep as groups are nested, and takes exponential
// time where an anchor is repeated. A client must not be able to stop or crash the server with it.
struct PatternBudget {
  size_t parts = 1000;      // characters and brackets, as often as they are repeated
  size_t repetitions = 50;  // `*`, `?` and the like, likewise
};

class NamePattern {
 public:
  // Takes from the budget what the expression costs. Invalid: beyond the budget, nested deeper than
  // 20 groups, with a back-reference, an escaped letter, an anchor that is repeated or in the
  // middle, or no expression.
  NamePattern(const std::string& pattern, PatternBudget& budget);

  bool valid() const { return compiled_ != nullptr; }
  bool matches(const char* name) const {
    return regexec(compiled_.get(), name, 0, nullptr, 0) == 0;
  }

 private:
  struct Free {
    void operator()(regex_t* compiled) const {
      regfree(compiled);
      delete compiled;
    }
  };
  std::unique_ptr<regex_t, Free> compiled_;
};

}  // namespace ptraced::decode
