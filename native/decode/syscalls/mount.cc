// Rows: mounting.
#include "rows.h"

namespace ptraced::decode {

namespace {

constexpr Syscall kRows[] = {
    {SYS(mount), .classes = kFile,
     .args = {in("source", kMountSource), in("target", kPath), in("filesystemtype", kMountString),
              in("mountflags", kMountWord), in("data", kMountData)}},
    {SYS(umount2), .classes = kFile,
     .args = {in("target", kPath), in("flags", flags(kUmountFlags))}},
    {SYS(pivot_root), .classes = kFile, .args = {in("new_root", kPath), in("put_old", kPath)}},
    {SYS(fsopen), .classes = kDesc, .result = kDescriptorResult,
     .args = {in("fsname", kPath), in("flags", flags(kFsopenFlags))}},
    {SYS(fsconfig), .classes = kFile | kDesc,
     .args = {in("fd", kFd), in("cmd", one_of(kFsconfigCommands)), in("key", kAddress),
              in("value", kAddress), in("aux", kInt)},
     .variants = &kFsconfigVariants},
    {SYS(fsmount), .classes = kDesc, .result = kDescriptorResult,
     .args = {in("fs_fd", kFd), in("flags", flags(kFsmountFlags)),
              in("attr_flags", flags(kMountAttrs))}},
    {SYS(fspick), .classes = kFile | kDesc, .result = kDescriptorResult,
     .args = {in("dirfd", kDirFd), in("path", kPath), in("flags", flags(kFspickFlags))}},
    {SYS(open_tree), .classes = kFile | kDesc, .result = kDescriptorResult,
     .args = {in("dirfd", kDirFd), in("path", kPath), in("flags", flags(kOpenTreeFlags))}},
    {SYS(open_tree_attr), .classes = kFile | kDesc, .result = kDescriptorResult,
     .args = {in("dirfd", kDirFd), in("path", kPath), in("flags", flags(kOpenTreeFlags)),
              in("attr", kMountAttrPointer), in("size", kSize)}},
    {SYS(move_mount), .classes = kFile | kDesc,
     .args = {in("from_dirfd", kDirFd), in("from_pathname", kPath), in("to_dirfd", kDirFd),
              in("to_pathname", kPath), in("flags", flags(kMoveMountFlags))}},
    {SYS(mount_setattr), .classes = kFile | kDesc,
     .args = {in("dirfd", kDirFd), in("path", kPath), in("flags", flags(kMountSetattrFlags)),
              in("attr", kMountAttrPointer), in("size", kSize)}},
    {SYS(statmount), .args = {in("req", kAddress), out("buf", kAddress), in("bufsize", kUlong),
                              in("flags", kStatmountFlagBits)}},
    {SYS(listmount), .args = {in("req", kAddress), out("mnt_ids", kAddress),
                              in("nr_mnt_ids", kUlong), in("flags", kListmountFlagBits)}},
    {SYS(listns), .args = {in("req", kAddress), out("ns_ids", kAddress), in("nr_ns_ids", kUlong),
                           in("flags", kHexInt)}},
    {SYS(swapon), .classes = kFile, .args = {in("path", kPath), in("swapflags", kSwapFlagBits)}},
    {SYS(swapoff), .classes = kFile, .args = {in("path", kPath)}},
    {SYS(quotactl), .classes = kFile,
     .args = {in("op", kQuotaCommand), in("special", kPath), in("id", kUid), in("addr", kAddress)},
     .variants = &kQuotaVariants},
    {SYS(quotactl_fd), .classes = kDesc,
     .args = {in("fd", kFd), in("op", kQuotaCommand), in("id", kUid), in("addr", kAddress)}},
};

}  // namespace

std::span<const Syscall> mount_rows() {
  return kRows;
}

}  // namespace ptraced::decode
