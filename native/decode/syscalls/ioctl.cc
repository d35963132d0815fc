// What the argument of ioctl(2) is for each request, by number. Requests that are not here have an
// argument that is not described: its address or number is shown.
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <linux/atmdev.h>
#include <linux/auto_fs.h>
#include <linux/blkpg.h>
#include <linux/blkzoned.h>
#include <linux/bsg.h>
#include <linux/btrfs.h>
#include <linux/cdrom.h>
#include <linux/dm-ioctl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/f2fs.h>
#include <linux/falloc.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/fscrypt.h>
#include <linux/fsverity.h>
#include <linux/fuse.h>
#include <linux/gpio.h>
#include <linux/hdreg.h>
#include <linux/hidraw.h>
#include <linux/i2c-dev.h>
#include <linux/if_tun.h>
#include <linux/inotify.h>
#include <linux/input.h>
#include <linux/kd.h>
#include <linux/kvm.h>
#include <linux/landlock.h>
#include <linux/loop.h>
#include <linux/lp.h>
#include <linux/msdos_fs.h>
#include <linux/mtio.h>
#include <linux/nbd.h>
#include <linux/net_tstamp.h>
#include <linux/nsfs.h>
#include <linux/nvme_ioctl.h>
#include <linux/perf_event.h>
#include <linux/ppp-ioctl.h>
#include <linux/pps.h>
#include <linux/ptp_clock.h>
#include <linux/random.h>
#include <linux/rtc.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <linux/spi/spidev.h>
#include <linux/suspend_ioctls.h>
#include <linux/sync_file.h>
#include <linux/tee.h>
#include <linux/tty.h>
#include <linux/udmabuf.h>
#include <linux/uinput.h>
#include <linux/usbdevice_fs.h>
#include <linux/userfaultfd.h>
#include <linux/vfio.h>
#include <linux/virtio_blk.h>
#include <linux/vm_sockets.h>
#include <linux/vt.h>
#include <linux/watchdog.h>
#include <linux/wireless.h>
#include <scsi/scsi_ioctl.h>
#include <scsi/sg.h>
#include <sound/asound.h>

#include <cstddef>
#include <cstdint>
#include <ctime>

#include "rows.h"

