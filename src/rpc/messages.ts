/** Requests and responses between bytes and handlers, whatever carries the bytes. */
import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import type { CallContext } from '../context.js';
import { ServiceError } from '../errors.js';
import type { ServiceHandlers, StreamHandler, UnaryHandler } from './handlers.js';

/** Answers a request of any unary method in bytes. */
export type BytesHandler = (request: Uint8Array, context: CallContext) => Promise<Buffer>;

/** Answers a request of any method that streams in bytes. */
export type BytesStreamHandler = (
  request: Uint8Array,
  context: CallContext,
) => AsyncIterable<Buffer>;

type AnyUnary = UnaryHandler<DescMethod>;
type AnyStream = StreamHandler<DescMethod>;

/** Throws FIELD_INVALID. */
function decode<D extends DescMessage>(schema: D, bytes: Uint8Array): MessageShape<D> {
  try {
    // What no field takes is not kept either.
    return fromBinary(schema, bytes, { readUnknownFields: false });
  } catch (cause) {
    throw new ServiceError('FIELD_INVALID', `the request is no ${schema.typeName}`, { cause });
  }
}

function encode<D extends DescMessage>(schema: D, message: MessageInitShape<D> | Buffer): Buffer {
  if (Buffer.isBuffer(message)) {
    return message;
  }
  const bytes = toBinary(schema, create(schema, message));
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** What serves the method; what throws METHOD_UNIMPLEMENTED where nothing does. */
function handlerOf<S extends DescService>(
  method: S['methods'][number],
  handlers: ServiceHandlers<S>,
): unknown {
  const handler = handlers[method.localName as keyof typeof handlers];
  if (handler !== 'unimplemented') {
    return handler;
  }
  return () => {
    throw new ServiceError(
      'METHOD_UNIMPLEMENTED',
      `this version does not serve ${method.parent.typeName}.${method.name}`,
    );
  };
}

/** The handler of a unary method, over bytes. What it rejects with is for the error map. */
export function unaryOverBytes<S extends DescService>(
  method: S['methods'][number],
  handlers: ServiceHandlers<S>,
): BytesHandler {
  const handler = handlerOf(method, handlers) as AnyUnary;
  return async (request, context) =>
    encode(method.output, await handler(decode(method.input, request), context));
}

/** The handler of a method that streams, over bytes. What the iteration throws is for the error map. */
export function streamOverBytes<S extends DescService>(
  method: S['methods'][number],
  handlers: ServiceHandlers<S>,
): BytesStreamHandler {
  const handler = handlerOf(method, handlers) as AnyStream;
  return async function* (request, context) {
    for await (const message of handler(decode(method.input, request), context)) {
      yield encode(method.output, message);
    }
  };
}
