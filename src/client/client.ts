/** A connection to a server. */

import type { MessageInitShape } from '@bufbuild/protobuf';
import { Client, credentials } from '@grpc/grpc-js';
import { ControlService } from '../gen/ptraced/v1/control_service_pb.js';
import { MemoryService } from '../gen/ptraced/v1/memory_service_pb.js';
import { ServerService } from '../gen/ptraced/v1/server_service_pb.js';
import { type TraceRequestSchema, TraceService } from '../gen/ptraced/v1/trace_service_pb.js';
import { parseAddress } from './address.js';
import { PtracedError } from './errors.js';
import { RecordStream } from './record-stream.js';
import {
  type CallOptions,
  createServiceClient,
  openByteStream,
  type ServiceClient,
} from './service-client.js';

/** Options of a connection. */
export interface ConnectOptions {
  /** Milliseconds of silence after which the server is asked for a sign of life. Default: 20,000. */
  readonly keepaliveTimeMs?: number;
  /** Milliseconds it then has. Default: 10,000. */
  readonly keepaliveTimeoutMs?: number;
}

/**
 * A frame holds about 64 KiB, but at least one record, whose strings may be 1 MiB each before they
 * are escaped.
 */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;

/** A connection, shared by any number of calls. Made by `connect`. */
export class PtracedClient implements AsyncDisposable {
  /** TraceService, its streams aside. */
  readonly traces: ServiceClient<typeof TraceService>;
  /** ControlService. */
  readonly control: ServiceClient<typeof ControlService>;
  /** MemoryService. */
  readonly memory: ServiceClient<typeof MemoryService>;
  /** ServerService. */
  readonly server: ServiceClient<typeof ServerService>;

  readonly #channel: Client;
  readonly #streams = new Set<RecordStream>();

  constructor(channel: Client) {
    this.#channel = channel;
    this.traces = createServiceClient(channel, TraceService);
    this.control = createServiceClient(channel, ControlService);
    this.memory = createServiceClient(channel, MemoryService);
    this.server = createServiceClient(channel, ServerService);
  }

  /**
   * Connects now, instead of with the first call. Rejects with UNAVAILABLE where that has not
   * succeeded within `timeoutMs`.
   */
  async connected(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#channel.waitForReady(Date.now() + timeoutMs, (error) =>
        error === undefined
          ? resolve()
          : reject(new PtracedError('UNAVAILABLE', error.message, undefined, error)),
      );
    });
  }

  /**
   * Traces a command or a process for as long as the stream is open. Where it cannot be started,
   * the iteration throws before the first record.
   */
  trace(
    request: MessageInitShape<typeof TraceRequestSchema>,
    options: CallOptions = {},
  ): RecordStream {
    const call = openByteStream(this.#channel, TraceService.method.trace, request, options);
    const stream = new RecordStream(call, options.signal);
    this.#streams.add(stream);
    call.once('status', () => this.#streams.delete(stream));
    return stream;
  }

  /** Ends every open stream and closes the connection. Idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#streams].map((stream) => stream[Symbol.asyncDispose]()));
    this.#channel.close();
  }
}

/**
 * Makes a client of the server at `unix:PATH` or `HOST:PORT`, without encryption. The connection is
 * made with the first call, which fails with UNAVAILABLE where it cannot be.
 *
 * Throws a RangeError for an address that is none.
 */
export function connect(address: string, options: ConnectOptions = {}): PtracedClient {
  const { target } = parseAddress(address);
  return new PtracedClient(
    new Client(target, credentials.createInsecure(), {
      'grpc.max_receive_message_length': MAX_FRAME_BYTES,
      'grpc.keepalive_time_ms': options.keepaliveTimeMs ?? 20_000,
      'grpc.keepalive_timeout_ms': options.keepaliveTimeoutMs ?? 10_000,
      // A trace must not be started twice behind the caller's back.
      'grpc.enable_retries': 0,
      // Two clients to one address are two connections: closing one must not touch the other.
      'grpc.use_local_subchannel_pool': 1,
    }),
  );
}
