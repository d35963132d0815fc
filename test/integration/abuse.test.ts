/**
 * Fault 14: random and damaged bodies to every method. In a pid namespace of its own, so that no number that
 * chance makes is a process of the machine.
 */
import { readFileSync } from 'node:fs';
import { toJsonString } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { ControlService } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { MemoryService } from '../../src/gen/ptraced/v1/memory_service_pb.js';
import { ServerService } from '../../src/gen/ptraced/v1/server_service_pb.js';
import {
  type Session,
  SessionSchema,
  SessionState,
  StdioMode,
} from '../../src/gen/ptraced/v1/session_pb.js';
import { TraceService } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { eventually, longPatience as timeout } from '../support/eventually.js';
import { expectNoLeaks } from '../support/leaks.js';
import * as proc from '../support/proc.js';
import { type Likely, MessageMaker, Random } from '../support/random-message.js';
import { Client } from '../support/rpc.js';
import { startServer } from '../support/server.js';
import { create, launching, type TestSession } from '../support/session.js';
import { launch, traceToEnd } from '../support/trace.js';

const bodies = 100_000;
const atATime = 32;
/** Some bodies end the session that they are about. */
const perVictim = 200;
/** Calls that wait, and streams, are given up after this time. */
const patienceMs = 100;

const services = [TraceService, ControlService, MemoryService, ServerService];
const methods = services.flatMap((service) => service.methods);

/** What may be answered: INTERNAL and UNKNOWN are faults of the server. */
const defined = new Set([
  status.OK,
  status.INVALID_ARGUMENT,
  status.DEADLINE_EXCEEDED,
  status.NOT_FOUND,
  status.PERMISSION_DENIED,
  status.RESOURCE_EXHAUSTED,
  status.FAILED_PRECONDITION,
  status.ABORTED,
  status.OUT_OF_RANGE,
]);

function residentBytes(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) * 1024;
}

/** A session that bodies can be about, made anew whenever they have ended it. */
class Victim {
  readonly #client: Client;
  #session: TestSession | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Ends what bodies have started, and makes sure that there is somebody to ask about. */
  async renew(): Promise<void> {
    await this.#endOthers();
    const now = await this.#session?.get().catch(() => undefined);
    if (now?.state !== SessionState.RUNNING) {
      this.#session = await create(
        this.#client,
        launching(['sleep', '3600'], {}, { stdin: StdioMode.PIPE }),
      );
    }
  }

  async #endOthers(): Promise<void> {
    const { listSessions } = TraceService.method;
    const running = { states: [SessionState.RUNNING], pageSize: 1000 };
    const { sessions } = await this.#client.unary(listSessions, running);
    const others = sessions.filter(({ name }) => name !== this.#session?.name);
    await Promise.all(others.map((session) => this.#endOne(session)));
  }

  async #endOne(session: Session): Promise<void> {
    try {
      await this.#client.unary(TraceService.method.endSession, { name: session.name });
    } catch (error) {
      const about = toJsonString(SessionSchema, session);
      throw new Error(`${about} does not end: ${(error as Error).message}`, { cause: error });
    }
  }

  async end(): Promise<void> {
    this.#session = undefined;
    await this.#endOthers();
  }

  get likely(): Likely {
    const { name = '', rootPid = 0 } = this.#session?.created ?? {};
    return {
      session: [name],
      name: [name, name, 'x'],
      pid: [rootPid],
      tid: [rootPid],
      pids: [rootPid],
      tids: [rootPid],
      argv: ['/bin/true'],
      executable: ['/bin/true'],
      env: ['PATH=/bin:/usr/bin', 'A=b'],
      cwd: ['/', '/tmp', ''],
      uid: [65_534],
      gid: [65_534],
      groups: [65_534],
      at: ['rsp', 'sleep', 'sleep+8', 'sleep+64', 'libc.so.6+64', '0x1000'], // at +8 are zeros
      size: [1, 64, 1n, 4096n],
      address: ['rsp', 'arg1', 'ret+1'],
      hex: ['00ff', '7f ?? 4c'],
      values: ['1', '0x10'],
      values_key: ['r15'],
      signal: ['SIGCONT', '0', 'SIGUSR1'],
      signals: ['SIGCONT', 'SIGUSR1'],
      replacement: ['SIGCONT'],
      syscalls: ['read', '%file', '/^op', '!close', '?foo', '35'],
      error: ['EPERM'],
      errnos: ['ENOENT'],
      permissions: ['r', 'w'],
      paths: ['labels', 'lease', 'rules', 'capture.filter', 'capture.probes', '/etc'],
      page_token: [''],
      expected_stop_id: [0n, 1n],
      seconds: [0n, 1n, 2n],
      nanos: [0, 1000],
      request_id: [''],
      etag: [''],
      max_string_bytes: [0, 32],
      ring_bytes: [65_536],
      start_paused: [false],
      root_of_pid: [0],
    };
  }
}

