// The names that the headers here lack, in one place: those that came after Linux 6.1, the oldest
// whose headers are supported, and those that the kernel does not export to user space or that only
// another header than the ones used here has. A header that has a name wins.
#pragma once

// Linux 6.12 to 6.16.
#ifndef AT_EXECVE_CHECK
#define AT_EXECVE_CHECK 0x10000
#endif
#ifndef AT_HANDLE_CONNECTABLE
#define AT_HANDLE_CONNECTABLE 0x2
#endif
#ifndef BPF_PROG_STREAM_READ_BY_FD
#define BPF_PROG_STREAM_READ_BY_FD 0x25
#endif
#ifndef FALLOC_FL_WRITE_ZEROES
#define FALLOC_FL_WRITE_ZEROES 0x80
#endif
#ifndef FAN_MNT_ATTACH
#define FAN_MNT_ATTACH 0x1000000
#endif
#ifndef FAN_MNT_DETACH
#define FAN_MNT_DETACH 0x2000000
#endif
#ifndef FAN_PRE_ACCESS
#define FAN_PRE_ACCESS 0x100000
#endif
#ifndef FAN_REPORT_FD_ERROR
#define FAN_REPORT_FD_ERROR 0x2000
#endif
#ifndef FAN_REPORT_MNT
#define FAN_REPORT_MNT 0x4000
#endif
#ifndef FSCONFIG_CMD_CREATE_EXCL
#define FSCONFIG_CMD_CREATE_EXCL 0x8
#endif
#ifndef FUTEX2_MPOL
#define FUTEX2_MPOL 0x8
#endif
#ifndef IORING_ENTER_ABS_TIMER
#define IORING_ENTER_ABS_TIMER 0x20
#endif
#ifndef IORING_ENTER_EXT_ARG_REG
#define IORING_ENTER_EXT_ARG_REG 0x40
#endif
#ifndef IORING_ENTER_NO_IOWAIT
#define IORING_ENTER_NO_IOWAIT 0x80
#endif
#ifndef IORING_FEAT_MIN_TIMEOUT
#define IORING_FEAT_MIN_TIMEOUT 0x8000
#endif
#ifndef IORING_FEAT_NO_IOWAIT
#define IORING_FEAT_NO_IOWAIT 0x20000
#endif
#ifndef IORING_FEAT_RW_ATTR
#define IORING_FEAT_RW_ATTR 0x10000
#endif
#ifndef IORING_REGISTER_CLOCK
#define IORING_REGISTER_CLOCK 0x1d
#endif
#ifndef IORING_REGISTER_CLONE_BUFFERS
#define IORING_REGISTER_CLONE_BUFFERS 0x1e
#endif
#ifndef IORING_REGISTER_MEM_REGION
#define IORING_REGISTER_MEM_REGION 0x22
#endif
#ifndef IORING_REGISTER_RESIZE_RINGS
#define IORING_REGISTER_RESIZE_RINGS 0x21
#endif
#ifndef IORING_REGISTER_SEND_MSG_RING
#define IORING_REGISTER_SEND_MSG_RING 0x1f
#endif
#ifndef IORING_REGISTER_ZCRX_IFQ
#define IORING_REGISTER_ZCRX_IFQ 0x20
#endif
#ifndef IORING_SETUP_HYBRID_IOPOLL
#define IORING_SETUP_HYBRID_IOPOLL 0x20000
#endif
#ifndef KEXEC_FILE_NO_CMA
#define KEXEC_FILE_NO_CMA 0x10
#endif
#ifndef LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET
#define LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET 0x1
#endif
#ifndef LANDLOCK_SCOPE_SIGNAL
#define LANDLOCK_SCOPE_SIGNAL 0x2
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 0x66
#endif
#ifndef MADV_GUARD_REMOVE
#define MADV_GUARD_REMOVE 0x67
#endif
#ifndef MSG_SOCK_DEVMEM
#define MSG_SOCK_DEVMEM 0x2000000
#endif
#ifndef PR_FUTEX_HASH
#define PR_FUTEX_HASH 0x4e
#endif
#ifndef PR_TIMER_CREATE_RESTORE_IDS
#define PR_TIMER_CREATE_RESTORE_IDS 0x4d
#endif
#ifndef PTRACE_SET_SYSCALL_INFO
#define PTRACE_SET_SYSCALL_INFO 0x4212
#endif
#ifndef RWF_DONTCACHE
#define RWF_DONTCACHE 0x80
#endif
#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 0x53
#endif
#ifndef SO_RCVPRIORITY
#define SO_RCVPRIORITY 0x52
#endif
#ifndef STATX_DIO_READ_ALIGN
#define STATX_DIO_READ_ALIGN 0x20000
#endif
#ifndef TCP_DELACK_MAX_US
#define TCP_DELACK_MAX_US 0x2e
#endif
#ifndef TCP_RTO_MAX_MS
#define TCP_RTO_MAX_MS 0x2c
#endif
#ifndef XDP_MAX_TX_SKB_BUDGET
#define XDP_MAX_TX_SKB_BUDGET 0x9
#endif

