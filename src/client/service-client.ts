/** Typed callers for any service of the schema, made from its descriptor. */

import {
  create,
  type DescMethod,
  type DescService,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { type Client, Metadata } from '@grpc/grpc-js';
import { ByteCall } from './byte-call.js';
import { toPtracedError } from './errors.js';

/** Options of one call. */
export interface CallOptions {
  /** Ends the call; it then fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which the call fails with DEADLINE_EXCEEDED. Default: none. */
  readonly timeoutMs?: number | undefined;
}

/** Opens a call of a server stream; each is one of its own. */
export type OpenStream<M extends DescMethod> = (request: MessageInitShape<M['input']>) => ByteCall;

type UnaryCall<M extends Pick<DescMethod, 'input' | 'output'>> = (
  request: MessageInitShape<M['input']>,
  options?: CallOptions,
) => Promise<MessageShape<M['output']>>;

/** The unary methods of a service as functions. Streams are methods of the client. */
export type ServiceClient<Service extends DescService> = {
  readonly [Name in keyof Service['method'] as Service['method'][Name]['methodKind'] extends 'unary'
    ? Name
    : never]: UnaryCall<Service['method'][Name]>;
};

/** Path of a method on the wire. */
export function methodPath(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

/** grpc-js wants a Buffer, and asserts it. */
function serialize<M extends DescMethod>(
  method: M,
): (request: MessageInitShape<M['input']>) => Buffer {
  return (request) => {
    const bytes = toBinary(method.input, create(method.input, request));
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
}

function grpcOptions(options: CallOptions): { deadline?: number } {
  return options.timeoutMs === undefined ? {} : { deadline: Date.now() + options.timeoutMs };
}

/** Makes the callers of a service's unary methods. */
export function createServiceClient<Service extends DescService>(
  client: Client,
  service: Service,
): ServiceClient<Service> {
  const calls = service.methods
    .filter((method) => method.methodKind === 'unary')
    .map((method) => [
      method.localName,
      (request: MessageInitShape<typeof method.input>, options: CallOptions = {}) =>
        callUnary(client, method, request, options),
    ]);
  return Object.fromEntries(calls) as ServiceClient<Service>;
}

function callUnary<M extends DescMethod>(
  client: Client,
  method: M,
  request: MessageInitShape<M['input']>,
  options: CallOptions,
): Promise<MessageShape<M['output']>> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const call = client.makeUnaryRequest(
      methodPath(method),
      serialize(method),
      (bytes) => fromBinary(method.output, bytes) as MessageShape<M['output']>,
      request,
      new Metadata(),
      grpcOptions(options),
      (error, response) => {
        signal?.removeEventListener('abort', cancel);
        if (error) {
          reject(signal?.aborted ? signal.reason : toPtracedError(error));
        } else {
          resolve(response as MessageShape<M['output']>);
        }
      },
    );
    const cancel = (): void => call.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
  });
}

/**
 * Opens calls of a server stream whose messages are left as bytes. All of them together have the
 * time that `options` give.
 */
export function streamOpener<M extends DescMethod>(
  client: Client,
  method: M,
  options: CallOptions,
): OpenStream<M> {
  const grpc = grpcOptions(options);
  return (request) => {
    const call = client.makeServerStreamRequest(
      methodPath(method),
      serialize(method),
      (bytes) => bytes,
      request,
      new Metadata(),
      grpc,
    );
    return new ByteCall(call, options.signal);
  };
}
