// Structures of processes, limits and the system.
#include <linux/sysinfo.h>
#include <linux/utsname.h>
#include <sys/resource.h>

#include "compat.h"
#include "layout.h"
#include "structs.h"

namespace ptraced::decode {

namespace {

constexpr Type kLoads = repeated(kUlong, 3);

constexpr Field kRusageFields[] = {
    FIELD(rusage, rusage32, ru_utime, kTimeval),
    FIELD(rusage, rusage32, ru_stime, kTimeval),
    FIELD_VERBOSE(rusage, rusage32, ru_maxrss, kLong),
    FIELD_VERBOSE(rusage, rusage32, ru_ixrss, kLong),
    FIELD_VERBOSE(rusage, rusage32, ru_idrss, kLong),
    FIELD_VERBOSE(rusage, rusage32, ru_isrss, kLong),
    FIELD_VERBOSE(rusage, rusage32, ru_minflt, kLong),
    FIELD_VERBOSE(rusage, rusage32, ru_majflt, kLong),
    FIELD_VERBOSE(rusage, rusage32, ru_nswap, kLong),
    FIELD_VERBOSE(rusage, rusage32, ru_inblock, kLong),
    FIELD_VERBOSE(rusage, rusage32, ru_oublock, kLong),
    FIELD_VERBOSE(rusage, rusage32, ru_msgsnd, kLong),
    FIELD_VERBOSE(rusage, rusage32, ru_msgrcv, kLong),
    FIELD_VERBOSE(rusage, rusage32, ru_nsignals, kLong),
    FIELD_VERBOSE(rusage, rusage32, ru_nvcsw, kLong),
    FIELD_VERBOSE(rusage, rusage32, ru_nivcsw, kLong),
};

constexpr Field kRlimitFields[] = {
    FIELD(rlimit, rlimit32, rlim_cur, kLimit),
    FIELD(rlimit, rlimit32, rlim_max, kLimit),
};

constexpr Field kRlimit64Fields[] = {
    SAME(rlimit64, rlim_cur, kLimit64),
    SAME(rlimit64, rlim_max, kLimit64),
};

constexpr Field kSysinfoFields[] = {
    FIELD(struct sysinfo, sysinfo32, uptime, kLong),
    FIELD(struct sysinfo, sysinfo32, loads, kLoads),
    FIELD(struct sysinfo, sysinfo32, totalram, kUlong),
    FIELD(struct sysinfo, sysinfo32, freeram, kUlong),
    FIELD(struct sysinfo, sysinfo32, sharedram, kUlong),
    FIELD(struct sysinfo, sysinfo32, bufferram, kUlong),
    FIELD(struct sysinfo, sysinfo32, totalswap, kUlong),
    FIELD(struct sysinfo, sysinfo32, freeswap, kUlong),
    FIELD(struct sysinfo, sysinfo32, procs, kUshort),
    FIELD(struct sysinfo, sysinfo32, totalhigh, kUlong),
    FIELD(struct sysinfo, sysinfo32, freehigh, kUlong),
    FIELD(struct sysinfo, sysinfo32, mem_unit, kUint),
};

constexpr Field kUtsnameFields[] = {
    SAME(new_utsname, sysname, text(65)),         SAME(new_utsname, nodename, text(65)),
    SAME_VERBOSE(new_utsname, release, text(65)), SAME_VERBOSE(new_utsname, version, text(65)),
    SAME_VERBOSE(new_utsname, machine, text(65)), SAME_VERBOSE(new_utsname, domainname, text(65)),
};

constexpr Field kSchedParamFields[] = {
    {.name = "sched_priority", .offset = 0, .offset32 = 0, .type = kInt},
};

}  // namespace

const Layout kRusageLayout = {sizeof(rusage), sizeof(rusage32), kRusageFields, "rusage"};
const Layout kRlimitLayout = {sizeof(rlimit), sizeof(rlimit32), kRlimitFields, "rlimit"};
const Layout kRlimit64Layout = {sizeof(rlimit64), sizeof(rlimit64), kRlimit64Fields, "rlimit64"};
const Layout kSysinfoLayout = {sizeof(struct sysinfo), sizeof(sysinfo32), kSysinfoFields,
                               "sysinfo"};
const Layout kUtsnameLayout = {sizeof(new_utsname), sizeof(new_utsname), kUtsnameFields,
                               "new_utsname"};
const Layout kSchedParamLayout = {sizeof(int), sizeof(int), kSchedParamFields, "sched_param"};

}  // namespace ptraced::decode