namespace ptraced::decode {

namespace {

constexpr Type kNamespaceType = flags(kSetnsFlags);

constexpr Variant kCases[] = {
    {HDIO_GET_UNMASKINTR, {out("argp", kUint64Pointer)}},
    {HDIO_GET_MULTCOUNT, {out("argp", kUint64Pointer)}},
    {HDIO_GET_KEEPSETTINGS, {out("argp", kUint64Pointer)}},
    {HDIO_GET_32BIT, {out("argp", kUint64Pointer)}},
    {HDIO_GET_NOWERR, {out("argp", kUint64Pointer)}},
    {HDIO_GET_DMA, {out("argp", kUint64Pointer)}},
    {HDIO_GET_WCACHE, {out("argp", kUint64Pointer)}},
    {HDIO_GET_ACOUSTIC, {out("argp", kUint64Pointer)}},
    {HDIO_GET_ADDRESS, {out("argp", kUint64Pointer)}},
    {HDIO_SET_MULTCOUNT, {in("arg", kUlong)}},
    {HDIO_SET_UNMASKINTR, {in("arg", kUlong)}},
    {HDIO_SET_KEEPSETTINGS, {in("arg", kUlong)}},
    {HDIO_SET_32BIT, {in("arg", kUlong)}},
    {HDIO_SET_NOWERR, {in("arg", kUlong)}},
    {HDIO_SET_DMA, {in("arg", kUlong)}},
    {HDIO_SET_PIO_MODE, {in("arg", kUlong)}},
    {HDIO_UNREGISTER_HWIF, {in("arg", kUlong)}},
    {HDIO_SET_WCACHE, {in("arg", kUlong)}},
    {HDIO_SET_ACOUSTIC, {in("arg", kUlong)}},
    {HDIO_SET_ADDRESS, {in("arg", kUlong)}},
    {BLKROSET, {in("argp", kIntPointer)}},
    {BLKROGET, {out("argp", kIntPointer)}},
    {BLKRRPART, {}},
    {BLKGETSIZE, {out("argp", kUint64Pointer)}},
    {BLKFLSBUF, {}},
    {BLKRASET, {in("arg", kUlong)}},
    {BLKRAGET, {out("argp", kUint64Pointer)}},
    {BLKFRASET, {in("arg", kUlong)}},
    {BLKFRAGET, {out("argp", kUint64Pointer)}},
    {BLKSECTGET, {out("argp", kUintPointer)}},
    {BLKSSZGET, {out("argp", kIntPointer)}},
    {BLKTRACESTART, {}},
    {BLKTRACESTOP, {}},
    {BLKTRACETEARDOWN, {}},
    {BLKIOMIN, {out("argp", kUintPointer)}},
    {BLKIOOPT, {out("argp", kUintPointer)}},
    {BLKALIGNOFF, {out("argp", kIntPointer)}},
    {BLKPBSZGET, {out("argp", kUintPointer)}},
    {BLKDISCARDZEROES, {out("argp", kUintPointer)}},
    {BLKROTATIONAL, {out("argp", kUintPointer)}},
    {SG_SET_TIMEOUT, {in("argp", kIntPointer)}},
    {SG_GET_TIMEOUT, {}},
    {SG_EMULATED_HOST, {out("argp", kIntPointer)}},
    {SG_GET_TRANSFORM, {out("argp", kIntPointer)}},
    {SG_GET_COMMAND_Q, {out("argp", kIntPointer)}},
    {SG_SET_COMMAND_Q, {in("argp", kIntPointer)}},
    {SG_GET_RESERVED_SIZE, {out("argp", kIntPointer)}},
    {SG_SET_RESERVED_SIZE, {in("argp", kIntPointer)}},
    {SG_SET_FORCE_LOW_DMA, {in("argp", kIntPointer)}},
    {SG_GET_LOW_DMA, {out("argp", kIntPointer)}},
    {SG_SET_FORCE_PACK_ID, {in("argp", kIntPointer)}},
    {SG_GET_PACK_ID, {out("argp", kIntPointer)}},
    {SG_GET_NUM_WAITING, {out("argp", kIntPointer)}},
    {SG_SET_DEBUG, {in("argp", kIntPointer)}},
    {SG_GET_SG_TABLESIZE, {out("argp", kIntPointer)}},
    {SG_GET_VERSION_NUM, {out("argp", kIntPointer)}},
    {SG_NEXT_CMD_LEN, {in("argp", kIntPointer)}},
    {SG_IO, {saving(0, both("argp", kSgIo))}},
    {SG_SET_KEEP_ORPHAN, {in("argp", kIntPointer)}},
    {SG_GET_KEEP_ORPHAN, {out("argp", kIntPointer)}},
    {PERF_EVENT_IOC_REFRESH, {in("arg", kInt)}},
    {PERF_EVENT_IOC_SET_OUTPUT, {in("arg", kInt)}},
    {KDENABIO, {}},
    {KDDISABIO, {}},
    {KDMAPDISP, {}},
    {KDUNMAPDISP, {}},
    {KDSIGACCEPT, {in("arg", kUlong)}},
    {PIO_FONTRESET, {}},
    {LOOP_SET_FD, {in("arg", kInt)}},
    {LOOP_CLR_FD, {}},
    {LOOP_CHANGE_FD, {in("arg", kInt)}},
    {LOOP_SET_CAPACITY, {}},
    {LOOP_SET_DIRECT_IO, {in("arg", kUlong)}},
    {LOOP_SET_BLOCK_SIZE, {in("arg", kUlong)}},
    {LOOP_CTL_ADD, {in("arg", kInt)}},
    {LOOP_CTL_REMOVE, {in("arg", kInt)}},
    {LOOP_CTL_GET_FREE, {}},
    {RNDZAPENTCNT, {}},
    {RNDCLEARPOOL, {}},
    {RNDRESEEDCRNG, {}},
    {TCGETS, {out("argp", kTermiosPointer)}},
    {TCSETS, {in("argp", kTermiosPointer)}},
    {TCSETSW, {in("argp", kTermiosPointer)}},
    {TCSETSF, {in("argp", kTermiosPointer)}},
    {TCSBRK, {in("arg", kInt)}},
    {TIOCEXCL, {}},
    {TIOCNXCL, {}},
    {TIOCSCTTY, {in("arg", kInt)}},
    {TIOCGPGRP, {out("argp", kIntPointer)}},
    {TIOCSPGRP, {in("argp", kIntPointer)}},
    {TIOCOUTQ, {out("argp", kIntPointer)}},
    {TIOCGWINSZ, {out("argp", kWinsizePointer)}},
    {TIOCSWINSZ, {in("argp", kWinsizePointer)}},
    {TIOCMGET, {out("argp", kModemLinesPointer)}},
    {TIOCMBIS, {in("argp", kModemLinesPointer)}},
    {TIOCMBIC, {in("argp", kModemLinesPointer)}},
    {TIOCMSET, {in("argp", kModemLinesPointer)}},
    {TIOCGSOFTCAR, {out("argp", kIntPointer)}},
    {TIOCSSOFTCAR, {in("argp", kIntPointer)}},
    {FIONREAD, {out("argp", kIntPointer)}},
    {TIOCCONS, {}},
    {TIOCSSERIAL, {}},
    {TIOCPKT, {in("argp", kIntPointer)}},
    {FIONBIO, {in("argp", kIntPointer)}},
    {TIOCNOTTY, {}},
    {TIOCSETD, {in("argp", kIntPointer)}},
    {TIOCGETD, {out("argp", kIntPointer)}},
    {TCSBRKP, {in("arg", kInt)}},
    {TIOCSBRK, {}},
    {TIOCCBRK, {}},
    {TIOCGSID, {out("argp", kIntPointer)}},
    {TIOCVHANGUP, {}},
    {FIONCLEX, {}},
    {FIOCLEX, {}},
    {FIOASYNC, {in("argp", kIntPointer)}},
    {TIOCGLCKTRMIOS, {out("argp", kTermiosPointer)}},
    {TIOCSLCKTRMIOS, {in("argp", kTermiosPointer)}},
    {RTC_AIE_ON, {}},
    {RTC_AIE_OFF, {}},
    {RTC_UIE_ON, {}},
    {RTC_UIE_OFF, {}},
    {RTC_PIE_ON, {}},
    {RTC_PIE_OFF, {}},
    {RTC_WIE_ON, {}},
    {RTC_WIE_OFF, {}},
    {RTC_VL_CLR, {}},
    {FIOSETOWN, {in("argp", kIntPointer)}},
    {SIOCSPGRP, {in("argp", kIntPointer)}},
    {FIOGETOWN, {out("argp", kIntPointer)}},
    {SIOCGPGRP, {out("argp", kIntPointer)}},
    {SIOCATMARK, {out("argp", kIntPointer)}},
    {SIOCGSTAMP_OLD, {in("argp", kAddress)}},
    {SIOCGSTAMPNS_OLD, {in("argp", kAddress)}},
    {SIOCADDRT, {in("argp", kAddress)}},
    {SIOCDELRT, {in("argp", kAddress)}},
    {SIOCRTMSG, {in("argp", kAddress)}},
    {SIOCSIFLINK, {in("argp", kAddress)}},
    {SIOCGIFMEM, {in("argp", kAddress)}},
    {SIOCSIFMEM, {in("argp", kAddress)}},
    {SIOCGIFENCAP, {out("argp", kIntPointer)}},
    {SIOCSIFENCAP, {in("argp", kIntPointer)}},
    {SIOCSIFPFLAGS, {in("argp", kAddress)}},
    {SIOCGIFPFLAGS, {in("argp", kAddress)}},
    {SIOCDIFADDR, {in("argp", kAddress)}},
    {SIOCGIFCOUNT, {in("argp", kAddress)}},
    {SIOCGIFBR, {in("argp", kAddress)}},
    {SIOCSIFBR, {in("argp", kAddress)}},
    {SIOCETHTOOL, {in("argp", kAddress)}},
    {SIOCGMIIPHY, {in("argp", kAddress)}},
    {SIOCGMIIREG, {in("argp", kAddress)}},
    {SIOCSMIIREG, {in("argp", kAddress)}},
    {SIOCWANDEV, {in("argp", kAddress)}},
    {SIOCOUTQNSD, {out("argp", kIntPointer)}},
    {SIOCGSKNS, {in("argp", kAddress)}},
    {SIOCDARP, {in("argp", kAddress)}},
    {SIOCGARP, {in("argp", kAddress)}},
    {SIOCSARP, {in("argp", kAddress)}},
    {SIOCDRARP, {in("argp", kAddress)}},
    {SIOCGRARP, {in("argp", kAddress)}},
    {SIOCSRARP, {in("argp", kAddress)}},
    {SIOCADDDLCI, {in("argp", kAddress)}},
    {SIOCDELDLCI, {in("argp", kAddress)}},
    {SIOCGIFVLAN, {in("argp", kAddress)}},
    {SIOCSIFVLAN, {in("argp", kAddress)}},
    {SIOCBONDENSLAVE, {in("argp", kAddress)}},
    {SIOCBONDRELEASE, {in("argp", kAddress)}},
    {SIOCBONDSETHWADDR, {in("argp", kAddress)}},
    {SIOCBONDSLAVEINFOQUERY, {in("argp", kAddress)}},
    {SIOCBONDINFOQUERY, {in("argp", kAddress)}},
    {SIOCBONDCHANGEACTIVE, {in("argp", kAddress)}},
    {SIOCSHWTSTAMP, {in("argp", kAddress)}},
    {SIOCGHWTSTAMP, {in("argp", kAddress)}},
    {BTRFS_IOC_TRANS_START, {}},
    {BTRFS_IOC_TRANS_END, {}},
    {BTRFS_IOC_SYNC, {}},
    {BTRFS_IOC_SCRUB_CANCEL, {}},
    {BTRFS_IOC_QUOTA_RESCAN_WAIT, {}},
    {NBD_SET_SOCK, {in("arg", kInt)}},
    {NBD_SET_BLKSIZE, {in("arg", kUlong)}},
    {NBD_SET_SIZE, {in("arg", kUlong)}},
    {NBD_DO_IT, {}},
    {NBD_CLEAR_SOCK, {}},
    {NBD_CLEAR_QUE, {}},
    {NBD_PRINT_DEBUG, {}},
    {NBD_SET_SIZE_BLOCKS, {in("arg", kUlong)}},
    {NBD_DISCONNECT, {}},
    {NBD_SET_TIMEOUT, {in("arg", kUlong)}},
    {KVM_CREATE_VCPU, {in("arg", kUint)}},
    {NS_GET_USERNS, {}},
    {NS_GET_PARENT, {}},
    {NS_GET_NSTYPE, {}, {.note = note_namespace_type, .type = &kNamespaceType}},
    {NS_GET_OWNER_UID, {out("argp", kUintPointer)}},
    {PERF_EVENT_IOC_SET_BPF, {in("arg", kInt)}},
    {PERF_EVENT_IOC_PAUSE_OUTPUT, {in("arg", kUlong)}},
    {EVIOCRMFF, {in("arg", kInt)}},
    {EVIOCGRAB, {in("arg", kUlong)}},
    {EVIOCREVOKE, {in("arg", kUlong)}},
    {EVIOCSCLOCKID, {in("argp", kUintPointer)}},
    {INOTIFY_IOC_SETNEXTWD, {in("arg", kInt)}},
    {RNDADDTOENTCNT, {in("argp", kIntPointer)}},
    {TIOCSPTLCK, {in("argp", kIntPointer)}},
    {BTRFS_IOC_CLONE, {in("arg", kInt)}},
    {BLKBSZSET, {in("argp", kIntPointer)}},
    {SECCOMP_IOCTL_NOTIF_ID_VALID, {in("argp", kHexWordPointer)}},
    {PERF_EVENT_IOC_PERIOD, {in("argp", kUint64Pointer)}},
    {PERF_EVENT_IOC_MODIFY_ATTRIBUTES, {in("argp", kAddress)}},
    {RTC_IRQP_SET, {in("arg", kUlong)}},
    {RTC_EPOCH_SET, {in("arg", kUlong)}},
    {BTRFS_IOC_DEFAULT_SUBVOL, {in("argp", kUint64Pointer)}},
    {BTRFS_IOC_WAIT_SYNC, {in("argp", kUint64Pointer)}},
    {EVIOCSMASK, {in("argp", kAddress)}},
    {TCSETS2, {in("argp", kTermios2Pointer)}},
    {TCSETSW2, {in("argp", kTermios2Pointer)}},
    {TCSETSF2, {in("argp", kTermios2Pointer)}},
    {BTRFS_IOC_DEFRAG, {}},
    {BTRFS_IOC_BALANCE, {}},
    {BLKGETZONESZ, {out("argp", kUintPointer)}},
    {BLKGETNRZONES, {out("argp", kUintPointer)}},
    {EVIOCGVERSION, {out("argp", kHexIntPointer)}},
    {EVIOCGEFFECTS, {out("argp", kUintPointer)}},
    {RNDGETENTCNT, {out("argp", kIntPointer)}},
    {TIOCGPTN, {out("argp", kIntPointer)}},
    {TIOCGDEV, {out("argp", kIntPointer)}},
    {TIOCGEXCL, {out("argp", kIntPointer)}},
    {WDIOC_GETSTATUS, {out("argp", kIntPointer)}},
    {WDIOC_GETBOOTSTATUS, {out("argp", kIntPointer)}},
    {WDIOC_GETTEMP, {out("argp", kIntPointer)}},
    {WDIOC_KEEPALIVE, {}},
    {WDIOC_GETTIMEOUT, {out("argp", kIntPointer)}},
    {WDIOC_GETPRETIMEOUT, {out("argp", kIntPointer)}},
    {WDIOC_GETTIMELEFT, {out("argp", kIntPointer)}},
    {BLKBSZGET, {out("argp", kIntPointer)}},
    {BLKGETSIZE64, {out("argp", kUint64Pointer)}},
    {BLKGETDISKSEQ, {out("argp", kUint64Pointer)}},
    {PERF_EVENT_IOC_ID, {out("argp", kUint64Pointer)}},
    {RTC_IRQP_READ, {out("argp", kUint64Pointer)}},
    {RTC_EPOCH_READ, {out("argp", kUint64Pointer)}},
    {BTRFS_IOC_START_SYNC, {out("argp", kUint64Pointer)}},
    {EVIOCGMASK, {in("argp", kAddress)}},
    {SIOCGSTAMP_NEW, {in("argp", kAddress)}},
    {SIOCGSTAMPNS_NEW, {in("argp", kAddress)}},
    {TCGETS2, {out("argp", kTermios2Pointer)}},
    {WDIOC_SETTIMEOUT, {in("argp", kIntPointer)}},
    {WDIOC_SETPRETIMEOUT, {in("argp", kIntPointer)}},
    {FIFREEZE, {}},
    {FITHAW, {}},
};

}  // namespace

const Variants kIoctlVariants = {.selector = 1, .first = 2, .cases = kCases, .sorted = true};

}  // namespace ptraced::decode
