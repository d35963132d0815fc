/** Calls to a server, straight from the descriptors: what any client of the contract would do. */
import {
  create,
  type DescMessage,
  type DescMethod,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { patience } from './eventually.js';

const healthCheck = '/grpc.health.v1.Health/Check';

function path(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function encoder<T extends DescMessage>(schema: T): (message: MessageShape<T>) => Buffer {
  return (message) => Buffer.from(toBinary(schema, message));
}

function decoder<T extends DescMessage>(schema: T): (bytes: Buffer) => MessageShape<T> {
  return (bytes) => fromBinary(schema, bytes);
}

/** A connection to a server. */
export class Client implements AsyncDisposable {
  readonly #client: grpc.Client;
  readonly #streams = new Set<{ cancel(): void }>();

  /** `options`: channel arguments of gRPC. */
  constructor(address: string, options: grpc.ClientOptions = {}) {
    this.#client = new grpc.Client(address, grpc.credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
      'grpc.use_local_subchannel_pool': 1, // each Client is a connection of its own
      ...options,
    });
  }

  /** Resolves when connected. */
  async ready(timeout = patience): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#client.waitForReady(Date.now() + timeout, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  }

  /** Rejects with a grpc.ServiceError. */
  unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
  ): Promise<MessageShape<O>> {
    return this.cancellable(method, request).answer;
  }

  /** A call that can be given up; `answer` rejects with CANCELLED then. */
  cancellable<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
  ): { answer: Promise<MessageShape<O>>; cancel(): void } {
    let cancel = (): void => {};
    const answer = new Promise<MessageShape<O>>((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(
        path(method),
        encoder(method.input),
        decoder(method.output),
        create(method.input, request),
        { deadline: Date.now() + patience },
        (error, response) => (error ? reject(error) : resolve(response as MessageShape<O>)),
      );
      cancel = () => call.cancel();
    });
    return { answer, cancel: () => cancel() };
  }

  stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    request: MessageInitShape<I>,
  ): grpc.ClientReadableStream<MessageShape<O>> {
    const call = this.#client.makeServerStreamRequest(
      path(method),
      encoder(method.input),
      decoder(method.output),
      create(method.input, request),
    );
    this.#streams.add(call);
    call.once('status', () => this.#streams.delete(call));
    return call;
  }

  /** Sends any bytes to any method; resolves with the status code and message of the answer. */
  raw(
    method: string,
    bytes: Buffer,
    timeout = patience,
  ): Promise<{ code: grpc.status; details: string }> {
    return new Promise((resolve) => {
      const pass = (same: Buffer) => same;
      const call = this.#client.makeServerStreamRequest(method, pass, pass, bytes, {
        deadline: Date.now() + timeout,
      });
      call.on('data', () => {}).on('error', () => {});
      call.on('status', ({ code, details }) => resolve({ code, details }));
    });
  }

  /** What grpc.health.v1 says of a service, "" for the server: 1 is SERVING, 2 NOT_SERVING. */
  health(service = ''): Promise<number> {
    const name = Buffer.from(service);
    const request =
      name.length === 0 ? name : Buffer.concat([Buffer.from([10, name.length]), name]);
    return new Promise((resolve, reject) => {
      const pass = (same: Buffer) => same;
      const deadline = Date.now() + patience;
      this.#client.makeUnaryRequest(
        healthCheck,
        pass,
        pass,
        request,
        { deadline },
        (error, answer) => (error ? reject(error) : resolve(answer?.[1] ?? 0)),
      );
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const call of this.#streams) {
      call.cancel();
    }
    this.#client.close();
  }
}

/** Awaits a refusal and returns its status code and message. */
export async function refusal(
  call: Promise<unknown>,
): Promise<{ code: grpc.status; details: string }> {
  try {
    await call;
  } catch (error) {
    const { code, details } = error as grpc.ServiceError;
    if (code === undefined) {
      throw error;
    }
    return { code, details };
  }
  throw new Error('the call was not refused');
}
