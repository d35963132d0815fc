/** Whether tracees stand still for good. */
import { eventually } from './eventually.js';
import * as proc from './proc.js';

/**
 * Waits until the process is held for good, and not for the moment of a stop: many looks in a row find a
 * thread of it stopped, and none of them has run in between.
 */
export async function held(pid: number): Promise<void> {
  let looks = 0;
  let switches = 0;
  await eventually(`process ${pid} held`, () => {
    const threads = proc.threadIds(pid);
    const now = threads.reduce((sum, tid) => sum + proc.contextSwitches(tid), 0);
    const stopped = threads.some((tid) => proc.taskStatus(tid)?.state === 't');
    looks = now === switches && stopped ? looks + 1 : 0;
    switches = now;
    return looks > 50;
  });
}
