/** How the calls of a client reach the handlers of a server: over a network, or within one process. */

import type { DescMethod, MessageShape } from '@bufbuild/protobuf';

/** What a transport is given with a call. */
export interface TransportOptions {
  /** Ends the call; it then fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds of Unix time after which the call fails with DEADLINE_EXCEEDED. Default: none. */
  readonly deadline?: number | undefined;
}

/** One call that brings a stream of messages as bytes, which are decoded when they are asked for. */
export interface ByteCall {
  /** Fulfils when the call has ended here, however it did. */
  readonly closed: Promise<void>;
  /** Ends the call. Idempotent. */
  cancel(): void;
  /**
   * The messages; may be iterated once. Throws a PtracedError where the call fails, and the signal's
   * reason where it was aborted. Leaving the loop ends the call.
   */
  messages(): AsyncGenerator<Uint8Array, void, undefined>;
}

/**
 * Carries the calls of one client. What its calls fail with is a PtracedError, or the reason of the
 * call's signal, whatever carries them.
 */
export interface Transport {
  /** Calls a unary method. */
  unary<M extends DescMethod>(
    method: M,
    request: MessageShape<M['input']>,
    options: TransportOptions,
  ): Promise<MessageShape<M['output']>>;
  /** Calls a method that answers with a stream. The call begins at once, whether it is iterated or not. */
  stream<M extends DescMethod>(
    method: M,
    request: MessageShape<M['input']>,
    options: TransportOptions,
  ): ByteCall;
  /** Fulfils once calls get through. Rejects with UNAVAILABLE where none did within `timeoutMs`. */
  ready(timeoutMs: number): Promise<void>;
  /** Takes no further calls. Idempotent. */
  close(): void;
}
