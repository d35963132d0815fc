/** One call that brings a stream of messages as bytes. */

import type { ClientReadableStream } from '@grpc/grpc-js';
import { toPtracedError } from './errors.js';

/**
 * Bytes are decoded when they are asked for. Nothing is read ahead but what the channel holds: at
 * most 16 messages and a window of HTTP/2.
 */
export class ByteCall {
  /** Fulfils when the call has ended here, however it did. */
  readonly closed: Promise<void>;
  readonly #call: ClientReadableStream<Buffer>;
  readonly #signal: AbortSignal | undefined;
  #failure: Error | undefined;

  /** `signal` ends the call. */
  constructor(call: ClientReadableStream<Buffer>, signal?: AbortSignal) {
    this.#call = call;
    this.#signal = signal;
    const cancel = (): void => this.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    this.closed = new Promise((resolve) => {
      call.once('status', () => {
        signal?.removeEventListener('abort', cancel);
        resolve();
      });
    });
    // A stream that nobody iterates must not end the process. Whoever iterates later gets the error
    // from here: it is told once, and does not stay with the stream.
    call.on('error', (error) => {
      this.#failure = error;
    });
    if (signal?.aborted) {
      cancel();
    }
  }

  cancel(): void {
    this.#call.cancel();
  }

  /**
   * The messages. Throws a PtracedError where the call fails, and the signal's reason where it was
   * aborted. Leaving the loop ends the call.
   */
  async *messages(): AsyncGenerator<Buffer, void, undefined> {
    try {
      yield* this.#call as AsyncIterable<Buffer>;
      if (this.#failure !== undefined) {
        throw this.#failure;
      }
    } catch (error) {
      throw this.#signal?.aborted ? this.#signal.reason : toPtracedError(error);
    } finally {
      this.cancel();
    }
    this.#signal?.throwIfAborted();
  }
}
