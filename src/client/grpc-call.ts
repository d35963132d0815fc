/** A call of a server stream over gRPC. */

import type { ClientReadableStream } from '@grpc/grpc-js';
import type { ConnectDeadline } from './connect-deadline.js';
import { toPtracedError } from './grpc-errors.js';
import type { ByteCall } from './transport.js';

/** Nothing is read ahead but what the channel holds: at most 16 messages and a window of HTTP/2. */
export class GrpcCall implements ByteCall {
  readonly closed: Promise<void>;
  readonly #call: ClientReadableStream<Buffer>;
  readonly #deadline: ConnectDeadline;
  readonly #signal: AbortSignal | undefined;
  #failure: Error | undefined;

  /** `signal` ends the call. Owns `deadline`. */
  constructor(
    call: ClientReadableStream<Buffer>,
    deadline: ConnectDeadline,
    signal: AbortSignal | undefined,
  ) {
    this.#call = call;
    this.#deadline = deadline;
    this.#signal = signal;
    const cancel = (): void => this.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    this.closed = new Promise((resolve) => {
      call.once('status', () => {
        signal?.removeEventListener('abort', cancel);
        deadline[Symbol.dispose]();
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

  async *messages(): AsyncGenerator<Buffer, void, undefined> {
    try {
      yield* this.#call as AsyncIterable<Buffer>;
      if (this.#failure !== undefined) {
        throw this.#failure;
      }
    } catch (error) {
      throw this.#signal?.aborted
        ? this.#signal.reason
        : (this.#deadline.error ?? toPtracedError(error));
    } finally {
      this.cancel();
    }
    this.#signal?.throwIfAborted();
  }
}
