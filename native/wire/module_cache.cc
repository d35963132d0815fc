#include "wire/module_cache.h"

#include "core/address_expression.h"

namespace ptraced::wire {
namespace {

// Calls of all tables after which a file may begin elsewhere. mprotect only splits mappings. ipc is
// shmat and shmdt of i386.
decode::SyscallSet changing_calls() {
  const std::string names[] = {"?mmap",   "?old_mmap", "?mmap2",  "?munmap",           "?mremap",
                               "?brk",    "?shmat",    "?shmdt",  "?remap_file_pages", "?ipc",
                               "?uselib", "?io_setup", "?execve", "?execveat"};
  std::string error;
  return decode::SyscallSet::parse(names, error);
}

}  // namespace

ModuleCache::ModuleCache(bool usable) : usable_(usable), changing_calls_(changing_calls()) {}

std::optional<uint64_t> ModuleCache::find(pid_t pid, pid_t tid, std::string_view name) {
  const bool keeps = usable_ && changes_ == 0 && !name.starts_with('[');
  if (keeps) {
    if (const auto bases = bases_.find(pid); bases != bases_.end()) {
      if (const auto base = bases->second.find(name); base != bases->second.end()) {
        return base->second;
      }
    }
  }
  const core::Result<std::optional<uint64_t>> base = core::find_module(tid, name);
  if (!base) {
    return std::nullopt;
  }
  if (keeps) {
    bases_[pid].emplace(name, *base);
  }
  return *base;
}

void ModuleCache::begin_change() {
  ++changes_;
  bases_.clear();
}

void ModuleCache::end_change() {
  --changes_;
  bases_.clear();
}

}  // namespace ptraced::wire
