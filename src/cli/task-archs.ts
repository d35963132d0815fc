/** Which architecture's calls each task makes, for strace's notices of it. */

import { Arch } from '../gen/ptraced/v1/record_pb.js';

/** strace's names of what a task runs in. */
const MODES: Readonly<Record<number, string>> = {
  [Arch.X86_64]: '64 bit',
  [Arch.I386]: '32 bit',
  [Arch.X32]: 'x32',
};

export class TaskArchs {
  /** Of each task's last call, where it was not x86_64. */
  readonly #archs = new Map<number, Arch>();

  /** Takes note of a call; the name of the mode where that is another than the task's last call had. */
  change(tid: number, arch: Arch): string | undefined {
    const mode = MODES[arch];
    if (mode === undefined || arch === this.#of(tid)) {
      return undefined;
    }
    this.#set(tid, arch);
    return mode;
  }

  /** A new task begins in its maker's mode, as in strace. */
  inherit(tid: number, maker: number): void {
    this.#set(tid, this.#of(maker));
  }

  /** A task goes on under another id. */
  rename(from: number, to: number): void {
    this.inherit(to, from);
    this.#archs.delete(from);
  }

  /** A task has ended. */
  delete(tid: number): void {
    this.#archs.delete(tid);
  }

  #of(tid: number): Arch {
    return this.#archs.get(tid) ?? Arch.X86_64;
  }

  #set(tid: number, arch: Arch): void {
    if (arch === Arch.X86_64) {
      this.#archs.delete(tid);
    } else {
      this.#archs.set(tid, arch);
    }
  }
}
