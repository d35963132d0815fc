/** A stream of records, as Trace and Subscribe send it, over as many calls as it takes. */

import { create, toBinary } from '@bufbuild/protobuf';
import type { TraceRecord } from '../gen/ptraced/v1/record_pb.js';
import {
  type LostRecords,
  type SessionEnded,
  type StreamHeader,
  TraceResponseSchema,
} from '../gen/ptraced/v1/trace_service_pb.js';
import { PtracedError } from './errors.js';
import { decodeFrame, type KnownFrame } from './frame-decoder.js';
import { Reconnect, type ReconnectOptions } from './reconnect.js';
import { StreamJoint } from './stream-joint.js';
import type { ByteCall } from './transport.js';

/** What a stream of records brings: a record, or in its place the count of what is missing. */
export type StreamItem = TraceRecord | LostRecords;

/** Tells the two kinds of item apart. */
export function isLost(item: StreamItem): item is LostRecords {
  return item.$typeName === 'ptraced.v1.LostRecords';
}

/** Where a stream comes from. */
export interface StreamSource {
  /** The first call. */
  readonly call: ByteCall;
  /** The record after which it was asked to start, if it was one. */
  readonly afterSerial?: bigint | undefined;
  /**
   * Opens another call that goes on in the session after a record. Undefined: a stream of this kind
   * ends with its connection.
   */
  readonly resume?: ((session: string, afterSerial: bigint) => ByteCall) | undefined;
  readonly reconnect?: ReconnectOptions | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called when nothing more comes. */
  readonly onClose?: () => void;
}

/** A frame, and its bytes as a TraceResponse. `frame` is undefined where it is not a known one. */
export interface ReceivedFrame {
  readonly frame: KnownFrame | undefined;
  readonly bytes: Uint8Array;
}

/**
 * The records of a session, in order.
 *
 * `for await (const item of stream)` gives records and, where some are missing, LostRecords in
 * their place. `frames()` gives whole frames instead, which costs less at high rates, `messages()`
 * their bytes. One of them may be started, once. Nothing is read ahead but what the channel holds:
 * at most 16 frames and a window of HTTP/2. A consumer that pauses thereby holds the server's ring,
 * and under BLOCK the tracees.
 *
 * A stream that can resume does so by itself when its connection breaks: no record comes twice, and
 * what had left the ring in the meantime is a LostRecords item.
 *
 * The iteration ends after SessionEnded, which is then in `ended`. It throws a PtracedError where
 * the call failed or the connection broke for good, and the signal's reason where it was aborted.
 * Leaving the loop, or disposing of the stream, ends the call.
 */
export class RecordStream implements AsyncIterable<StreamItem>, AsyncDisposable {
  /** First frame; undefined until it came. */
  header: StreamHeader | undefined;
  /** Last frame; undefined until it came. */
  ended: SessionEnded | undefined;

  readonly #source: StreamSource;
  readonly #joint: StreamJoint;
  readonly #reconnect: Reconnect;
  readonly #stop = new AbortController();
  #call: ByteCall;

  constructor(source: StreamSource) {
    this.#source = source;
    this.#call = source.call;
    this.#joint = new StreamJoint(source.afterSerial);
    this.#reconnect = new Reconnect(source.reconnect);
    const { signal } = source;
    const stop = (): void => this.#stop.abort();
    signal?.addEventListener('abort', stop, { once: true, signal: this.#stop.signal });
  }

  /** Records that LostRecords have told of so far. */
  get lostRecords(): bigint {
    return this.#joint.lostRecords;
  }

  /**
   * Serial up to which the stream is complete, records that its filter left out included; undefined
   * before its header. Another stream goes on from here with `after_serial`.
   */
  get lastSerial(): bigint | undefined {
    return this.#joint.position;
  }

  /** Ends the call; what becomes of the tracees is for its on_disconnect to say. */
  cancel(): void {
    this.#stop.abort();
    this.#call.cancel();
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

  /** Frames that this version knows, header and end included. */
  async *frames(): AsyncGenerator<KnownFrame, void, undefined> {
    for await (const { frame } of this.#received()) {
      if (frame !== undefined) {
        yield frame;
      }
    }
  }

  /**
   * Every frame as the bytes of a TraceResponse, and decoded where this version knows it: to keep
   * them with whatever fields a newer server has put into them.
   */
  messages(): AsyncGenerator<ReceivedFrame, void, undefined> {
    return this.#received();
  }

  /** Ends the call and waits until it has ended here. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    await this.#call.closed;
    this.#source.onClose?.();
  }

  async *#received(): AsyncGenerator<ReceivedFrame, void, undefined> {
    try {
      for (;;) {
        try {
          yield* this.#currentCall();
          if (this.ended !== undefined) {
            return;
          }
          throw new PtracedError('INTERNAL', 'the stream ended without a SessionEnded frame');
        } catch (error) {
          if (this.ended !== undefined && isConnectionLoss(error)) {
            return;
          }
          await this.#resume(error);
        }
      }
    } finally {
      this.cancel();
      this.#source.onClose?.();
    }
  }

  /** What the current call brings. */
  async *#currentCall(): AsyncGenerator<ReceivedFrame, void, undefined> {
    for await (const bytes of this.#call.messages()) {
      const frame = decodeFrame(bytes);
      if (frame.case !== 'header') {
        this.#reconnect.succeeded();
      }
      if (frame.case === undefined) {
        yield { frame: undefined, bytes };
        continue;
      }
      for (const joined of this.#joint.take(frame)) {
        this.#note(joined);
        yield { frame: joined, bytes: joined.value === frame.value ? bytes : encode(joined) };
      }
    }
  }

  /** Opens the next call. Throws where there is none, or where the failure is not of the connection. */
  async #resume(failure: unknown): Promise<void> {
    const { resume, signal } = this.#source;
    const session = this.header?.session;
    if (resume === undefined || session === undefined || this.#stop.signal.aborted) {
      throw failure;
    }
    await this.#reconnect.wait(failure, this.#stop.signal);
    signal?.throwIfAborted();
    if (this.#stop.signal.aborted) {
      throw failure;
    }
    this.#joint.resume();
    this.#call = resume(session, this.#joint.position ?? 0n);
  }

  #note(frame: KnownFrame): void {
    if (frame.case === 'header') {
      this.header = frame.value;
    } else if (frame.case === 'ended') {
      this.ended = frame.value;
    }
  }
}

function isConnectionLoss(error: unknown): boolean {
  return error instanceof PtracedError && error.isConnectionLoss;
}

function encode(frame: KnownFrame): Uint8Array {
  return toBinary(TraceResponseSchema, create(TraceResponseSchema, { frame }));
}
