// Rows: reading, writing and moving data.
#include "rows.h"

namespace ptraced::decode {

namespace {

constexpr Syscall kRows[] = {
    {SYS(read), .classes = kDesc, .args = {in("fd", kFd), out("buf", bytes(result())), in("count", kSize)}},
    {SYS(write), .classes = kDesc, .args = {in("fd", kFd), in("buf", bytes(arg(2))), in("count", kSize)}},
    {SYS(pread64), .classes = kDesc, .args = {in("fd", kFd), out("buf", bytes(result())), in("count", kSize), in("offset", kInt64)}},
    {SYS(pwrite64), .classes = kDesc, .args = {in("fd", kFd), in("buf", bytes(arg(2))), in("count", kSize), in("offset", kInt64)}},
    {SYS(readv), .classes = kDesc, .args = {in("fd", kFd), out("iov", kReadVector), in("iovcnt", kUlong)}},
    {SYS(writev), .classes = kDesc, .args = {in("fd", kFd), in("iov", kWriteVector), in("iovcnt", kUlong)}},
    {SYS(preadv), .classes = kDesc, .args = {in("fd", kFd), out("iov", kReadVector), in("iovcnt", kUlong), in("offset", kInt64)}},
    {SYS(pwritev), .classes = kDesc, .args = {in("fd", kFd), in("iov", kWriteVector), in("iovcnt", kUlong), in("offset", kInt64)}},
    {SYS(preadv2), .classes = kDesc, .args = {in("fd", kFd), out("iov", kReadVector), in("iovcnt", kUlong), in("offset", kInt64), at(5, in("flags", flags(kRwFlags)))}},
    {SYS(pwritev2), .classes = kDesc, .args = {in("fd", kFd), in("iov", kWriteVector), in("iovcnt", kUlong), in("offset", kInt64), at(5, in("flags", flags(kRwFlags)))}},
    {SYS(lseek), .classes = kDesc, .args = {in("fd", kFd), in("offset", kLong), in("whence", one_of(kWhences))}},
    {SYS(dup), .classes = kDesc, .args = {in("oldfd", kFd)}},
    {SYS(dup2), .classes = kDesc, .args = {in("oldfd", kFd), in("newfd", kFd)}},
    {SYS(dup3), .classes = kDesc, .args = {in("oldfd", kFd), in("newfd", kFd), in("flags", flags(kDupFlags))}},
    {SYS(pipe), .classes = kDesc, .args = {out("pipefd", kFdPair)}},
    {SYS(pipe2), .classes = kDesc, .args = {out("pipefd", kFdPair), in("flags", flags(kPipeFlags))}},
    {SYS(fcntl), .classes = kDesc, .args = {in("fd", kFd), in("cmd", one_of(kFcntlCommands)), in("arg", kHexWord)}, .variants = &kFcntlVariants},
    {SYS(ioctl), .classes = kDesc, .args = {in("fd", kFd), in("op", kIoctlRequest), in("argp", kHexWord)}, .variants = &kIoctlVariants},
    {SYS(flock), .classes = kDesc, .args = {in("fd", kFd), in("operation", flags(kFlockOperations))}},
    {SYS(fsync), .classes = kDesc, .args = {in("fd", kFd)}},
    {SYS(fdatasync), .classes = kDesc, .args = {in("fd", kFd)}},
    {SYS(sync)},
    {SYS(syncfs), .classes = kDesc, .args = {in("fd", kFd)}},
    {SYS(sync_file_range), .classes = kDesc, .args = {in("fd", kFd), in("offset", kInt64), in("nbytes", kInt64), in("flags", flags(kSyncFileRangeFlags))}},
    {SYS(readahead), .classes = kDesc, .args = {in("fd", kFd), in("offset", kInt64), in("count", kSize)}},
    {SYS(fadvise64), .classes = kDesc, .args = {in("fd", kFd), in("offset", kInt64), in("len", kInt64), in("advice", one_of(kFadvice))}},
    {SYS(sendfile), .classes = kNetwork | kDesc, .args = {in("out_fd", kFd), in("in_fd", kFd), both("offset", kSendfileOffset), in("count", kSize)}},
    {SYS(splice), .classes = kDesc, .args = {in("fd_in", kFd), in("off_in", kInt64Pointer), in("fd_out", kFd), in("off_out", kInt64Pointer), in("len", kSize), in("flags", flags(kSpliceFlags))}},
    {SYS(tee), .classes = kDesc, .args = {in("fd_in", kFd), in("fd_out", kFd), in("len", kSize), in("flags", flags(kSpliceFlags))}},
    {SYS(vmsplice), .classes = kDesc, .args = {in("fd", kFd), in("iov", kWriteVector), in("nr_segs", kUlong), in("flags", flags(kSpliceFlags))}},
    {SYS(copy_file_range), .classes = kDesc, .args = {in("fd_in", kFd), in("off_in", kInt64Pointer), in("fd_out", kFd), in("off_out", kInt64Pointer), in("size", kSize), in("flags", kUint)}},
    {SYS(cachestat), .classes = kDesc, .args = {in("fd", kFd), in("cstat_range", kCachestatRangePointer), out("cstat", kCachestatPointer), in("flags", kHexInt)}},
    {SYS(io_setup), .classes = kMemory, .args = {in("nr_events", kUint), out("ctx_idp", kHexWordPointer)}},
    {SYS(io_destroy), .classes = kMemory, .args = {in("ctx_id", kAddress)}},
    {SYS(io_submit), .args = {in("ctx_id", kAddress), in("nr", kLong), in("iocbpp", kAddress)}},
    {SYS(io_cancel), .args = {in("ctx_id", kAddress), in("iocb", kAddress), out("result", kIoEventPointer)}},
    {SYS(io_getevents), .args = {in("ctx_id", kAddress), in("min_nr", kLong), in("nr", kLong), out("events", kIoEvents), in("timeout", kTimespecPointerAnyway)}},
    {SYS(io_pgetevents), .args = {in("ctx_id", kAddress), in("min_nr", kLong), in("nr", kLong), out("events", kIoEvents), in("timeout", kTimespecPointerAnyway), in("usig", kAioSigset)}},
    {SYS(io_uring_setup), .classes = kDesc, .args = {in("entries", kUint), both("p", kUringParams)}},
    {SYS(io_uring_enter), .classes = kSignal | kDesc, .args = {in("fd", kFd), in("to_submit", kUint), in("min_complete", kUint), in("flags", flags(kIoUringEnterFlags)), in("arg", sigset(5)), in("argsz", kSize)}},
    {SYS(io_uring_register), .classes = kDesc | kMemory, .args = {in("fd", kFd), in("op", one_of(kIoUringRegisterOps)), in("arg", kAddress), in("nr_args", kUint)}},
};

}  // namespace

std::span<const Syscall> io_rows() { return kRows; }

}  // namespace ptraced::decode
