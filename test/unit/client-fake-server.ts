/** A gRPC server in this process whose methods say what a test wants. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  create,
  type DescMethod,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  type status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import {
  type SubscribeRequest,
  type TraceRequest,
  TraceResponseSchema,
  TraceService,
} from '../../src/client/index.js';
import { BadRequestSchema, ErrorInfoSchema } from '../../src/gen/google/rpc/error_details_pb.js';
import { StatusSchema } from '../../src/gen/google/rpc/status_pb.js';

/** A call of Trace, from the server's side. */
export type TraceCall = ServerWritableStream<TraceRequest, Buffer>;

/** A call of Subscribe, from the server's side. */
export type SubscribeCall = ServerWritableStream<SubscribeRequest, Buffer>;

/** A method of the fake server: `handler` is what grpc-js calls. */
export interface FakeMethod {
  readonly method: DescMethod;
  readonly handler: UntypedServiceImplementation[string];
}

/** A unary method that answers what `answer` returns, or fails with what it throws. */
export function answering<M extends DescMethodUnary>(
  method: M,
  answer: (request: MessageShape<M['input']>) => MessageInitShape<M['output']>,
): FakeMethod {
  const handler = (
    call: ServerUnaryCall<MessageShape<M['input']>, Buffer>,
    callback: sendUnaryData<Buffer>,
  ): void => {
    try {
      const response = create<M['output']>(method.output, answer(call.request));
      callback(null, Buffer.from(toBinary<M['output']>(method.output, response)));
    } catch (error) {
      callback(error as Error);
    }
  };
  return { method, handler };
}

/** A server stream whose messages are written as bytes. */
export function streaming<M extends DescMethodServerStreaming>(
  method: M,
  handler: (call: ServerWritableStream<MessageShape<M['input']>, Buffer>) => void,
): FakeMethod {
  return { method, handler: handler as UntypedServiceImplementation[string] };
}

/** What a handler throws or emits to fail with a reason of the error model. */
export function failing(code: status, reason: string, details = reason) {
  const metadata = errorMetadata(code, { reason, domain: 'ptraced' });
  return Object.assign(new Error(details), { code, details, metadata });
}

/** A frame as bytes. */
export function frame(init: MessageInitShape<typeof TraceResponseSchema>['frame']): Buffer {
  const response = create(TraceResponseSchema, init === undefined ? {} : { frame: init });
  return Buffer.from(toBinary(TraceResponseSchema, response));
}

/** Metadata with the details of an error. */
export function errorMetadata(
  code: status,
  info: MessageInitShape<typeof ErrorInfoSchema>,
  badRequest: MessageInitShape<typeof BadRequestSchema> = {},
): Metadata {
  const details = [
    anyPack(ErrorInfoSchema, create(ErrorInfoSchema, info)),
    anyPack(BadRequestSchema, create(BadRequestSchema, badRequest)),
  ];
  const bytes = toBinary(StatusSchema, create(StatusSchema, { code, message: 'x', details }));
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(bytes));
  return metadata;
}

export class FakeServer implements AsyncDisposable {
  readonly address: string;
  readonly #folder: string;
  readonly #methods: readonly FakeMethod[];
  #server = new Server();

  private constructor(folder: string, methods: readonly FakeMethod[]) {
    this.#folder = folder;
    this.#methods = methods;
    this.address = `unix:${join(folder, 'server.sock')}`;
  }

  static async start(
    trace: (call: TraceCall) => void,
    ...methods: FakeMethod[]
  ): Promise<FakeServer> {
    const folder = await mkdtemp(join(tmpdir(), 'ptraced-test-'));
    const all = [streaming(TraceService.method.trace, trace), ...methods];
    const server = new FakeServer(folder, all);
    await server.#bind();
    return server;
  }

  /** Breaks every connection, and listens no more. */
  kill(): void {
    this.#server.forceShutdown();
  }

  /** Breaks every connection, and serves new ones. */
  async restart(): Promise<void> {
    this.kill();
    await rm(this.address.slice('unix:'.length), { force: true });
    this.#server = new Server();
    await this.#bind();
  }

  async #bind(): Promise<void> {
    for (const { method, handler } of this.#methods) {
      const definition = {
        path: `/${method.parent.typeName}/${method.name}`,
        requestStream: false,
        responseStream: method.methodKind === 'server_streaming',
        requestSerialize: (bytes: Buffer) => bytes,
        requestDeserialize: (bytes: Buffer) => fromBinary(method.input, bytes),
        responseSerialize: (bytes: Buffer) => bytes,
        responseDeserialize: (bytes: Buffer) => bytes,
      };
      this.#server.addService({ method: definition }, { method: handler });
    }
    await new Promise<void>((resolve, reject) => {
      this.#server.bindAsync(this.address, ServerCredentials.createInsecure(), (error) =>
        error ? reject(error) : resolve(),
      );
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
