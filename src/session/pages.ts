/** Reads a session a page at a time. */
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { NativeCursor, NativeFilter, NativeFrame } from '../native/addon.js';
import { orSilence, silence } from './frames.js';
import type { SessionHold, TraceSession } from './session.js';

export interface PageOptions {
  readonly start: 'oldest' | bigint;
  readonly filter: NativeFilter;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

export interface PageLimits {
  /** At least 1. */
  readonly maxRecords: number;
  /** No more is added to a page of this size. */
  readonly maxBytes: number;
  /** How long to wait for the first record, in milliseconds. */
  readonly waitMs: number;
}

export interface Page {
  /** Encoded RecordBatches. */
  readonly batches: Buffer[];
  /** Up to which the page is complete. */
  readonly lastSerial: bigint;
  readonly lostRecords: bigint;
  /** The session has ended, and nothing follows. */
  readonly complete: boolean;
}

/** A page that is being filled. */
class Draft {
  readonly batches: Buffer[] = [];
  records = 0;
  bytes = 0;
  lostRecords = 0n;
  complete = false;

  add(frame: NativeFrame): void {
    switch (frame.kind) {
      case 'batch': {
        const batch = frame.frame.subarray(frame.payload);
        this.batches.push(batch);
        this.records += frame.records;
        this.bytes += batch.length;
        break;
      }
      case 'lost':
        this.lostRecords += frame.count;
        break;
      case 'end':
        this.complete = true;
        break;
    }
  }
}

/** Holds the session until it is disposed of; no tracee waits for it. */
export class PageReader implements Disposable {
  readonly #session: TraceSession;
  readonly #cursor: NativeCursor;
  readonly #hold: SessionHold;
  readonly #signal: AbortSignal;
  readonly #close = (): void => this.#cursor.close();

  /** Throws UNKNOWN_SYSCALL or FIELD_INVALID for the filter. */
  constructor(session: TraceSession, { start, filter, signal }: PageOptions) {
    this.#session = session;
    this.#cursor = session.openCursor({ start, filter, lossless: false });
    this.#hold = session.hold();
    this.#signal = signal;
    signal.addEventListener('abort', this.#close, { once: true });
  }

  /** What is there now, or else what comes first. */
  async read({ maxRecords, maxBytes, waitMs }: PageLimits): Promise<Page> {
    const draft = new Draft();
    const deadline = performance.now() + waitMs;
    while (draft.records < maxRecords && draft.bytes < maxBytes && !draft.complete) {
      let frame = this.#cursor.take(maxRecords - draft.records);
      if (frame === null && draft.records === 0) {
        frame = await this.#wait(maxRecords, deadline - performance.now());
      }
      if (frame === null || this.#signal.aborted) {
        break;
      }
      draft.add(frame);
      if (frame.kind === 'more') {
        await othersTurn();
      }
    }
    const { lastSerial } = this.#cursor;
    const { batches, lostRecords } = draft;
    return {
      batches,
      lostRecords,
      lastSerial,
      complete: draft.complete || this.#isLast(lastSerial),
    };
  }

  /** The next frame if it comes within `ms`. */
  async #wait(maxRecords: number, ms: number): Promise<NativeFrame | null> {
    if (ms <= 0) {
      return null;
    }
    const frame = await orSilence(this.#cursor.next(maxRecords), ms);
    return frame === silence ? null : frame;
  }

  #isLast(serial: bigint): boolean {
    return this.#session.ending !== undefined && serial === this.#session.info().lastSerial;
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener('abort', this.#close);
    this.#close();
    this.#hold[Symbol.dispose]();
  }
}
