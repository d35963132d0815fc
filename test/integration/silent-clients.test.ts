/** Faults 3 and 4: clients that are stopped or cut off say nothing, and are found to be gone. */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { TaskState } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { OrphanAction, OverflowPolicy, StdioMode } from '../../src/gen/ptraced/v1/session_pb.js';
import { LossReason, TraceService } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { Control } from '../support/control.js';
import { eventually, longPatience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { held } from '../support/held.js';
import { LoneClient } from '../support/lone-client.js';
import * as proc from '../support/proc.js';
import { startFixture } from '../support/program.js';
import { Client } from '../support/rpc.js';
import { startServer } from '../support/server.js';
import { attaching, create, ended, launching, ms, type TestSession } from '../support/session.js';
import { Subscription } from '../support/subscription.js';
import { attach, launch } from '../support/trace.js';

/**
 * Half of it, the time that a client has to answer, is long beside what a busy machine keeps one that is well from it.
 * The others of a test run in this process, which is busy itself.
 */
const args = ['--keepalive', '20'];
const flood = 30_000;
const blocking = { capture: { overflow: OverflowPolicy.BLOCK, ringBytes: 256 * 1024 } };

/** Waits until the server takes nobody for a subscriber any more. */
async function deserted(session: TestSession, left = 0): Promise<void> {
  await eventually(
    'the silent one is gone',
    async () => {
      return (await session.get()).subscribers === left;
    },
    timeout,
  );
}

/** What a client gets that comes back for what is behind `position`. */
async function comeBack(client: Client, session: TestSession, position: bigint) {
  const start = { case: 'afterSerial', value: position } as const;
  const stream = new Subscription(client, { session: session.name, start });
  const end = await stream.finish();
  expect(stream.header?.firstSerial).toBe(position + 1n);
  expect(BigInt(stream.records.length) + end.lostRecords).toBe(end.lastSerial - position);
  return stream;
}

describe('a client that is stopped', () => {
  test('in Subscribe: what waited for it goes on, others lose nothing, its loss is counted', {
    timeout,
  }, async () => {
    await using server = await startServer({ args });
    await using client = new Client(server.address);
    const argv = [fixture('call-flood'), String(flood)];
    const session = await create(client, launching(argv, blocking, { startPaused: true }));
    const request = { session: session.name, lossless: true };
    await using other = new Subscription(client, request);
    await using lone = LoneClient.subscribe(server.address, request);
    await lone.started();
    lone.kill('SIGSTOP');
    await new Control(client, session.name).resume();
    await held(session.created.rootPid);
    await deserted(session, 1);
    expect((await ended(session)).rootExit?.exitCode).toBe(0);
    await other.finish();
    expect(other.losses).toEqual([]);
    expect(other.records.length).toBeGreaterThan(2 * flood);

    lone.kill('SIGCONT'); // it reads what was on the way to it, and that the rest does not come
    await lone.program.ended;
    expect(lone.ended).toBeUndefined();
    const { losses } = await comeBack(client, session, lone.position);
    expect(losses).toMatchObject([
      { firstSerial: lone.position + 1n, reason: LossReason.RING_EVICTED },
    ]);
  });

  test('in Trace: its command is killed, and what it attached to runs on', {
    timeout,
  }, async () => {
    await using server = await startServer({ args: [...args, '--max-block', '600'] });
    await using program = await startFixture('thread-maker', '2000');
    const command = launch([fixture('call-flood'), '10000000'], blocking);
    await using launcher = LoneClient.trace(server.address, command);
    await using attacher = LoneClient.trace(server.address, attach(program.pid, blocking));
    const rootPid = await launcher.started();
    await attacher.started();
    launcher.kill('SIGSTOP');
    attacher.kill('SIGSTOP');
    await Promise.all([held(rootPid), held(program.pid)]);
    await eventually('the death of the command', () => !proc.alive(rootPid));
    await eventually('untraced and running', () => proc.runsUntraced(program.pid));
    expect(await program.finish()).toEqual({ code: 0, signal: null });
    launcher.kill('SIGCONT');
    attacher.kill('SIGCONT');
  });

  test('holds no lease: what is paused goes on once that has run out', { timeout }, async () => {
    await using server = await startServer({ args });
    await using client = new Client(server.address);
    await using program = await startFixture('echo-lines');
    const lease = { ttl: ms(1000), orphanAction: OrphanAction.KEEP };
    await using session = await create(client, attaching(program.pid));
    const request = { session: session.name, holdsLease: true };
    await using lone = LoneClient.subscribe(server.address, request);
    await lone.started();
    await session.update({ lease });
    const control = new Control(client, session.name);
    expect(await control.pause()).toMatchObject([{ state: TaskState.HELD }]);
    lone.kill('SIGSTOP');
    program.send('on');
    expect(await program.line()).toBe('on');
    expect(await session.get()).toMatchObject({ subscribers: 0 });
    lone.kill('SIGCONT');
  });
});

describe('a client whose link is cut in a network namespace', () => {
  const endpoint = '127.0.0.1:4711';

  /** A server that has a network of its own, and clients in it. */
  async function startApart() {
    const script = 'ip link set lo up && exec "$@"';
    const prefix = ['unshare', '--net', 'sh', '-c', script, 'sh'];
    const server = await startServer({
      prefix,
      args: [...args, '--listen', endpoint, '--insecure'],
    });
    const inside = ['nsenter', `--net=/proc/${server.pid}/ns/net`];
    const link = (state: 'up' | 'down') =>
      execFileSync('nsenter', [...inside.slice(1), 'ip', 'link', 'set', 'lo', state]);
    return { server, inside, link };
  }

  /** A command that floods when it is told to. */
  function waiting(capture: object) {
    const argv = ['sh', '-c', 'read line; exec "$0" "$1"', fixture('call-flood'), String(flood)];
    return launching(argv, { capture }, { stdin: StdioMode.PIPE });
  }

  async function go(client: Client, session: TestSession): Promise<void> {
    const payload = { case: 'text', value: 'go\n' } as const;
    await client.unary(TraceService.method.writeStdin, { session: session.name, payload });
  }

  for (const [what, capture, loses] of [
    ['the exact next record comes after after_serial', {}, false],
    ['what waited for it goes on, and its loss is counted', blocking.capture, true],
  ] as const) {
    test(what, { timeout }, async () => {
      const { server, inside, link } = await startApart();
      await using _ = server;
      await using client = new Client(server.address);
      const session = await create(client, waiting(capture));
      const request = { session: session.name, lossless: true };
      await using lone = LoneClient.subscribe(endpoint, request, inside);
      await lone.started();
      await eventually('the read', () => lone.position > 10n);
      link('down');
      await go(client, session);
      if (loses) {
        await held(session.created.rootPid);
      }
      await deserted(session);
      expect((await ended(session)).rootExit?.exitCode).toBe(0);
      await lone.die();
      link('up');
      const start = { case: 'afterSerial', value: lone.position } as const;
      await using again = LoneClient.subscribe(endpoint, { ...request, start }, inside);
      const end = await eventually('its end', () => again.ended);
      const [first = [0n, 0n]] = loses ? again.losses : again.records;
      expect(first[0]).toBe(lone.position + 1n);
      expect(again.losses).toHaveLength(loses ? 1 : 0);
      expect(end.lostRecords > 0n).toBe(loses);
      expect(end.lastSerial).toBe((await session.get()).lastSerial);
      const stream = await comeBack(client, session, lone.position);
      expect(stream.ended?.lostRecords).toBe(end.lostRecords);
    });
  }
});
