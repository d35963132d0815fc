/** What every test must leave behind: nothing. */
import { eventually } from './eventually.js';
import * as proc from './proc.js';
import { marker } from './program.js';

/** What a server holds when nobody uses it. */
export interface Footprint {
  descriptors: number;
  threads: number;
}

/** Node starts the threads of libuv's pool when it first needs them, from 24 on after the start. */
const poolThread = 'libuv-worker';

export function footprint(server: number): Footprint {
  const threads = proc.threadIds(server).filter((tid) => proc.taskStatus(tid)?.name !== poolThread);
  return { descriptors: proc.descriptorCount(server), threads: threads.length };
}

/** Threads whose tracer is the process, as "TID (name)". */
export function tracedBy(tracer: number): string[] {
  return proc
    .processIds()
    .flatMap((pid) => proc.threadIds(pid))
    .flatMap((tid) => {
      const status = proc.taskStatus(tid);
      return status?.tracer === tracer ? [`${tid} (${status.name})`] : [];
    });
}

/** Processes of this test run that stand in T or t, as "PID (name) state". */
export function stopped(): string[] {
  return proc.processIds().flatMap((pid) => {
    const status = proc.taskStatus(pid);
    const ours = () => proc.environment(pid).includes(marker);
    return status && 'Tt'.includes(status.state) && ours()
      ? [`${pid} (${status.name}) ${status.state}`]
      : [];
  });
}

function zombiesOf(parent: number): string[] {
  return proc.processIds().flatMap((pid) => {
    const status = proc.taskStatus(pid);
    return status?.parent === parent && status.state === 'Z' ? [`${pid} (${status.name})`] : [];
  });
}

function findings(server: number, idle: Footprint, stoppedBefore: string[]): string[] {
  const now = footprint(server);
  return [
    ...tracedBy(server).map((task) => `${task} is still traced`),
    ...stopped()
      .filter((task) => !stoppedBefore.includes(task))
      .map((task) => `${task} is left stopped`),
    ...zombiesOf(server).map((task) => `${task} is a zombie of the server`),
    ...(now.descriptors > idle.descriptors
      ? [
          `${now.descriptors} descriptors, ${idle.descriptors} at rest: ${proc.descriptors(server).join(', ')}`,
        ]
      : []),
    ...(now.threads > idle.threads ? [`${now.threads} threads, ${idle.threads} at rest`] : []),
  ];
}

/**
 * Waits until nothing is left of what a test did to the server.
 * @throws Error that says what is.
 */
export async function expectNoLeaks(
  server: number,
  idle: Footprint,
  stoppedBefore: string[] = [],
): Promise<void> {
  let left: string[] = [];
  try {
    await eventually(
      'nothing left behind',
      () => {
        left = findings(server, idle, stoppedBefore);
        return left.length === 0;
      },
      10_000,
    );
  } catch {
    throw new Error(`left behind:\n  ${left.join('\n  ')}`);
  }
}
