/** A Trace call under way: what came, waiting for what will come, and the validator over all of it. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { DurationSchema } from '@bufbuild/protobuf/wkt';
import type { ClientReadableStream } from '@grpc/grpc-js';
import { RecordKind, type TraceRecord } from '../../src/gen/ptraced/v1/record_pb.js';
import type {
  CaptureOptionsSchema,
  LaunchSchema,
  OrphanAction,
  RulesSchema,
} from '../../src/gen/ptraced/v1/session_pb.js';
import {
  type LostRecords,
  type SessionEnded,
  type StreamHeader,
  TraceRequestSchema,
  type TraceResponse,
  TraceService,
} from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { Bell, patience, within } from './eventually.js';
import { commandEnvironment } from './program.js';
import type { Client } from './rpc.js';
import { StreamValidator } from './validator.js';

export type TraceInit = MessageInitShape<typeof TraceRequestSchema>;

/** What a request says beside its target. */
export interface TraceOptions {
  capture?: MessageInitShape<typeof CaptureOptionsSchema>;
  rules?: MessageInitShape<typeof RulesSchema>;
  onDisconnect?: OrphanAction;
  heartbeatInterval?: MessageInitShape<typeof DurationSchema>;
}

/** Of a launch: the command keeps the capabilities of the server, and setuid programs work. */
export const privileged = { keepCapabilities: true } as const;

/** A request to launch a command with the environment of all tests. */
export function launch(
  argv: string[],
  options: TraceOptions = {},
  more: Omit<MessageInitShape<typeof LaunchSchema>, '$typeName'> = {},
): TraceInit {
  const env = Object.entries(commandEnvironment()).map(([name, value]) => `${name}=${value}`);
  return { target: { case: 'launch', value: { argv, env, ...more } }, ...options };
}

/** A request to attach to a process. */
export function attach(pid: number, options: TraceOptions = {}): TraceInit {
  return { target: { case: 'attach', value: { pid } }, ...options };
}

export class Trace implements AsyncDisposable {
  /** Every record so far, in order. */
  readonly records: TraceRecord[] = [];
  readonly losses: LostRecords[] = [];
  header: StreamHeader | undefined;
  ended: SessionEnded | undefined;
  heartbeats = 0;
  readonly validator: StreamValidator;
  readonly #call: ClientReadableStream<TraceResponse>;
  readonly #arrival = new Bell();
  readonly #closed: Promise<void>;
  #failure: Error | undefined;
  #done = false;
  #cancelled = false;

  constructor(client: Client, init: TraceInit) {
    this.validator = new StreamValidator(create(TraceRequestSchema, init));
    this.#call = client.stream(TraceService.method.trace, init);
    this.#call.on('data', (response: TraceResponse) => this.#take(response));
    this.#call.on('error', (error) => {
      this.#failure = error;
    });
    this.#closed = new Promise((resolve) => {
      this.#call.on('close', () => {
        this.#done = true;
        this.#arrival.ring();
        resolve();
      });
    });
  }

  #take(response: TraceResponse): void {
    this.validator.frame(response);
    const frame = response.frame;
    switch (frame.case) {
      case 'header':
        this.header = frame.value;
        break;
      case 'batch':
        for (const record of frame.value.records) {
          this.records.push(record);
        }
        break;
      case 'lost':
        this.losses.push(frame.value);
        break;
      case 'heartbeat':
        this.heartbeats++;
        break;
      case 'ended':
        this.ended = frame.value;
        break;
    }
    this.#arrival.ring();
  }

  /** Resolves once `probe` returns something; it is called again whenever a frame has come. */
  async until<T>(what: string, probe: () => T | undefined | false, timeout = patience): Promise<T> {
    for (;;) {
      const found = probe();
      if (found !== undefined && found !== false) {
        return found;
      }
      if (this.#done) {
        throw this.#failure ?? new Error(`the stream ended without ${what}`);
      }
      await within(what, this.#arrival.next(), timeout);
    }
  }

  /** The header: the session has begun, and where it attached, everything is traced. */
  started(): Promise<StreamHeader> {
    return this.until('a header', () => this.header);
  }

  /** The first record that `matches`, from index `from` on. */
  record(what: string, matches: (record: TraceRecord) => boolean, from = 0): Promise<TraceRecord> {
    let seen = from;
    return this.until(`a record: ${what}`, () => {
      while (seen < this.records.length) {
        const record = this.records[seen++] as TraceRecord;
        if (matches(record)) {
          return record;
        }
      }
      return undefined;
    });
  }

  /** The first ENTER of a call, from index `from` on. */
  enter(syscall: string, from = 0): Promise<TraceRecord> {
    return this.record(
      `ENTER ${syscall}`,
      (record) => record.kind === RecordKind.ENTER && record.syscall === syscall,
      from,
    );
  }

  /** Waits for the regular end of the stream and returns its last frame. */
  async finish(timeout = 4 * patience): Promise<SessionEnded> {
    await within('the end of the stream', this.#closed, timeout);
    if (this.#failure) {
      throw this.#failure;
    }
    if (!this.ended) {
      throw new Error('the stream ended without a last frame');
    }
    this.check();
    return this.ended;
  }

  /** Stops reading, as a slow client does; resume() goes on. */
  pause(): void {
    this.#call.pause();
  }

  resume(): void {
    this.#call.resume();
  }

  /** Goes away without saying why, as a client that is not interested any more. */
  async cancel(): Promise<void> {
    this.#cancelled = true;
    this.#call.resume();
    this.#call.cancel();
    await within('the cancelled stream', this.#closed);
  }

  /** The bytes that the command wrote to descriptor 1 or 2. */
  output(fd: 1 | 2): Buffer {
    return Buffer.concat(
      this.records.flatMap(({ detail }) =>
        detail.case === 'output' && detail.value.fd === fd ? [detail.value.data] : [],
      ),
    );
  }

  /** The lines that the command wrote to stdout. */
  lines(): string[] {
    return this.output(1).toString().split('\n').slice(0, -1);
  }

  ofKind(kind: RecordKind): TraceRecord[] {
    return this.records.filter((record) => record.kind === kind);
  }

  /** @throws Error with what the validator found. */
  check(): void {
    const { complaints } = this.validator;
    if (complaints.length > 0) {
      throw new Error(`the stream breaks its contract:\n  ${complaints.join('\n  ')}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#done && !this.#cancelled) {
      await this.cancel();
    }
    this.check();
  }
}

/** Launches a command, waits for its end, and returns all of it. */
export async function traceToEnd(client: Client, init: TraceInit): Promise<Trace> {
  const trace = new Trace(client, init);
  await trace.finish();
  return trace;
}
