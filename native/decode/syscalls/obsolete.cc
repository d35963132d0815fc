// Rows: calls that the kernel no longer, or never, had.
#include "rows.h"

namespace ptraced::decode {

namespace {

constexpr Syscall kRows[] = {
    {SYS(uselib), .classes = kFile, .args = {in("library", kPath)}},
    {SYS(sysfs), .args = {in("option", kHexInt), in("arg2", kHexWord), in("arg3", kHexWord)}},
    {SYS(_sysctl), .args = {in("args", kAddress)}},
    {SYS(create_module), .args = {in("name", kHexWord), in("size", kHexWord)}},
    {SYS(get_kernel_syms), .args = {in("table", kHexWord)}},
    {SYS(query_module), .args = {in("name", kHexWord), in("which", kHexWord), in("buf", kHexWord),
                                 in("bufsize", kHexWord), in("ret", kHexWord)}},
    {SYS(nfsservctl), .args = {in("cmd", kHexWord), in("argp", kHexWord), in("resp", kHexWord)}},
    {SYS(getpmsg), .classes = kNetwork,
     .args = {in("arg1", kHexWord), in("arg2", kHexWord), in("arg3", kHexWord),
              in("arg4", kHexWord), in("arg5", kHexWord)}},
    {SYS(putpmsg), .classes = kNetwork,
     .args = {in("arg1", kHexWord), in("arg2", kHexWord), in("arg3", kHexWord),
              in("arg4", kHexWord), in("arg5", kHexWord)}},
    {SYS(afs_syscall), .args = {in("arg1", kHexWord), in("arg2", kHexWord), in("arg3", kHexWord),
                                in("arg4", kHexWord), in("arg5", kHexWord)}},
    {SYS(tuxcall), .args = {in("arg1", kHexWord), in("arg2", kHexWord), in("arg3", kHexWord)}},
    {SYS(security), .args = {in("arg1", kHexWord), in("arg2", kHexWord), in("arg3", kHexWord)}},
    {SYS(lookup_dcookie),
     .args = {in("cookie", kUint64), out("buffer", bytes(written(2))), in("len", kSize)}},
    {SYS(vserver), .args = {in("arg1", kHexWord), in("arg2", kHexWord), in("arg3", kHexWord),
                            in("arg4", kHexWord), in("arg5", kHexWord)}},
};

}  // namespace

std::span<const Syscall> obsolete_rows() {
  return kRows;
}

}  // namespace ptraced::decode
