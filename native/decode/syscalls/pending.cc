#include "../engine.h"
#include "rows.h"
namespace ptraced::decode {
const Variants kIoctlVariants{};
const Variants kPrctlVariants{};
const Variants kPtraceVariants{};
const Variants kKcmpVariants{};
const Variants kFsconfigVariants{};
const Variants kRebootVariants{};
const Variants kSyslogVariants{};
const Variants kSeccompVariants{};
const Variants kLandlockRuleVariants{};
const Variants kKeyctlVariants{};
void print_moved_offset(Engine& e, const Type&, const Operand& o) { e.out().hex(o.word); }
void print_xattr_value(Engine& e, const Type&, const Operand& o) { e.out().hex(o.word); }
void print_open_how(Engine& e, const Type&, const Operand& o) { e.out().hex(o.word); }
void print_sched_attr(Engine& e, const Type&, const Operand& o) { e.out().hex(o.word); }
void print_rseq(Engine& e, const Type&, const Operand& o) { e.out().hex(o.word); }
void print_signal_frame(Engine& e, const Type&, const Operand& o) { e.out().hex(o.word); }
void print_termios_output(Engine& e, const Type&, const Operand& o) { e.out().hex(o.word); }
void print_termios_control(Engine& e, const Type&, const Operand& o) { e.out().hex(o.word); }
void print_control_characters(Engine& e, const Type&, const Operand& o) { e.out().hex(o.word); }
void print_fsid(Engine& e, const Type&, const Operand& o) { e.out().hex(o.word); }
}
