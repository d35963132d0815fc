/** Counts and times of the calls that pass by, for -c and -C. */

import { Arch, RecordKind, type TraceRecord } from '../client/index.js';
import { type CountedCall, nanoseconds } from './summary-table.js';

/** Calls of one syscall table, by name. */
export interface ArchCounts {
  readonly arch: Arch;
  readonly calls: CountedCall[];
}

/** strace's order of the tables. */
const ARCHES = [Arch.X86_64, Arch.I386, Arch.X32];

export class CallCounts {
  readonly #calls = new Map<string, CountedCall & { arch: Arch }>();
  readonly #wallClock: boolean;

  /** `wallClock`: from entry to exit, also where the time in the kernel is known. */
  constructor(wallClock: boolean) {
    this.#wallClock = wallClock;
  }

  /** As in strace, a call counts when it has returned, and where a table has it. */
  add({ kind, arch, syscall, errno, duration, systemTime }: TraceRecord): void {
    if (kind !== RecordKind.EXIT || syscall === '') {
      return;
    }
    const key = `${arch} ${syscall}`;
    const time = nanoseconds(this.#wallClock ? duration : (systemTime ?? duration));
    const call = this.#calls.get(key);
    if (call === undefined) {
      const errors = errno === 0 ? 0 : 1;
      const times = { totalNs: time, minNs: time, maxNs: time };
      this.#calls.set(key, { arch, name: syscall, calls: 1, errors, ...times });
      return;
    }
    call.calls += 1;
    call.errors += errno === 0 ? 0 : 1;
    call.totalNs += time;
    call.minNs = Math.min(call.minNs, time);
    call.maxNs = Math.max(call.maxNs, time);
  }

  /** The tables that have calls, each in the order in which they were first made. */
  tables(): ArchCounts[] {
    return ARCHES.map((arch) => ({
      arch,
      calls: [...this.#calls.values()].filter((call) => call.arch === arch),
    })).filter(({ calls }) => calls.length > 0);
  }
}
