// Names of terminals.

#include <asm/termbits.h>
#include <linux/tty.h>

#include "newer.h"
#include "sets.h"
#include "xlat.h"

namespace ptraced::decode {

namespace {

constexpr Xlat kTermiosInputNames[] = {
    XLAT(IGNBRK), XLAT(BRKINT), XLAT(IGNPAR), XLAT(PARMRK),  XLAT(INPCK),
    XLAT(ISTRIP), XLAT(INLCR),  XLAT(IGNCR),  XLAT(ICRNL),   XLAT(IUCLC),
    XLAT(IXON),   XLAT(IXANY),  XLAT(IXOFF),  XLAT(IMAXBEL), XLAT(IUTF8),
};

constexpr Xlat kTermiosLocalNames[] = {
    XLAT(ISIG),   XLAT(ICANON), XLAT(XCASE),  XLAT(ECHO),    XLAT(ECHOE),   XLAT(ECHOK),
    XLAT(ECHONL), XLAT(NOFLSH), XLAT(IEXTEN), XLAT(ECHOCTL), XLAT(ECHOPRT), XLAT(ECHOKE),
    XLAT(FLUSHO), XLAT(PENDIN), XLAT(TOSTOP), XLAT(EXTPROC),
};

constexpr Xlat kTermiosOutputFlagsNames[] = {
    XLAT(OPOST), XLAT(OLCUC),  XLAT(ONLCR), XLAT(OCRNL),
    XLAT(ONOCR), XLAT(ONLRET), XLAT(OFILL), XLAT(OFDEL),
};

constexpr Xlat kTermiosControlFlagsNames[] = {
    XLAT(CSTOPB), XLAT(CREAD),  XLAT(PARENB), XLAT(PARODD),
    XLAT(HUPCL),  XLAT(CLOCAL), XLAT(CMSPAR), XLAT(CRTSCTS),
};

constexpr Xlat kBaudRatesNames[] = {
    XLAT(B0),       XLAT(B50),      XLAT(B75),      XLAT(B110),     XLAT(B134),     XLAT(B150),
    XLAT(B200),     XLAT(B300),     XLAT(B600),     XLAT(B1200),    XLAT(B1800),    XLAT(B2400),
    XLAT(B4800),    XLAT(B9600),    XLAT(B19200),   XLAT(B38400),   XLAT(BOTHER),   XLAT(B57600),
    XLAT(B115200),  XLAT(B230400),  XLAT(B460800),  XLAT(B500000),  XLAT(B576000),  XLAT(B921600),
    XLAT(B1000000), XLAT(B1152000), XLAT(B1500000), XLAT(B2000000), XLAT(B2500000), XLAT(B3000000),
    XLAT(B3500000), XLAT(B4000000),
};

constexpr Xlat kLineDisciplinesNames[] = {
    XLAT(N_TTY),          XLAT(N_SLIP),    XLAT(N_MOUSE),        XLAT(N_PPP),
    XLAT(N_STRIP),        XLAT(N_AX25),    XLAT(N_X25),          XLAT(N_6PACK),
    XLAT(N_MASC),         XLAT(N_R3964),   XLAT(N_PROFIBUS_FDL), XLAT(N_IRDA),
    XLAT(N_SMSBLOCK),     XLAT(N_HDLC),    XLAT(N_SYNC_PPP),     XLAT(N_HCI),
    XLAT(N_GIGASET_M101), XLAT(N_SLCAN),   XLAT(N_PPS),          XLAT(N_V253),
    XLAT(N_CAIF),         XLAT(N_GSM0710), XLAT(N_TI_WL),        XLAT(N_TRACESINK),
    XLAT(N_TRACEROUTER),  XLAT(N_NCI),     XLAT(N_SPEAKUP),      XLAT(N_NULL),
};

constexpr Xlat kModemLinesNames[] = {
    XLAT(TIOCM_LE),  XLAT(TIOCM_DTR),  XLAT(TIOCM_RTS),  XLAT(TIOCM_ST),
    XLAT(TIOCM_SR),  XLAT(TIOCM_CTS),  XLAT(TIOCM_CAR),  XLAT(TIOCM_RNG),
    XLAT(TIOCM_DSR), XLAT(TIOCM_OUT1), XLAT(TIOCM_OUT2), XLAT(TIOCM_LOOP),
};

}  // namespace

const Set kTermiosInput = {.flags = kTermiosInputNames};
const Set kTermiosLocal = {.flags = kTermiosLocalNames};
const Set kTermiosOutputFlags = {.flags = kTermiosOutputFlagsNames};
const Set kTermiosControlFlags = {.flags = kTermiosControlFlagsNames};
const Set kBaudRates = {.constants = kBaudRatesNames, .sorted = true};
const Set kLineDisciplines = {
    .constants = kLineDisciplinesNames, .unknown = "N_???", .sorted = true};
const Set kModemLines = {.flags = kModemLinesNames, .unknown_flags = "TIOCM_???"};

}  // namespace ptraced::decode
