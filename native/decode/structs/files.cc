// Structures of files, file systems and locks.
#include <asm/fcntl.h>
#include <asm/statfs.h>
#include <limits.h>
#include <linux/stat.h>

#include <algorithm>

#include "../engine.h"
#include "../xlat/newer.h"
#include "compat.h"
#include "layout.h"
#include "structs.h"

namespace ptraced::decode {

namespace {

constexpr uint64_t kTypeMask = 0170000;  // S_IFMT
constexpr uint64_t kCharDevice = 0020000;
constexpr uint64_t kBlockDevice = 0060000;

constexpr Type kFsid = custom(print_fsid, 0, 8);

// struct compat_statfs has the same fields in half the room, but for f_fsid, which has two ints.
#define STATFS(member, at32, ...)                                                 \
  {                                                                               \
    .name = #member, .offset = offsetof(struct statfs, member), .offset32 = at32, \
    .type = __VA_ARGS__                                                           \
  }
constexpr Field kStatfsFields[] = {
    STATFS(f_type, 0, one_of(kFsMagics, 0)),
    STATFS(f_bsize, 4, kUlong),
    STATFS(f_blocks, 8, kUlong),
    STATFS(f_bfree, 12, kUlong),
    STATFS(f_bavail, 16, kUlong),
    STATFS(f_files, 20, kUlong),
    STATFS(f_ffree, 24, kUlong),
    STATFS(f_fsid, 28, kFsid),
    STATFS(f_namelen, 36, kUlong),
    STATFS(f_frsize, 40, kUlong),
    STATFS(f_flags, 44, flags(kStatfsFlags, 0)),
};

// struct compat_statfs64: the counts have 64 bits.
#define STATFS64(member, at32, ...) \
  { .name = member, .offset = 0, .offset32 = at32, .type = __VA_ARGS__ }
constexpr Field kStatfs64Fields[] = {
    STATFS64("f_type", 0, one_of(kFsMagics)),
    STATFS64("f_bsize", 4, kUint),
    STATFS64("f_blocks", 8, kUint64),
    STATFS64("f_bfree", 16, kUint64),
    STATFS64("f_bavail", 24, kUint64),
    STATFS64("f_files", 32, kUint64),
    STATFS64("f_ffree", 40, kUint64),
    STATFS64("f_fsid", 48, kFsid),
    STATFS64("f_namelen", 56, kUint),
    STATFS64("f_frsize", 60, kUint),
    STATFS64("f_flags", 64, flags(kStatfsFlags)),
};

// struct old_linux_dirent, whose name is of any length.
void print_old_name(Engine& engine, const Type&, const Operand& operand) {
  const size_t size = std::min<size_t>(operand.memory.number(0, 2), NAME_MAX);
  engine.show_bytes(operand.memory.address + sizeof(uint16_t), size);
}
constexpr Field kOldDirentFields[] = {
    {.name = "d_ino", .offset = 0, .offset32 = 0, .type = kUint},
    {.name = "d_off", .offset = 4, .offset32 = 4, .type = kUint},
    {.name = "d_reclen", .offset = 8, .offset32 = 8, .type = kUshort},
    {.name = "d_name", .offset = 8, .offset32 = 8, .type = custom(print_old_name, 0, 2)},
};

constexpr Field kStatxTimestampFields[] = {
    {.name = "tv_sec", .offset = 0, .offset32 = 0, .type = kInt64},
    {.name = "tv_nsec", .offset = 8, .offset32 = 8, .type = kUint},
};
constexpr Layout kStatxTimestampLayout = {16, 16, kStatxTimestampFields, "statx_timestamp"};
constexpr Type kStatxTimestamp = {
    .kind = Kind::kCustom, .layout = &kStatxTimestampLayout, .print = print_dated_struct};

// A field that statx has filled in where stx_mask says so.
constexpr Field filled(uint32_t mask, Field field) {
  field.needs = mask;
  return field;
}

constexpr Field kStatxFields[] = {
    SAME(struct statx, stx_mask, flags(kStatxMask)),
    SAME_VERBOSE(struct statx, stx_blksize, kUint),
    SAME(struct statx, stx_attributes, flags(kStatxAttributes, 8)),
    filled(STATX_NLINK, SAME_VERBOSE(struct statx, stx_nlink, kUint)),
    filled(STATX_UID, SAME_VERBOSE(struct statx, stx_uid, kUid)),
    filled(STATX_GID, SAME_VERBOSE(struct statx, stx_gid, kGid)),
    filled(STATX_TYPE | STATX_MODE, SAME(struct statx, stx_mode, kFileMode)),
    filled(STATX_INO, SAME_VERBOSE(struct statx, stx_ino, kUint64)),
    filled(STATX_SIZE, SAME(struct statx, stx_size, kUint64)),
    filled(STATX_BLOCKS, SAME_VERBOSE(struct statx, stx_blocks, kUint64)),
    SAME_VERBOSE(struct statx, stx_attributes_mask, flags(kStatxAttributes, 8)),
    filled(STATX_ATIME, SAME_VERBOSE(struct statx, stx_atime, kStatxTimestamp)),
    filled(STATX_BTIME, SAME_VERBOSE(struct statx, stx_btime, kStatxTimestamp)),
    filled(STATX_CTIME, SAME_VERBOSE(struct statx, stx_ctime, kStatxTimestamp)),
    filled(STATX_MTIME, SAME_VERBOSE(struct statx, stx_mtime, kStatxTimestamp)),
    SAME_VERBOSE(struct statx, stx_rdev_major, kUint),
    SAME_VERBOSE(struct statx, stx_rdev_minor, kUint),
    SAME_VERBOSE(struct statx, stx_dev_major, kUint),
    SAME_VERBOSE(struct statx, stx_dev_minor, kUint),
    filled(STATX_MNT_ID, SAME_VERBOSE(struct statx, stx_mnt_id, kHex64)),
    filled(STATX_DIOALIGN, SAME_VERBOSE(struct statx, stx_dio_mem_align, kUint)),
    filled(STATX_DIOALIGN, SAME_VERBOSE(struct statx, stx_dio_offset_align, kUint)),
    filled(STATX_SUBVOL, {.name = "stx_subvol",  // Linux 6.10
                          .offset = 0xa0,
                          .offset32 = 0xa0,
                          .type = kHex64,
                          .shown = Field::Shown::kUnabbreviated}),
    filled(STATX_DIO_READ_ALIGN, {.name = "stx_dio_read_offset_align",  // Linux 6.14
                                  .offset = 0xb4,
                                  .offset32 = 0xb4,
                                  .type = kUint,
                                  .shown = Field::Shown::kUnabbreviated}),
};

constexpr Field kFlockFields[] = {
    FIELD(struct flock, flock32, l_type, one_of(kLockTypes, 2)),
    FIELD(struct flock, flock32, l_whence, one_of(kWhences, 2)),
    FIELD(struct flock, flock32, l_start, kLong),
    FIELD(struct flock, flock32, l_len, kLong),
};

constexpr Field kFlockResultFields[] = {
    FIELD(struct flock, flock32, l_type, one_of(kLockTypes, 2)),
    FIELD(struct flock, flock32, l_whence, one_of(kWhences, 2)),
    FIELD(struct flock, flock32, l_start, kLong),
    FIELD(struct flock, flock32, l_len, kLong),
    FIELD(struct flock, flock32, l_pid, kPid),
};

// struct flock64 of i386: longs are aligned to four bytes.
constexpr Field kFlock64Fields[] = {
    {.name = "l_type", .offset = 0, .offset32 = 0, .type = one_of(kLockTypes, 2)},
    {.name = "l_whence", .offset = 2, .offset32 = 2, .type = one_of(kWhences, 2)},
    {.name = "l_start", .offset = 8, .offset32 = 4, .type = kInt64},
    {.name = "l_len", .offset = 16, .offset32 = 12, .type = kInt64},
};
constexpr Field kFlock64ResultFields[] = {
    {.name = "l_type", .offset = 0, .offset32 = 0, .type = one_of(kLockTypes, 2)},
    {.name = "l_whence", .offset = 2, .offset32 = 2, .type = one_of(kWhences, 2)},
    {.name = "l_start", .offset = 8, .offset32 = 4, .type = kInt64},
    {.name = "l_len", .offset = 16, .offset32 = 12, .type = kInt64},
    {.name = "l_pid", .offset = 24, .offset32 = 20, .type = kPid},
};

constexpr Field kDelegationFields[] = {
    {.name = "d_flags", .offset = 0, .offset32 = 0, .type = kHexInt},
    {.name = "d_type", .offset = 4, .offset32 = 4, .type = one_of(kLockTypes, 2)},
    {.name = "__pad",
     .offset = 6,
     .offset32 = 6,
     .type = {.kind = Kind::kHex, .size = 2},
     .shown = Field::Shown::kUnlessZero},
};

constexpr Field kOwnerExFields[] = {
    SAME(f_owner_ex, type, one_of(kOwnerTypes)),
    SAME(f_owner_ex, pid, kPid),
};

constexpr Field kCachestatRangeFields[] = {
    {.name = "off", .offset = 0, .offset32 = 0, .type = kHex64},
    {.name = "len", .offset = 8, .offset32 = 8, .type = kUint64},
};

constexpr Field kCachestatFields[] = {
    {.name = "nr_cache", .offset = 0, .offset32 = 0, .type = kUint64},
    {.name = "nr_dirty", .offset = 8, .offset32 = 8, .type = kUint64},
    {.name = "nr_writeback", .offset = 16, .offset32 = 16, .type = kUint64},
    {.name = "nr_evicted", .offset = 24, .offset32 = 24, .type = kUint64},
    {.name = "nr_recently_evicted", .offset = 32, .offset32 = 32, .type = kUint64},
};

// What of a struct stat is shown, wherever its layout has it.
struct StatFields {
  size_t dev, dev_size, ino, ino_size, mode, mode_size, nlink, nlink_size, uid, gid, id_size, rdev,
      size, size_size, blksize, blocks, blocks_size, atime, time_size;
};

#define STAT_FIELDS(type)                                                                       \
  {                                                                                             \
    offsetof(type, st_dev), sizeof(type::st_dev), offsetof(type, st_ino), sizeof(type::st_ino), \
        offsetof(type, st_mode), sizeof(type::st_mode), offsetof(type, st_nlink),               \
        sizeof(type::st_nlink), offsetof(type, st_uid), offsetof(type, st_gid),                 \
        sizeof(type::st_uid), offsetof(type, st_rdev), offsetof(type, st_size),                 \
        sizeof(type::st_size), offsetof(type, st_blksize), offsetof(type, st_blocks),           \
        sizeof(type::st_blocks), offsetof(type, st_atime), sizeof(type::st_atime)               \
  }

constexpr StatFields kNative = STAT_FIELDS(kernel_stat);
constexpr StatFields kStatI386 = STAT_FIELDS(stat32);
constexpr StatFields kStat64I386 = STAT_FIELDS(stat64_32);

constexpr Type number(Kind kind, size_t size) {
  return {.kind = kind, .size = static_cast<uint8_t>(size)};
}

void show_times(Engine& engine, const View& view, const StatFields& at) {
  constexpr std::string_view kNames[][2] = {
      {"st_atime", "st_atime_nsec"}, {"st_mtime", "st_mtime_nsec"}, {"st_ctime", "st_ctime_nsec"}};
  for (size_t i = 0; i < std::size(kNames); ++i) {
    const size_t offset = at.atime + 2 * i * at.time_size;
    const uint64_t nanoseconds = view.number(offset + at.time_size, at.time_size);
    engine.out().begin_field(kNames[i][0]);
    const uint64_t word = view.number(offset, at.time_size);
    // The kernel declares them unsigned and fills them from a time64_t: a time before 1970 is
    // negative (cp_stat64 in arch/x86/kernel/sys_ia32.c).
    const int64_t seconds =
        at.time_size == 4 ? static_cast<int32_t>(word) : static_cast<int64_t>(word);
    engine.out().signed_number(seconds);
    comment_date(engine, seconds, nanoseconds, 9);
    engine.out().begin_field(kNames[i][1]);
    engine.out().unsigned_number(nanoseconds);
  }
}

void show_stat(Engine& engine, const View& view, const StatFields& at) {
  Writer& out = engine.out();
  out.begin_struct("stat");
  const auto field = [&](std::string_view name, const Type& type, size_t offset) {
    engine.show_field(name, type, view, offset);
  };
  const bool all = engine.options().unabbreviated;
  if (all) {
    field("st_dev", custom(print_device, 0, static_cast<uint8_t>(at.dev_size)), at.dev);
    field("st_ino", number(Kind::kUnsigned, at.ino_size), at.ino);
  }
  field("st_mode", custom(print_mode, 0, static_cast<uint8_t>(at.mode_size)), at.mode);
  if (all) {
    field("st_nlink", number(Kind::kUnsigned, at.nlink_size), at.nlink);
    field("st_uid", custom(print_id, 0, static_cast<uint8_t>(at.id_size)), at.uid);
    field("st_gid", custom(print_id, 0, static_cast<uint8_t>(at.id_size)), at.gid);
    field("st_blksize", number(Kind::kUnsigned, 4), at.blksize);
    field("st_blocks", number(Kind::kUnsigned, at.blocks_size), at.blocks);
  }
  const uint64_t type = view.number(at.mode, at.mode_size) & kTypeMask;
  if (type == kCharDevice || type == kBlockDevice) {
    field("st_rdev", custom(print_device, 0, static_cast<uint8_t>(at.dev_size)), at.rdev);
  } else {
    field("st_size", number(Kind::kUnsigned, at.size_size), at.size);
  }
  if (all) {
    show_times(engine, view, at);
  } else {
    out.omitted();
  }
  out.end_struct();
}

}  // namespace

void print_stat(Engine& engine, const Type&, const Operand& operand) {
  show_stat(engine, operand.memory, engine.word_size() == 4 ? kStatI386 : kNative);
}

void print_stat64(Engine& engine, const Type&, const Operand& operand) {
  show_stat(engine, operand.memory, kStat64I386);
}

const Layout kStatLayout = {sizeof(kernel_stat), sizeof(stat32), {}, "stat"};
const Layout kStat64Layout = {sizeof(stat64_32), sizeof(stat64_32), {}, "stat64"};
const Layout kStatxLayout = {sizeof(struct statx), sizeof(struct statx), kStatxFields, "statx"};
const Layout kStatfsLayout = {sizeof(struct statfs), 64, kStatfsFields, "statfs"};
const Layout kStatfs64Layout = {0, 84, kStatfs64Fields, "statfs64"};
const Layout kOldDirentLayout = {0, 10, kOldDirentFields, "old_linux_dirent"};
const Layout kFlockLayout = {sizeof(struct flock), sizeof(flock32), kFlockFields, "flock"};
const Layout kFlockResultLayout = {sizeof(struct flock), sizeof(flock32), kFlockResultFields,
                                   "flock"};
const Layout kFlock64Layout = {32, 24, kFlock64Fields, "flock64"};
const Layout kFlock64ResultLayout = {32, 24, kFlock64ResultFields, "flock64"};
const Layout kDelegationLayout = {8, 8, kDelegationFields, "delegation"};
const Layout kOwnerExLayout = {sizeof(f_owner_ex), sizeof(f_owner_ex), kOwnerExFields,
                               "f_owner_ex"};
const Layout kCachestatRangeLayout = {16, 16, kCachestatRangeFields, "cachestat_range"};
const Layout kCachestatLayout = {40, 40, kCachestatFields, "cachestat"};

}  // namespace ptraced::decode
