/** Which processes may be attached to at all, whoever asks. */
import { type Reason, ServiceError } from '../errors.js';
import { listPids } from '../procfs/files.js';
import {
  isZombie,
  listThreads,
  type ProcessStatus,
  readProcess,
  readThreadTracer,
} from '../procfs/process.js';
import { ownLine } from '../procfs/self.js';

/** What an attach asks for. */
export interface AttachTarget {
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly expectedStartTimeMs?: number;
  readonly singleThread: boolean;
}

interface Refusal {
  readonly reason: Reason;
  readonly message: string;
  readonly metadata?: Record<string, string>;
}

/** What forbids attaching to a process that exists, but for what it traces itself; undefined: nothing. */
export function attachRefusal(
  target: ProcessStatus,
  line: ReadonlySet<number> = ownLine(),
): Refusal | undefined {
  const { pid, threadGroup, tracerPid } = target;
  if (threadGroup === process.pid) {
    return { reason: 'TARGET_DENIED', message: `process ${pid} is the server itself` };
  }
  // In a namespace that the server has joined from outside, process 1 is somebody's program.
  if (pid === 1 && line.has(1)) {
    return { reason: 'TARGET_DENIED', message: 'process 1 is the init of this pid namespace' };
  }
  if (line.has(threadGroup)) {
    return { reason: 'TARGET_DENIED', message: `process ${pid} is an ancestor of the server` };
  }
  if (target.isKernelThread) {
    return { reason: 'TARGET_DENIED', message: `process ${pid} is a kernel thread` };
  }
  if (isZombie(target)) {
    return { reason: 'PROCESS_NOT_FOUND', message: `process ${pid} has ended: it is a zombie` };
  }
  if (tracerPid !== 0) {
    return {
      reason: 'ALREADY_TRACED',
      message: `process ${pid} is traced by process ${tracerPid}`,
      metadata: { tracer_pid: String(tracerPid) },
    };
  }
  return undefined;
}

/** Process ids of all that trace something. */
export async function listTracers(): Promise<Set<number>> {
  const tracers = new Set<number>();
  for await (const pid of listPids()) {
    for (const tid of listThreads(pid)) {
      const tracer = readThreadTracer(pid, tid);
      if (tracer !== 0) {
        tracers.add(tracer);
      }
    }
  }
  return tracers;
}

/** A process that traces: held by us while it holds another, neither could be killed. */
export function tracesRefusal(
  target: ProcessStatus,
  tracers: ReadonlySet<number>,
): Refusal | undefined {
  return tracers.has(target.threadGroup)
    ? { reason: 'TARGET_DENIED', message: `process ${target.pid} traces another process` }
    : undefined;
}

function refuse(pid: number, { reason, message, metadata }: Refusal): never {
  throw new ServiceError(reason, message, { metadata: { pid: String(pid), ...metadata } });
}

/** The process to attach to. Throws a ServiceError where a rule forbids it. */
export async function checkAttach(wanted: AttachTarget): Promise<ProcessStatus> {
  const { pid } = wanted;
  const target = readProcess(pid);
  if (target === undefined) {
    refuse(pid, { reason: 'PROCESS_NOT_FOUND', message: `there is no process ${pid}` });
  }
  if (target.threadGroup !== pid && !wanted.singleThread) {
    refuse(pid, {
      reason: 'PROCESS_NOT_FOUND',
      message: `${pid} is a thread of process ${target.threadGroup}`,
      metadata: { thread_group: String(target.threadGroup) },
    });
  }
  const { expectedStartTimeMs } = wanted;
  if (expectedStartTimeMs !== undefined && expectedStartTimeMs !== target.startTimeMs) {
    refuse(pid, {
      reason: 'PID_REUSED',
      message: `process ${pid} started at ${new Date(target.startTimeMs).toISOString()}`,
    });
  }
  const refusal = attachRefusal(target) ?? tracesRefusal(target, await listTracers());
  if (refusal !== undefined) {
    refuse(pid, refusal);
  }
  return target;
}
