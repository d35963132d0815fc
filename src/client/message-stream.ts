/** A stream of messages that ends where it is told to, as DumpMemory and SearchMemory send it. */

import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import type { ByteCall } from './transport.js';

/**
 * The messages of one call, in order; may be iterated once. Each is decoded when it is asked for,
 * and a consumer that pauses thereby holds the server.
 *
 * The iteration throws a PtracedError where the call failed, and the signal's reason where it was
 * aborted. Leaving the loop, or disposing of the stream, ends the call.
 */
export class MessageStream<Schema extends DescMessage>
  implements AsyncIterable<MessageShape<Schema>>, AsyncDisposable
{
  readonly #call: ByteCall;
  readonly #schema: Schema;

  constructor(call: ByteCall, schema: Schema) {
    this.#call = call;
    this.#schema = schema;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<MessageShape<Schema>, void, undefined> {
    for await (const bytes of this.#call.messages()) {
      yield fromBinary(this.#schema, bytes);
    }
  }

  /** Ends the call and waits until it has ended here. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#call.cancel();
    await this.#call.closed;
  }
}
