/** Carries calls to handlers of the same process. */

import {
  type DescMethod,
  type DescService,
  fromBinary,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { PtracedError } from '../client/errors.js';
import type { ByteCall, Transport, TransportOptions } from '../client/transport.js';
import type { Log } from '../log.js';
import type { ServiceHandlers } from '../rpc/handlers.js';
import {
  type BytesHandler,
  type BytesStreamHandler,
  streamOverBytes,
  unaryOverBytes,
} from '../rpc/messages.js';
import { LocalContext } from './call-context.js';
import { InProcessCall } from './in-process-call.js';
import { toPtracedError } from './local-errors.js';

export class InProcessTransport implements Transport {
  readonly #log: Log;
  readonly #unary = new Map<DescMethod, BytesHandler>();
  readonly #streams = new Map<DescMethod, BytesStreamHandler>();
  readonly #running = new Set<Promise<unknown>>();
  #closed = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** From now on the service's methods are called here. */
  serve<S extends DescService>(service: S, handlers: ServiceHandlers<S>): void {
    for (const method of service.methods) {
      if (method.methodKind === 'server_streaming') {
        this.#streams.set(method, streamOverBytes(method, handlers));
      } else {
        this.#unary.set(method, unaryOverBytes(method, handlers));
      }
    }
  }

  async unary<M extends DescMethod>(
    method: M,
    request: MessageShape<M['input']>,
    options: TransportOptions,
  ): Promise<MessageShape<M['output']>> {
    options.signal?.throwIfAborted();
    const handler = this.#handler(this.#unary, method);
    using context = this.#context(method, options);
    const bytes = toBinary(method.input, request);
    const answer = this.#untilItsEnd(handler(bytes, context));
    try {
      const response = await context.orCancelled(answer);
      return fromBinary(method.output, response) as MessageShape<M['output']>;
    } catch (error) {
      throw context.signal.aborted ? context.signal.reason : toPtracedError(error, context.log);
    }
  }

  stream<M extends DescMethod>(
    method: M,
    request: MessageShape<M['input']>,
    options: TransportOptions,
  ): ByteCall {
    const handler = this.#handler(this.#streams, method);
    const context = this.#context(method, options);
    const call = new InProcessCall(handler(toBinary(method.input, request), context), context);
    void this.#untilItsEnd(call.ended);
    return call;
  }

  /** Calls always get through. */
  async ready(): Promise<void> {}

  close(): void {
    this.#closed = true;
  }

  /** Fulfils when no handler runs any more, also of calls that have been cancelled. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  #handler<H>(handlers: ReadonlyMap<DescMethod, H>, method: DescMethod): H {
    const handler = handlers.get(method);
    if (this.#closed || handler === undefined) {
      throw new PtracedError('UNAVAILABLE', 'the client is closed');
    }
    return handler;
  }

  #context(method: DescMethod, options: TransportOptions): LocalContext {
    return new LocalContext(this.#log.child({ method: method.name }), options);
  }

  #untilItsEnd<T>(running: Promise<T>): Promise<T> {
    this.#running.add(running);
    const remove = (): void => void this.#running.delete(running);
    running.then(remove, remove);
    return running;
  }
}
