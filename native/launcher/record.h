// What a process was given by execve(2) and Node would lose.
#pragma once

#include <cstddef>

namespace ptraced::launcher {

// The environment variable that carries it. Its value is fields "name:value", separated by spaces:
//
//   pid      who wrote it, decimal: a record that was inherited from elsewhere is no record
//   ignored  signals whose disposition is SIG_IGN, hexadecimal; bit N-1 is signal N
//   blocked  the signal mask, likewise
//   pending  signals that were pending behind the mask; they are so no longer
//   nofile   soft RLIMIT_NOFILE, decimal
//   fds      open descriptors, ranges in ascending order: "0-2,5"; "" for none. None of them is
//            close-on-exec, since the execve of this program has closed those
//   more     how many descriptors found no place in `fds`
#define PTRACECTL_INHERITED "PTRACECTL_INHERITED"

// Stands before the names of variables that are not for the Node of ptracectl itself.
#define PTRACECTL_GIVEN "PTRACECTL_GIVEN_"

class Record {
 public:
  // Reads it all from the kernel.
  void fill();

  // "NAME=value".
  char* entry() { return text_; }

 private:
  // MAX_ARG_STRLEN of execve(2) is 128 KiB: some 10,000 ranges.
  static constexpr size_t kCapacity = 120 * 1024;

  void add(const char* format, ...) __attribute__((format(printf, 2, 3)));
  void add_descriptors();

  char text_[kCapacity];
  size_t size_ = 0;
};

}  // namespace ptraced::launcher
