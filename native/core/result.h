// Expected failure as a value. Exceptions are for addon/ alone.
#pragma once

#include <sys/types.h>

#include <cerrno>
#include <optional>
#include <utility>
#include <variant>

namespace ptraced::core {

// What failed: an operation named as in its man page, its errno, and the task where there is one.
struct Error {
  const char* operation = "";
  int code = 0;  // positive errno
  pid_t tid = 0;

  // The task is gone, or is no longer in the stop that we saw: an ordinary outcome of ptrace(2),
  // since SIGKILL may strike at any moment.
  bool gone() const { return code == ESRCH; }
};

// The error that the last system call left in errno.
inline Error last_error(const char* operation, pid_t tid = 0) {
  return {operation, errno, tid};
}

// A value or an Error.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, error) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() { return std::get<0>(state_); }
  const T& operator*() const { return std::get<0>(state_); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

// Success or an Error.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(error) {}

  explicit operator bool() const { return !error_; }
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace ptraced::core
