/** Reads a session frame by frame. */
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { NativeCursor, NativeFrame, NativeReaderOptions } from '../native/addon.js';
import type { SessionHold, TraceSession } from './session.js';

/** A frame of the ring, or the word that nothing came for a while. */
export type SessionFrame =
  | Exclude<NativeFrame, { kind: 'end' | 'more' }>
  | { kind: 'silence'; lastSerial: bigint };

export interface ReadOptions extends NativeReaderOptions {
  /** Ends the reading. */
  readonly signal: AbortSignal;
  /** A frame of kind silence comes whenever nothing else has for this long, in milliseconds. */
  readonly silenceMs: number;
  /** The session's lease does not run out meanwhile. Default: false. */
  readonly holdsLease?: boolean;
}

export const silence = Symbol('silence');

/** Resolves as `promise`, or with `silence` once `ms` have passed. */
export async function orSilence<T>(promise: Promise<T>, ms: number): Promise<T | typeof silence> {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<typeof silence>((resolve) => {
    timer = setTimeout(() => resolve(silence), ms);
  });
  try {
    return await Promise.race([promise, passed]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A reader of what is in the ring of a session and of what comes. It takes the next frame from the ring
 * only when it is asked for it, and under BLOCK the tracees wait for that. It is one of the session's
 * subscribers and holds the session. Disposing of it closes it.
 */
export class FrameReader implements Disposable {
  readonly #hold: SessionHold;
  readonly #cursor: NativeCursor;
  readonly #silenceMs: number;
  readonly #signal: AbortSignal;
  readonly #close = (): void => this.#cursor.close();
  #pending: Promise<NativeFrame | null> | undefined;

  /** Throws UNKNOWN_SYSCALL or FIELD_INVALID for a filter. */
  constructor(
    session: TraceSession,
    { signal, silenceMs, holdsLease = false, ...how }: ReadOptions,
  ) {
    this.#cursor = session.openCursor(how);
    this.#hold = session.hold({ stream: true, lease: holdsLease });
    this.#silenceMs = silenceMs;
    this.#signal = signal;
    signal.addEventListener('abort', this.#close, { once: true });
  }

  /** Serial up to which the frames so far are complete, what a filter left out included. */
  get lastSerial(): bigint {
    return this.#cursor.lastSerial;
  }

  /** The next frame; undefined once no record follows or the signal is aborted. One call at a time. */
  async next(): Promise<SessionFrame | undefined> {
    const deadline = performance.now() + this.#silenceMs;
    while (!this.#signal.aborted) {
      this.#pending ??= this.#cursor.next();
      const frame = await orSilence(this.#pending, deadline - performance.now());
      if (frame === silence) {
        return { kind: 'silence', lastSerial: this.lastSerial };
      }
      this.#pending = undefined;
      if (frame === null || frame.kind === 'end') {
        return undefined;
      }
      if (frame.kind !== 'more') {
        return frame;
      }
      if (performance.now() >= deadline) {
        return { kind: 'silence', lastSerial: this.lastSerial };
      }
      await othersTurn();
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener('abort', this.#close);
    this.#close();
    this.#hold[Symbol.dispose]();
  }
}
