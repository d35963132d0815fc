// Names of file modes.

#include <sys/stat.h>
#include <unistd.h>

#include "newer.h"
#include "sets.h"
#include "xlat.h"

namespace ptraced::decode {

namespace {

constexpr Xlat kAccessModesNames[] = {
    XLAT(R_OK),
    XLAT(W_OK),
    XLAT(X_OK),
    XLAT(F_OK),
};

constexpr Xlat kModeTypesFlagNames[] = {
    XLAT(S_ISUID),
    XLAT(S_ISGID),
    XLAT(S_ISVTX),
};

constexpr Xlat kModeTypesConstantNames[] = {
    XLAT(S_IFIFO), XLAT(S_IFCHR), XLAT(S_IFDIR),  XLAT(S_IFBLK),
    XLAT(S_IFREG), XLAT(S_IFLNK), XLAT(S_IFSOCK),
};

}  // namespace

const Set kAccessModes = {.flags = kAccessModesNames, .unknown_flags = "?_OK"};
const Set kModeTypes = {
    .flags = kModeTypesFlagNames, .constant_mask = 0xf000, .constants = kModeTypesConstantNames};

}  // namespace ptraced::decode
