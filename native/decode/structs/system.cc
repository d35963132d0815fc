// Structures of security, mounting and comparing.
#include "structs.h"

namespace ptraced::decode {

namespace {

#define AT(name_, offset_, ...) \
  { .name = name_, .offset = offset_, .offset32 = offset_, .type = __VA_ARGS__ }

// struct seccomp_notif_sizes (linux/seccomp.h).
constexpr Field kNotifySizesFields[] = {
    AT("seccomp_notif", 0, kUshort),
    AT("seccomp_notif_resp", 2, kUshort),
    AT("seccomp_data", 4, kUshort),
};

// struct landlock_path_beneath_attr, packed, and landlock_net_port_attr (6.7), linux/landlock.h.
constexpr Field kPathBeneathFields[] = {
    AT("allowed_access", 0, flags(kLandlockFsAccess, 8)),
    AT("parent_fd", 8, kFd),
};
constexpr Field kNetPortFields[] = {
    AT("allowed_access", 0, flags(kLandlockNetAccess, 8)),
    AT("port", 8, kUint64),
};

// struct kcmp_epoll_slot (linux/kcmp.h).
constexpr Field kEpollSlotFields[] = {
    AT("efd", 0, kUint),
    AT("tfd", 4, kUint),
    AT("toff", 8, kUint),
};

// struct mount_attr (linux/mount.h).
constexpr Field kMountAttrFields[] = {
    AT("attr_set", 0, flags(kMountAttrs, 8)),
    AT("attr_clr", 8, flags(kMountAttrs, 8)),
    AT("propagation", 16, flags(kMountFlags, 8)),
    AT("userns_fd", 24, kUint64),
};

}  // namespace

const Layout kNotifySizesLayout = {6, 6, kNotifySizesFields, "seccomp_notif_sizes"};
const Layout kPathBeneathLayout = {12, 12, kPathBeneathFields, "landlock_path_beneath_attr"};
const Layout kNetPortLayout = {16, 16, kNetPortFields, "landlock_net_port_attr"};
const Layout kEpollSlotLayout = {12, 12, kEpollSlotFields, "kcmp_epoll_slot"};
const Layout kMountAttrLayout = {32, 32, kMountAttrFields, "mount_attr"};

}  // namespace ptraced::decode
