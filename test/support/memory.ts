/** The fixture memory-map under trace, and MemoryService on it. */
import type {
  DescMessage,
  DescMethodUnary,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import { MemoryService } from '../../src/gen/ptraced/v1/memory_service_pb.js';
import { fixture } from './fixtures.js';
import { Program } from './program.js';
import type { Client } from './rpc.js';
import { attach, Trace } from './trace.js';

export const memory = MemoryService.method;

/** A number field, or an expression. */
export function place(where: bigint | string) {
  return {
    location:
      typeof where === 'bigint'
        ? { case: 'address' as const, value: where }
        : { case: 'at' as const, value: where },
  };
}

/** The running fixture, attached to. */
export class MemoryMap implements AsyncDisposable {
  readonly program: Program;
  readonly trace: Trace;
  readonly session: string;
  /** Addresses by the names of the fixture. */
  readonly places: Readonly<Record<string, bigint>>;
  readonly #client: Client;

  private constructor(
    program: Program,
    trace: Trace,
    session: string,
    places: Record<string, bigint>,
    client: Client,
  ) {
    this.program = program;
    this.trace = trace;
    this.session = session;
    this.places = places;
    this.#client = client;
  }

  static async start(client: Client, ...args: string[]): Promise<MemoryMap> {
    const program = new Program(fixture('memory-map'), args);
    const places: Record<string, bigint> = {};
    for (let line = await program.line(); line !== 'ready'; line = await program.line()) {
      const [name = '', address = ''] = line.split(' ');
      places[name] = BigInt(address);
    }
    const trace = new Trace(client, attach(program.pid));
    const { session } = await trace.started();
    return new MemoryMap(program, trace, session, places, client);
  }

  get pid(): number {
    return this.program.pid;
  }

  /** The address of a place. */
  at(name: string, offset = 0): bigint {
    const address = this.places[name];
    if (address === undefined) {
      throw new Error(`the fixture has no place ${name}`);
    }
    return address + BigInt(offset);
  }

  /** Calls a method about this process. */
  call<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    where: bigint | string,
    request: MessageInitShape<I>,
  ): Promise<MessageShape<O>> {
    return this.#client.unary(method, {
      session: this.session,
      pid: this.pid,
      ...place(where),
      ...request,
    } as MessageInitShape<I>);
  }

  /** Bytes as the program itself sees them, in hexadecimal. */
  async bytes(address: bigint, count: number): Promise<string> {
    const [line = ''] = await this.program.ask(`bytes ${address.toString(16)} ${count}`, '');
    return line;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.trace[Symbol.asyncDispose]();
    await this.program[Symbol.asyncDispose]();
  }
}
