/** Makes a grpc-js service of a descriptor and its handlers. */
import type { DescMethod, DescService } from '@bufbuild/protobuf';
import type {
  MethodDefinition,
  Server,
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
  UntypedHandleCall,
} from '@grpc/grpc-js';
import type { CallContext } from '../context.js';
import type { Log } from '../log.js';
import type { ServiceHandlers } from './handlers.js';
import {
  type BytesHandler,
  type BytesStreamHandler,
  streamOverBytes,
  unaryOverBytes,
} from './messages.js';
import { pump } from './pump.js';
import { requestCost } from './request-cost.js';
import { toStatus } from './status-details.js';

/** What the calls of a server have in common. */
export interface CallEnvironment {
  readonly log: Log;
  /** Who is behind a connection, as grpc-js names its peer. */
  principalOf(peer: string): string;
}

/** What grpc-js calls a client that has no address. */
const UNNAMED_PEER = 'unknown';

type AnyCall = ServerUnaryCall<Buffer, Buffer> | ServerWritableStream<Buffer, Buffer>;

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

/** Log and signal are made when they are asked for, which most calls, being short, never do. */
class GrpcCallContext implements CallContext {
  readonly principal: string;
  readonly #call: AnyCall;
  readonly #method: DescMethod;
  readonly #log: Log;
  #callLog: Log | undefined;
  #signal: AbortSignal | undefined;

  constructor(call: AnyCall, method: DescMethod, environment: CallEnvironment) {
    this.principal = environment.principalOf(call.getPeer());
    this.#call = call;
    this.#method = method;
    this.#log = environment.log;
  }

  get log(): Log {
    if (this.#callLog === undefined) {
      const { principal } = this;
      const peer = this.#call.getPeer();
      // A unix socket has no name for its clients: the principal says who can connect.
      const who = peer === UNNAMED_PEER ? { principal } : { principal, peer };
      this.#callLog = this.#log.child({ method: this.#method.name, ...who });
    }
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

function unaryCall(method: DescMethod, answer: BytesHandler, environment: CallEnvironment) {
  return (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void => {
    const context = new GrpcCallContext(call, method, environment);
    const bounded = async (): Promise<Buffer> => {
      requestCost(method.input, call.request);
      return answer(call.request, context);
    };
    bounded()
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(toStatus(error, context.log)),
      )
      .catch((error: unknown) => context.log.error({ err: error }, 'cannot answer'));
  };
}

function streamCall(method: DescMethod, answer: BytesStreamHandler, environment: CallEnvironment) {
  return (call: ServerWritableStream<Buffer, Buffer>): void => {
    const context = new GrpcCallContext(call, method, environment);
    const bounded = async (): Promise<void> => {
      requestCost(method.input, call.request);
      await pump(answer(call.request, context), call, context.signal);
    };
    bounded()
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
    definition[method.localName] = describe(method);
    implementation[method.localName] =
      method.methodKind === 'server_streaming'
        ? streamCall(method, streamOverBytes(method, handlers), environment)
        : unaryCall(method, unaryOverBytes(method, handlers), environment);
  }
  server.addService(definition, implementation);
}