// Linux 6.17 or later.
#ifndef BPF_PROG_ASSOC_STRUCT_OPS
#define BPF_PROG_ASSOC_STRUCT_OPS 0x26
#endif
#ifndef CLONE_AUTOREAP
#define CLONE_AUTOREAP 0x400000000ull
#endif
#ifndef CLONE_EMPTY_MNTNS
#define CLONE_EMPTY_MNTNS 0x2000000000ull
#endif
#ifndef CLONE_NNP
#define CLONE_NNP 0x800000000ull
#endif
#ifndef CLONE_PIDFD_AUTOKILL
#define CLONE_PIDFD_AUTOKILL 0x1000000000ull
#endif
#ifndef FSMOUNT_NAMESPACE
#define FSMOUNT_NAMESPACE 0x2
#endif
#ifndef F_GETDELEG
#define F_GETDELEG 0x40f
#endif
#ifndef F_SETDELEG
#define F_SETDELEG 0x410
#endif
#ifndef IORING_REGISTER_BPF_FILTER
#define IORING_REGISTER_BPF_FILTER 0x25
#endif
#ifndef IORING_REGISTER_QUERY
#define IORING_REGISTER_QUERY 0x23
#endif
#ifndef IORING_REGISTER_ZCRX_CTRL
#define IORING_REGISTER_ZCRX_CTRL 0x24
#endif
#ifndef IORING_SETUP_CQE_MIXED
#define IORING_SETUP_CQE_MIXED 0x40000
#endif
#ifndef IORING_SETUP_SQE_MIXED
#define IORING_SETUP_SQE_MIXED 0x80000
#endif
#ifndef IORING_SETUP_SQ_REWIND
#define IORING_SETUP_SQ_REWIND 0x100000
#endif
#ifndef KEXEC_FILE_FORCE_DTB
#define KEXEC_FILE_FORCE_DTB 0x20
#endif
#ifndef LANDLOCK_ACCESS_FS_RESOLVE_UNIX
#define LANDLOCK_ACCESS_FS_RESOLVE_UNIX 0x10000
#endif
#ifndef LANDLOCK_ACCESS_NET_BIND_UDP
#define LANDLOCK_ACCESS_NET_BIND_UDP 0x4
#endif
#ifndef LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP
#define LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP 0x8
#endif
#ifndef LANDLOCK_ADD_RULE_QUIET
#define LANDLOCK_ADD_RULE_QUIET 0x1
#endif
#ifndef OPEN_TREE_NAMESPACE
#define OPEN_TREE_NAMESPACE 0x2
#endif
#ifndef O_EMPTYPATH
#define O_EMPTYPATH 0x4000000
#endif
#ifndef PIDFD_AUTOKILL
#define PIDFD_AUTOKILL 0x200
#endif
#ifndef PKEY_UNRESTRICTED
#define PKEY_UNRESTRICTED 0x0
#endif
#ifndef PR_GET_CFI
#define PR_GET_CFI 0x50
#endif
#ifndef PR_RSEQ_SLICE_EXTENSION
#define PR_RSEQ_SLICE_EXTENSION 0x4f
#endif
#ifndef PR_SET_CFI
#define PR_SET_CFI 0x51
#endif
#ifndef RSEQ_FLAG_SLICE_EXT_DEFAULT_ON
#define RSEQ_FLAG_SLICE_EXT_DEFAULT_ON 0x2
#endif
#ifndef RWF_NOSIGNAL
#define RWF_NOSIGNAL 0x100
#endif
#ifndef SCHED_GETATTR_FLAG_DL_DYNAMIC
#define SCHED_GETATTR_FLAG_DL_DYNAMIC 0x1
#endif
#ifndef SO_INQ
#define SO_INQ 0x54
#endif
#ifndef TLS_TX_MAX_PAYLOAD_LEN
#define TLS_TX_MAX_PAYLOAD_LEN 0x5
#endif

