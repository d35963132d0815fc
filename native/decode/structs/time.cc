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

// struct old_timex32 begins with the same fields.
#define TIMEX(member, at32, ...) \
  { .name = #member, .offset = offsetof(timex, member), .offset32 = at32, .type = __VA_ARGS__ }

constexpr Field kTimexFields[] = {
    TIMEX(modes, 0, flags(kAdjtimexModes)),
    TIMEX(offset, 4, kLong),
    TIMEX(freq, 8, kLong),
    TIMEX(maxerror, 12, kUlong),
    TIMEX(esterror, 16, kUlong),
    TIMEX(status, 20, flags(kAdjtimexStatus)),
    TIMEX(constant, 24, kLong),
    TIMEX(precision, 28, kUlong),
    TIMEX(tolerance, 32, kLong),
    TIMEX(time, 36, kTimeval),
    TIMEX(tick, 44, kLong),
    TIMEX(ppsfreq, 48, kLong),
    TIMEX(jitter, 52, kLong),
    TIMEX(shift, 56, kInt),
    TIMEX(stabil, 60, kLong),
    TIMEX(jitcnt, 64, kUlong),
    TIMEX(calcnt, 68, kUlong),
    TIMEX(errcnt, 72, kUlong),
    TIMEX(stbcnt, 76, kUlong),
    TIMEX(tai, 80, kInt),
};

// struct __kernel_timex: as that of 64-bit programs.
constexpr Field kTimeval64Fields[] = {
    {.name = "tv_sec", .offset = 0, .offset32 = 0, .type = kInt64},
    {.name = "tv_usec", .offset = 8, .offset32 = 8, .type = kUint64},
};
constexpr Layout kTimeval64Layout = {16, 16, kTimeval64Fields, "__kernel_timex_timeval"};
constexpr Type kTimeval64 = structure(kTimeval64Layout);

constexpr Field kTimex64Fields[] = {
    TIMEX(modes, offsetof(timex, modes), flags(kAdjtimexModes)),
    TIMEX(offset, offsetof(timex, offset), kInt64),
    TIMEX(freq, offsetof(timex, freq), kInt64),
    TIMEX(maxerror, offsetof(timex, maxerror), kUint64),
    TIMEX(esterror, offsetof(timex, esterror), kUint64),
    TIMEX(status, offsetof(timex, status), flags(kAdjtimexStatus)),
    TIMEX(constant, offsetof(timex, constant), kInt64),
    TIMEX(precision, offsetof(timex, precision), kUint64),
    TIMEX(tolerance, offsetof(timex, tolerance), kInt64),
    TIMEX(time, offsetof(timex, time), kTimeval64),
    TIMEX(tick, offsetof(timex, tick), kInt64),
    TIMEX(ppsfreq, offsetof(timex, ppsfreq), kInt64),
    TIMEX(jitter, offsetof(timex, jitter), kInt64),
    TIMEX(shift, offsetof(timex, shift), kInt),
    TIMEX(stabil, offsetof(timex, stabil), kInt64),
    TIMEX(jitcnt, offsetof(timex, jitcnt), kUint64),
    TIMEX(calcnt, offsetof(timex, calcnt), kUint64),
    TIMEX(errcnt, offsetof(timex, errcnt), kUint64),
    TIMEX(stbcnt, offsetof(timex, stbcnt), kUint64),
    TIMEX(tai, offsetof(timex, tai), kInt),
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
const Layout kTimexLayout = {sizeof(timex), 128, kTimexFields, "timex"};
const Layout kTimex64Layout = {sizeof(timex), sizeof(timex), kTimex64Fields, "__kernel_timex"};
const Layout kTimezoneLayout = {8, 8, kTimezoneFields, "timezone"};
const Layout kTmsLayout = {sizeof(tms), sizeof(tms32), kTmsFields, "tms"};
const Layout kUtimbufLayout = {sizeof(utimbuf), sizeof(utimbuf32), kUtimbufFields, "utimbuf"};

}  // namespace ptraced::decode
