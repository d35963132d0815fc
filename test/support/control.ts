/** ControlService for one session, as a client uses it. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import type {
  ResumeRequestSchema,
  SendSignalRequestSchema,
  StepRequestSchema,
  StepResponse,
  Task,
} from '../../src/gen/ptraced/v1/control_service_pb.js';
import { ControlService, TaskState } from '../../src/gen/ptraced/v1/control_service_pb.js';
import type { Client } from './rpc.js';
import type { Trace } from './trace.js';

type More<T> = Omit<T, '$typeName' | 'session'>;

/** Longest wait for a stop that comes. */
const patienceMs = 50_000;

export class Control {
  readonly #client: Client;
  readonly session: string;

  constructor(client: Client, session: string) {
    this.#client = client;
    this.session = session;
  }

  async tasks(): Promise<Task[]> {
    const request = { session: this.session, pageSize: 1000 };
    return (await this.#client.unary(ControlService.method.listTasks, request)).tasks;
  }

  async pause(...tids: number[]): Promise<Task[]> {
    const request = { session: this.session, tids };
    return (await this.#client.unary(ControlService.method.pause, request)).tasks;
  }

  async resume(request: More<MessageInitShape<typeof ResumeRequestSchema>> = {}): Promise<Task[]> {
    const whole = { session: this.session, ...request };
    return (await this.#client.unary(ControlService.method.resume, whole)).tasks;
  }

  step(request: More<MessageInitShape<typeof StepRequestSchema>>): Promise<StepResponse> {
    const timeout = durationFromMs(patienceMs);
    return this.#client.unary(ControlService.method.step, {
      session: this.session,
      timeout,
      ...request,
    });
  }

  /** The next stop after `afterStopId`; of any task where `tid` is 0. */
  async stop(tid = 0, afterStopId = 0n, ms = patienceMs): Promise<Task> {
    const request = { session: this.session, tid, afterStopId, timeout: durationFromMs(ms) };
    const { task } = await this.#client.unary(ControlService.method.waitStop, request);
    if (task === undefined) {
      throw new Error('WaitStop without a task');
    }
    return task;
  }

  async signal(request: More<MessageInitShape<typeof SendSignalRequestSchema>>): Promise<void> {
    const whole = { session: this.session, ...request };
    await this.#client.unary(ControlService.method.sendSignal, whole);
  }

  async detach(...pids: number[]): Promise<Task[]> {
    const request = { session: this.session, pids };
    return (await this.#client.unary(ControlService.method.detach, request)).tasks;
  }
}

/** For the session of a Trace call that has begun. */
export async function controlOf(client: Client, trace: Trace): Promise<Control> {
  return new Control(client, (await trace.started()).session);
}

/** Those that are not held, as "TID STATE". */
export function unheld(tasks: Task[]): string[] {
  return tasks
    .filter(({ state }) => state !== TaskState.HELD)
    .map(({ tid, state }) => `${tid} ${TaskState[state]}`);
}
