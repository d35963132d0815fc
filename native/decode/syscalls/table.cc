// The tables: every row of every file, ordered by number, with an index from numbers to rows.
#include "table.h"

#include <algorithm>

#include "../decoder.h"
#include "rows.h"

namespace ptraced::decode {

Table::Table(std::vector<Syscall> rows) : rows_(std::move(rows)) {
  std::sort(rows_.begin(), rows_.end(),
            [](const Syscall& a, const Syscall& b) { return a.number < b.number; });
  index_.assign(rows_.empty() ? 0 : rows_.back().number + 1, nullptr);
  for (const Syscall& row : rows_) {
    index_[row.number] = &row;
  }
}

namespace {

std::vector<Syscall> x86_64_rows() {
  std::vector<Syscall> rows;
  for (const auto part : {file_rows(), io_rows(), event_rows(), memory_rows(), process_rows(),
                          signal_rows(), time_rows(), network_rows(), ipc_rows(), mount_rows(),
                          identity_rows(), system_rows(), obsolete_rows()}) {
    rows.insert(rows.end(), part.begin(), part.end());
  }
  return rows;
}

}  // namespace

// Built at the first use, then only read.
const Table& table(core::Arch arch) {
  static const Table x86_64(x86_64_rows());
  static const Table i386(i386_rows(x86_64.rows()));
  static const Table x32(x32_rows(x86_64.rows()));
  switch (arch) {
    case core::Arch::kI386:
      return i386;
    case core::Arch::kX32:
      return x32;
    case core::Arch::kX86_64:
      break;
  }
  return x86_64;
}

const Syscall* find_syscall(core::Arch arch, uint64_t number) {
  return table(arch).find(number);
}

std::span<const Syscall> syscalls(core::Arch arch) {
  return table(arch).rows();
}

}  // namespace ptraced::decode
