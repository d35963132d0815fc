// Rows: clocks and timers.
#include "rows.h"

namespace ptraced::decode {

namespace {

constexpr Type kAdjtimexResult = one_of(kAdjtimexStates);

constexpr Syscall kRows[] = {
    {SYS(nanosleep), .args = {in("rqtp", kTimespecPointer), out("rmtp", kRemainingTime)}},
    {SYS(clock_nanosleep),
     .args = {in("clockid", one_of(kClocks)), in("flags", flags(kClockNanosleepFlags)),
              in("rqtp", kTimespecPointer), out("rmtp", kRemainingTime)}},
    {SYS(clock_gettime), .classes = kClock,
     .args = {in("clockid", one_of(kClocks)), out("tp", kTimespecPointer)}},
    {SYS(clock_settime), .classes = kClock,
     .args = {in("clockid", one_of(kClocks)), in("tp", kTimespecPointer)}},
    {SYS(clock_getres), .classes = kClock,
     .args = {in("clockid", one_of(kClocks)), out("res", kTimespecPointer)}},
    {SYS(clock_adjtime), .classes = kClock,
     .result = {.note = note_clock_state, .type = &kAdjtimexResult},
     .args = {in("clockid", one_of(kClocks)), out("buf", kTimexPointer)}},
    {SYS(adjtimex), .classes = kClock,
     .result = {.note = note_clock_state, .type = &kAdjtimexResult},
     .args = {out("buf", kTimexPointer)}},
    {SYS(gettimeofday), .classes = kClock,
     .args = {out("tv", kTimevalPointer), out("tz", kTimezonePointer)}},
    {SYS(settimeofday), .classes = kClock,
     .args = {in("tv", kTimevalPointer), in("tz", kTimezonePointer)}},
    {SYS(time), .classes = kClock, .result = {.note = note_date, .type = &kDate},
     .args = {out("tloc", kTimePointer)}},
    {SYS(alarm), .args = {in("seconds", kUint)}},
    {SYS(getitimer), .args = {in("which", one_of(kItimers)), out("curr_value", kItimervalPointer)}},
    {SYS(setitimer), .args = {in("which", one_of(kItimers)), in("new_value", kItimervalPointer),
                              out("old_value", kItimervalPointer)}},
    {SYS(timer_create), .args = {in("clockid", one_of(kClocks)), in("sevp", kSigeventPointer),
                                 out("timerid", kIntPointer)}},
    {SYS(timer_settime),
     .args = {in("timerid", kInt), in("flags", flags(kTimerSettimeFlags)),
              in("new_value", kItimerspecPointer), out("old_value", kItimerspecPointer)}},
    {SYS(timer_gettime), .args = {in("timerid", kInt), out("curr_value", kItimerspecPointer)}},
    {SYS(timer_getoverrun), .args = {in("timerid", kInt)}},
    {SYS(timer_delete), .args = {in("timerid", kInt)}},
    {SYS(timerfd_create), .classes = kDesc, .result = kDescriptorResult,
     .args = {in("clockid", one_of(kClocks)), in("flags", flags(kTimerfdFlags))}},
    {SYS(timerfd_settime), .classes = kDesc,
     .args = {in("fd", kFd), in("flags", flags(kTimerfdSettimeFlags)),
              in("new_value", kItimerspecPointer), out("old_value", kItimerspecPointer)}},
    {SYS(timerfd_gettime), .classes = kDesc,
     .args = {in("fd", kFd), out("curr_value", kItimerspecPointer)}},
};

}  // namespace

std::span<const Syscall> time_rows() {
  return kRows;
}

}  // namespace ptraced::decode
