// Structures of terminals.
#include <asm/termbits.h>
#include <asm/termios.h>

#include "../engine.h"
#include "layout.h"
#include "structs.h"

namespace ptraced::decode {

namespace {

constexpr Type kInputFlags = {
    .kind = Kind::kCustom, .size = 4, .set = &kTermiosInput, .print = print_termios_flags};
constexpr Type kLocalFlags = {
    .kind = Kind::kCustom, .size = 4, .set = &kTermiosLocal, .print = print_termios_flags};

#define TERMIOS_FIELDS(type)                                                  \
  SAME(type, c_iflag, kInputFlags), SAME(type, c_oflag, kTermiosOutput),      \
      SAME(type, c_cflag, kTermiosControl), SAME(type, c_lflag, kLocalFlags), \
      SAME_VERBOSE(type, c_line, one_of(kLineDisciplines, 1)),                \
      SAME_VERBOSE(type, c_cc, kControlCharacters)

constexpr Field kTermiosFields[] = {TERMIOS_FIELDS(struct termios)};
constexpr Field kTermios2Fields[] = {TERMIOS_FIELDS(struct termios2),
                                     SAME_VERBOSE(struct termios2, c_ispeed, kUint),
                                     SAME_VERBOSE(struct termios2, c_ospeed, kUint)};

constexpr Field kWinsizeFields[] = {
    SAME(winsize, ws_row, kUshort),
    SAME(winsize, ws_col, kUshort),
    SAME(winsize, ws_xpixel, kUshort),
    SAME(winsize, ws_ypixel, kUshort),
};

}  // namespace

const Layout kTermiosLayout = {sizeof(struct termios), sizeof(struct termios), kTermiosFields,
                               "termios"};
const Layout kTermios2Layout = {sizeof(struct termios2), sizeof(struct termios2), kTermios2Fields,
                                "termios2"};
const Layout kWinsizeLayout = {sizeof(winsize), sizeof(winsize), kWinsizeFields, "winsize"};

}  // namespace ptraced::decode