// Linux 6.2 to 6.5.
#ifndef ARCH_ENABLE_TAGGED_ADDR
#define ARCH_ENABLE_TAGGED_ADDR 0x4002
#endif
#ifndef ARCH_FORCE_TAGGED_SVA
#define ARCH_FORCE_TAGGED_SVA 0x4004
#endif
#ifndef ARCH_GET_MAX_TAG_BITS
#define ARCH_GET_MAX_TAG_BITS 0x4003
#endif
#ifndef ARCH_GET_UNTAG_MASK
#define ARCH_GET_UNTAG_MASK 0x4001
#endif
#ifndef IPPROTO_AGGFRAG
#define IPPROTO_AGGFRAG 0x90
#endif
#ifndef IPPROTO_SMC
#define IPPROTO_SMC 0x100
#endif
#ifndef MEMBARRIER_CMD_GET_REGISTRATIONS
#define MEMBARRIER_CMD_GET_REGISTRATIONS 0x200
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 0x10
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x8
#endif
#ifndef MOVE_MOUNT_BENEATH
#define MOVE_MOUNT_BENEATH 0x200
#endif
#ifndef MSG_CMSG_COMPAT
#define MSG_CMSG_COMPAT 0x80000000u
#endif
#ifndef MSG_NO_SHARED_FRAGS
#define MSG_NO_SHARED_FRAGS 0x80000
#endif
#ifndef MSG_PROBE
#define MSG_PROBE 0x10
#endif
#ifndef MSG_SENDPAGE_NOTLAST
#define MSG_SENDPAGE_NOTLAST 0x20000
#endif
#ifndef PR_GET_AUXV
#define PR_GET_AUXV 0x41555856
#endif
#ifndef PR_GET_MDWE
#define PR_GET_MDWE 0x42
#endif
#ifndef PR_GET_MEMORY_MERGE
#define PR_GET_MEMORY_MERGE 0x44
#endif
#ifndef PR_MDWE_NO_INHERIT
#define PR_MDWE_NO_INHERIT 0x2
#endif
#ifndef PR_MDWE_REFUSE_EXEC_GAIN
#define PR_MDWE_REFUSE_EXEC_GAIN 0x1
#endif
#ifndef PR_SET_MDWE
#define PR_SET_MDWE 0x41
#endif
#ifndef PR_SET_MEMORY_MERGE
#define PR_SET_MEMORY_MERGE 0x43
#endif
#ifndef PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG
#define PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG 0x4211
#endif
#ifndef PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG
#define PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG 0x4210
#endif
#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD 0x4c
#endif
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 0x4d
#endif

