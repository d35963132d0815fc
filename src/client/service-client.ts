/** Typed callers for any service of the schema, made from its descriptor. */

import {
  create,
  type DescMethod,
  type DescService,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import type { ByteCall, Transport, TransportOptions } from './transport.js';

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

function transportOptions({ signal, timeoutMs }: CallOptions): TransportOptions {
  return { signal, ...(timeoutMs !== undefined && { deadline: Date.now() + timeoutMs }) };
}

/** Makes the callers of a service's unary methods. */
export function createServiceClient<Service extends DescService>(
  transport: Transport,
  service: Service,
): ServiceClient<Service> {
  const calls = service.methods
    .filter((method) => method.methodKind === 'unary')
    .map((method) => [
      method.localName,
      async (request: MessageInitShape<typeof method.input>, options: CallOptions = {}) =>
        transport.unary(method, create(method.input, request), transportOptions(options)),
    ]);
  return Object.fromEntries(calls) as ServiceClient<Service>;
}

/**
 * Opens calls of a server stream whose messages are left as bytes. All of them together have the
 * time that `options` give.
 */
export function streamOpener<M extends DescMethod>(
  transport: Transport,
  method: M,
  options: CallOptions,
): OpenStream<M> {
  const shared = transportOptions(options);
  return (request) => transport.stream(method, create<M['input']>(method.input, request), shared);
}
