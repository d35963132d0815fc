/** What a handler knows of a call from its own process. */

import { PtracedError } from '../client/errors.js';
import type { TransportOptions } from '../client/transport.js';
import type { CallContext } from '../context.js';
import type { Log } from '../log.js';

/** The longest time of a timer. A deadline further away is none. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** One call: its cancellation, by its client or its deadline. Disposing of it ends neither. */
export class LocalContext implements CallContext, Disposable {
  /** Whoever calls is who runs this process. */
  readonly principal = `uid:${process.getuid?.()}`;
  readonly log: Log;
  readonly #abort = new AbortController();
  readonly #clientSignal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.cancel(this.#clientSignal?.reason);
  #timer: NodeJS.Timeout | undefined;

  constructor(log: Log, { signal, deadline }: TransportOptions) {
    this.log = log;
    this.#clientSignal = signal;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (signal?.aborted) {
      this.#onAbort();
    }
    const leftMs = deadline === undefined ? Number.POSITIVE_INFINITY : deadline - Date.now();
    if (leftMs <= MAX_TIMER_MS) {
      const error = new PtracedError('DEADLINE_EXCEEDED', 'the deadline of the call has passed');
      this.#timer = setTimeout(() => this.cancel(error), Math.max(leftMs, 0));
    }
  }

  /** Its reason is what the call fails with. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  cancel(reason: unknown): void {
    this.#abort.abort(reason);
    this[Symbol.dispose]();
  }

  /** Rejects with the reason once the call is cancelled; else as `answer`. */
  async orCancelled<T>(answer: Promise<T>): Promise<T> {
    const { signal } = this;
    let onAbort: (() => void) | undefined;
    const cancelled = new Promise<never>((_, reject) => {
      onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) {
        onAbort();
      }
    });
    try {
      return await Promise.race([answer, cancelled]);
    } finally {
      if (onAbort !== undefined) {
        signal.removeEventListener('abort', onAbort);
      }
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#clientSignal?.removeEventListener('abort', this.#onAbort);
  }
}
