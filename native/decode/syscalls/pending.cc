#include "../engine.h"
#include "rows.h"
namespace ptraced::decode {
const Variants kPtraceVariants{};
const Variants kKcmpVariants{};
const Variants kFsconfigVariants{};
const Variants kRebootVariants{};
const Variants kSyslogVariants{};
const Variants kSeccompVariants{};
const Variants kLandlockRuleVariants{};
const Variants kKeyctlVariants{};
void print_signal_frame(Engine& e, const Type&, const Operand& o) { e.out().hex(o.word); }
}
