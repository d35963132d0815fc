// Structures of clocks and timers.
#include <linux/time_types.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <time.h>
#include <utime.h>

#include "compat.h"
#include "layout.h"
#include "structs.h"

namespace ptraced::decode {

namespace {

constexpr Field kTimespecFields[] = {
    FIELD(timespec, timespec32, tv_sec, kLong),
    FIELD_UNSIGNED(timespec, timespec32, tv_nsec, kUlong),
};

constexpr Field kTimespec64Fields[] = {
    SAME(__kernel_timespec, tv_sec, kInt64),
    FIELD_UNSIGNED(__kernel_timespec, __kernel_timespec, tv_nsec, kUint64),
};

constexpr Field kTimevalFields[] = {
    FIELD(timeval, timeval32, tv_sec, kLong),
    FIELD_UNSIGNED(timeval, timeval32, tv_usec, kUlong),
};

constexpr Field kItimerspecFields[] = {
    FIELD(itimerspec, itimerspec32, it_interval, kTimespec),
    FIELD(itimerspec, itimerspec32, it_value, kTimespec),
};

constexpr Field kItimerspec64Fields[] = {
    SAME(__kernel_itimerspec, it_interval, kTimespec64),
    SAME(__kernel_itimerspec, it_value, kTimespec64),
};

constexpr Field kItimervalFields[] = {
    FIELD(itimerval, itimerval32, it_interval, kTimeval),
    FIELD(itimerval, itimerval32, it_value, kTimeval),
};

#define TIMEX(member, ...) NATIVE(timex, member, __VA_ARGS__)

constexpr Field kTimexFields[] = {
    TIMEX(modes, flags(kAdjtimexModes)),
    TIMEX(offset, kLong),
    TIMEX(freq, kLong),
    TIMEX(maxerror, kUlong),
    TIMEX(esterror, kUlong),
    TIMEX(status, flags(kAdjtimexStatus)),
    TIMEX(constant, kLong),
    TIMEX(precision, kUlong),
    TIMEX(tolerance, kLong),
    TIMEX(time, kTimeval),
    TIMEX(tick, kLong),
    TIMEX(ppsfreq, kLong),
    TIMEX(jitter, kLong),
    TIMEX(shift, kInt),
    TIMEX(stabil, kLong),
    TIMEX(jitcnt, kUlong),
    TIMEX(calcnt, kUlong),
    TIMEX(errcnt, kUlong),
    TIMEX(stbcnt, kUlong),
    TIMEX(tai, kInt),
};

constexpr Field kTimezoneFields[] = {
    {.name = "tz_minuteswest", .offset = 0, .offset32 = 0, .type = kInt},
    {.name = "tz_dsttime", .offset = 4, .offset32 = 4, .type = kInt},
};

constexpr Field kTmsFields[] = {
    FIELD(tms, tms32, tms_utime, kClockTicks),
    FIELD(tms, tms32, tms_stime, kClockTicks),
    FIELD(tms, tms32, tms_cutime, kClockTicks),
    FIELD(tms, tms32, tms_cstime, kClockTicks),
};

constexpr Field kUtimbufFields[] = {
    FIELD(utimbuf, utimbuf32, actime, kDate),
    FIELD(utimbuf, utimbuf32, modtime, kDate),
};

}  // namespace

const Layout kTimespecLayout = {sizeof(timespec), sizeof(timespec32), kTimespecFields, "timespec"};
const Layout kTimespec64Layout = {sizeof(__kernel_timespec), sizeof(__kernel_timespec),
                                  kTimespec64Fields, "__kernel_timespec"};
const Layout kTimevalLayout = {sizeof(timeval), sizeof(timeval32), kTimevalFields, "timeval"};
const Layout kItimerspecLayout = {sizeof(itimerspec), sizeof(itimerspec32), kItimerspecFields,
                                  "itimerspec"};
const Layout kItimerspec64Layout = {sizeof(__kernel_itimerspec), sizeof(__kernel_itimerspec),
                                    kItimerspec64Fields, "__kernel_itimerspec"};
const Layout kItimervalLayout = {sizeof(itimerval), sizeof(itimerval32), kItimervalFields,
                                 "itimerval"};
const Layout kTimexLayout = {sizeof(timex), 0, kTimexFields, "timex"};
const Layout kTimezoneLayout = {8, 8, kTimezoneFields, "timezone"};
const Layout kTmsLayout = {sizeof(tms), sizeof(tms32), kTmsFields, "tms"};
const Layout kUtimbufLayout = {sizeof(utimbuf), sizeof(utimbuf32), kUtimbufFields, "utimbuf"};

}  // namespace ptraced::decode
