/** Reads a session frame by frame. */
import type { NativeCursor, NativeFrame } from '../native/addon.js';
import type { SessionHold, TraceSession } from './session.js';

/** A frame of the ring, or the word that nothing came for a while. */
export type SessionFrame =
  | Exclude<NativeFrame, { kind: 'end' }>
  | { kind: 'silence'; lastSerial: bigint };

export interface ReadOptions {
  /** Ends the reading. */
  readonly signal: AbortSignal;
  /** A frame of kind silence comes whenever nothing else has for this long, in milliseconds. */
  readonly silenceMs: number;
}

const silence = Symbol('silence');

/** Resolves as `promise`, or with `silence` once `ms` have passed. */
async function orSilence<T>(promise: Promise<T>, ms: number): Promise<T | typeof silence> {
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
 * A reader of everything in the ring of a session and of what comes. It takes the next frame from the ring
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
  #lastSerial = 0n;

  constructor(session: TraceSession, { signal, silenceMs }: ReadOptions) {
    this.#hold = session.hold({ stream: true });
    this.#cursor = session.openCursor({ afterSerial: 0n, lossless: true });
    this.#silenceMs = silenceMs;
    this.#signal = signal;
    signal.addEventListener('abort', this.#close, { once: true });
  }

  /** The next frame; undefined once no record follows or the signal is aborted. One call at a time. */
  async next(): Promise<SessionFrame | undefined> {
    if (this.#signal.aborted) {
      return undefined;
    }
    this.#pending ??= this.#cursor.next();
    const frame = await orSilence(this.#pending, this.#silenceMs);
    if (frame === silence) {
      return { kind: 'silence', lastSerial: this.#lastSerial };
    }
    this.#pending = undefined;
    if (frame === null || frame.kind === 'end') {
      return undefined;
    }
    this.#lastSerial = frame.lastSerial;
    return frame;
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener('abort', this.#close);
    this.#close();
    this.#hold[Symbol.dispose]();
  }
}
