// What the files of rows share: the numbers, how a row begins, results.
#pragma once

#include <asm/unistd_64.h>
#include <linux/mman.h>
#include <linux/sched.h>

#include "../description.h"
#include "../structs/structs.h"
#include "../types/misc.h"
#include "../types/subjects.h"
#include "../types/types.h"
#include "../xlat/sets.h"
#include "newer_numbers.h"

// Number and name of a row: SYS(read) for __NR_read.
#define SYS(syscall) .number = __NR_##syscall, .name = #syscall

namespace ptraced::decode {

// open(2) takes a mode with O_CREAT and __O_TMPFILE alone.
inline constexpr uint64_t kCreating = 020000100;

// Notes on results (results.cc).
void note_clock_state(Engine& engine);
void note_date(Engine& engine);
void note_membarrier(Engine& engine);
void note_signal(Engine& engine);
void note_scheduler(Engine& engine);
void note_personality(Engine& engine);
void note_ioprio(Engine& engine);
void note_namespace_type(Engine& engine);
void note_poll(Engine& engine);
void note_select(Engine& engine);
void note_receive(Engine& engine);
void note_thread_area(Engine& engine);
void note_timeout(Engine& engine);
// What notes are made of. "(NAME)" of a result that is a constant with a name.
void note_constant(Engine& engine, const Set& set);
// "(A|B|0x40)" behind a result of flags, whatever they are; of named ones alone.
void note_flags(Engine& engine, const Set& set, std::string_view label);
void note_named_flags(Engine& engine, const Set& set);

// The rows of each file.
std::span<const Syscall> file_rows();
std::span<const Syscall> io_rows();
std::span<const Syscall> memory_rows();
std::span<const Syscall> process_rows();
std::span<const Syscall> signal_rows();
std::span<const Syscall> time_rows();
std::span<const Syscall> network_rows();
std::span<const Syscall> ipc_rows();
std::span<const Syscall> mount_rows();
std::span<const Syscall> identity_rows();
std::span<const Syscall> system_rows();
std::span<const Syscall> event_rows();
std::span<const Syscall> obsolete_rows();

// What a command decides (fcntl.cc, ioctl.cc, prctl.cc, futex.cc, commands.cc).
extern const Variants kFcntlVariants;
extern const Variants kShmctlVariants;
extern const Variants kSemctlVariants;
extern const Variants kMsgctlVariants;
extern const Variants kIoctlVariants;
extern const Variants kPrctlVariants;
extern const Variants kArchPrctlVariants;
extern const Variants kFutexVariants;
extern const Variants kMembarrierVariants;
extern const Variants kMknodVariants;
extern const Variants kMremapVariants;
extern const Variants kMknodatVariants;
extern const Variants kEpollCtlVariants;
extern const Variants kPtraceVariants;
extern const Variants kQuotaVariants;
extern const Variants kKcmpVariants;
extern const Variants kFsconfigVariants;
extern const Variants kRebootVariants;
extern const Variants kSyslogVariants;
extern const Variants kSeccompVariants;
extern const Variants kLandlockRuleVariants;
extern const Variants kKeyctlVariants;

}  // namespace ptraced::decode
