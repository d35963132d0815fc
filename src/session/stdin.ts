/** The standard input of a launched command. */
import { invalidField, ServiceError } from '../errors.js';
import type { NativeSession } from '../native/addon.js';
import { withServiceErrors } from './native-failure.js';

export interface StdinWrite {
  readonly data: Uint8Array;
  /** Of the first byte; undefined: at the end of what was taken. */
  readonly offset: bigint | undefined;
  /** Close it after these bytes. */
  readonly close: boolean;
  /** Gives up waiting for room. */
  readonly signal: AbortSignal;
}

/** Calls that wait for a command that does not read, each with its bytes. */
const maxWaiting = 16;
/** How long one waits at most, in milliseconds. */
const patienceMs = 60_000;

/** Resolves or rejects as `promise` does; rejects with `toError()` once `signal` is aborted. */
async function orAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  toError: () => Error,
): Promise<T> {
  let abort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(toError());
  });
  signal.addEventListener('abort', abort);
  try {
    return await (signal.aborted ? Promise.reject(toError()) : Promise.race([promise, aborted]));
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/**
 * Takes bytes whole and in order: those of a call are taken when all bytes of the calls before have gone
 * into the pipe, so that no more than one call's bytes wait in memory. Until then, a call that is given up
 * has had no effect.
 */
export class StdinWriter {
  readonly #native: NativeSession;
  #committed = 0n;
  #closed = false;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(native: NativeSession) {
    this.#native = native;
  }

  /**
   * Returns how many bytes have been taken since the command started. Rejects with FIELD_INVALID where the
   * offset leaves a gap, and with STDIN_CLOSED, SESSION_ENDED, RATE_LIMIT or STOP_TIMEOUT.
   */
  async write(write: StdinWrite): Promise<bigint> {
    if (this.#waiting >= maxWaiting) {
      throw new ServiceError('RATE_LIMIT', `${maxWaiting} calls wait for the command to read`, {
        metadata: { limit: 'calls that wait', maximum: String(maxWaiting) },
      });
    }
    const before = this.#last;
    let done = (): void => {};
    const mine = new Promise<void>((resolve) => {
      done = resolve;
    });
    this.#last = before.then(() => mine);
    this.#waiting++;
    try {
      return await this.#inTurn(write, before);
    } finally {
      this.#waiting--;
      done();
    }
  }

  async #inTurn(write: StdinWrite, turn: Promise<void>): Promise<bigint> {
    const signal = AbortSignal.any([write.signal, AbortSignal.timeout(patienceMs)]);
    const late = (): Error =>
      new ServiceError('STOP_TIMEOUT', 'the command has not read what came before', {
        metadata: { committed: String(this.#committed) },
      });
    await orAborted(turn, signal, late);
    const rest = this.#restOf(write);
    // Also once the session has ended: the answer to the first call may have been lost.
    if (rest.length === 0 && (this.#closed || !write.close)) {
      return this.#committed;
    }
    if (this.#closed) {
      throw closed('standard input is closed', this.#committed);
    }
    await orAborted(
      withServiceErrors(() => this.#native.stdinDrained()),
      signal,
      late,
    );
    if (!(await withServiceErrors(() => this.#native.writeStdin(rest, write.close)))) {
      throw closed('the command has closed its standard input', this.#committed);
    }
    this.#committed += BigInt(rest.length);
    this.#closed = write.close;
    return this.#committed;
  }

  /** The bytes that have not been taken yet. */
  #restOf({ data, offset = this.#committed }: StdinWrite): Uint8Array {
    if (offset > this.#committed) {
      throw invalidField('offset', `must be at most ${this.#committed}, the bytes taken so far`);
    }
    const taken = this.#committed - offset;
    return taken >= BigInt(data.length) ? new Uint8Array() : data.subarray(Number(taken));
  }
}

function closed(message: string, committed: bigint): ServiceError {
  return new ServiceError('STDIN_CLOSED', message, {
    metadata: { committed: String(committed) },
  });
}
