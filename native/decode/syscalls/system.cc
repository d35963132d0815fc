// Rows: the system, its modules and its security.
#include "rows.h"

namespace ptraced::decode {

namespace {

constexpr Syscall kRows[] = {
    {SYS(uname), .args = {out("buf", kUtsnamePointer)}},
    {SYS(sysinfo), .args = {out("info", kSysinfoPointer)}},
    {SYS(sethostname), .args = {in("name", kUtsName), in("len", kInt)}},
    {SYS(setdomainname), .args = {in("name", kUtsName), in("len", kInt)}},
    {SYS(reboot),
     .args = {in("magic", one_of(kRebootMagic1)), in("magic2", one_of(kRebootMagic2)),
              in("op", one_of(kRebootCommands))},
     .variants = &kRebootVariants},
    {SYS(syslog), .args = {in("type", kSyslogAction), in("bufp", kAddress), in("size", kInt)},
     .variants = &kSyslogVariants},
    {SYS(getrandom), .args = {out("buf", hex_bytes(written(1))), in("buflen", kSize),
                              in("flags", flags(kGetrandomFlags))}},
    {SYS(init_module),
     .args = {in("module_image", kAddress), in("size", kUlong), in("param_values", kString)}},
    {SYS(finit_module), .classes = kDesc,
     .args = {in("fd", kFd), in("param_values", kString), in("flags", flags(kFinitModuleFlags))}},
    {SYS(delete_module), .args = {in("name", kString), in("flags", flags(kDeleteModuleFlags))}},
    {SYS(kexec_load), .args = {in("entry", kAddress), in("nr_segments", kUlong),
                               in("segments", kAddress), in("flags", kKexecLoadFlags)}},
    {SYS(kexec_file_load), .classes = kDesc,
     .args = {in("kernel_fd", kFd), in("initrd_fd", kFd), in("cmdline_len", kUlong),
              in("cmdline", bytes(arg(2))), in("flags", flags(kKexecFileFlags, 0))}},
    {SYS(bpf), .classes = kDesc,
     .args = {in("cmd", one_of(kBpfCommands)), in("attr", kAddress), in("size", kUint)}},
    {SYS(perf_event_open), .classes = kDesc, .result = kDescriptorResult,
     .args = {in("attr", kAddress), in("pid", kPid), in("cpu", kInt), in("group_fd", kFd),
              in("flags", flags(kPerfEventFlags, 0))}},
    {SYS(seccomp),
     .args = {in("operation", one_of(kSeccompOperations)), in("flags", kHexInt),
              in("args", kAddress)},
     .variants = &kSeccompVariants},
    {SYS(landlock_create_ruleset), .classes = kDesc, .result = kDescriptorResult,
     .args = {in("attr", kLandlockRuleset), in("size", kSize),
              in("flags", flags(kLandlockCreateFlags))}},
    {SYS(landlock_add_rule), .classes = kDesc,
     .args = {in("ruleset_fd", kFd), in("rule_type", one_of(kLandlockRuleTypes)),
              in("rule_attr", kAddress), in("flags", flags(kLandlockAddFlags))},
     .variants = &kLandlockRuleVariants},
    {SYS(landlock_restrict_self), .classes = kDesc,
     .args = {in("ruleset_fd", kFd), in("flags", kHexInt)}},
    {SYS(lsm_get_self_attr), .args = {in("attr", one_of(kLsmAttributes)), out("ctx", kAddress),
                                      out("size", kUintPointer), in("flags", flags(kLsmFlags))}},
    {SYS(lsm_set_self_attr), .args = {in("attr", one_of(kLsmAttributes)), in("ctx", kAddress),
                                      in("size", kUint), in("flags", kHexInt)}},
    {SYS(lsm_list_modules),
     .args = {out("ids", kAddress), out("size", kUintPointer), in("flags", kHexInt)}},
    {SYS(add_key),
     .args = {in("type", kString), in("description", kString), in("payload", bytes(arg(3))),
              in("plen", kSize), in("keyring", kKeySerial)}},
    {SYS(request_key), .args = {in("type", kString), in("description", kString),
                                in("callout_info", kString), in("dest_keyring", kKeySerial)}},
    {SYS(keyctl),
     .args = {in("operation", one_of(kKeyctlOperations)), in("arg2", kHexWord),
              in("arg3", kHexWord), in("arg4", kHexWord), in("arg5", kHexWord)},
     .variants = &kKeyctlVariants},
    {SYS(vhangup)},
    {SYS(uretprobe)},
    {SYS(uprobe)},
};

}  // namespace

std::span<const Syscall> system_rows() {
  return kRows;
}

}  // namespace ptraced::decode
