/** A connection to a server. */

import type { DescMessage, DescMethod, MessageInitShape } from '@bufbuild/protobuf';
import {
  ControlService,
  type ListProcessesRequestSchema,
  type ListTasksRequestSchema,
  type Process,
  type Task,
} from '../gen/ptraced/v1/control_service_pb.js';
import {
  type DumpMemoryRequestSchema,
  type DumpMemoryResponseSchema,
  type ListMappingsRequestSchema,
  type Mapping,
  MemoryService,
  type SearchMemoryRequestSchema,
  type SearchMemoryResponseSchema,
} from '../gen/ptraced/v1/memory_service_pb.js';
import { ServerService } from '../gen/ptraced/v1/server_service_pb.js';
import { OrphanAction, type Session } from '../gen/ptraced/v1/session_pb.js';
import {
  type CreateSessionRequestSchema,
  type ListSessionsRequestSchema,
  type SubscribeRequestSchema,
  type TraceRequestSchema,
  TraceService,
} from '../gen/ptraced/v1/trace_service_pb.js';
import { PtracedError } from './errors.js';
import { MessageStream } from './message-stream.js';
import { allPages } from './pages.js';
import type { ReconnectOptions } from './reconnect.js';
import { RecordStream, type StreamSource } from './record-stream.js';
import {
  type CallOptions,
  createServiceClient,
  type ServiceClient,
  streamOpener,
} from './service-client.js';
import { SessionHandle } from './session-handle.js';
import type { Transport } from './transport.js';

/** Options of a stream of records. */
export interface StreamOptions extends CallOptions {
  /** How the stream comes back when its connection breaks, where it can. */
  readonly reconnect?: ReconnectOptions | undefined;
}

/** Options of a session's creation. */
export interface CreateSessionOptions extends CallOptions {
  /** The session is not ended when its handle is disposed of. */
  readonly keep?: boolean;
}

/** A connection, shared by any number of calls. Made by `connect`. */
export class PtracedClient implements AsyncDisposable {
  /** TraceService, its streams aside. */
  readonly traces: ServiceClient<typeof TraceService>;
  /** ControlService. */
  readonly control: ServiceClient<typeof ControlService>;
  /** MemoryService, its streams aside. */
  readonly memory: ServiceClient<typeof MemoryService>;
  /** ServerService. */
  readonly server: ServiceClient<typeof ServerService>;

  readonly #transport: Transport;
  readonly #streams = new Set<AsyncDisposable>();

  constructor(transport: Transport) {
    this.#transport = transport;
    this.traces = createServiceClient(transport, TraceService);
    this.control = createServiceClient(transport, ControlService);
    this.memory = createServiceClient(transport, MemoryService);
    this.server = createServiceClient(transport, ServerService);
  }

  /**
   * Connects now, instead of with the first call. Rejects with UNAVAILABLE where that has not
   * succeeded within `timeoutMs`.
   */
  async connected(timeoutMs: number): Promise<void> {
    await this.#transport.ready(timeoutMs);
  }

  /**
   * Traces a command or a process for as long as the stream is open. Where it cannot be started,
   * the iteration throws before the first record.
   *
   * When the connection breaks, `on_disconnect` decides about the tracees. KEEP leaves them traced:
   * the stream then goes on by Subscribe in the same session, lossless as before, and holds it as
   * the call did. Otherwise the session has ended, and the iteration throws.
   */
  trace(
    request: MessageInitShape<typeof TraceRequestSchema>,
    options: StreamOptions = {},
  ): RecordStream {
    const subscribe = streamOpener(this.#transport, TraceService.method.subscribe, options);
    const { heartbeatInterval } = request;
    const outlives = request.onDisconnect === OrphanAction.KEEP;
    return this.#recordStream(options, {
      call: streamOpener(this.#transport, TraceService.method.trace, options)(request),
      resume: outlives
        ? (session, afterSerial) =>
            subscribe({
              session,
              start: { case: 'afterSerial', value: afterSerial },
              lossless: true,
              holdsLease: true,
              ...(heartbeatInterval && { heartbeatInterval }),
            })
        : undefined,
    });
  }

