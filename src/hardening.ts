/**
 * Keeps what the server launches away from the server: docs/adr/0023. For `ptraced` as a program, all of whose
 * children are launched commands; a process that has other children would refuse these too.
 */
import type { Socket } from 'node:net';
import type { Log } from './log.js';
import type { NativeAddon, NativePeer } from './native/addon.js';
import { ownEnvironment } from './own-process.js';
import { isDumpable } from './procfs/self.js';

/** Says of connections who made them. */
export interface PeerGuard {
  /** Undefined where that cannot be asked: the socket is none of unix(7), or is closed already. */
  peerOf(socket: Socket): NativePeer | undefined;
}

const reapEveryMs = 1000;

/** libuv's descriptor of a unix socket. Node has no name for it. */
function descriptorOf(socket: Socket): number | undefined {
  const handle: unknown = Reflect.get(socket, '_handle');
  const fd: unknown = typeof handle === 'object' && handle !== null && Reflect.get(handle, 'fd');
  return typeof fd === 'number' && fd >= 0 ? fd : undefined;
}

/** Hardens this process, for good. */
export function hardenProcess(addon: NativeAddon): PeerGuard {
  // What is read now cannot be read any more afterwards, by a user that is not root.
  ownEnvironment();
  isDumpable();
  addon.hardenProcess();
  // The end of an orphan sends a signal, unless it was a tracee whose tracer has gone meanwhile.
  setInterval(() => addon.reapOrphans(), reapEveryMs).unref();
  return {
    peerOf: (socket) => {
      const fd = descriptorOf(socket);
      return fd === undefined ? undefined : addon.peerOf(fd);
    },
  };
}

/** A command that connects over and over writes one line in this time. */
const lineEveryMs = 1000;

/** Who may connect: nobody who was launched, or whose start cannot be found out any more. */
export class Admission {
  readonly #guard: PeerGuard | undefined;
  readonly #log: Log;
  #refused = 0;
  #nextLineMs = 0;

  constructor(guard: PeerGuard | undefined, log: Log) {
    this.#guard = guard;
    this.#log = log;
  }

  /** Logs a refusal. */
  admits(socket: Socket): boolean {
    if (this.#guard === undefined) {
      return true;
    }
    const peer = this.#guard.peerOf(socket);
    if (peer?.descent === 'stranger') {
      return true;
    }
    this.#refused += 1;
    const now = performance.now();
    if (now >= this.#nextLineMs) {
      this.#nextLineMs = now + lineEveryMs;
      this.#log.warn({ pid: peer?.pid, uid: peer?.uid, refused: this.#refused }, whyRefused(peer));
    }
    return false;
  }
}

function whyRefused(peer: NativePeer | undefined): string {
  return peer?.descent === 'own'
    ? 'connection refused: from a launched command'
    : 'connection refused: its process has ended, or cannot be looked at';
}
