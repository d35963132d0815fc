/** What this process may do and was given: capabilities(7), user_namespaces(7), getrlimit(2). */
import { procOwner, readProc, readProcLink } from './files.js';
import { readProcess } from './process.js';

/** Numbers of include/uapi/linux/capability.h. */
const Capability = {
  CAP_SETGID: 6,
  CAP_SETUID: 7,
  CAP_SYS_CHROOT: 18,
  CAP_SYS_PTRACE: 19,
} as const;
export type CapabilityName = keyof typeof Capability;

/** Whether the capability is effective in this process. */
export function hasCapability(name: CapabilityName): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readProc('self/status') ?? '')?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> BigInt(Capability[name])) & 1n) === 1n;
}

/** Yama's ptrace_scope, 0 to 3; undefined where the kernel has no Yama. */
export function yamaScope(): number | undefined {
  const text = readProc('sys/kernel/yama/ptrace_scope');
  return text === undefined ? undefined : Number(text);
}

/** Whether this process is in the user namespace of the machine, whose ids are all mapped to themselves. */
export function isInInitialUserNamespace(): boolean {
  const everyId = /^\s*0\s+0\s+4294967295\s*$/;
  return everyId.test(readProc('self/uid_map') ?? '');
}

/** Whether a seccomp filter is in force on this process. */
export function hasSeccompFilter(): boolean {
  return /^Seccomp:\s*2$/m.test(readProc('self/status') ?? '');
}

let startedDumpable: boolean | undefined;

/**
 * Whether the kernel made this process dumpable (PR_SET_DUMPABLE of prctl(2)), as far as it shows: files of a
 * process that is not belong to root. True for a process of uid 0. Looked at once: a server makes itself not
 * dumpable, which does not keep it from tracing what it launches.
 */
export function isDumpable(): boolean {
  startedDumpable ??= procOwner('self/maps') === process.geteuid?.();
  return startedDumpable;
}

/** Pids of this process and of everything it descends from. */
export function ownLine(): Set<number> {
  const line = new Set<number>();
  for (let pid = process.pid; pid > 0 && !line.has(pid); ) {
    line.add(pid);
    pid = readProcess(pid)?.parentPid ?? 0;
  }
  return line;
}

/** As in native/core/descriptor_reserve.h. */
const descriptorReserve = 64;

/**
 * The descriptor from which on none is for what lasts, such as a connection: files that are read for a moment
 * need some.
 */
export function firstReservedDescriptor(): number {
  const limit = softNofileOf(process.pid);
  return limit === undefined
    ? Number.POSITIVE_INFINITY
    : limit - Math.min(descriptorReserve, Math.floor(limit / 4));
}

/** setrlimit(2): what a login session has on Linux. */
const customarySoftNofile = 1024;

function softNofileOf(pid: number): number | undefined {
  const match = /^Max open files\s+(\d+|unlimited)/m.exec(readProc(`${pid}/limits`) ?? '');
  return match === null || match[1] === 'unlimited' ? undefined : Number(match[1]);
}

/**
 * The soft RLIMIT_NOFILE that this process was started with. Node raises its own at start, so that it is
 * read from the nearest ancestor that is another program.
 */
export function inheritedSoftNofile(): number {
  const executable = readProcLink('self/exe');
  for (const pid of ownLine()) {
    if (pid === process.pid) {
      continue;
    }
    const other = readProcLink(`${pid}/exe`);
    if (other !== undefined && other !== executable) {
      return softNofileOf(pid) ?? customarySoftNofile;
    }
  }
  return customarySoftNofile;
}
