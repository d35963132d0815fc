/** The fixture ends under trace with a rule that holds tasks at their end. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Task } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { RecordKind, type TaskExitDetail } from '../../src/gen/ptraced/v1/record_pb.js';
import type { StopRuleSchema } from '../../src/gen/ptraced/v1/session_pb.js';
import { TraceService } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { type Control, controlOf } from './control.js';
import { fixture } from './fixtures.js';
import { Program } from './program.js';
import type { Client } from './rpc.js';
import { attach, Trace, type TraceOptions } from './trace.js';

type StopRule = MessageInitShape<typeof StopRuleSchema>;

/** Holds tasks at their end, all of them or those of some ids. */
export function atEnds(pids: number[] = [], more: Omit<StopRule, '$typeName' | 'at'> = {}) {
  return { stop: [{ at: { kinds: [RecordKind.TASK_EXIT], pids }, ...more }] };
}

/** How a held task is about to end, as the record of its stop says. */
export function endingOf({ stopRecord }: Task): TaskExitDetail | undefined {
  const detail = stopRecord?.detail;
  return detail?.case === 'stop' ? detail.value.ending : undefined;
}

/** The running fixture, attached to. */
export class Ends implements AsyncDisposable {
  readonly program: Program;
  readonly trace: Trace;
  readonly control: Control;
  /** Where "last words" stand. */
  readonly words: bigint;
  readonly #client: Client;

  private constructor(
    program: Program,
    trace: Trace,
    control: Control,
    words: bigint,
    client: Client,
  ) {
    this.program = program;
    this.trace = trace;
    this.control = control;
    this.words = words;
    this.#client = client;
  }

  /** With `threads` that sleep. */
  static async start(client: Client, threads: number, options: TraceOptions): Promise<Ends> {
    const program = new Program(fixture('ends'), [String(threads)]);
    const [, words = ''] = (await program.line()).split(' ');
    const trace = new Trace(client, attach(program.pid, options));
    return new Ends(program, trace, await controlOf(client, trace), BigInt(words), client);
  }

  get pid(): number {
    return this.program.pid;
  }

  /** Replaces the rules. */
  async update(rules: NonNullable<TraceOptions['rules']>): Promise<void> {
    await this.#client.unary(TraceService.method.updateSession, {
      session: { name: this.control.session, rules },
      updateMask: { paths: ['rules'] },
    });
  }

  /** The next `count` stops after `after`, in order. */
  async stops(count: number, after = 0n): Promise<Task[]> {
    const found: Task[] = [];
    for (let last = after; found.length < count; ) {
      const task = await this.control.stop(0, last);
      found.push(task);
      last = task.stopId;
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.trace[Symbol.asyncDispose]();
    await this.program[Symbol.asyncDispose]();
  }
}
