/** A stream of records, as Trace and Subscribe send it. */

import type { ClientReadableStream } from '@grpc/grpc-js';
import type { TraceRecord } from '../gen/ptraced/v1/record_pb.js';
import type {
  LostRecords,
  SessionEnded,
  StreamHeader,
} from '../gen/ptraced/v1/trace_service_pb.js';
import { PtracedError, toPtracedError } from './errors.js';
import { decodeFrame, type StreamFrame } from './frame-decoder.js';

/** What a stream of records brings: a record, or in its place the count of what is missing. */
export type StreamItem = TraceRecord | LostRecords;

/** Tells the two kinds of item apart. */
export function isLost(item: StreamItem): item is LostRecords {
  return item.$typeName === 'ptraced.v1.LostRecords';
}

/**
 * The records of one call, in order.
 *
 * `for await (const item of stream)` gives records and, where some are missing, LostRecords in
 * their place. `frames()` gives whole frames instead, which costs less at high rates. Either may be
 * started once. Nothing is read ahead but what the channel holds: at most 16 frames and a window of
 * HTTP/2. A consumer that pauses thereby holds the server's ring, and under BLOCK the tracees.
 *
 * The iteration ends after SessionEnded, which is then in `ended`. It throws a PtracedError where
 * the call failed or the connection broke, and the signal's reason where it was aborted. Leaving
 * the loop, or disposing of the stream, ends the call.
 */
export class RecordStream implements AsyncIterable<StreamItem>, AsyncDisposable {
  /** First frame; undefined until it came. */
  header: StreamHeader | undefined;
  /** Last frame; undefined until it came. */
  ended: SessionEnded | undefined;
  /** Records that LostRecords frames have told of so far. */
  lostRecords = 0n;

  readonly #call: ClientReadableStream<Buffer>;
  readonly #signal: AbortSignal | undefined;
  readonly #closed: Promise<void>;

  /** `signal` ends the call. */
  constructor(call: ClientReadableStream<Buffer>, signal?: AbortSignal) {
    this.#call = call;
    this.#signal = signal;
    const cancel = (): void => this.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    this.#closed = new Promise((resolve) => {
      call.once('status', () => {
        signal?.removeEventListener('abort', cancel);
        resolve();
      });
    });
    // Whoever iterates gets the error too; a stream that nobody iterates must not end the process.
    call.on('error', () => {});
    if (signal?.aborted) {
      cancel();
    }
  }

  /** Ends the call; what becomes of the tracees is for its on_disconnect to say. */
  cancel(): void {
    this.#call.cancel();
  }

  /** Frames that this version knows, header and end included. */
  async *frames(): AsyncGenerator<Exclude<StreamFrame, { case: undefined }>, void, undefined> {
    try {
      for await (const bytes of this.#call) {
        const frame = decodeFrame(bytes as Buffer);
        if (frame.case !== undefined) {
          this.#note(frame);
          yield frame;
        }
      }
    } catch (error) {
      throw this.#signal?.aborted ? this.#signal.reason : toPtracedError(error);
    } finally {
      this.cancel();
    }
    if (this.#signal?.aborted) {
      throw this.#signal.reason;
    }
    if (this.ended === undefined) {
      throw new PtracedError('INTERNAL', 'the stream ended without a SessionEnded frame');
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StreamItem, void, undefined> {
    for await (const frame of this.frames()) {
      if (frame.case === 'batch') {
        yield* frame.value.records;
      } else if (frame.case === 'lost') {
        yield frame.value;
      }
    }
  }

  /** Ends the call and waits until it has ended here. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    await this.#closed;
  }

  #note(frame: StreamFrame): void {
    switch (frame.case) {
      case 'header':
        this.header = frame.value;
        break;
      case 'lost':
        this.lostRecords += frame.value.count;
        break;
      case 'ended':
        this.ended = frame.value;
        break;
      default:
        break;
    }
  }
}
