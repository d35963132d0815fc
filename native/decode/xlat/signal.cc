// Names of signals.

#include <signal.h>

#include "newer.h"
#include "sets.h"
#include "xlat.h"

namespace ptraced::decode {

namespace {

constexpr Xlat kSigprocmaskHowNames[] = {
    XLAT(SIG_BLOCK),
    XLAT(SIG_UNBLOCK),
    XLAT(SIG_SETMASK),
};

constexpr Xlat kSigactionFlagsNames[] = {
    XLAT(SA_RESTORER),  XLAT(SA_ONSTACK), XLAT(SA_RESTART),   XLAT(SA_INTERRUPT), XLAT(SA_NODEFER),
    XLAT(SA_RESETHAND), XLAT(SA_SIGINFO), XLAT(SA_NOCLDSTOP), XLAT(SA_NOCLDWAIT),
};

constexpr Xlat kAltstackFlagsNames[] = {
    XLAT(SS_ONSTACK),
    XLAT(SS_DISABLE),
    XLAT(SS_AUTODISARM),
};

}  // namespace

const Set kSigprocmaskHow = {.constants = kSigprocmaskHowNames, .unknown = "SIG_???"};
const Set kSigactionFlags = {.flags = kSigactionFlagsNames, .unknown_flags = "SA_???"};
const Set kAltstackFlags = {.flags = kAltstackFlagsNames, .unknown_flags = "SS_???"};

}  // namespace ptraced::decode
