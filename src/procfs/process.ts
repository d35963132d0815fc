/** One process, as /proc tells of it: proc_pid_stat(5), proc_pid_status(5), proc_pid_cgroup(5). */
import { numericEntries, readProc, readProcBytes, readProcLinkBytes } from './files.js';

export interface ProcessStatus {
  readonly pid: number;
  /** The process that the id belongs to: another number where the id is a thread's. */
  readonly threadGroup: number;
  /** Its id in its own, innermost pid namespace. */
  readonly namespacePid: number;
  readonly parentPid: number;
  readonly realUid: number;
  readonly effectiveUid: number;
  /** Capabilities that it may use, as a bit set (CapPrm). */
  readonly permitted: bigint;
  /** 15 bytes at most, which need not be text. */
  readonly comm: Buffer;
  /** One letter, such as "R", "S", "T", "t" or "Z". */
  readonly state: string;
  /** The process that traces it; 0 where none does, or one outside of our pid namespace. */
  readonly tracerPid: number;
  readonly isKernelThread: boolean;
  /** Milliseconds since the epoch; the same at every reading as long as this process lives. */
  readonly startTimeMs: number;
}

/** include/linux/sched.h */
const PF_KTHREAD = 0x00200000;
/** USER_HZ, in which /proc counts, is 100 on x86. */
const millisecondsPerTick = 10;

// Read once: the kernel derives it from the clock, and what a client was told must stay comparable.
const bootTimeMs = Number(/^btime (\d+)$/m.exec(readProc('stat') ?? '')?.[1] ?? 0) * 1000;

/** Fields of PID/stat after the name, which is in parentheses and may hold any character. */
function parseStat(text: string): { flags: number; startTicks: number } {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // The first of them is field 3 of the manual page.
  return { flags: Number(fields[9 - 3]), startTicks: Number(fields[22 - 3]) };
}

function statusFields(text: string): Map<string, string> {
  return new Map(
    text.split('\n').map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
  );
}

/** The process that a thread belongs to; 0 for 0. The kernel names the thread that traces. */
function processOfThread(tid: number): number {
  const status = tid === 0 ? undefined : readProc(`${tid}/status`);
  return Number(/^Tgid:\s*(\d+)$/m.exec(status ?? '')?.[1] ?? tid);
}

/** The kernel escapes newline and backslash in Name. `name` has a character for each byte. */
function unescapeComm(name: string): Buffer {
  const bytes = name.replace(/\\(n|\\)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : '\\'));
  return Buffer.from(bytes, 'latin1');
}

/** The process or thread with this id; undefined where there is none (any more). */
export function readProcess(pid: number): ProcessStatus | undefined {
  const stat = readProc(`${pid}/stat`);
  // A character for each byte, since the name is among them.
  const status = readProcBytes(`${pid}/status`)?.toString('latin1');
  if (stat === undefined || status === undefined) {
    return undefined;
  }
  const { flags, startTicks } = parseStat(stat);
  const fields = statusFields(status);
  const numbers = (name: string): number[] =>
    (fields.get(name) ?? '').split(/\s+/).filter(Boolean).map(Number);
  return {
    pid,
    threadGroup: numbers('Tgid')[0] ?? pid,
    namespacePid: numbers('NSpid').at(-1) ?? pid,
    parentPid: numbers('PPid')[0] ?? 0,
    realUid: numbers('Uid')[0] ?? 0,
    effectiveUid: numbers('Uid')[1] ?? 0,
    permitted: BigInt(`0x${fields.get('CapPrm') || '0'}`),
    comm: unescapeComm(fields.get('Name') ?? ''),
    state: fields.get('State')?.[0] ?? '',
    tracerPid: processOfThread(numbers('TracerPid')[0] ?? 0),
    isKernelThread: (flags & PF_KTHREAD) !== 0,
    startTimeMs: bootTimeMs + startTicks * millisecondsPerTick,
  };
}

/** The name of a process or thread; empty where it is gone. */
export function readComm(tid: number): Buffer {
  // The last byte is a newline of the kernel.
  return readProcBytes(`${tid}/comm`)?.subarray(0, -1) ?? Buffer.alloc(0);
}

/** Where its arguments are; whoever reads it waits for memory of the process, which may never come. */
export function argumentsPath(pid: number): string {
  return `/proc/${pid}/cmdline`;
}

/** What that file has; empty for a kernel thread, a zombie and what may not be read. */
export function parseArguments(cmdline: Buffer | undefined): Buffer[] {
  const bytes = cmdline?.toString('latin1') ?? '';
  const split = bytes === '' ? [] : bytes.replace(/\0$/, '').split('\0');
  return split.map((argument) => Buffer.from(argument, 'latin1'));
}

/** Path of its executable; undefined where it may not be read. */
export function readExecutable(pid: number): Buffer | undefined {
  return readProcLinkBytes(`${pid}/exe`);
}

/** Docker, containerd, CRI-O and podman name a container's cgroup by its id, 64 hexadecimal digits. */
const containerId = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g;

/** Id of the container whose cgroup the process is in; the innermost one; empty for none. */
export function readContainerId(pid: number): string {
  return readProc(`${pid}/cgroup`)?.match(containerId)?.at(-1) ?? '';
}

/** Thread ids of the process. */
export function listThreads(pid: number): number[] {
  return numericEntries(`${pid}/task`);
}

/** The process that traces a thread of the process; 0 where none does or the thread is gone. */
export function readThreadTracer(pid: number, tid: number): number {
  return processOfThread(tracerThread(pid, tid));
}

function tracerThread(pid: number, tid: number): number {
  return Number(
    /^TracerPid:\s*(\d+)$/m.exec(readProc(`${pid}/task/${tid}/status`) ?? '')?.[1] ?? 0,
  );
}

/** Whether every thread of the process has ended and it waits for its parent only. */
export function isZombie(process: ProcessStatus): boolean {
  if (process.state !== 'Z' && process.state !== 'X') {
    return false;
  }
  // A leader that has ended is a zombie as long as other threads of it live.
  return listThreads(process.pid).every((tid) => {
    const state = tid === process.pid ? 'Z' : readProcess(tid)?.state;
    return state === undefined || state === 'Z' || state === 'X';
  });
}