test(`${bodies} random and damaged bodies to every method: defined codes, and nothing is left`, {
  timeout: 3 * timeout,
}, async () => {
  await using server = await startServer({
    label: 'abuse',
    args: ['--keep-ended', '1', '--log-level', 'error'],
    prefix: ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'],
    prefixForks: true,
  });
  await using client = new Client(server.address);
  const seed = Number(process.env['PTRACED_TEST_SEED'] ?? 14);
  const victim = new Victim(client);
  const maker = new MessageMaker(new Random(seed), () => victim.likely);
  const answers = new Map<string, number>();
  const wrong: string[] = [];
  let made = 0;

  const worker = async (connection: Client, until: number): Promise<void> => {
    while (made < until && wrong.length < 10) {
      const method = methods[made++ % methods.length] as (typeof methods)[number];
      const body = maker.body(method.input);
      const path = `/${method.parent.typeName}/${method.name}`;
      const { code, details } = await connection.raw(path, body, patienceMs);
      const what = `${method.name} ${status[code]}`;
      answers.set(what, (answers.get(what) ?? 0) + 1);
      const reasoned = code === status.OK || code === status.DEADLINE_EXCEEDED;
      if (!defined.has(code) || !(reasoned || /^[A-Z_]+: ./.test(details))) {
        wrong.push(`${what} ${details} for ${body.toString('hex')}, seed ${seed}`);
      }
    }
  };
  const half = async (until: number): Promise<number> => {
    while (made < until && wrong.length < 10) {
      await victim.renew();
      const next = Math.min(until, made + perVictim);
      // Node's HTTP/2 closes a connection after 1,000 frames that come for streams that were given up.
      await using connection = new Client(server.address);
      await Promise.all(Array.from({ length: atATime }, () => worker(connection, next)));
    }
    await eventually('ended sessions forgotten', async () => {
      const ended = { states: [SessionState.ENDED], pageSize: 1000 };
      return (await client.unary(TraceService.method.listSessions, ended)).sessions.length === 0;
    });
    return residentBytes(server.pid);
  };

  const between = await half(bodies / 2);
  const after = await half(bodies);
  expect(wrong).toEqual([]);
  // Chance gets through to every method.
  const served = methods.filter((method) => answers.has(`${method.name} OK`));
  const waiting = new Set(['WaitStop', 'Subscribe']); // which are given up
  const missed = methods.filter((method) => !served.includes(method) && !waiting.has(method.name));
  expect(missed.map(({ name }) => name)).toEqual([]);
  expect(after).toBeLessThan(1.5 * between);
  await victim.end();
  // Commands that were detached from run on; their server waits for them.
  for (const pid of proc.processIds()) {
    if (proc.taskStatus(pid)?.parent === server.pid) {
      process.kill(pid, 'SIGKILL');
    }
  }
  const trace = await traceToEnd(client, launch(['/bin/true']));
  expect(trace.ended?.rootExit?.exitCode).toBe(0);
  await client[Symbol.asyncDispose]();
  await expectNoLeaks(server.pid, server.idle);
});
