// Names of signal codes.

#include <csignal>

#include "newer.h"
#include "sets.h"
#include "xlat.h"

namespace ptraced::decode {

namespace {

constexpr Xlat kSignalCodesIllNames[] = {
    XLAT(ILL_ILLOPC), XLAT(ILL_ILLOPN), XLAT(ILL_ILLADR), XLAT(ILL_ILLTRP),   XLAT(ILL_PRVOPC),
    XLAT(ILL_PRVREG), XLAT(ILL_COPROC), XLAT(ILL_BADSTK), XLAT(ILL_BADIADDR),
};

constexpr Xlat kSignalCodesTrapNames[] = {
    XLAT(TRAP_BRKPT),  XLAT(TRAP_TRACE), XLAT(TRAP_BRANCH),
    XLAT(TRAP_HWBKPT), XLAT(TRAP_UNK),   XLAT(TRAP_PERF),
};

constexpr Xlat kSignalCodesBusNames[] = {
    XLAT(BUS_ADRALN), XLAT(BUS_ADRERR), XLAT(BUS_OBJERR), XLAT(BUS_MCEERR_AR), XLAT(BUS_MCEERR_AO),
};

constexpr Xlat kSignalCodesFpeNames[] = {
    XLAT(FPE_INTDIV), XLAT(FPE_INTOVF), XLAT(FPE_FLTDIV), XLAT(FPE_FLTOVF), XLAT(FPE_FLTUND),
    XLAT(FPE_FLTRES), XLAT(FPE_FLTINV), XLAT(FPE_FLTSUB), XLAT(FPE_FLTUNK), XLAT(FPE_CONDTRAP),
};

constexpr Xlat kSignalCodesSegvNames[] = {
    XLAT(SEGV_MAPERR),  XLAT(SEGV_ACCERR),  XLAT(SEGV_BNDERR),  XLAT(SEGV_PKUERR),
    XLAT(SEGV_ACCADI),  XLAT(SEGV_ADIDERR), XLAT(SEGV_ADIPERR), XLAT(SEGV_MTEAERR),
    XLAT(SEGV_MTESERR), XLAT(SEGV_CPERR),
};

constexpr Xlat kSignalCodesChldNames[] = {
    XLAT(CLD_EXITED),  XLAT(CLD_KILLED),  XLAT(CLD_DUMPED),
    XLAT(CLD_TRAPPED), XLAT(CLD_STOPPED), XLAT(CLD_CONTINUED),
};

constexpr Xlat kSignalCodesPollNames[] = {
    XLAT(POLL_IN), XLAT(POLL_OUT), XLAT(POLL_MSG), XLAT(POLL_ERR), XLAT(POLL_PRI), XLAT(POLL_HUP),
};

constexpr Xlat kSignalCodesSysNames[] = {
    XLAT(SYS_SECCOMP),
    XLAT(SYS_USER_DISPATCH),
};

constexpr Xlat kSignalCodesNames[] = {
    XLAT(SI_USER),  XLAT(SI_KERNEL),  XLAT(SI_ASYNCNL), XLAT(SI_DETHREAD), XLAT(SI_TKILL),
    XLAT(SI_SIGIO), XLAT(SI_ASYNCIO), XLAT(SI_MESGQ),   XLAT(SI_TIMER),    XLAT(SI_QUEUE),
};

}  // namespace

const Set kSignalCodesIll = {.constants = kSignalCodesIllNames, .sorted = true};
const Set kSignalCodesTrap = {.constants = kSignalCodesTrapNames};
const Set kSignalCodesBus = {.constants = kSignalCodesBusNames};
const Set kSignalCodesFpe = {.constants = kSignalCodesFpeNames, .sorted = true};
const Set kSignalCodesSegv = {.constants = kSignalCodesSegvNames, .sorted = true};
const Set kSignalCodesChld = {.constants = kSignalCodesChldNames};
const Set kSignalCodesPoll = {.constants = kSignalCodesPollNames};
const Set kSignalCodesSys = {.constants = kSignalCodesSysNames};
const Set kSignalCodes = {.constants = kSignalCodesNames, .sorted = true};

}  // namespace ptraced::decode
