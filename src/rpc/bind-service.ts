/** Makes a grpc-js service of a descriptor and its handlers. */
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
import type {
  MethodDefinition,
  Server,
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
  UntypedHandleCall,
} from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { CallContext } from '../context.js';
import { ServiceError } from '../errors.js';
import type { ServiceHandlers, StreamHandler, UnaryHandler } from './handlers.js';
import { pump } from './pump.js';
import { toStatus } from './status-details.js';

/** What the calls of a server have in common. */
export interface CallEnvironment {
  readonly log: Logger;
  /** Who is behind a connection, as grpc-js names its peer. */
  principalOf(peer: string): string;
}

type AnyCall = ServerUnaryCall<Buffer, Buffer> | ServerWritableStream<Buffer, Buffer>;
type AnyUnary = UnaryHandler<DescMethod>;
type AnyStream = StreamHandler<DescMethod>;

const passThrough = (bytes: Buffer): Buffer => bytes;

/** grpc-js sees bytes alone: what cannot be decoded is then ours to answer, and ready frames pass. */
function describe(method: DescMethod): MethodDefinition<Buffer, Buffer> {
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: false,
    responseStream: method.methodKind === 'server_streaming',
    requestSerialize: passThrough,
    requestDeserialize: passThrough,
    responseSerialize: passThrough,
    responseDeserialize: passThrough,
    originalName: method.localName,
  };
}

function decode<D extends DescMessage>(schema: D, bytes: Buffer): MessageShape<D> {
  try {
    return fromBinary(schema, bytes);
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

async function* encodeAll<D extends DescMessage>(
  schema: D,
  messages: AsyncIterable<MessageInitShape<D> | Buffer>,
): AsyncIterable<Buffer> {
  for await (const message of messages) {
    yield encode(schema, message);
  }
}

/** Logger and signal are made when they are asked for, which most calls, being short, never do. */
class GrpcCallContext implements CallContext {
  readonly principal: string;
  readonly #call: AnyCall;
  readonly #method: DescMethod;
  readonly #log: Logger;
  #callLog: Logger | undefined;
  #signal: AbortSignal | undefined;

  constructor(call: AnyCall, method: DescMethod, environment: CallEnvironment) {
    this.principal = environment.principalOf(call.getPeer());
    this.#call = call;
    this.#method = method;
    this.#log = environment.log;
  }

  get log(): Logger {
    this.#callLog ??= this.#log.child({ method: this.#method.name, principal: this.principal });
    return this.#callLog;
  }

  get signal(): AbortSignal {
    this.#signal ??= cancellationOf(this.#call);
    return this.#signal;
  }
}

function cancellationOf(call: AnyCall): AbortSignal {
  const abort = new AbortController();
  // A client that is gone, a deadline that has passed, and the end of every call come as this event.
  call.once('cancelled', () => abort.abort());
  if (call.cancelled) {
    abort.abort();
  }
  return abort.signal;
}

function unaryCall(method: DescMethod, handler: AnyUnary, environment: CallEnvironment) {
  const answer = async (request: Buffer, context: CallContext): Promise<Buffer> =>
    encode(method.output, await handler(decode(method.input, request), context));
  return (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void => {
    const context = new GrpcCallContext(call, method, environment);
    answer(call.request, context)
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(toStatus(error, context.log)),
      )
      .catch((error: unknown) => context.log.error({ err: error }, 'cannot answer'));
  };
}

function streamCall(method: DescMethod, handler: AnyStream, environment: CallEnvironment) {
  const answer = async (call: ServerWritableStream<Buffer, Buffer>, context: CallContext) => {
    const messages = handler(decode(method.input, call.request), context);
    await pump(encodeAll(method.output, messages), call, context.signal);
  };
  return (call: ServerWritableStream<Buffer, Buffer>): void => {
    const context = new GrpcCallContext(call, method, environment);
    answer(call, context)
      .then(
        () => call.end(),
        (error: unknown) => {
          // grpc-js makes the status of the call of this event.
          call.emit('error', Object.assign(new Error('refused'), toStatus(error, context.log)));
        },
      )
      .catch((error: unknown) => context.log.error({ err: error }, 'cannot answer'));
  };
}

function unimplemented(method: DescMethod): never {
  throw new ServiceError(
    'METHOD_UNIMPLEMENTED',
    `this version does not serve ${method.parent.typeName}.${method.name}`,
  );
}

function implement(
  method: DescMethod,
  handler: AnyUnary | AnyStream | 'unimplemented',
  environment: CallEnvironment,
): UntypedHandleCall {
  const served = handler === 'unimplemented' ? () => unimplemented(method) : handler;
  return method.methodKind === 'server_streaming'
    ? streamCall(method, served as AnyStream, environment)
    : unaryCall(method, served as AnyUnary, environment);
}

/** Adds the service to `server`. No error leaves a handler but as a status of its own call. */
export function bindService<S extends DescService>(
  server: Server,
  service: S,
  handlers: ServiceHandlers<S>,
  environment: CallEnvironment,
): void {
  const definition: Record<string, MethodDefinition<Buffer, Buffer>> = {};
  const implementation: Record<string, UntypedHandleCall> = {};
  for (const method of service.methods) {
    const handler = handlers[method.localName as keyof typeof handlers];
    definition[method.localName] = describe(method);
    implementation[method.localName] = implement(
      method,
      handler as unknown as AnyUnary | AnyStream | 'unimplemented',
      environment,
    );
  }
  server.addService(definition, implementation);
}
