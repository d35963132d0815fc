// Dates, clock ticks, file times, what is left of a sleep.
#include <fcntl.h>
#include <sys/stat.h>

#include <charconv>
#include <cstring>

#include "../engine.h"
#include "../structs/structs.h"
#include "types.h"

namespace ptraced::decode {

namespace {

constexpr uint64_t kTicksPerSecond = 100;  // USER_HZ

// Days since 1970 to a date of the proleptic Gregorian calendar. The server's time zone says
// nothing to a client elsewhere, so that dates are in UTC; localtime(3) would take a lock as well.
struct Date {
  int64_t year;
  unsigned month;
  unsigned day;
};

Date date_of(int64_t days) {
  // Counted in 400-year eras that begin on 1 March, so that leap days come last.
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const unsigned day_of_era = static_cast<unsigned>(days - era * 146097);
  const unsigned year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const unsigned day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned month = (5 * day_of_year + 2) / 153;
  return {static_cast<int64_t>(year_of_era) + era * 400 + (month >= 10 ? 1 : 0),
          month < 10 ? month + 3 : month - 9, day_of_year - (153 * month + 2) / 5 + 1};
}

char* put(char* out, uint64_t value, int digits) {
  for (int i = digits - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return out + digits;
}

void show_time(Engine& engine, int64_t seconds, uint64_t fraction, int digits) {
  Writer& out = engine.out();
  if (digits == 9 && (fraction == UTIME_NOW || fraction == UTIME_OMIT)) {
    out.symbol(fraction == UTIME_NOW ? "UTIME_NOW" : "UTIME_OMIT", static_cast<int64_t>(fraction));
    return;
  }
  out.begin_struct(digits == 9 ? "timespec" : "timeval");
  out.begin_field("tv_sec");
  out.signed_number(seconds);
  out.begin_field(digits == 9 ? "tv_nsec" : "tv_usec");
  out.unsigned_number(fraction);
  out.end_struct();
  comment_date(engine, seconds, fraction, digits);
}

}  // namespace

DateText date_text(int64_t seconds, uint64_t fraction, int digits) {
  const uint64_t unit = digits == 9 ? 1'000'000'000 : 1'000'000;
  constexpr int64_t kDay = 86400;
  constexpr int64_t kLastShown = int64_t{253402300799};  // the end of the year 9999
  if ((seconds == 0 && fraction == 0) || fraction >= unit || seconds > kLastShown ||
      seconds < -kLastShown / 4) {
    return {};
  }
  const int64_t days = (seconds >= 0 ? seconds : seconds - (kDay - 1)) / kDay;
  const uint64_t of_day = static_cast<uint64_t>(seconds - days * kDay);
  const Date date = date_of(days);
  DateText text;
  char* end = put(text.bytes, static_cast<uint64_t>(date.year), 4);
  *end++ = '-';
  end = put(end, date.month, 2);
  *end++ = '-';
  end = put(end, date.day, 2);
  *end++ = 'T';
  end = put(end, of_day / 3600, 2);
  *end++ = ':';
  end = put(end, of_day / 60 % 60, 2);
  *end++ = ':';
  end = put(end, of_day % 60, 2);
  if (fraction != 0) {
    *end++ = '.';
    end = put(end, fraction, digits);
  }
  constexpr std::string_view kZone = "+0000";
  end = std::copy(kZone.begin(), kZone.end(), end);
  text.size = static_cast<size_t>(end - text.bytes);
  return text;
}

void comment_date(Engine& engine, int64_t seconds, uint64_t fraction, int digits) {
  const DateText date = date_text(seconds, fraction, digits);
  if (date.size != 0) {
    engine.out().comment(date.view());
  }
}

void print_date(Engine& engine, const Type&, const Operand& operand) {
  const int64_t seconds = engine.word_size() == 4 ? static_cast<int32_t>(operand.word)
                                                  : static_cast<int64_t>(operand.word);
  engine.out().signed_number(seconds);
  comment_date(engine, seconds, 0, 9);
}

void print_dated_struct(Engine& engine, const Type& type, const Operand& operand) {
  engine.out().begin_struct(type.layout->name);
  engine.show_fields(*type.layout, operand.memory);
  engine.out().end_struct();
  comment_date(engine, static_cast<int64_t>(operand.memory.number(0, 8)),
               operand.memory.number(8, 4), 9);
}

void comment_ticks(Writer& out, uint64_t ticks) {
  if (ticks == 0) {
    return;
  }
  char text[40];
  char* end = std::to_chars(text, text + 24, ticks / kTicksPerSecond).ptr;
  *end++ = '.';
  end = put(end, ticks % kTicksPerSecond, 2);
  *end++ = ' ';
  *end++ = 's';
  out.comment({text, static_cast<size_t>(end - text)});
}

void print_clock_ticks(Engine& engine, const Type&, const Operand& operand) {
  engine.out().unsigned_number(operand.word);
  comment_ticks(engine.out(), operand.word);
}

void print_file_times(Engine& engine, const Type& type, const Operand& operand) {
  if (!engine.follow(operand.word)) {
    return;
  }
  const bool narrow = engine.word_size() == 4 && type.parameter != 8;
  const int digits = type.parameter == 6 ? 6 : 9;
  int64_t times[4];
  if (narrow) {
    int32_t words[4];
    if (!engine.read(operand.word, words, sizeof words)) {
      engine.out().address(operand.word, Unread::kFault);
      return;
    }
    for (size_t i = 0; i < 4; i += 2) {
      times[i] = words[i];
      times[i + 1] = static_cast<uint32_t>(words[i + 1]);
    }
  } else if (!engine.read(operand.word, times, sizeof times)) {
    engine.out().address(operand.word, Unread::kFault);
    return;
  }
  Writer& out = engine.out();
  out.begin_array(2);
  for (size_t i = 0; i < 2; ++i) {
    out.begin_element();
    show_time(engine, times[2 * i], static_cast<uint64_t>(times[2 * i + 1]), digits);
  }
  out.end_array();
}

void print_remaining_time(Engine& engine, const Type& type, const Operand& operand) {
  constexpr int kInterrupted = 4;  // EINTR
  constexpr int kRestart = 516;    // ERESTART_RESTARTBLOCK
  const bool interrupted = engine.error() == kInterrupted || engine.error() == kRestart;
  if (!interrupted) {
    engine.out().address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kOpaque);
    return;
  }
  engine.show_word(type.parameter == 1 ? kTimespec64PointerAnyway : kTimespecPointerAnyway,
                   operand.word);
}

void print_limit(Engine& engine, const Type& type, const Operand& operand) {
  const bool narrow = type.size == 0 && engine.word_size() == 4;
  const uint64_t limit = operand.word;
  Writer& out = engine.out();
  if (limit == (narrow ? UINT32_MAX : UINT64_MAX)) {
    out.symbol(narrow ? "RLIM_INFINITY" : "RLIM64_INFINITY", -1);
  } else if (limit > 1024 && limit % 1024 == 0) {
    out.product(limit / 1024, 1024);
  } else {
    out.unsigned_number(limit);
  }
}

}  // namespace ptraced::decode
