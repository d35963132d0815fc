// A table of rows and its index.
#pragma once

#include <span>
#include <vector>

#include "../../core/syscall_stop.h"
#include "../description.h"

namespace ptraced::decode {

class Table {
 public:
  explicit Table(std::vector<Syscall> rows);
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  std::span<const Syscall> rows() const { return rows_; }
  const Syscall* find(uint64_t number) const {
    return number < index_.size() ? index_[number] : nullptr;
  }

 private:
  std::vector<Syscall> rows_;
  std::vector<const Syscall*> index_;
};

const Table& table(core::Arch arch);

// The rows of the other tables, made from those of x86_64 where a call is the same.
std::vector<Syscall> i386_rows(std::span<const Syscall> x86_64);
std::vector<Syscall> x32_rows(std::span<const Syscall> x86_64);

}  // namespace ptraced::decode
