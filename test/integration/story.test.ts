/**
 * The parts together, as a story: a program of several processes is watched by two observers and held by a
 * controller, who changes whom it calls; an observer dies and comes back; everybody leaves, and the program
 * runs on.
 */

import { type AddressInfo, createServer, type Server as TcpServer } from 'node:net';
import { fromJsonString } from '@bufbuild/protobuf';
import { expect } from 'vitest';
import {
  connect,
  OrphanAction,
  RecordKind,
  SessionState,
  StopReason,
  type TraceRecord,
  TraceResponseSchema,
} from '../../src/client/index.js';
import { eventually, within } from '../support/eventually.js';
import { test } from '../support/harness.js';
import * as proc from '../support/proc.js';
import { startFixture } from '../support/program.js';
import { type Cli, startCli } from '../support/ptracectl.js';

/** Somebody who can be called, and says his name. */
class Callee implements AsyncDisposable {
  readonly #server: TcpServer;

  private constructor(server: TcpServer) {
    this.#server = server;
  }

  static async named(name: string): Promise<Callee> {
    const server = createServer((socket) => {
      socket.on('error', () => {}); // the caller has ended
      socket.end(name);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Callee(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A `ptracectl subscribe` in a process of its own, and what it has told so far. */
class Observer {
  readonly records: TraceRecord[] = [];
  #cli: Cli | undefined;
  #end: Promise<unknown> = Promise.resolve();
  #told = '';
  readonly #address: string;
  readonly #session: string;

  constructor(address: string, session: string) {
    this.#address = address;
    this.#session = session;
  }

  /** Watches from the record after the last that it has seen. */
  watch(): void {
    const after = this.records.at(-1)?.serial ?? 0n;
    const from = after === 0n ? [] : ['--after', String(after)];
    const cli = startCli(this.#address, 'subscribe', '--json', ...from, this.#session);
    this.#told = '';
    cli.stdout.on('data', (text: string) => this.#hear(text));
    this.#end = cli.result.then(({ end }) => end);
    this.#cli = cli;
  }

  #hear(text: string): void {
    const lines = (this.#told + text).split('\n');
    this.#told = lines.pop() ?? '';
    for (const line of lines) {
      const { frame } = fromJsonString(TraceResponseSchema, line);
      expect(frame.case).not.toBe('lost');
      if (frame.case === 'batch') {
        this.records.push(...frame.value.records);
      }
    }
  }

  sees(what: string, matches: (record: TraceRecord) => boolean): Promise<TraceRecord> {
    return eventually(what, () => this.records.find(matches));
  }

  /** It dies with whatever it had not told yet. */
  async dies(): Promise<void> {
    this.#cli?.kill('SIGKILL');
    expect(await this.end()).toBe('SIGKILL');
  }

  /** How it ended: its status, or the signal that killed it. */
  end(): Promise<unknown> {
    return within('the end of an observer', this.#end);
  }
}

const isCall = (syscall: string, kind: RecordKind) => (record: TraceRecord) =>
  record.syscall === syscall && record.kind === kind;

const untraced = (pid: number) => eventually(`${pid} untraced`, () => proc.untraced(pid));

test('whom a program calls is changed on the way, under the eyes of two observers', async ({
  server,
}) => {
  await using friend = await Callee.named('a friend');
  await using stranger = await Callee.named('a stranger');
  await using program = await startFixture('caller');

  // A controller attaches, and wants to be waited for at every connect.
  await using controller = connect(server.address);
  await using session = await controller.createSession({
    target: { case: 'attach', value: { pid: program.pid } },
    rules: { stop: [{ at: { syscalls: ['connect'], kinds: [RecordKind.ENTER] } }] },
    labels: { story: 'yes' },
  });

  // Two observers come to look.
  const [alice, bob] = [
    new Observer(server.address, session.name),
    new Observer(server.address, session.name),
  ];
  alice.watch();
  bob.watch();

  // The program makes a child, and tells it to call the stranger. The child comes as far as its connect.
  program.send('begin');
  const caller = Number((await program.line()).split(' ')[1]);
  expect(caller).not.toBe(program.pid);
  program.send(String(stranger.port));
  const timeout = { seconds: 60n };
  const { task } = await controller.control.waitStop({ session: session.name, timeout });
  expect(task).toMatchObject({ tid: caller, stopReason: StopReason.RULE });
  const { stopId = 0n, stopRecord } = task ?? {};
  expect(stopRecord?.syscall).toBe('connect');
  await bob.sees('the connect', isCall('connect', RecordKind.ENTER));

  // The controller reads whom it is about to call.
  const [, address = 0n, length = 0n] = stopRecord?.args ?? [];
  const at = { session: session.name, pid: caller };
  const location = { case: 'address', value: address } as const;
  const asked = await controller.memory.readSocketAddress({
    ...at,
    location,
    length: Number(length),
  });
  expect(asked.text).toContain(`sin_port=htons(${stranger.port})`);

  // He puts the friend's port in its place.
  const portOf = (port: number) => Buffer.from([port >> 8, port & 0xff]);
  const written = await controller.memory.writeMemory({
    ...at,
    location: { case: 'address', value: address + 2n },
    payload: { case: 'data', value: portOf(friend.port) },
    expected: portOf(stranger.port),
    expectedStopId: stopId,
  });
  expect(Buffer.from(written.previous)).toEqual(portOf(stranger.port));

  // At that moment one of the observers is killed.
  await alice.dies();

  // The child goes on, and reaches the friend.
  const resume = { session: session.name, tids: [caller], expectedStopId: stopId };
  await controller.control.resume(resume);
  expect(await program.line()).toBe(`called ${stranger.port}, reached ${friend.port}: a friend`);
  await expect(controller.control.resume(resume)).rejects.toMatchObject({
    code: expect.stringMatching(/^(ABORTED|FAILED_PRECONDITION)$/),
  });

  // The other observer has seen whom it reached.
  const reached = await bob.sees('getpeername', isCall('getpeername', RecordKind.EXIT));
  expect(reached.text).toContain(`sin_port=htons(${friend.port})`);
  const connected = await bob.sees('connect', isCall('connect', RecordKind.EXIT));
  expect(connected).toMatchObject({ tid: caller, errno: 0 });

  // The killed one comes back, and has missed nothing.
  const before = alice.records.length;
  alice.watch();
  await alice.sees('getpeername', isCall('getpeername', RecordKind.EXIT));
  expect(alice.records.length).toBeGreaterThan(before);

  // The server is asked to end the session. The observers are told, and the program runs on.
  const { state } = await session.end(OrphanAction.DETACH);
  expect(state).toBe(SessionState.ENDED);
  expect(await alice.end()).toBe(0);
  expect(await bob.end()).toBe(0);
  await untraced(program.pid);
  await untraced(caller);
  program.send(String(stranger.port));
  expect(await program.line()).toBe(
    `called ${stranger.port}, reached ${stranger.port}: a stranger`,
  );
  expect(await program.finish()).toEqual({ code: 0, signal: null });
  expect(await program.line()).toBe('child exited 0');

  // Each of them has seen every record of the session once.
  const { lastSerial = 0n } = (await session.get()) ?? {};
  const all = Array.from({ length: Number(lastSerial) }, (_, index) => BigInt(index + 1));
  expect(alice.records.map(({ serial }) => serial)).toEqual(all);
  expect(bob.records.map(({ serial }) => serial)).toEqual(all);
});
