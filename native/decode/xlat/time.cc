// Names of clocks and timers.

#include <linux/timerfd.h>
#include <sys/timex.h>

#include <csignal>
#include <ctime>

#include "newer.h"
#include "sets.h"
#include "xlat.h"

namespace ptraced::decode {

namespace {

constexpr Xlat kItimersNames[] = {
    XLAT(ITIMER_REAL),
    XLAT(ITIMER_VIRTUAL),
    XLAT(ITIMER_PROF),
};

constexpr Xlat kClocksNames[] = {
    XLAT(CLOCK_REALTIME),          XLAT(CLOCK_MONOTONIC),     XLAT(CLOCK_PROCESS_CPUTIME_ID),
    XLAT(CLOCK_THREAD_CPUTIME_ID), XLAT(CLOCK_MONOTONIC_RAW), XLAT(CLOCK_REALTIME_COARSE),
    XLAT(CLOCK_MONOTONIC_COARSE),  XLAT(CLOCK_BOOTTIME),      XLAT(CLOCK_REALTIME_ALARM),
    XLAT(CLOCK_BOOTTIME_ALARM),    XLAT(CLOCK_SGI_CYCLE),     XLAT(CLOCK_TAI),
};

constexpr Xlat kClockNanosleepFlagsNames[] = {
    XLAT(TIMER_ABSTIME),
};

constexpr Xlat kTimerSettimeFlagsNames[] = {
    XLAT(TIMER_ABSTIME),
};

constexpr Xlat kTimerfdFlagsNames[] = {
    XLAT(TFD_TIMER_ABSTIME),
    XLAT(TFD_TIMER_CANCEL_ON_SET),
    XLAT(TFD_CLOEXEC),
    XLAT(TFD_NONBLOCK),
};

constexpr Xlat kTimerfdSettimeFlagsNames[] = {
    XLAT(TFD_TIMER_ABSTIME),
    XLAT(TFD_TIMER_CANCEL_ON_SET),
    XLAT(TFD_CLOEXEC),
    XLAT(TFD_NONBLOCK),
};

constexpr Xlat kSigevNotifyNames[] = {
    XLAT(SIGEV_SIGNAL),
    XLAT(SIGEV_NONE),
    XLAT(SIGEV_THREAD),
    XLAT(SIGEV_THREAD_ID),
};

constexpr Xlat kAdjtimexModesNames[] = {
    XLAT(ADJ_OFFSET), XLAT(ADJ_FREQUENCY), XLAT(ADJ_MAXERROR), XLAT(ADJ_ESTERROR),
    XLAT(ADJ_STATUS), XLAT(ADJ_TIMECONST), XLAT(ADJ_TAI),      XLAT(ADJ_SETOFFSET),
    XLAT(ADJ_MICRO),  XLAT(ADJ_NANO),      XLAT(ADJ_TICK),
};

constexpr Xlat kAdjtimexStatusNames[] = {
    XLAT(STA_PLL),       XLAT(STA_PPSFREQ),   XLAT(STA_PPSTIME),   XLAT(STA_FLL),
    XLAT(STA_INS),       XLAT(STA_DEL),       XLAT(STA_UNSYNC),    XLAT(STA_FREQHOLD),
    XLAT(STA_PPSSIGNAL), XLAT(STA_PPSJITTER), XLAT(STA_PPSWANDER), XLAT(STA_PPSERROR),
    XLAT(STA_CLOCKERR),  XLAT(STA_NANO),      XLAT(STA_MODE),      XLAT(STA_CLK),
};

}  // namespace

const Set kItimers = {.constants = kItimersNames, .unknown = "ITIMER_???"};
const Set kClocks = {.constants = kClocksNames, .unknown = "CLOCK_???", .sorted = true};
const Set kClockNanosleepFlags = {.flags = kClockNanosleepFlagsNames, .unknown_flags = "TIMER_???"};
const Set kTimerSettimeFlags = {.flags = kTimerSettimeFlagsNames, .unknown_flags = "TIMER_???"};
const Set kTimerfdFlags = {.flags = kTimerfdFlagsNames, .unknown_flags = "TFD_???"};
const Set kTimerfdSettimeFlags = {.flags = kTimerfdSettimeFlagsNames, .unknown_flags = "TFD_???"};
const Set kSigevNotify = {.constants = kSigevNotifyNames, .unknown = "SIGEV_???"};
const Set kAdjtimexModes = {.flags = kAdjtimexModesNames, .unknown_flags = "ADJ_???"};
const Set kAdjtimexStatus = {.flags = kAdjtimexStatusNames, .unknown_flags = "STA_???"};

}  // namespace ptraced::decode
