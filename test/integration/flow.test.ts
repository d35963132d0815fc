/** Slow readers: held tasks under BLOCK, exact losses under DROP_OLDEST, and signs of life. */
import { describe, expect } from 'vitest';
import { RecordKind } from '../../src/gen/ptraced/v1/record_pb.js';
import { EndCause, OverflowPolicy } from '../../src/gen/ptraced/v1/session_pb.js';
import { LossReason, TraceService } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { eventually, patience } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { held } from '../support/held.js';
import * as proc from '../support/proc.js';
import { startFixture } from '../support/program.js';
import { enterCount } from '../support/records.js';
import { Client } from '../support/rpc.js';
import { startServer } from '../support/server.js';
import { attaching, create, launching } from '../support/session.js';
import { attach, launch, Trace } from '../support/trace.js';

const smallRing = 256 * 1024;

describe('BLOCK', () => {
  const capture = { overflow: OverflowPolicy.BLOCK, ringBytes: smallRing };

  test('holds the tracee while nobody reads, and then loses nothing', async ({ client }) => {
    await using trace = new Trace(client, launch([fixture('call-flood'), '30000'], { capture }));
    const { rootPid } = await trace.started();
    trace.pause();
    await held(rootPid);
    expect(proc.alive(rootPid)).toBe(true);
    trace.resume();
    const ended = await trace.finish();
    expect(ended.lostRecords).toBe(0n);
    expect(enterCount(trace.records, 'getppid')).toBe(30_000);
  });

  test('gives up after max_block, with an exact loss', async ({ client }) => {
    const request = launch([fixture('call-flood'), '60000'], {
      capture: { ...capture, maxBlock: { seconds: 0n, nanos: 200_000_000 } },
    });
    await using trace = new Trace(client, request);
    const { rootPid } = await trace.started();
    trace.pause();
    await eventually('the end of the command', () => !proc.alive(rootPid), 4 * patience);
    trace.resume();
    const ended = await trace.finish();
    expect(ended.rootExit?.exitCode).toBe(0);
    expect(ended.lostRecords).toBeGreaterThan(0n);
    expect(trace.losses.map(({ reason }) => reason)).toContain(LossReason.BLOCK_TIMEOUT);
    const { received, lost } = trace.validator.counts;
    expect(received + lost).toBe(ended.lastSerial);
  });

  test('a held tracee dies by SIGKILL, and the session ends', async ({ client }) => {
    await using trace = new Trace(client, launch([fixture('call-flood'), '1000000'], { capture }));
    const { rootPid } = await trace.started();
    trace.pause();
    await held(rootPid);
    process.kill(rootPid, 'SIGKILL');
    await eventually('its death', () => !proc.alive(rootPid));
    trace.resume();
    expect((await trace.finish()).rootExit).toMatchObject({ signal: 9 });
  });

  test.for([
    ['no limit', undefined],
    ['an hour', { seconds: 3600n }],
  ] as const)(
    'a client that asks for %s and reads nothing holds an attached process for 1 s',
    async ([, maxBlock], { client, server }) => {
      // Its connection has room beside the stream that is not read.
      await using other = new Client(server.address);
      await using program = await startFixture('thread-maker', '2000');
      const wanted = { ...capture, ...(maxBlock && { maxBlock }) };
      await using trace = new Trace(client, attach(program.pid, { capture: wanted }));
      const { session } = await trace.started();
      trace.pause();
      const shown = () => other.unary(TraceService.method.getSession, { name: session });
      expect((await shown()).session?.capture?.maxBlock).toMatchObject({ seconds: 1n, nanos: 0 });
      await eventually('a loss', async () => ((await shown()).session?.lostRecords ?? 0n) > 0n);
      expect((await program.finish()).code).toBe(0);
      trace.resume();
      const ended = await trace.finish();
      expect(ended.cause).toBe(EndCause.TRACEES_EXITED);
      expect(trace.losses.map(({ reason }) => reason)).toContain(LossReason.BLOCK_TIMEOUT);
      const { received, lost } = trace.validator.counts;
      expect(received + lost).toBe(ended.lastSerial);
    },
  );

  test('a shorter max_block of an attached process is kept, and no limit of a command', async ({
    client,
  }) => {
    await using program = await startFixture('echo-lines');
    const maxBlock = { seconds: 0n, nanos: 200_000_000 };
    const wanted = { capture: { ...capture, maxBlock } };
    await using attached = await create(client, attaching(program.pid, wanted));
    expect(attached.created.capture?.maxBlock).toMatchObject(maxBlock);
    await using launched = await create(client, launching(['sleep', '60'], { capture }));
    expect(launched.created.capture?.maxBlock).toMatchObject({ seconds: 0n, nanos: 0 });
  });

  test('a held attached process runs on when the client goes away', async () => {
    await using server = await startServer({ args: ['--max-block', '600'] });
    await using client = new Client(server.address);
    await using program = await startFixture('thread-maker', '2000');
    await using trace = new Trace(client, attach(program.pid, { capture }));
    await trace.started();
    trace.pause();
    await held(program.pid);
    await trace.cancel();
    await eventually('it runs on untraced', () => proc.runsUntraced(program.pid), 3000);
    expect((await program.finish()).code).toBe(0);
  });

  test('a held tracee is killed when the client goes away', async ({ client }) => {
    await using trace = new Trace(client, launch([fixture('call-flood'), '1000000'], { capture }));
    const { rootPid } = await trace.started();
    trace.pause();
    await held(rootPid);
    await trace.cancel();
    await eventually('its death', () => !proc.alive(rootPid), 1000);
  });
});

test('DROP_OLDEST does not hold the tracee, and tells every record that it lost', async ({
  client,
}) => {
  const capture = { overflow: OverflowPolicy.DROP_OLDEST, ringBytes: smallRing };
  await using trace = new Trace(client, launch([fixture('call-flood'), '60000'], { capture }));
  const { rootPid } = await trace.started();
  trace.pause();
  await eventually('the end of the command', () => !proc.alive(rootPid), 4 * patience);
  trace.resume();
  const ended = await trace.finish();
  expect(ended.rootExit?.exitCode).toBe(0);
  expect(ended.lostRecords).toBeGreaterThan(50_000n);
  const { received, lost } = trace.validator.counts;
  expect(received + lost).toBe(ended.lastSerial);
  expect(ended.lastSerial).toBeGreaterThan(120_000n);
  expect(trace.records.at(-1)?.kind).toBe(RecordKind.TASK_EXIT);
});

test('a silent stream has a heartbeat in each interval', async ({ client }) => {
  const heartbeatInterval = { seconds: 0n, nanos: 100_000_000 };
  await using trace = new Trace(client, launch(['sleep', '60'], { heartbeatInterval }));
  expect((await trace.started()).heartbeatInterval).toMatchObject(heartbeatInterval);
  await trace.enter('clock_nanosleep');
  const before = trace.heartbeats;
  await trace.until('three heartbeats', () => trace.heartbeats >= before + 3);
});

test('one record that is alone comes at once', async ({ client }) => {
  await using trace = new Trace(client, launch(['sleep', '60']));
  const enter = await trace.enter('clock_nanosleep');
  const made = Number(enter.time?.seconds ?? 0n) * 1000 + (enter.time?.nanos ?? 0) / 1e6;
  // Long before a heartbeat could bring it, on whatever machine. `npm run bench -- waiting` has the time.
  expect(Date.now() - made).toBeLessThan(10_000);
});
