/** A gRPC server in this process whose Trace says what a test wants. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerWritableStream,
  type status,
} from '@grpc/grpc-js';
import {
  type TraceRequest,
  TraceRequestSchema,
  TraceResponseSchema,
} from '../../src/client/index.js';
import { BadRequestSchema, ErrorInfoSchema } from '../../src/gen/google/rpc/error_details_pb.js';
import { StatusSchema } from '../../src/gen/google/rpc/status_pb.js';

/** A call of Trace, from the server's side. */
export type TraceCall = ServerWritableStream<TraceRequest, Buffer>;

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
  readonly #server: Server;
  readonly #folder: string;

  private constructor(server: Server, folder: string, address: string) {
    this.#server = server;
    this.#folder = folder;
    this.address = address;
  }

  static async start(trace: (call: TraceCall) => void): Promise<FakeServer> {
    const folder = await mkdtemp(join(tmpdir(), 'ptraced-test-'));
    const address = `unix:${join(folder, 'server.sock')}`;
    const server = new Server();
    const method = {
      path: '/ptraced.v1.TraceService/Trace',
      requestStream: false,
      responseStream: true,
      requestSerialize: (bytes: Buffer) => bytes,
      requestDeserialize: (bytes: Buffer) => fromBinary(TraceRequestSchema, bytes),
      responseSerialize: (bytes: Buffer) => bytes,
      responseDeserialize: (bytes: Buffer) => bytes,
    } as const;
    server.addService({ trace: method }, { trace });
    await new Promise<void>((resolve, reject) => {
      server.bindAsync(address, ServerCredentials.createInsecure(), (error) =>
        error ? reject(error) : resolve(),
      );
    });
    return new FakeServer(server, folder, address);
  }

  /** Breaks every connection. */
  kill(): void {
    this.#server.forceShutdown();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
