/** Why the kernel refuses to let this process trace another: ptrace(2) "Ptrace access mode checking". */
import { readProc, readProcLink } from '../procfs/files.js';
import { type ProcessStatus, readProcess } from '../procfs/process.js';
import {
  hasCapability,
  hasSeccompFilter,
  isDumpable,
  isInInitialUserNamespace,
  yamaScope,
} from '../procfs/self.js';

const outside = "the process is outside of the server's user namespace";
const filterOrModule = {
  filter:
    'a seccomp filter is in force on the server and forbids it, unless a security module (AppArmor, SELinux) does',
  module: 'perhaps a security module (AppArmor, SELinux) forbids it',
};

/**
 * Whether the kernel grants PTRACE_MODE_READ, which looks at ids, capabilities and dumpability as an attach
 * does, and at neither Yama nor seccomp filters: namespaces(7) wants it for this link.
 */
function mayRead({ pid }: ProcessStatus): boolean {
  return readProcLink(`${pid}/ns/user`) !== undefined;
}

/** Whether the uid stands for one that has no number in our user namespace (user_namespaces(7)). */
function isUnmapped(uid: number): boolean {
  const isMapped = (readProc('self/uid_map') ?? '').split('\n').some((line) => {
    const [first = 0, , count = 0] = line.trim().split(/\s+/).map(Number);
    return uid >= first && uid < first + count;
  });
  return !isMapped && uid === Number(readProc('sys/kernel/overflowuid'));
}

/** Whether our capabilities do not reach the process, since they are those of a user namespace it is not in. */
function isBeyondNamespace(target: ProcessStatus): boolean {
  if (isInInitialUserNamespace() || mayRead(target)) {
    return false;
  }
  return hasCapability('CAP_SYS_PTRACE') || isUnmapped(target.realUid);
}

/** What Yama forbids; `descendant`: the target is a child of ours. */
function yamaObstacle(descendant: boolean): string | undefined {
  const scope = yamaScope();
  if (scope === 3) {
    return 'Yama forbids ptrace until reboot (kernel.yama.ptrace_scope is 3)';
  }
  if (hasCapability('CAP_SYS_PTRACE')) {
    return undefined;
  }
  if (scope === 2) {
    return 'Yama wants CAP_SYS_PTRACE (kernel.yama.ptrace_scope is 2)';
  }
  return scope === 1 && !descendant
    ? 'Yama allows descendants only (kernel.yama.ptrace_scope is 1)'
    : undefined;
}

/**
 * What is certain to stand in the way of attaching to the process, each as a sentence for people; empty
 * where nothing is known to. The kernel may refuse nevertheless.
 */
export function ptraceObstacles(target: ProcessStatus): string[] {
  const obstacles = [yamaObstacle(false)].filter((obstacle) => obstacle !== undefined);
  const sameUser = target.realUid === process.getuid?.() && target.effectiveUid === target.realUid;
  if (isBeyondNamespace(target)) {
    obstacles.push(`${outside}, where its capabilities do not reach`);
  } else if (!hasCapability('CAP_SYS_PTRACE') && !sameUser) {
    obstacles.push(`the process runs as uid ${target.realUid} and the server lacks CAP_SYS_PTRACE`);
  }
  return obstacles;
}

/** What to say where the kernel has refused an attach. */
export function explainDenial(target: ProcessStatus): string {
  const known = ptraceObstacles(target);
  if (known.length > 0) {
    return known.join('; ');
  }
  if (mayRead(target)) {
    return hasSeccompFilter() ? filterOrModule.filter : filterOrModule.module;
  }
  if (hasCapability('CAP_SYS_PTRACE')) {
    return filterOrModule.module;
  }
  const own = readProcess(process.pid)?.permitted ?? 0n;
  if ((target.permitted & ~own) !== 0n) {
    return 'the process has capabilities that the server lacks, which takes CAP_SYS_PTRACE';
  }
  const undumpable =
    'perhaps the process is not dumpable (prctl(2) PR_SET_DUMPABLE), which takes CAP_SYS_PTRACE';
  return isInInitialUserNamespace() ? undumpable : `${undumpable}; or ${outside}`;
}

/**
 * What to say where the kernel has refused to let the server trace a command that it has just started.
 * `uid`: the user that the command runs as, where another was asked for.
 */
export function explainLaunchDenial(uid: number | undefined): string {
  const yama = yamaObstacle(true);
  if (yama !== undefined) {
    return yama;
  }
  const tracer = readProcess(process.pid)?.tracerPid ?? 0;
  if (tracer !== 0) {
    return `perhaps process ${tracer}, which traces the server, traces what it starts too: a process has one tracer`;
  }
  if (!hasCapability('CAP_SYS_PTRACE')) {
    if (uid !== undefined && uid !== process.getuid?.()) {
      return `the command runs as uid ${uid} and the server lacks CAP_SYS_PTRACE`;
    }
    if (!isDumpable()) {
      return 'the server is not dumpable, since its program has file capabilities or may not be read, and it lacks CAP_SYS_PTRACE';
    }
  }
  return hasSeccompFilter() ? filterOrModule.filter : filterOrModule.module;
}
