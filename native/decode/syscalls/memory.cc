// Rows: memory.
#include "rows.h"

namespace ptraced::decode {

namespace {

constexpr Syscall kRows[] = {
    {SYS(brk), .classes = kMemory, .result = kAddressResult, .args = {in("addr", kAddress)}},
    {SYS(mmap), .classes = kDesc | kMemory, .result = kAddressResult,
     .args = {in("addr", kAddress), in("length", kSize), in("prot", flags(kProt, 0)),
              in("flags", flags(kMmapFlags, 0)), in("fd", kFd), in("offset", kHexWord)}},
    {SYS(munmap), .classes = kMemory, .args = {in("addr", kAddress), in("length", kSize)}},
    {SYS(mprotect), .classes = kMemory,
     .args = {in("addr", kAddress), in("size", kSize), in("prot", flags(kProt, 0))}},
    {SYS(pkey_mprotect), .classes = kMemory,
     .args = {in("addr", kAddress), in("size", kSize), in("prot", flags(kProt, 0)),
              in("pkey", kInt)}},
    {SYS(pkey_alloc), .args = {in("flags", kHexWord), in("access_rights", flags(kPkeyRights, 0))}},
    {SYS(pkey_free), .args = {in("pkey", kInt)}},
    {SYS(mremap), .classes = kMemory, .result = kAddressResult,
     .args = {in("old_address", kAddress), in("old_size", kSize), in("new_size", kSize),
              in("flags", flags(kMremapFlags, 0))},
     .variants = &kMremapVariants},
    {SYS(msync), .classes = kMemory,
     .args = {in("addr", kAddress), in("length", kSize), in("flags", flags(kMsyncFlags))}},
    {SYS(mincore), .classes = kMemory,
     .args = {in("addr", kAddress), in("length", kSize), out("vec", kMincoreVector)}},
    {SYS(madvise), .classes = kMemory,
     .args = {in("addr", kAddress), in("length", kSize), in("advice", one_of(kMadvice))}},
    {SYS(process_madvise), .classes = kDesc,
     .args = {in("pidfd", kFd), in("iovec", kAddressVector), in("vlen", kSize),
              in("advice", one_of(kMadvice)), in("flags", kHexInt)}},
    {SYS(process_mrelease), .classes = kDesc, .args = {in("pidfd", kFd), in("flags", kHexInt)}},
    {SYS(mlock), .classes = kMemory, .args = {in("addr", kAddress), in("size", kSize)}},
    {SYS(mlock2), .classes = kMemory,
     .args = {in("addr", kAddress), in("size", kSize), in("flags", flags(kMlock2Flags))}},
    {SYS(munlock), .classes = kMemory, .args = {in("addr", kAddress), in("size", kSize)}},
    {SYS(mlockall), .classes = kMemory, .args = {in("flags", flags(kMlockallFlags))}},
    {SYS(munlockall), .classes = kMemory},
    {SYS(mseal), .classes = kMemory,
     .args = {in("addr", kAddress), in("size", kSize), in("flags", kHexWord)}},
    {SYS(remap_file_pages), .classes = kMemory,
     .args = {in("addr", kAddress), in("size", kSize), in("prot", flags(kProt, 0)),
              in("pgoff", kUlong), in("flags", flags(kMmapFlags, 0))}},
    {SYS(map_shadow_stack), .classes = kMemory,
     .args = {in("addr", kAddress), in("size", kSize), in("flags", flags(kShadowStackFlags))}},
    {SYS(memfd_create), .classes = kDesc, .result = kDescriptorResult,
     .args = {in("name", kMemfdName), in("flags", flags(kMemfdFlags))}},
    {SYS(memfd_secret), .classes = kDesc, .result = kDescriptorResult,
     .args = {in("flags", flags(kMemfdSecretFlags))}},
    {SYS(mbind), .classes = kMemory,
     .args = {in("addr", kAddress), in("len", kSize), in("mode", flags(kMempolicyModes, 0)),
              in("nodemask", kNodemask4), in("maxnode", kUlong), in("flags", flags(kMbindFlags))}},
    {SYS(set_mempolicy), .classes = kMemory,
     .args = {in("mode", flags(kMempolicyModes)), in("nodemask", kNodemask2),
              in("maxnode", kUlong)}},
    {SYS(get_mempolicy), .classes = kMemory,
     .args = {out("mode", kMempolicyPointer), out("nodemask", kNodemask2), in("maxnode", kUlong),
              in("addr", kAddress), in("flags", flags(kGetMempolicyFlags, 0))}},
    {SYS(set_mempolicy_home_node), .classes = kMemory,
     .args = {in("start", kAddress), in("len", kUlong), in("home_node", kUlong),
              in("flags", kHexWord)}},
    {SYS(migrate_pages), .classes = kMemory,
     .args = {in("pid", kPid), in("maxnode", kUlong), in("old_nodes", kNodemask1),
              in("new_nodes", kNodemask1)}},
    {SYS(move_pages), .classes = kMemory,
     .args = {in("pid", kPid), in("count", kUlong), in("pages", kPageAddresses),
              in("nodes", kPageNodes), out("status", kPageStatuses),
              in("flags", flags(kMovePagesFlags))}},
    {SYS(process_vm_readv),
     .args = {in("pid", kPid), out("local_iov", kReadVector), in("liovcnt", kUlong),
              in("remote_iov", kRemoteVector), in("riovcnt", kUlong), in("flags", kUlong)}},
    {SYS(process_vm_writev),
     .args = {in("pid", kPid), in("local_iov", kWriteVector), in("liovcnt", kUlong),
              in("remote_iov", kRemoteVector), in("riovcnt", kUlong), in("flags", kUlong)}},
};

}  // namespace

std::span<const Syscall> memory_rows() {
  return kRows;
}

}  // namespace ptraced::decode
