/** What /proc says of processes and threads. Everything returns undefined or [] for what is gone. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface TaskStatus {
  name: string;
  /** One letter: R, S, D, T (stopped), t (traced), Z, X. */
  state: string;
  pid: number;
  parent: number;
  /** Process that traces it, 0 for none. */
  tracer: number;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

export function taskStatus(tid: number): TaskStatus | undefined {
  const text = read(`/proc/${tid}/status`);
  const field = (name: string) => text?.match(new RegExp(`^${name}:\\s*(.*)$`, 'm'))?.[1] ?? '';
  if (text === undefined || field('State') === '') {
    return undefined;
  }
  const tracerThread = Number(field('TracerPid')); // the thread that traces, not its process
  return {
    name: field('Name'),
    state: field('State').charAt(0),
    pid: Number(field('Tgid')),
    parent: Number(field('PPid')),
    tracer: tracerThread === 0 ? 0 : (taskStatus(tracerThread)?.pid ?? tracerThread),
  };
}

/** The process exists and is no zombie. */
export function alive(pid: number): boolean {
  const status = taskStatus(pid);
  return status !== undefined && status.state !== 'Z' && status.state !== 'X';
}

export function processIds(): number[] {
  return list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

export function threadIds(pid: number): number[] {
  return list(`/proc/${pid}/task`).map(Number);
}

export function descriptorCount(pid: number): number {
  return list(`/proc/${pid}/fd`).length;
}

/** What the descriptors of a process stand for. */
export function descriptors(pid: number): string[] {
  return list(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [`${fd} ${readlinkSync(`/proc/${pid}/fd/${fd}`)}`];
    } catch {
      return [];
    }
  });
}

export function environment(pid: number): string[] {
  return (read(`/proc/${pid}/environ`) ?? '').split('\0');
}

/** Number of the system call that a thread sleeps in. */
export function sleepingIn(tid: number): number | undefined {
  const word = read(`/proc/${tid}/syscall`)?.split(' ')[0];
  return word === undefined || word === 'running' ? undefined : Number(word);
}

/** No thread of the process is traced. */
export function untraced(pid: number): boolean {
  return threadIds(pid).every((tid) => (taskStatus(tid)?.tracer ?? 0) === 0);
}

/** No thread of the process is traced, and none stands still for another reason. */
export function runsUntraced(pid: number): boolean {
  return (
    alive(pid) &&
    untraced(pid) &&
    threadIds(pid).every((tid) => !'Tt'.includes(taskStatus(tid)?.state ?? 'R'))
  );
}

/** How often a thread has been put aside or has waited. */
export function contextSwitches(tid: number): number {
  const counts = read(`/proc/${tid}/status`)?.matchAll(/ctxt_switches:\s*(\d+)/g) ?? [];
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}
