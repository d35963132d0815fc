#include "wire/call_files.h"

#include <fcntl.h>

#include <array>
#include <climits>
#include <cstring>

#include "core/procfs.h"
#include "decode/file_arguments.h"

namespace ptraced::wire {
namespace {

using decode::FileArgument;

// Descriptors that poll or select name at most; what is beyond is not among the facts.
constexpr size_t kMaxListed = 1024;

uint64_t word(const core::SyscallEntry& call, size_t index) {
  const uint64_t value = call.args[index];
  return call.arch == core::Arch::kI386 ? static_cast<uint32_t>(value) : value;
}

int32_t descriptor(const core::SyscallEntry& call, size_t index) {
  return static_cast<int32_t>(word(call, index));
}

// The string at `address`, without its NUL; empty where it cannot be read or has no end.
std::string read_path(core::Memory& memory, uint64_t address) {
  std::array<char, PATH_MAX> bytes;
  const size_t size = address == 0 ? 0 : memory.read(address, bytes.data(), bytes.size());
  const size_t length = strnlen(bytes.data(), size);
  return length < size ? std::string(bytes.data(), length) : std::string();
}

// What a link below /proc says of a file; empty for what is none, such as "pipe:[12]".
std::string_view file_of(const char* target, size_t size) {
  constexpr std::string_view kDeleted = " (deleted)";
  std::string_view path(target, size);
  if (path.ends_with(kDeleted)) {
    path.remove_suffix(kDeleted.size());
  }
  return path.starts_with('/') ? path : std::string_view();
}

}  // namespace

void CallFiles::clear() {
  descriptors_.clear();
  paths_.clear();
  path_storage_.clear();
  gathered_ = kNoFileFacts;
}

void CallFiles::gather(pid_t tid, const core::SyscallEntry& call, core::Memory& memory,
                       uint8_t wanted) {
  clear();
  // Of a call that uses no file, all is known.
  const bool none = decode::file_arguments(call.arch, call.number).empty();
  gathered_ = static_cast<uint8_t>((none ? kFilePaths : wanted & kFilePaths) | kListedDescriptors);
  add_listed(call, memory, wanted);
  if ((wanted & kFilePaths) != 0) {
    read_root(tid);
    add_argument_paths(tid, call, memory);
    add_descriptor_paths(tid);
    paths_.assign(path_storage_.begin(), path_storage_.end());
  }
}

void CallFiles::add_listed(const core::SyscallEntry& call, core::Memory& memory, uint8_t wanted) {
  for (const FileArgument& argument : decode::file_arguments(call.arch, call.number)) {
    switch (argument.kind) {
      case FileArgument::Kind::kDescriptor:
        if (const int32_t fd = descriptor(call, argument.index); fd >= 0) {
          descriptors_.push_back(fd);
        }
        break;
      case FileArgument::Kind::kPath:
        break;
      case FileArgument::Kind::kPollDescriptors:
      case FileArgument::Kind::kDescriptorSet:
        if ((wanted & kListedDescriptors) != 0) {
          std::array<int32_t, kMaxListed> listed;
          const size_t count =
              decode::read_descriptors(argument, call.arch, call.args, memory, listed);
          descriptors_.insert(descriptors_.end(), listed.begin(), listed.begin() + count);
        } else {
          gathered_ = static_cast<uint8_t>(gathered_ & ~kListedDescriptors);
        }
        break;
    }
  }
}

void CallFiles::add_argument_paths(pid_t tid, const core::SyscallEntry& call,
                                   core::Memory& memory) {
  std::array<char, PATH_MAX> directory;
  for (const FileArgument& argument : decode::file_arguments(call.arch, call.number)) {
    if (argument.kind != FileArgument::Kind::kPath) {
      continue;
    }
    const std::string path = read_path(memory, word(call, argument.index));
    if (path.starts_with('/')) {
      add_own_path(path);
      continue;
    }
    if (!path.empty()) {
      path_storage_.push_back(path);  // as it is given
    }
    const int32_t fd = argument.directory < 0
                           ? AT_FDCWD
                           : descriptor(call, static_cast<size_t>(argument.directory));
    if (path.empty() && fd >= 0) {
      continue;  // AT_EMPTY_PATH: the descriptor itself
    }
    const size_t size = fd == AT_FDCWD
                            ? core::working_directory(tid, directory.data(), directory.size())
                            : core::descriptor_target(tid, fd, directory.data(), directory.size());
    if (const std::string_view base = file_of(directory.data(), size);
        !base.empty() && !path.empty()) {
      add_path_from(base, path);
    }
  }
}

void CallFiles::add_descriptor_paths(pid_t tid) {
  std::array<char, PATH_MAX> target;
  for (const int32_t fd : descriptors_) {
    const size_t size = core::descriptor_target(tid, fd, target.data(), target.size());
    if (const std::string_view path = file_of(target.data(), size); !path.empty()) {
      add_path_from(path, {});
    }
  }
}

// In a chroot a process and the server call a file by different names. Links below /proc have the
// server's; arguments the process's.
void CallFiles::read_root(pid_t tid) {
  std::array<char, PATH_MAX> target;
  root_ = file_of(target.data(), core::root_directory(tid, target.data(), target.size()));
  if (root_ == "/") {
    root_.clear();
  }
}

// An absolute path as the process names it.
void CallFiles::add_own_path(std::string_view path) {
  std::string own = normal_path(path);
  if (!root_.empty()) {
    path_storage_.push_back(own == "/" ? root_ : root_ + own);
  }
  path_storage_.push_back(std::move(own));
}

// A path that begins at a directory, or the file itself, as the server names it. Within the root of
// the process no ".." leads out of that.
void CallFiles::add_path_from(std::string_view base, std::string_view path) {
  const bool below = !root_.empty() && base.starts_with(root_) &&
                     (base.size() == root_.size() || base[root_.size()] == '/');
  if (below) {
    base.remove_prefix(root_.size());
  }
  std::string whole(base);
  if (!path.empty()) {
    whole += '/';
    whole += path;
  }
  if (below) {
    add_own_path(whole);
  } else {
    path_storage_.push_back(normal_path(whole));
  }
}

}  // namespace ptraced::wire
