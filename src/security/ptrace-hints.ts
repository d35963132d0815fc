/** Why the kernel refuses to let this process trace another: ptrace(2) "Ptrace access mode checking". */
import type { ProcessStatus } from '../procfs/process.js';
import { hasCapability, sharesNamespace, yamaScope } from '../procfs/self.js';

/**
 * What is certain to stand in the way of attaching to the process, each as a sentence for people; empty
 * where nothing is known to. The kernel may refuse nevertheless.
 */
export function ptraceObstacles(target: ProcessStatus): string[] {
  const obstacles: string[] = [];
  const capable = hasCapability('CAP_SYS_PTRACE');
  const scope = yamaScope();
  if (scope === 3) {
    obstacles.push('Yama forbids ptrace until reboot (kernel.yama.ptrace_scope is 3)');
  } else if (!capable && scope === 2) {
    obstacles.push('Yama wants CAP_SYS_PTRACE (kernel.yama.ptrace_scope is 2)');
  } else if (!capable && scope === 1) {
    obstacles.push('Yama allows descendants only (kernel.yama.ptrace_scope is 1)');
  }
  const sameUser = target.realUid === process.getuid?.() && target.effectiveUid === target.realUid;
  if (!capable && !sameUser) {
    obstacles.push(`the process runs as uid ${target.realUid} and the server lacks CAP_SYS_PTRACE`);
  }
  return obstacles;
}

/** What to say where the kernel has refused. */
export function explainDenial(target: ProcessStatus): string {
  const known = ptraceObstacles(target);
  if (known.length > 0) {
    return known.join('; ');
  }
  if (!hasCapability('CAP_SYS_PTRACE')) {
    return 'perhaps the process is not dumpable (prctl(2) PR_SET_DUMPABLE), which takes CAP_SYS_PTRACE';
  }
  return sharesNamespace(target.pid, 'user') === false
    ? 'the process is in another user namespace, where the server lacks CAP_SYS_PTRACE'
    : 'perhaps a security module (AppArmor, SELinux) or a seccomp filter forbids it';
}
