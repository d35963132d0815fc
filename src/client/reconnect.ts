/** When a stream goes on after its connection broke. */

import { setTimeout } from 'node:timers/promises';
import { PtracedError } from './errors.js';

/** How a stream comes back. Each attempt that fails doubles the time before the next. */
export interface ReconnectOptions {
  /**
   * Attempts in a row after which the stream throws what the last one failed with. Default: 10,
   * within a minute. 0: none.
   */
  readonly maxAttempts?: number;
  /** Milliseconds before the first attempt, give or take half. Default: 100. */
  readonly initialDelayMs?: number;
  /** Most milliseconds between two attempts. Default: 10,000. */
  readonly maxDelayMs?: number;
  /** Called when the connection has broken, and after each attempt (from 1) that has failed. */
  readonly onDisconnect?: (error: PtracedError, attempt: number) => void;
}

const DEFAULTS = { maxAttempts: 10, initialDelayMs: 100, maxDelayMs: 10_000 };

/** Counts the attempts of one stream and waits between them. */
export class Reconnect {
  readonly #options: ReconnectOptions & typeof DEFAULTS;
  #attempts = 0;

  constructor(options: ReconnectOptions = {}) {
    this.#options = { ...DEFAULTS, ...options };
  }

  /** The stream is further than before: the next break begins to count anew. */
  succeeded(): void {
    this.#attempts = 0;
  }

  /**
   * Waits for the time of the next attempt. Throws `failure` where it is not one that a new
   * connection would mend, or where there have been enough attempts. Returns early when `stop` is
   * aborted.
   */
  async wait(failure: unknown, stop: AbortSignal): Promise<void> {
    const { maxAttempts, initialDelayMs, maxDelayMs, onDisconnect } = this.#options;
    if (!(failure instanceof PtracedError && isPassing(failure))) {
      throw failure;
    }
    onDisconnect?.(failure, this.#attempts);
    if (this.#attempts >= maxAttempts) {
      throw failure;
    }
    const delayMs = Math.min(initialDelayMs * 2 ** this.#attempts, maxDelayMs);
    this.#attempts += 1;
    // Spread, so that the clients of a server that comes back do not come all at once.
    const spread = 0.5 + Math.random();
    await setTimeout(delayMs * spread, undefined, { signal: stop }).catch(() => {});
  }
}

/**
 * Whether a later call may succeed. The stream that broke takes its place among the subscribers until the
 * server has noticed.
 */
function isPassing(failure: PtracedError): boolean {
  return failure.isConnectionLoss || failure.reason === 'SUBSCRIBER_LIMIT';
}
