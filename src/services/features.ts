/** What depends on where the server runs. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { LaunchPolicy } from '../config.js';
import type { FeatureSchema } from '../gen/ptraced/v1/server_service_pb.js';
import { type CapabilityName, hasCapability } from '../procfs/self.js';
import type { KernelFeatures } from '../session/engine.js';

type Feature = MessageInitShape<typeof FeatureSchema>;

function fromKernel(name: string, available: boolean, needs: string): Feature {
  return { name, available, reason: available ? '' : `needs ${needs}` };
}

function fromCapabilities(name: string, needed: readonly CapabilityName[]): Feature {
  const missing = needed.filter((capability) => !hasCapability(capability));
  return {
    name,
    available: missing.length === 0,
    reason: missing.length === 0 ? '' : `needs ${missing.join(' and ')}`,
  };
}

const launchReasons: Record<LaunchPolicy, string> = {
  off: 'needs a server without --launch off',
  confined: 'needs a server with --launch privileged',
  privileged: '',
  own: '',
};

/** What launched commands are, by the configuration and the kernel: docs/security.md. */
function ofLaunches(kernel: KernelFeatures, policy: LaunchPolicy): Feature[] {
  const off = policy === 'off' ? launchReasons.off : '';
  const keeps = launchReasons[policy];
  return [
    { name: 'launch', available: off === '', reason: off },
    { name: 'keep_capabilities', available: keeps === '', reason: keeps },
    fromKernel('signal_scope', kernel.signalScope, 'Landlock of Linux 6.12'),
    fromCapabilities('own_limits', ['CAP_SETGID']),
  ];
}

/** Commands that are confined have no_new_privs, which is all that a filter needs. */
function canFilter(kernel: KernelFeatures, policy: LaunchPolicy): Feature {
  const name = 'seccomp_filter';
  return policy === 'own'
    ? fromKernel(
        name,
        kernel.seccompFilter,
        'seccomp(2), no seccomp filter on the server, and CAP_SYS_ADMIN or no CAP_SYS_PTRACE',
      )
    : fromKernel(
        name,
        kernel.confinedSeccompFilter,
        'seccomp(2), and no seccomp filter on the server',
      );
}

export function listFeatures(kernel: KernelFeatures, policy: LaunchPolicy): Feature[] {
  return [
    fromKernel('get_syscall_info', kernel.getSyscallInfo, 'Linux 5.3'),
    fromKernel('set_syscall_info', kernel.setSyscallInfo, 'Linux 6.16'),
    canFilter(kernel, policy),
    fromKernel('process_vm', kernel.processVm, 'process_vm_readv, which a seccomp filter forbids'),
    fromCapabilities('attach_other_users', ['CAP_SYS_PTRACE']),
    fromCapabilities('launch_as_user', ['CAP_SETUID', 'CAP_SETGID']),
    fromCapabilities('launch_in_root', ['CAP_SYS_CHROOT']),
    ...ofLaunches(kernel, policy),
  ];
}