  /**
   * Streams the records of a session. When the connection breaks, the stream goes on after the last
   * record that it brought. It throws SESSION_NOT_FOUND where the server has been started anew, and
   * fails at once where the server cannot be reached in the first place.
   */
  subscribe(
    request: MessageInitShape<typeof SubscribeRequestSchema>,
    options: StreamOptions = {},
  ): RecordStream {
    const open = streamOpener(this.#transport, TraceService.method.subscribe, options);
    const { start } = request;
    return this.#recordStream(options, {
      call: open(request),
      afterSerial: start?.case === 'afterSerial' ? start.value : undefined,
      resume: (session, afterSerial) =>
        open({ ...request, session, start: { case: 'afterSerial', value: afterSerial } }),
    });
  }

  /** Starts a session and holds it: see SessionHandle. */
  async createSession(
    request: MessageInitShape<typeof CreateSessionRequestSchema>,
    options: CreateSessionOptions = {},
  ): Promise<SessionHandle> {
    const { session } = await this.traces.createSession(request, options);
    if (session === undefined) {
      throw new PtracedError('INTERNAL', 'the server answered without a session');
    }
    return new SessionHandle(this, session, options.keep ?? false);
  }

  /** Every session, newest first. */
  sessions(
    request: MessageInitShape<typeof ListSessionsRequestSchema> = {},
    options: CallOptions = {},
  ): AsyncGenerator<Session, void, undefined> {
    return allPages(
      (pageToken) => this.traces.listSessions({ ...request, pageToken }, options),
      (response) => response.sessions,
    );
  }

  /** Every process that the server can see, by pid. */
  processes(
    request: MessageInitShape<typeof ListProcessesRequestSchema> = {},
    options: CallOptions = {},
  ): AsyncGenerator<Process, void, undefined> {
    return allPages(
      (pageToken) => this.control.listProcesses({ ...request, pageToken }, options),
      (response) => response.processes,
    );
  }

  /** Every task of a session, by tid. */
  tasks(
    request: MessageInitShape<typeof ListTasksRequestSchema>,
    options: CallOptions = {},
  ): AsyncGenerator<Task, void, undefined> {
    return allPages(
      (pageToken) => this.control.listTasks({ ...request, pageToken }, options),
      (response) => response.tasks,
    );
  }

  /** Every mapping of a process, by address. */
  mappings(
    request: MessageInitShape<typeof ListMappingsRequestSchema>,
    options: CallOptions = {},
  ): AsyncGenerator<Mapping, void, undefined> {
    return allPages(
      (pageToken) => this.memory.listMappings({ ...request, pageToken }, options),
      (response) => response.mappings,
    );
  }

  /** Streams a range of memory of any size, in order of address, with its holes. */
  dumpMemory(
    request: MessageInitShape<typeof DumpMemoryRequestSchema>,
    options: CallOptions = {},
  ): MessageStream<typeof DumpMemoryResponseSchema> {
    return this.#messageStream(MemoryService.method.dumpMemory, request, options);
  }

  /** Streams where a pattern is found, and how far the search is. */
  searchMemory(
    request: MessageInitShape<typeof SearchMemoryRequestSchema>,
    options: CallOptions = {},
  ): MessageStream<typeof SearchMemoryResponseSchema> {
    return this.#messageStream(MemoryService.method.searchMemory, request, options);
  }

  /** Ends every open stream and closes the connection. Idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#streams].map((stream) => stream[Symbol.asyncDispose]()));
    this.#transport.close();
  }

  #recordStream(options: StreamOptions, source: StreamSource): RecordStream {
    const stream: RecordStream = new RecordStream({
      ...source,
      signal: options.signal,
      reconnect: options.reconnect,
      onClose: () => this.#streams.delete(stream),
    });
    this.#streams.add(stream);
    return stream;
  }

  #messageStream<Output extends DescMessage, M extends DescMethod & { output: Output }>(
    method: M,
    request: MessageInitShape<M['input']>,
    options: CallOptions,
  ): MessageStream<Output> {
    const call = streamOpener(this.#transport, method, options)(request);
    const stream = new MessageStream<Output>(call, method.output);
    this.#streams.add(stream);
    void call.closed.then(() => this.#streams.delete(stream));
    return stream;
  }
}