// Linux 6.5 to 6.11.
#ifndef ARCH_SHSTK_DISABLE
#define ARCH_SHSTK_DISABLE 0x5002
#endif
#ifndef ARCH_SHSTK_ENABLE
#define ARCH_SHSTK_ENABLE 0x5001
#endif
#ifndef ARCH_SHSTK_LOCK
#define ARCH_SHSTK_LOCK 0x5003
#endif
#ifndef ARCH_SHSTK_STATUS
#define ARCH_SHSTK_STATUS 0x5005
#endif
#ifndef ARCH_SHSTK_UNLOCK
#define ARCH_SHSTK_UNLOCK 0x5004
#endif
#ifndef AT_HANDLE_FID
#define AT_HANDLE_FID 0x200
#endif
#ifndef AT_HANDLE_MNT_ID_UNIQUE
#define AT_HANDLE_MNT_ID_UNIQUE 0x1
#endif
#ifndef BPF_TOKEN_CREATE
#define BPF_TOKEN_CREATE 0x24
#endif
#ifndef FUTEX2_NUMA
#define FUTEX2_NUMA 0x4
#endif
#ifndef FUTEX2_PRIVATE
#define FUTEX2_PRIVATE 0x80
#endif
#ifndef FUTEX2_SIZE_U16
#define FUTEX2_SIZE_U16 0x1
#endif
#ifndef FUTEX2_SIZE_U32
#define FUTEX2_SIZE_U32 0x2
#endif
#ifndef FUTEX2_SIZE_U64
#define FUTEX2_SIZE_U64 0x3
#endif
#ifndef FUTEX2_SIZE_U8
#define FUTEX2_SIZE_U8 0x0
#endif
#ifndef F_CREATED_QUERY
#define F_CREATED_QUERY 0x404
#endif
#ifndef F_DUPFD_QUERY
#define F_DUPFD_QUERY 0x403
#endif
#ifndef IORING_FEAT_RECVSEND_BUNDLE
#define IORING_FEAT_RECVSEND_BUNDLE 0x4000
#endif
#ifndef IORING_FEAT_REG_REG_RING
#define IORING_FEAT_REG_REG_RING 0x2000
#endif
#ifndef IORING_REGISTER_NAPI
#define IORING_REGISTER_NAPI 0x1b
#endif
#ifndef IORING_REGISTER_PBUF_STATUS
#define IORING_REGISTER_PBUF_STATUS 0x1a
#endif
#ifndef IORING_SETUP_NO_MMAP
#define IORING_SETUP_NO_MMAP 0x4000
#endif
#ifndef IORING_SETUP_NO_SQARRAY
#define IORING_SETUP_NO_SQARRAY 0x10000
#endif
#ifndef IORING_SETUP_REGISTERED_FD_ONLY
#define IORING_SETUP_REGISTERED_FD_ONLY 0x8000
#endif
#ifndef IORING_UNREGISTER_NAPI
#define IORING_UNREGISTER_NAPI 0x1c
#endif
#ifndef KEXEC_CRASH_HOTPLUG_SUPPORT
#define KEXEC_CRASH_HOTPLUG_SUPPORT 0x8
#endif
#ifndef KEXEC_FILE_DEBUG
#define KEXEC_FILE_DEBUG 0x8
#endif
#ifndef KEXEC_UPDATE_ELFCOREHDR
#define KEXEC_UPDATE_ELFCOREHDR 0x4
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV 0x8000
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE 0x4000
#endif
#ifndef LANDLOCK_ACCESS_NET_BIND_TCP
#define LANDLOCK_ACCESS_NET_BIND_TCP 0x1
#endif
#ifndef LANDLOCK_ACCESS_NET_CONNECT_TCP
#define LANDLOCK_ACCESS_NET_CONNECT_TCP 0x2
#endif
#ifndef LANDLOCK_RULE_NET_PORT
#define LANDLOCK_RULE_NET_PORT 0x2
#endif
#ifndef LSM_ATTR_CURRENT
#define LSM_ATTR_CURRENT 0x64
#endif
#ifndef LSM_ATTR_EXEC
#define LSM_ATTR_EXEC 0x65
#endif
#ifndef LSM_ATTR_FSCREATE
#define LSM_ATTR_FSCREATE 0x66
#endif
#ifndef LSM_ATTR_KEYCREATE
#define LSM_ATTR_KEYCREATE 0x67
#endif
#ifndef LSM_ATTR_PREV
#define LSM_ATTR_PREV 0x68
#endif
#ifndef LSM_ATTR_SOCKCREATE
#define LSM_ATTR_SOCKCREATE 0x69
#endif
#ifndef LSM_ATTR_UNDEF
#define LSM_ATTR_UNDEF 0x0
#endif
#ifndef LSM_FLAG_SINGLE
#define LSM_FLAG_SINGLE 0x1
#endif
#ifndef MAP_ABOVE4G
#define MAP_ABOVE4G 0x80
#endif
#ifndef MAP_DROPPABLE
#define MAP_DROPPABLE 0x8
#endif
#ifndef MPOL_WEIGHTED_INTERLEAVE
#define MPOL_WEIGHTED_INTERLEAVE 0x6
#endif
#ifndef PACKET_VNET_HDR_SZ
#define PACKET_VNET_HDR_SZ 0x18
#endif
#ifndef PIDFD_SIGNAL_PROCESS_GROUP
#define PIDFD_SIGNAL_PROCESS_GROUP 0x4
#endif
#ifndef PIDFD_SIGNAL_THREAD
#define PIDFD_SIGNAL_THREAD 0x1
#endif
#ifndef PIDFD_SIGNAL_THREAD_GROUP
#define PIDFD_SIGNAL_THREAD_GROUP 0x2
#endif
#ifndef PIDFD_THREAD
#define PIDFD_THREAD 0x80
#endif
#ifndef PR_GET_SHADOW_STACK_STATUS
#define PR_GET_SHADOW_STACK_STATUS 0x4a
#endif
#ifndef PR_LOCK_SHADOW_STACK_STATUS
#define PR_LOCK_SHADOW_STACK_STATUS 0x4c
#endif
#ifndef PR_PPC_GET_DEXCR
#define PR_PPC_GET_DEXCR 0x48
#endif
#ifndef PR_PPC_SET_DEXCR
#define PR_PPC_SET_DEXCR 0x49
#endif
#ifndef PR_RISCV_SET_ICACHE_FLUSH_CTX
#define PR_RISCV_SET_ICACHE_FLUSH_CTX 0x47
#endif
#ifndef PR_RISCV_V_GET_CONTROL
#define PR_RISCV_V_GET_CONTROL 0x46
#endif
#ifndef PR_RISCV_V_SET_CONTROL
#define PR_RISCV_V_SET_CONTROL 0x45
#endif
#ifndef PR_SET_SHADOW_STACK_STATUS
#define PR_SET_SHADOW_STACK_STATUS 0x4b
#endif
#ifndef RWF_ATOMIC
#define RWF_ATOMIC 0x40
#endif
#ifndef RWF_NOAPPEND
#define RWF_NOAPPEND 0x20
#endif
#ifndef SCHED_EXT
#define SCHED_EXT 0x7
#endif
#ifndef SHADOW_STACK_SET_TOKEN
#define SHADOW_STACK_SET_TOKEN 0x1
#endif
#ifndef SO_DEVMEM_DONTNEED
#define SO_DEVMEM_DONTNEED 0x50
#endif
#ifndef STATX_ATTR_WRITE_ATOMIC
#define STATX_ATTR_WRITE_ATOMIC 0x400000
#endif
#ifndef STATX_MNT_ID_UNIQUE
#define STATX_MNT_ID_UNIQUE 0x4000
#endif
#ifndef STATX_SUBVOL
#define STATX_SUBVOL 0x8000
#endif
#ifndef STATX_WRITE_ATOMIC
#define STATX_WRITE_ATOMIC 0x10000
#endif
#ifndef TCP_AO_ADD_KEY
#define TCP_AO_ADD_KEY 0x26
#endif
#ifndef TCP_AO_DEL_KEY
#define TCP_AO_DEL_KEY 0x27
#endif
#ifndef TCP_AO_GET_KEYS
#define TCP_AO_GET_KEYS 0x29
#endif
#ifndef TCP_AO_INFO
#define TCP_AO_INFO 0x28
#endif
#ifndef TCP_AO_REPAIR
#define TCP_AO_REPAIR 0x2a
#endif
#ifndef TCP_IS_MPTCP
#define TCP_IS_MPTCP 0x2b
#endif
#ifndef TCP_RTO_MIN_US
#define TCP_RTO_MIN_US 0x2d
#endif

