/** A Subscribe call under way: what came, and what must hold of it whatever its filter. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ClientReadableStream } from '@grpc/grpc-js';
import type { TraceRecord } from '../../src/gen/ptraced/v1/record_pb.js';
import {
  type LostRecords,
  type SessionEnded,
  type StreamHeader,
  type SubscribeRequestSchema,
  type SubscribeResponse,
  TraceService,
} from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { Bell, patience, within } from './eventually.js';
import type { Client } from './rpc.js';

export type SubscribeInit = MessageInitShape<typeof SubscribeRequestSchema>;

export class Subscription implements AsyncDisposable {
  readonly records: TraceRecord[] = [];
  readonly losses: LostRecords[] = [];
  header: StreamHeader | undefined;
  ended: SessionEnded | undefined;
  /** last_serial of each heartbeat. */
  readonly heartbeats: bigint[] = [];
  /** What does not hold of the stream. */
  readonly complaints: string[] = [];
  /** Serial up to which it is complete. */
  position = 0n;
  failure: (Error & { code?: number; details?: string }) | undefined;
  readonly #filtered: boolean;
  readonly #call: ClientReadableStream<SubscribeResponse>;
  readonly #arrival = new Bell();
  readonly #closed: Promise<void>;
  #done = false;
  #lost = 0n;

  constructor(client: Client, request: SubscribeInit) {
    this.#filtered = request.filter !== undefined;
    this.#call = client.stream(TraceService.method.subscribe, request);
    this.#call.on('data', (response: SubscribeResponse) => this.#take(response));
    this.#call.on('error', (error) => {
      this.failure = error;
    });
    this.#closed = new Promise((resolve) => {
      this.#call.on('close', () => {
        this.#done = true;
        this.#arrival.ring();
        resolve();
      });
    });
  }

  #expect(holds: boolean, what: string): void {
    if (!holds) {
      this.complaints.push(what);
    }
  }

  #take({ frame }: SubscribeResponse): void {
    this.#expect((this.header === undefined) === (frame.case === 'header'), `${frame.case} first`);
    this.#expect(this.ended === undefined, `${frame.case} after ended`);
    switch (frame.case) {
      case 'header':
        this.header = frame.value;
        this.position = frame.value.firstSerial - 1n;
        break;
      case 'batch':
        this.#batch(frame.value.records, frame.value.lastSerial);
        break;
      case 'lost':
        this.#loss(frame.value);
        break;
      case 'heartbeat':
        this.#reached('heartbeat', frame.value.lastSerial);
        this.heartbeats.push(frame.value.lastSerial);
        break;
      case 'ended':
        this.ended = frame.value;
        this.#expect(frame.value.lostRecords === this.#lost, `ended: lost ${this.#lost}`);
        this.#reached('ended', frame.value.lastSerial);
        break;
    }
    this.#arrival.ring();
  }

  #batch(records: TraceRecord[], lastSerial: bigint): void {
    this.#expect(records.length > 0, 'empty batch');
    for (const record of records) {
      const next = this.position + 1n;
      const fits = this.#filtered ? record.serial >= next : record.serial === next;
      this.#expect(fits, `serial ${record.serial} where ${next} is next`);
      this.position = record.serial;
      this.records.push(record);
    }
    this.#reached('batch', lastSerial);
  }

  #loss(lost: LostRecords): void {
    const { count, firstSerial, lastSerial } = lost;
    this.#expect(
      firstSerial === this.position + 1n && count === lastSerial - firstSerial + 1n && count > 0n,
      `lost ${count}, ${firstSerial} to ${lastSerial}, at ${this.position}`,
    );
    this.position = lastSerial;
    this.#lost += count;
    this.losses.push(lost);
  }

  /** A filter may have left records out up to there. */
  #reached(what: string, serial: bigint): void {
    const fits = this.#filtered ? serial >= this.position : serial === this.position;
    this.#expect(fits, `${what} says ${serial}, the stream is at ${this.position}`);
    this.position = serial;
  }

  /** Resolves once `probe` returns something; it is called again whenever a frame has come. */
  async until<T>(what: string, probe: () => T | undefined | false): Promise<T> {
    for (;;) {
      const found = probe();
      if (found !== undefined && found !== false) {
        return found;
      }
      if (this.#done) {
        throw this.failure ?? new Error(`the stream ended without ${what}`);
      }
      await within(what, this.#arrival.next());
    }
  }

  started(): Promise<StreamHeader> {
    return this.until('a header', () => this.header);
  }

  /** Waits for the regular end. */
  async finish(): Promise<SessionEnded> {
    await within('the end of the stream', this.#closed, 4 * patience);
    this.check();
    if (this.failure !== undefined || this.ended === undefined) {
      throw this.failure ?? new Error('the stream ended without a last frame');
    }
    return this.ended;
  }

  /** Waits for the refusal, or the failure that ends it. */
  async refused(): Promise<{ code?: number; details?: string }> {
    await within('the refusal', this.#closed);
    if (this.failure === undefined) {
      throw new Error('the stream was not refused');
    }
    return this.failure;
  }

  pause(): void {
    this.#call.pause();
  }

  resume(): void {
    this.#call.resume();
  }

  async cancel(): Promise<void> {
    this.#call.resume();
    this.#call.cancel();
    await within('the cancelled stream', this.#closed);
  }

  /** @throws Error with what does not hold. */
  check(): void {
    if (this.complaints.length > 0) {
      throw new Error(
        `the stream breaks its contract:\n  ${this.complaints.slice(0, 20).join('\n  ')}`,
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#done) {
      await this.cancel();
    }
    this.check();
  }
}
