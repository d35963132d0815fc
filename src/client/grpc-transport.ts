/** Carries calls over gRPC. */

import { type DescMethod, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { type Client, Metadata } from '@grpc/grpc-js';
import { ConnectDeadline } from './connect-deadline.js';
import { PtracedError } from './errors.js';
import { GrpcCall } from './grpc-call.js';
import { toPtracedError } from './grpc-errors.js';
import type { ByteCall, Transport, TransportOptions } from './transport.js';

/** Path of a method on the wire. */
function methodPath(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

/** grpc-js wants a Buffer, and asserts it. */
function serialize<M extends DescMethod>(method: M): (request: MessageShape<M['input']>) => Buffer {
  return (request) => {
    const bytes = toBinary(method.input, request);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
}

function grpcOptions({ deadline }: TransportOptions): { deadline?: number } {
  return deadline === undefined ? {} : { deadline };
}

/** The calls of one channel of grpc-js. */
export class GrpcTransport implements Transport {
  readonly #channel: Client;
  readonly #connectTimeoutMs: number;

  constructor(channel: Client, connectTimeoutMs: number) {
    this.#channel = channel;
    this.#connectTimeoutMs = connectTimeoutMs;
  }

  unary<M extends DescMethod>(
    method: M,
    request: MessageShape<M['input']>,
    options: TransportOptions,
  ): Promise<MessageShape<M['output']>> {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const call = this.#channel.makeUnaryRequest(
        methodPath(method),
        serialize(method),
        (bytes) => fromBinary(method.output, bytes) as MessageShape<M['output']>,
        request,
        new Metadata(),
        grpcOptions(options),
        (error, response) => {
          signal?.removeEventListener('abort', cancel);
          deadline[Symbol.dispose]();
          if (error) {
            reject(signal?.aborted ? signal.reason : (deadline.error ?? toPtracedError(error)));
          } else {
            resolve(response as MessageShape<M['output']>);
          }
        },
      );
      const cancel = (): void => call.cancel();
      const deadline = this.#deadline(cancel);
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  stream<M extends DescMethod>(
    method: M,
    request: MessageShape<M['input']>,
    options: TransportOptions,
  ): ByteCall {
    const call = this.#channel.makeServerStreamRequest(
      methodPath(method),
      serialize(method),
      (bytes) => bytes,
      request,
      new Metadata(),
      grpcOptions(options),
    );
    return new GrpcCall(
      call,
      this.#deadline(() => call.cancel()),
      options.signal,
    );
  }

  ready(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#channel.waitForReady(Date.now() + timeoutMs, (error) =>
        error === undefined
          ? resolve()
          : reject(new PtracedError('UNAVAILABLE', error.message, undefined, error)),
      );
    });
  }

  close(): void {
    this.#channel.close();
  }

  #deadline(giveUp: () => void): ConnectDeadline {
    return new ConnectDeadline(this.#channel, this.#connectTimeoutMs, giveUp);
  }
}