// Of any age: not exported by the kernel, or by headers that cannot stand beside the others.
#ifndef ALG_SET_KEY_BY_KEY_SERIAL
#define ALG_SET_KEY_BY_KEY_SERIAL 0x7
#endif
#ifndef AUFS_SUPER_MAGIC
#define AUFS_SUPER_MAGIC 0x61756673
#endif
#ifndef BFS_MAGIC
#define BFS_MAGIC 0x1badface
#endif
#ifndef BT_CHANNEL_POLICY
#define BT_CHANNEL_POLICY 0xa
#endif
#ifndef BT_DEFER_SETUP
#define BT_DEFER_SETUP 0x7
#endif
#ifndef BT_FLUSHABLE
#define BT_FLUSHABLE 0x8
#endif
#ifndef BT_POWER
#define BT_POWER 0x9
#endif
#ifndef BT_RCVMTU
#define BT_RCVMTU 0xd
#endif
#ifndef BT_SECURITY
#define BT_SECURITY 0x4
#endif
#ifndef BT_SNDMTU
#define BT_SNDMTU 0xc
#endif
#ifndef BT_VOICE
#define BT_VOICE 0xb
#endif
#ifndef CLOCK_SGI_CYCLE
#define CLOCK_SGI_CYCLE 0xa
#endif
#ifndef COH_SUPER_MAGIC
#define COH_SUPER_MAGIC 0x12ff7b7
#endif
#ifndef CONFIGFS_MAGIC
#define CONFIGFS_MAGIC 0x62656570
#endif
#ifndef EPOLLNVAL
#define EPOLLNVAL 0x20
#endif
#ifndef ETH_P_8021AC
#define ETH_P_8021AC 0x8870
#endif
#ifndef ETH_P_GRE_OSI
#define ETH_P_GRE_OSI 0xfe
#endif
#ifndef ETH_P_MXLGSW
#define ETH_P_MXLGSW 0x88c3
#endif
#ifndef ETH_P_NXP_NETC
#define ETH_P_NXP_NETC 0xfd3a
#endif
#ifndef ETH_P_YT921X
#define ETH_P_YT921X 0x9988
#endif
#ifndef FAN_DIR_MODIFY
#define FAN_DIR_MODIFY 0x80000
#endif
#ifndef FAN_MARK_MNTNS
#define FAN_MARK_MNTNS 0x110
#endif
#ifndef FUSE_CTL_SUPER_MAGIC
#define FUSE_CTL_SUPER_MAGIC 0x65735543
#endif
#ifndef F_GETLK64
#define F_GETLK64 0xc
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x20
#endif
#ifndef F_SETLK64
#define F_SETLK64 0xd
#endif
#ifndef F_SETLKW64
#define F_SETLKW64 0xe
#endif
#ifndef GPFS_SUPER_MAGIC
#define GPFS_SUPER_MAGIC 0x47504653
#endif
#ifndef HFSPLUS_SUPER_MAGIC
#define HFSPLUS_SUPER_MAGIC 0x482b
#endif
#ifndef HFS_SUPER_MAGIC
#define HFS_SUPER_MAGIC 0x4244
#endif
#ifndef IOPRIO_CLASS_BE
#define IOPRIO_CLASS_BE 0x2
#endif
#ifndef IOPRIO_CLASS_IDLE
#define IOPRIO_CLASS_IDLE 0x3
#endif
#ifndef IOPRIO_CLASS_NONE
#define IOPRIO_CLASS_NONE 0x0
#endif
#ifndef IOPRIO_CLASS_RT
#define IOPRIO_CLASS_RT 0x1
#endif
#ifndef IOPRIO_WHO_PGRP
#define IOPRIO_WHO_PGRP 0x2
#endif
#ifndef IOPRIO_WHO_PROCESS
#define IOPRIO_WHO_PROCESS 0x1
#endif
#ifndef IOPRIO_WHO_USER
#define IOPRIO_WHO_USER 0x3
#endif
#ifndef IPV6_USE_MIN_MTU
#define IPV6_USE_MIN_MTU 0x3f
#endif
#ifndef JFS_SUPER_MAGIC
#define JFS_SUPER_MAGIC 0x3153464a
#endif
#ifndef KEY_GRP_LINK
#define KEY_GRP_LINK 0x1000
#endif
#ifndef KEY_GRP_READ
#define KEY_GRP_READ 0x200
#endif
#ifndef KEY_GRP_SEARCH
#define KEY_GRP_SEARCH 0x800
#endif
#ifndef KEY_GRP_SETATTR
#define KEY_GRP_SETATTR 0x2000
#endif
#ifndef KEY_GRP_VIEW
#define KEY_GRP_VIEW 0x100
#endif
#ifndef KEY_GRP_WRITE
#define KEY_GRP_WRITE 0x400
#endif
#ifndef KEY_OTH_LINK
#define KEY_OTH_LINK 0x10
#endif
#ifndef KEY_OTH_READ
#define KEY_OTH_READ 0x2
#endif
#ifndef KEY_OTH_SEARCH
#define KEY_OTH_SEARCH 0x8
#endif
#ifndef KEY_OTH_SETATTR
#define KEY_OTH_SETATTR 0x20
#endif
#ifndef KEY_OTH_VIEW
#define KEY_OTH_VIEW 0x1
#endif
#ifndef KEY_OTH_WRITE
#define KEY_OTH_WRITE 0x4
#endif
#ifndef KEY_POS_LINK
#define KEY_POS_LINK 0x10000000
#endif
#ifndef KEY_POS_READ
#define KEY_POS_READ 0x2000000
#endif
#ifndef KEY_POS_SEARCH
#define KEY_POS_SEARCH 0x8000000
#endif
#ifndef KEY_POS_SETATTR
#define KEY_POS_SETATTR 0x20000000
#endif
#ifndef KEY_POS_VIEW
#define KEY_POS_VIEW 0x1000000
#endif
#ifndef KEY_POS_WRITE
#define KEY_POS_WRITE 0x4000000
#endif
#ifndef KEY_USR_LINK
#define KEY_USR_LINK 0x100000
#endif
#ifndef KEY_USR_READ
#define KEY_USR_READ 0x20000
#endif
#ifndef KEY_USR_SEARCH
#define KEY_USR_SEARCH 0x80000
#endif
#ifndef KEY_USR_SETATTR
#define KEY_USR_SETATTR 0x200000
#endif
#ifndef KEY_USR_VIEW
#define KEY_USR_VIEW 0x10000
#endif
#ifndef KEY_USR_WRITE
#define KEY_USR_WRITE 0x40000
#endif
#ifndef LISTMOUNT_REVERSE
#define LISTMOUNT_REVERSE 0x1
#endif
#ifndef LL_SUPER_MAGIC
#define LL_SUPER_MAGIC 0xbd00bd0
#endif
#ifndef MNT_DETACH
#define MNT_DETACH 0x2
#endif
#ifndef MNT_EXPIRE
#define MNT_EXPIRE 0x4
#endif
#ifndef MNT_FORCE
#define MNT_FORCE 0x1
#endif
#ifndef NTFS_SB_MAGIC
#define NTFS_SB_MAGIC 0x5346544e
#endif
#ifndef NT_X86_SHSTK
#define NT_X86_SHSTK 0x204
#endif
#ifndef PID_FS_MAGIC
#define PID_FS_MAGIC 0x50494446
#endif
#ifndef PKEY_DISABLE_EXECUTE
#define PKEY_DISABLE_EXECUTE 0x4
#endif
#ifndef POLL_BUSY_LOOP
#define POLL_BUSY_LOOP 0x8000
#endif
#ifndef PTRACE_PEEKUSER
#define PTRACE_PEEKUSER 0x3
#endif
#ifndef PTRACE_POKEUSER
#define PTRACE_POKEUSER 0x6
#endif
#ifndef RSEQ_CS_FLAG_SLICE_EXT_AVAILABLE
#define RSEQ_CS_FLAG_SLICE_EXT_AVAILABLE 0x10
#endif
#ifndef RSEQ_CS_FLAG_SLICE_EXT_ENABLED
#define RSEQ_CS_FLAG_SLICE_EXT_ENABLED 0x20
#endif
#ifndef SA_RESTORER
#define SA_RESTORER 0x4000000
#endif
#ifndef SCHED_ISO
#define SCHED_ISO 0x4
#endif
#ifndef SCHED_OTHER
#define SCHED_OTHER 0x0
#endif
#ifndef SCM_DEVMEM_DMABUF
#define SCM_DEVMEM_DMABUF 0x4f
#endif
#ifndef SCM_DEVMEM_LINEAR
#define SCM_DEVMEM_LINEAR 0x4e
#endif
#ifndef SCM_INQ
#define SCM_INQ 0x54
#endif
#ifndef SCM_PIDFD
#define SCM_PIDFD 0x4
#endif
#ifndef SCM_SECURITY
#define SCM_SECURITY 0x3
#endif
#ifndef SCM_TS_OPT_ID
#define SCM_TS_OPT_ID 0x51
#endif
#ifndef SCTP_GET_LOCAL_ADDRS_NUM_OLD
#define SCTP_GET_LOCAL_ADDRS_NUM_OLD 0x69
#endif
#ifndef SCTP_GET_LOCAL_ADDRS_OLD
#define SCTP_GET_LOCAL_ADDRS_OLD 0x6a
#endif
#ifndef SCTP_GET_PEER_ADDRS_NUM_OLD
#define SCTP_GET_PEER_ADDRS_NUM_OLD 0x67
#endif
#ifndef SCTP_GET_PEER_ADDRS_OLD
#define SCTP_GET_PEER_ADDRS_OLD 0x68
#endif
#ifndef SECBIT_EXEC_DENY_INTERACTIVE
#define SECBIT_EXEC_DENY_INTERACTIVE 0x400
#endif
#ifndef SECBIT_EXEC_DENY_INTERACTIVE_LOCKED
#define SECBIT_EXEC_DENY_INTERACTIVE_LOCKED 0x800
#endif
#ifndef SECBIT_EXEC_RESTRICT_FILE
#define SECBIT_EXEC_RESTRICT_FILE 0x100
#endif
#ifndef SECBIT_EXEC_RESTRICT_FILE_LOCKED
#define SECBIT_EXEC_RESTRICT_FILE_LOCKED 0x200
#endif
#ifndef SEGV_CPERR
#define SEGV_CPERR 0xa
#endif
#ifndef SOL_ATALK
#define SOL_ATALK 0x102
#endif
#ifndef SOL_AX25
#define SOL_AX25 0x101
#endif
#ifndef SOL_CAN_BASE
#define SOL_CAN_BASE 0x64
#endif
#ifndef SOL_CAN_RAW
#define SOL_CAN_RAW 0x65
#endif
#ifndef SOL_ICMPV6
#define SOL_ICMPV6 0x3a
#endif
#ifndef SOL_IP
#define SOL_IP 0x0
#endif
#ifndef SOL_IPV6
#define SOL_IPV6 0x29
#endif
#ifndef SOL_IPX
#define SOL_IPX 0x100
#endif
#ifndef SOL_NETROM
#define SOL_NETROM 0x103
#endif
#ifndef SOL_ROSE
#define SOL_ROSE 0x104
#endif
#ifndef SOL_SCTP
#define SOL_SCTP 0x84
#endif
#ifndef SOL_TCP
#define SOL_TCP 0x6
#endif
#ifndef SOL_UDP
#define SOL_UDP 0x11
#endif
#ifndef SOL_UDPLITE
#define SOL_UDPLITE 0x88
#endif
#ifndef SOL_VSOCK
#define SOL_VSOCK 0x11f
#endif
#ifndef SPLICE_F_GIFT
#define SPLICE_F_GIFT 0x8
#endif
#ifndef SPLICE_F_MORE
#define SPLICE_F_MORE 0x4
#endif
#ifndef SPLICE_F_MOVE
#define SPLICE_F_MOVE 0x1
#endif
#ifndef SPLICE_F_NONBLOCK
#define SPLICE_F_NONBLOCK 0x2
#endif
#ifndef SS_AUTODISARM
#define SS_AUTODISARM 0x80000000u
#endif
#ifndef STATMOUNT_BY_FD
#define STATMOUNT_BY_FD 0x1
#endif
#ifndef ST_MANDLOCK
#define ST_MANDLOCK 0x40
#endif
#ifndef ST_NOATIME
#define ST_NOATIME 0x400
#endif
#ifndef ST_NODEV
#define ST_NODEV 0x4
#endif
#ifndef ST_NODIRATIME
#define ST_NODIRATIME 0x800
#endif
#ifndef ST_NOEXEC
#define ST_NOEXEC 0x8
#endif
#ifndef ST_NOSUID
#define ST_NOSUID 0x2
#endif
#ifndef ST_NOSYMFOLLOW
#define ST_NOSYMFOLLOW 0x2000
#endif
#ifndef ST_RDONLY
#define ST_RDONLY 0x1
#endif
#ifndef ST_RELATIME
#define ST_RELATIME 0x1000
#endif
#ifndef ST_SYNCHRONOUS
#define ST_SYNCHRONOUS 0x10
#endif
#ifndef ST_VALID
#define ST_VALID 0x20
#endif
#ifndef SUID_DUMP_DISABLE
#define SUID_DUMP_DISABLE 0x0
#endif
#ifndef SUID_DUMP_ROOT
#define SUID_DUMP_ROOT 0x2
#endif
#ifndef SUID_DUMP_USER
#define SUID_DUMP_USER 0x1
#endif
#ifndef SWAP_FLAG_DISCARD
#define SWAP_FLAG_DISCARD 0x10000
#endif
#ifndef SWAP_FLAG_DISCARD_ONCE
#define SWAP_FLAG_DISCARD_ONCE 0x20000
#endif
#ifndef SWAP_FLAG_DISCARD_PAGES
#define SWAP_FLAG_DISCARD_PAGES 0x40000
#endif
#ifndef SWAP_FLAG_PREFER
#define SWAP_FLAG_PREFER 0x8000
#endif
#ifndef SYSLOG_ACTION_CLEAR
#define SYSLOG_ACTION_CLEAR 0x5
#endif
#ifndef SYSLOG_ACTION_CLOSE
#define SYSLOG_ACTION_CLOSE 0x0
#endif
#ifndef SYSLOG_ACTION_CONSOLE_LEVEL
#define SYSLOG_ACTION_CONSOLE_LEVEL 0x8
#endif
#ifndef SYSLOG_ACTION_CONSOLE_OFF
#define SYSLOG_ACTION_CONSOLE_OFF 0x6
#endif
#ifndef SYSLOG_ACTION_CONSOLE_ON
#define SYSLOG_ACTION_CONSOLE_ON 0x7
#endif
#ifndef SYSLOG_ACTION_OPEN
#define SYSLOG_ACTION_OPEN 0x1
#endif
#ifndef SYSLOG_ACTION_READ
#define SYSLOG_ACTION_READ 0x2
#endif
#ifndef SYSLOG_ACTION_READ_ALL
#define SYSLOG_ACTION_READ_ALL 0x3
#endif
#ifndef SYSLOG_ACTION_READ_CLEAR
#define SYSLOG_ACTION_READ_CLEAR 0x4
#endif
#ifndef SYSLOG_ACTION_SIZE_BUFFER
#define SYSLOG_ACTION_SIZE_BUFFER 0xa
#endif
#ifndef SYSLOG_ACTION_SIZE_UNREAD
#define SYSLOG_ACTION_SIZE_UNREAD 0x9
#endif
#ifndef SYSV2_SUPER_MAGIC
#define SYSV2_SUPER_MAGIC 0x12ff7b6
#endif
#ifndef SYSV4_SUPER_MAGIC
#define SYSV4_SUPER_MAGIC 0x12ff7b5
#endif
#ifndef SYS_SECCOMP
#define SYS_SECCOMP 0x1
#endif
#ifndef SYS_USER_DISPATCH
#define SYS_USER_DISPATCH 0x2
#endif
#ifndef TCP_COOKIE_TRANSACTIONS
#define TCP_COOKIE_TRANSACTIONS 0xf
#endif
#ifndef TIOCM_CAR
#define TIOCM_CAR 0x40
#endif
#ifndef TIOCM_CTS
#define TIOCM_CTS 0x20
#endif
#ifndef TIOCM_DSR
#define TIOCM_DSR 0x100
#endif
#ifndef TIOCM_DTR
#define TIOCM_DTR 0x2
#endif
#ifndef TIOCM_LE
#define TIOCM_LE 0x1
#endif
#ifndef TIOCM_LOOP
#define TIOCM_LOOP 0x8000
#endif
#ifndef TIOCM_OUT1
#define TIOCM_OUT1 0x2000
#endif
#ifndef TIOCM_OUT2
#define TIOCM_OUT2 0x4000
#endif
#ifndef TIOCM_RNG
#define TIOCM_RNG 0x80
#endif
#ifndef TIOCM_RTS
#define TIOCM_RTS 0x4
#endif
#ifndef TIOCM_SR
#define TIOCM_SR 0x10
#endif
#ifndef TIOCM_ST
#define TIOCM_ST 0x8
#endif
#ifndef TRAP_PERF
#define TRAP_PERF 0x6
#endif
#ifndef UMOUNT_NOFOLLOW
#define UMOUNT_NOFOLLOW 0x8
#endif
#ifndef VXFS_SUPER_MAGIC
#define VXFS_SUPER_MAGIC 0xa501fcf5u
#endif
#ifndef XENIX_SUPER_MAGIC
#define XENIX_SUPER_MAGIC 0x12ff7b4
#endif
#ifndef ZFS_SUPER_MAGIC
#define ZFS_SUPER_MAGIC 0x2fc12fc1
#endif

