/** What holds of a server whatever a client or a process does to it: it answers others, and it ends. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { status } from '@grpc/grpc-js';
import { expect } from 'vitest';
import { ServerService } from '../../src/gen/ptraced/v1/server_service_pb.js';
import { eventually, within } from './eventually.js';
import { dyingWithUs } from './program.js';
import { type Client, refusal } from './rpc.js';
import type { Server } from './server.js';

const answerMs = 1000;
const endMs = 10_000;

/** A machine that is busy with other tests may be late once; a server that hangs is late each time. */
const attempts = 5;

/** Another client's GetServerInfo answers within 1 s. */
export async function expectAnswers(client: Client): Promise<void> {
  const late: unknown[] = [];
  while (late.length < attempts) {
    const answer = client.unary(ServerService.method.getServerInfo, {});
    try {
      await within('the answer of GetServerInfo', answer, answerMs);
      return;
    } catch (error) {
      late.push(error);
    }
  }
  throw new AggregateError(late, `${attempts} times no answer of GetServerInfo within 1 s`);
}

/** SIGTERM ends the server within 10 s, in order. */
export async function expectEnds(server: Server): Promise<void> {
  server.kill('SIGTERM');
  const end = await within('the end of the server', server.ended, endMs);
  expect({ ...end, log: end.code === 0 ? '' : server.log }).toEqual({
    code: 0,
    signal: null,
    log: '',
  });
}

/** Code and reason of a refusal, such as "RESOURCE_EXHAUSTED SYSTEM_LIMIT". */
export async function reasonOf(call: Promise<unknown>): Promise<string> {
  const { code, details } = await refusal(call);
  return `${status[code]} ${details.split(':')[0]}`;
}

const pidsRoot = '/sys/fs/cgroup/pids';

/** A control group with a limit of tasks. */
export class PidsGroup implements AsyncDisposable {
  readonly path: string;
  readonly #bombs: ReturnType<typeof spawn>[] = [];

  constructor(name: string) {
    this.path = `${pidsRoot}/ptraced-${name}-${process.pid}`;
    mkdirSync(this.path);
  }

  /** Before a command: it runs in the group. */
  get prefix(): string[] {
    return ['sh', '-c', `echo $$ > ${this.path}/cgroup.procs && exec "$@"`, 'sh'];
  }

  get tasks(): number {
    return Number(readFileSync(`${this.path}/pids.current`, 'utf8'));
  }

  set limit(tasks: number | 'max') {
    writeFileSync(`${this.path}/pids.max`, String(tasks));
  }

  /** Lets the group have `more` tasks than now, and processes of ours take them all. */
  async fill(more: number): Promise<void> {
    const limit = this.tasks + more;
    this.limit = limit;
    // Each child waits; the parent tries again as long as it lives.
    const bomb =
      'while (1) { my $p = fork; if (defined $p && !$p) { sleep 600; exit } select undef,undef,undef,.02 }';
    const [file = '', ...args] = [...this.prefix, ...dyingWithUs('KILL'), 'perl', '-e', bomb];
    this.#bombs.push(spawn(file, args, { stdio: 'ignore', detached: true }));
    await eventually('a full group', () => this.tasks >= limit);
  }

  /** Ends what fill() started. */
  async empty(): Promise<void> {
    this.limit = 'max';
    for (const bomb of this.#bombs.splice(0)) {
      if (bomb.exitCode === null && bomb.signalCode === null && bomb.pid !== undefined) {
        const gone = new Promise((resolve) => bomb.once('exit', resolve));
        process.kill(-bomb.pid, 'SIGKILL');
        await gone;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.empty();
    await eventually('an empty group', () => this.tasks === 0);
    rmdirSync(this.path);
  }
}
