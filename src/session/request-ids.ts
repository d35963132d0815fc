/** Remembers what requests with an id have made, so that a repeated one makes nothing again. */
import type { TraceSession } from './session.js';

/** How long an id is remembered, in milliseconds of monotonic time. */
const rememberedMs = 10 * 60 * 1000;
/** Ids that are remembered at most; the oldest is forgotten first. */
const maxIds = 4096;

interface Remembered {
  readonly session: Promise<TraceSession>;
  readonly forgetting: NodeJS.Timeout;
}

export class RequestIds {
  readonly #remembered = new Map<string, Remembered>();

  /**
   * What `make` made for this principal and this id in the last ten minutes, also where it is still at
   * it; otherwise what it makes now. A failure is told to everybody who waits for it, and not remembered.
   */
  once(
    principal: string,
    requestId: string,
    make: () => Promise<TraceSession>,
  ): Promise<TraceSession> {
    const key = JSON.stringify([principal, requestId]);
    const known = this.#remembered.get(key);
    if (known !== undefined) {
      return known.session;
    }
    const session = make();
    const forgetting = setTimeout(() => this.#forget(key), rememberedMs).unref();
    this.#remembered.set(key, { session, forgetting });
    session.catch(() => this.#forget(key));
    this.#boundIds();
    return session;
  }

  #boundIds(): void {
    const [oldest] = this.#remembered.keys();
    if (oldest !== undefined && this.#remembered.size > maxIds) {
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    clearTimeout(this.#remembered.get(key)?.forgetting);
    this.#remembered.delete(key);
  }
}
