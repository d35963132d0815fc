/** What depends on where the server runs. */
import type { MessageInitShape } from '@bufbuild/protobuf';
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

export function listFeatures(kernel: KernelFeatures): Feature[] {
  return [
    fromKernel('get_syscall_info', kernel.getSyscallInfo, 'Linux 5.3'),
    fromKernel('set_syscall_info', kernel.setSyscallInfo, 'Linux 6.16'),
    fromKernel(
      'seccomp_filter',
      kernel.seccompFilter,
      'seccomp(2), no seccomp filter on the server, and CAP_SYS_ADMIN or no CAP_SYS_PTRACE',
    ),
    fromKernel('process_vm', kernel.processVm, 'process_vm_readv, which a seccomp filter forbids'),
    fromCapabilities('attach_other_users', ['CAP_SYS_PTRACE']),
    fromCapabilities('launch_as_user', ['CAP_SETUID', 'CAP_SETGID']),
    fromCapabilities('launch_in_root', ['CAP_SYS_CHROOT']),
  ];
}
