// Rows: signals.
#include "rows.h"

namespace ptraced::decode {

namespace {

constexpr Syscall kRows[] = {
    {SYS(rt_sigaction), .classes = kSignal,
     .args = {in("signum", kSignalNumber), in("act", kSigaction), out("oldact", kSigaction),
              in("sigsetsize", kSize)}},
    {SYS(rt_sigprocmask), .classes = kSignal,
     .args = {in("how", one_of(kSigprocmaskHow)), in("set", sigset(3)), out("oldset", sigset(3)),
              in("sigsetsize", kSize)}},
    {SYS(rt_sigreturn), .classes = kSignal, .args = {in("frame", kSignalFrame)}},
    {SYS(rt_sigpending), .classes = kSignal,
     .args = {out("set", sigset(1)), in("sigsetsize", kSize)}},
    {SYS(rt_sigtimedwait), .classes = kSignal,
     .result = {.note = note_signal, .type = &kSignalNumber},
     .args = {in("set", sigset(3)), out("info", kSiginfo), in("timeout", kTimespecPointerAnyway),
              in("sigsetsize", kSize)}},
    {SYS(rt_sigqueueinfo), .classes = kProcess | kSignal,
     .args = {in("tgid", kPid), in("sig", kSignalNumber), in("info", kSiginfo)}},
    {SYS(rt_tgsigqueueinfo), .classes = kProcess | kSignal,
     .args = {in("tgid", kPid), in("tid", kPid), in("sig", kSignalNumber), in("info", kSiginfo)}},
    {SYS(rt_sigsuspend), .classes = kSignal,
     .args = {in("mask", sigset(1)), in("sigsetsize", kSize)}},
    {SYS(sigaltstack), .classes = kSignal,
     .args = {in("ss", kAltstackPointer), out("old_ss", kAltstackPointer)}},
    {SYS(kill), .classes = kProcess | kSignal, .args = {in("pid", kPid), in("sig", kSignalNumber)}},
    {SYS(tkill), .classes = kProcess | kSignal,
     .args = {in("tid", kPid), in("sig", kSignalNumber)}},
    {SYS(tgkill), .classes = kProcess | kSignal,
     .args = {in("tgid", kPid), in("tid", kPid), in("sig", kSignalNumber)}},
    {SYS(pidfd_send_signal), .classes = kProcess | kSignal | kDesc,
     .args = {in("pidfd", kFd), in("sig", kSignalNumber), in("info", kSiginfo),
              in("flags", flags(kPidfdSignalFlags))}},
    {SYS(pause), .classes = kSignal},
};

}  // namespace

std::span<const Syscall> signal_rows() {
  return kRows;
}

}  // namespace ptraced::decode
