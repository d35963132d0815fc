/** What keeps a session alive that nobody streams. */
import type { OrphanAction } from '../gen/ptraced/v1/session_pb.js';

export interface LeaseTerms {
  /** Milliseconds. */
  readonly ttlMs: number;
  /** KILL, DETACH or KEEP. */
  readonly orphanAction: OrphanAction;
}

/**
 * Runs out when it has been neither renewed nor held for its time to live, which is measured on the
 * monotonic clock: a jump of the machine's time ends nothing.
 */
export class Lease {
  readonly #onExpiry: (terms: LeaseTerms) => void;
  #terms: LeaseTerms;
  #holds = 0;
  #timer: NodeJS.Timeout | undefined;
  #expireTimeMs: number | undefined;
  #over = false;

  /** `onExpiry` is called each time that it runs out; by then it can be renewed again. */
  constructor(terms: LeaseTerms, onExpiry: (terms: LeaseTerms) => void) {
    this.#terms = terms;
    this.#onExpiry = onExpiry;
    this.#start();
  }

  get terms(): LeaseTerms {
    return this.#terms;
  }

  /** When it runs or ran out, in milliseconds of Unix time; undefined while it is held. */
  get expireTimeMs(): number | undefined {
    return this.#expireTimeMs;
  }

  /** Starts the time to live anew. */
  renew(terms: LeaseTerms): void {
    this.#terms = terms;
    this.#start();
  }

  /** It does not run out until as many calls of `release`; then its time to live starts anew. */
  hold(): void {
    this.#holds++;
    this.#stop();
  }

  release(): void {
    this.#holds--;
    this.#start();
  }

  /** It never runs out any more: the session has ended. */
  end(): void {
    this.#over = true;
    this.#stop();
  }

  #start(): void {
    this.#stop();
    if (this.#holds === 0 && !this.#over) {
      this.#expireTimeMs = Date.now() + this.#terms.ttlMs;
      this.#timer = setTimeout(() => this.#onExpiry(this.#terms), this.#terms.ttlMs).unref();
    }
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#expireTimeMs = undefined;
  }
}
