// Rows: users, groups and capabilities.
#include "rows.h"

namespace ptraced::decode {

namespace {

constexpr Syscall kRows[] = {
    {SYS(getuid), .classes = kCreds | kPure},
    {SYS(geteuid), .classes = kCreds | kPure},
    {SYS(getgid), .classes = kCreds | kPure},
    {SYS(getegid), .classes = kCreds | kPure},
    {SYS(setuid), .classes = kCreds, .args = {in("uid", kUid)}},
    {SYS(setgid), .classes = kCreds, .args = {in("gid", kGid)}},
    {SYS(setreuid), .classes = kCreds, .args = {in("ruid", kUid), in("euid", kUid)}},
    {SYS(setregid), .classes = kCreds, .args = {in("rgid", kGid), in("egid", kGid)}},
    {SYS(setresuid), .classes = kCreds,
     .args = {in("ruid", kUid), in("euid", kUid), in("suid", kUid)}},
    {SYS(setresgid), .classes = kCreds,
     .args = {in("rgid", kGid), in("egid", kGid), in("sgid", kGid)}},
    {SYS(getresuid), .classes = kCreds,
     .args = {out("ruid", kUidPointer), out("euid", kUidPointer), out("suid", kUidPointer)}},
    {SYS(getresgid), .classes = kCreds,
     .args = {out("rgid", kUidPointer), out("egid", kUidPointer), out("sgid", kUidPointer)}},
    {SYS(setfsuid), .classes = kCreds, .args = {in("fsuid", kUid)}},
    {SYS(setfsgid), .classes = kCreds, .args = {in("fsgid", kGid)}},
    {SYS(getgroups), .classes = kCreds,
     .args = {in("size", kInt), out("list", array(kUid, written(0, 4)))}},
    {SYS(setgroups), .classes = kCreds,
     .args = {in("size", kInt), in("list", array(kUid, arg(0, 4)))}},
    {SYS(capget), .classes = kCreds, .args = {in("hdrp", kCapHeader), out("datap", kCapData)}},
    {SYS(capset), .classes = kCreds, .args = {in("hdrp", kCapHeader), in("datap", kCapData)}},
};

}  // namespace

std::span<const Syscall> identity_rows() {
  return kRows;
}

}  // namespace ptraced::decode
