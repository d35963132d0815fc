/** The user ends a trace: its sessions are ended as such, rather than left without a holder. */

import type { OrphanAction, PtracedClient, RecordStream } from '../client/index.js';
import type { EndSignal } from './signals.js';
import { Interrupted } from './trace-run.js';

/** How long the server may take to end a session before its stream is cancelled, which ends it, too. */
const END_TIMEOUT_MS = 3000;

/** The end that a signal makes of the streams of one command. */
export class Departure {
  readonly #abort = new AbortController();
  readonly #action: OrphanAction;
  readonly #streams: { client: PtracedClient; stream: RecordStream }[] = [];
  #cause: Interrupted | undefined;

  /** `action`: what becomes of the tracees. */
  constructor(action: OrphanAction) {
    this.#action = action;
  }

  /** Aborted, with the reason, when the streams have nothing more to bring. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The signal by which we leave; undefined while we do not. */
  get cause(): Interrupted | undefined {
    return this.#cause;
  }

  /** A stream whose session ends with it. */
  add(client: PtracedClient, stream: RecordStream): void {
    this.#streams.push({ client, stream });
  }

  /** Ends the sessions, then the streams; called again, the streams at once. */
  begin(signal: EndSignal): void {
    this.abort(this.#cause ?? new Interrupted(signal));
  }

  /** The same; at once for another reason than a signal. */
  abort(reason: Error): void {
    if (this.#cause !== undefined || !(reason instanceof Interrupted)) {
      this.#abort.abort(reason);
      return;
    }
    this.#cause = reason;
    const ends = this.#streams.map(async ({ client, stream }) => {
      const name = stream.header?.session;
      if (name !== undefined && stream.ended === undefined) {
        const options = { timeoutMs: END_TIMEOUT_MS, signal: this.#abort.signal };
        await client.traces.endSession({ name, action: this.#action }, options);
      }
    });
    // Where one could not be ended, the end of its stream ends it.
    void Promise.allSettled(ends).then(() => this.#abort.abort(reason));
  }
}
