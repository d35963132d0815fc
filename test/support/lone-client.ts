/** A client in a process of its own, to be killed, stopped or cut off. */
import { create, type DescMessage, type MessageInitShape, toJsonString } from '@bufbuild/protobuf';
import {
  SubscribeRequestSchema,
  TraceRequestSchema,
} from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { eventually } from './eventually.js';
import { root } from './paths.js';
import { Program } from './program.js';
import type { SubscribeInit } from './subscription.js';
import type { TraceInit } from './trace.js';

/** Serials from the first to the last. */
export type Run = readonly [bigint, bigint];

export class LoneClient implements AsyncDisposable {
  readonly program: Program;

  private constructor(argv: string[]) {
    const [file = '', ...args] = argv;
    this.program = new Program(file, args);
  }

  static #start<D extends DescMessage>(
    method: string,
    schema: D,
    address: string,
    init: MessageInitShape<D>,
    prefix: string[],
  ): LoneClient {
    const json = toJsonString(schema, create(schema, init));
    const script = `${root}/test/support/lone-client.mjs`;
    return new LoneClient([...prefix, process.execPath, script, address, method, json]);
  }

  /** `prefix` is a command that executes its arguments, such as nsenter. */
  static trace(address: string, init: TraceInit, prefix: string[] = []): LoneClient {
    return LoneClient.#start('trace', TraceRequestSchema, address, init, prefix);
  }

  static subscribe(address: string, init: SubscribeInit, prefix: string[] = []): LoneClient {
    return LoneClient.#start('subscribe', SubscribeRequestSchema, address, init, prefix);
  }

  /** The numbers of every line that begins with one of the words. */
  #numbers(...words: string[]): Run[] {
    return this.program.lines
      .map((line) => line.split(' '))
      .filter(([word = '']) => words.includes(word))
      .map(([, first = '', last = '']) => [BigInt(first), BigInt(last)]);
  }

  /** Waits for the header; resolves with the pid of the root process. */
  async started(): Promise<number> {
    const header = await eventually(
      'the header of a lone client',
      () => this.#numbers('header')[0],
    );
    return Number(header[0]);
  }

  /** What has come, batch by batch. */
  get records(): Run[] {
    return this.#numbers('records');
  }

  get losses(): Run[] {
    return this.#numbers('lost');
  }

  /** Serial up to which it has everything, or knows that it is lost. */
  get position(): bigint {
    return this.#numbers('records', 'lost').at(-1)?.[1] ?? 0n;
  }

  /** Last serial and number of lost records, of the last frame; undefined before that. */
  get ended(): { lastSerial: bigint; lostRecords: bigint } | undefined {
    const [ended] = this.#numbers('ended');
    return ended && { lastSerial: ended[0], lostRecords: ended[1] };
  }

  /** What the command wrote to stdout. */
  get output(): string {
    const lines = this.program.lines.filter((line) => line.startsWith('output '));
    return lines.map((line) => JSON.parse(line.slice('output '.length))).join('');
  }

  kill(signal: NodeJS.Signals): void {
    this.program.kill(signal);
  }

  /** Kills it, and waits for all that it has said. */
  async die(): Promise<void> {
    this.kill('SIGKILL');
    await this.program.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.program[Symbol.asyncDispose]();
  }
}
