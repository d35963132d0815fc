#include "wire/output_order.h"

#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <span>
#include <string>
#include <vector>

#include "core/procfs.h"
#include "decode/file_arguments.h"

namespace ptraced::wire {
namespace {

// Devices of Documentation/admin-guide/devices.txt.
const dev_t kNullDevice = makedev(1, 3);
const dev_t kControllingTerminal = makedev(5, 0);

const char kToDescriptors[] =
    "write,pwrite64,writev,pwritev,pwritev2,sendfile,?sendfile64,splice,tee,vmsplice,"
    "copy_file_range,sendto,sendmsg,sendmmsg,ioctl,ftruncate";
// io_uring and aio name their descriptors in memory.
const char kIndirect[] = "io_submit,io_uring_enter";
const char kStartsOfChildren[] = "fork,vfork,clone,clone3";

decode::SyscallSet set_of(const std::vector<std::string>& entries) {
  std::string error;  // the names are our own
  return decode::SyscallSet::parse(entries, error);
}

}  // namespace

std::optional<OutputOrder> OutputOrder::for_lines(int fd, bool follows_processes) {
  struct stat lines;
  if (fstat(fd, &lines) < 0 || (S_ISCHR(lines.st_mode) && lines.st_rdev == kNullDevice)) {
    return std::nullopt;
  }
  // Of a descriptor of /dev/tty too this is the terminal itself.
  if (unsigned terminal = 0; ioctl(fd, TIOCGDEV, &terminal) == 0) {
    lines.st_rdev = terminal;
  }
  return OutputOrder(lines, follows_processes);
}

OutputOrder::OutputOrder(const struct stat& lines, bool follows_processes) : lines_(lines) {
  std::vector<std::string> indirect = {kIndirect};
  if (!follows_processes) {
    indirect.emplace_back(kStartsOfChildren);
  }
  to_descriptors_ = set_of({kToDescriptors});
  indirect_ = set_of(indirect);
  indirect.emplace_back(kToDescriptors);
  calls_ = set_of(indirect);
}

bool OutputOrder::concerns(const core::Task& task) const {
  const core::SyscallEntry& entry = task.entry;
  if (!calls_.contains(entry.arch, entry.number)) {
    return false;
  }
  if (indirect_.contains(entry.arch, entry.number)) {
    return true;
  }
  for (const decode::FileArgument& argument : decode::file_arguments(entry.arch, entry.number)) {
    if (argument.kind == decode::FileArgument::Kind::kDescriptor &&
        is_lines_file(task.tid, static_cast<int>(entry.args[argument.index]))) {
      return true;
    }
  }
  return false;
}

bool OutputOrder::is_lines_file(pid_t tid, int fd) const {
  const core::Result<struct stat> file = core::descriptor_status(tid, fd);
  if (!file) {
    return file.error().code != ENOENT;  // of a setuid program it may not be ours to see
  }
  if (S_ISCHR(lines_.st_mode)) {
    return S_ISCHR(file->st_mode) &&
           (file->st_rdev == lines_.st_rdev || file->st_rdev == kControllingTerminal);
  }
  return file->st_dev == lines_.st_dev && file->st_ino == lines_.st_ino;
}

}  // namespace ptraced::wire