// Of the kernel alone: include/linux/pid_types.h and arch/x86/include/asm/fpu/types.h.
#ifndef PIDTYPE_PID
#define PIDTYPE_PID 0
#endif
#ifndef PIDTYPE_TGID
#define PIDTYPE_TGID 1
#endif
#ifndef PIDTYPE_PGID
#define PIDTYPE_PGID 2
#endif
#ifndef PIDTYPE_SID
#define PIDTYPE_SID 3
#endif
#ifndef XFEATURE_FP
#define XFEATURE_FP 0
#endif
#ifndef XFEATURE_SSE
#define XFEATURE_SSE 1
#endif
#ifndef XFEATURE_YMM
#define XFEATURE_YMM 2
#endif
#ifndef XFEATURE_BNDREGS
#define XFEATURE_BNDREGS 3
#endif
#ifndef XFEATURE_BNDCSR
#define XFEATURE_BNDCSR 4
#endif
#ifndef XFEATURE_OPMASK
#define XFEATURE_OPMASK 5
#endif
#ifndef XFEATURE_ZMM_Hi256
#define XFEATURE_ZMM_Hi256 6
#endif
#ifndef XFEATURE_Hi16_ZMM
#define XFEATURE_Hi16_ZMM 7
#endif
#ifndef XFEATURE_PT_UNIMPLEMENTED_SO_FAR
#define XFEATURE_PT_UNIMPLEMENTED_SO_FAR 8
#endif
#ifndef XFEATURE_PKRU
#define XFEATURE_PKRU 9
#endif
#ifndef XFEATURE_PASID
#define XFEATURE_PASID 10
#endif
#ifndef XFEATURE_LBR
#define XFEATURE_LBR 15
#endif
#ifndef XFEATURE_XTILE_CFG
#define XFEATURE_XTILE_CFG 17
#endif
#ifndef XFEATURE_XTILE_DATA
#define XFEATURE_XTILE_DATA 18
#endif
#ifndef PR_SYS_DISPATCH_EXCLUSIVE_ON
#define PR_SYS_DISPATCH_EXCLUSIVE_ON 1
#endif
#ifndef PR_SYS_DISPATCH_INCLUSIVE_ON
#define PR_SYS_DISPATCH_INCLUSIVE_ON 2
#endif
