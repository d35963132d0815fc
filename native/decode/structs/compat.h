// The structures of 32-bit tracees, as the kernel's compat layer has them, and those that
// no header offers under the names that are shown (include/linux/compat.h,
// arch/x86/include/asm/compat.h).
#pragma once

#include <cstdint>

namespace ptraced::decode {

struct timespec32 {
  int32_t tv_sec;
  int32_t tv_nsec;
};

struct timeval32 {
  int32_t tv_sec;
  int32_t tv_usec;
};

struct itimerspec32 {
  timespec32 it_interval;
  timespec32 it_value;
};

struct itimerval32 {
  timeval32 it_interval;
  timeval32 it_value;
};

struct tms32 {
  int32_t tms_utime;
  int32_t tms_stime;
  int32_t tms_cutime;
  int32_t tms_cstime;
};

struct rusage32 {
  timeval32 ru_utime;
  timeval32 ru_stime;
  int32_t ru_maxrss;
  int32_t ru_ixrss;
  int32_t ru_idrss;
  int32_t ru_isrss;
  int32_t ru_minflt;
  int32_t ru_majflt;
  int32_t ru_nswap;
  int32_t ru_inblock;
  int32_t ru_oublock;
  int32_t ru_msgsnd;
  int32_t ru_msgrcv;
  int32_t ru_nsignals;
  int32_t ru_nvcsw;
  int32_t ru_nivcsw;
};

struct rlimit32 {
  uint32_t rlim_cur;
  uint32_t rlim_max;
};

struct sysinfo32 {
  int32_t uptime;
  uint32_t loads[3];
  uint32_t totalram;
  uint32_t freeram;
  uint32_t sharedram;
  uint32_t bufferram;
  uint32_t totalswap;
  uint32_t freeswap;
  uint16_t procs;
  uint16_t pad;
  uint32_t totalhigh;
  uint32_t freehigh;
  uint32_t mem_unit;
  char _f[8];
};

struct sigaltstack32 {
  uint32_t ss_sp;
  int32_t ss_flags;
  uint32_t ss_size;
};

struct iovec32 {
  uint32_t iov_base;
  uint32_t iov_len;
};

struct utimbuf32 {
  int32_t actime;
  int32_t modtime;
};

struct flock32 {
  int16_t l_type;
  int16_t l_whence;
  int32_t l_start;
  int32_t l_len;
  int32_t l_pid;
};

// struct stat of x86_64 with the names that strace's notation has (asm/stat.h: st_atime is a macro
// in the C library's header and the two cannot stand together).
struct kernel_stat {
  uint64_t st_dev;
  uint64_t st_ino;
  uint64_t st_nlink;
  uint32_t st_mode;
  uint32_t st_uid;
  uint32_t st_gid;
  uint32_t pad0;
  uint64_t st_rdev;
  int64_t st_size;
  int64_t st_blksize;
  int64_t st_blocks;
  uint64_t st_atime;
  uint64_t st_atime_nsec;
  uint64_t st_mtime;
  uint64_t st_mtime_nsec;
  uint64_t st_ctime;
  uint64_t st_ctime_nsec;
  int64_t unused[3];
};

// struct stat of i386.
struct stat32 {
  uint32_t st_dev;
  uint32_t st_ino;
  uint16_t st_mode;
  uint16_t st_nlink;
  uint16_t st_uid;
  uint16_t st_gid;
  uint32_t st_rdev;
  uint32_t st_size;
  uint32_t st_blksize;
  uint32_t st_blocks;
  uint32_t st_atime;
  uint32_t st_atime_nsec;
  uint32_t st_mtime;
  uint32_t st_mtime_nsec;
  uint32_t st_ctime;
  uint32_t st_ctime_nsec;
  uint32_t unused4;
  uint32_t unused5;
};

// struct stat64 of i386.
struct __attribute__((packed)) stat64_32 {
  uint64_t st_dev;
  uint8_t pad0[4];
  uint32_t ino32;
  uint32_t st_mode;
  uint32_t st_nlink;
  uint32_t st_uid;
  uint32_t st_gid;
  uint64_t st_rdev;
  uint8_t pad3[4];
  int64_t st_size;
  uint32_t st_blksize;
  int64_t st_blocks;
  uint32_t st_atime;
  uint32_t st_atime_nsec;
  uint32_t st_mtime;
  uint32_t st_mtime_nsec;
  uint32_t st_ctime;
  uint32_t st_ctime_nsec;
  uint64_t st_ino;
};

}  // namespace ptraced::decode
