/** Faults 1, 5, 6, 7 and 13 for Subscribe: readers that die, stand still, or are too many. */
import { readFileSync } from 'node:fs';
import { status } from '@grpc/grpc-js';
import { describe, expect } from 'vitest';
import { ControlService } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { EndCause, OverflowPolicy, SessionState } from '../../src/gen/ptraced/v1/session_pb.js';
import { LossReason } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { eventually, longPatience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { held } from '../support/held.js';
import { LoneClient } from '../support/lone-client.js';
import * as proc from '../support/proc.js';
import { startFixture } from '../support/program.js';
import type { Client } from '../support/rpc.js';
import { attaching, create, ended, launching, ms, type TestSession } from '../support/session.js';
import { Subscription } from '../support/subscription.js';

const { BLOCK, DROP_OLDEST } = OverflowPolicy;
const kib = 1024;
const mib = 1024 * kib;

/** A command that calls so many times once it is resumed. */
function flood(client: Client, calls: number, capture: object): Promise<TestSession> {
  const argv = [fixture('call-flood'), String(calls)];
  return create(client, launching(argv, { capture }, { startPaused: true }));
}

/** A subscriber that reads nothing. */
async function stuckOn(
  client: Client,
  session: TestSession,
  lossless: boolean,
): Promise<Subscription> {
  const stream = new Subscription(client, { session: session.name, lossless });
  await stream.started();
  stream.pause();
  return stream;
}

/** Everything that a stream spans has come or is told to be lost. */
function expectAll(stream: Subscription, lastSerial: bigint): void {
  const lost = stream.losses.reduce((sum, { count }) => sum + count, 0n);
  expect(BigInt(stream.records.length) + lost).toBe(lastSerial);
}

test('a client that is killed is gone; others have no gap, and the session lives to its lease', async ({
  client,
  server,
}) => {
  await using program = await startFixture('echo-lines');
  await using session = await create(
    client,
    attaching(program.pid, { capture: { overflow: BLOCK, ringBytes: 64 * kib } }),
  );
  const request = { session: session.name, lossless: true };
  await using other = new Subscription(client, request);
  await using lone = LoneClient.subscribe(server.address, request);
  await lone.started();
  await program.ask('before', 'before');
  expect((await session.get()).subscribers).toBe(2);
  await lone.die();
  await eventually('one subscriber', async () => (await session.get()).subscribers === 1);
  // More than the ring holds: nobody waits for the one that died.
  for (let line = 0; line < 300; line++) {
    await program.ask(`line ${line}`, `line ${line}`);
  }
  await other.until('the last line', () =>
    other.records.some(({ text }) => text.startsWith('write(1, "line 299')),
  );
  expect(other.losses).toEqual([]);
  expect((await session.get()).firstSerial).toBeGreaterThan(1n);
  await session.update({ lease: { ttl: ms(1000) } });
  expect((await ended(session)).endCause).toBe(EndCause.ORPHANED);
  expect(proc.runsUntraced(program.pid)).toBe(true);
});

describe('slow readers under DROP_OLDEST', () => {
  test('hold nobody, lose by count, and cost no memory but the ring', { timeout }, async ({
    client,
    server,
  }) => {
    const resident = () =>
      Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]) *
      kib;
    const capture = { overflow: DROP_OLDEST, ringBytes: mib, maxBlock: ms(0) };
    const session = await flood(client, 400_000, capture);
    const stuck = await Promise.all([true, true, false].map((it) => stuckOn(client, session, it)));
    const before = resident();
    await resumeAll(client, session);
    // Without max_block a task that once waited for them would wait for ever.
    expect((await ended(session)).rootExit?.exitCode).toBe(0);
    const { firstSerial, lastSerial } = await session.get();
    // Each record has more than 100 bytes, and each call two records.
    expect(lastSerial).toBeGreaterThan(800_000n);
    expect(resident() - before).toBeLessThan(40 * mib);
    for (const stream of stuck) {
      stream.resume();
      await stream.finish();
      expectAll(stream, lastSerial);
      // It may have lost some before what is between it and the server was full.
      expect(stream.losses.at(-1)?.lastSerial).toBe(firstSerial - 1n);
      expect(stream.losses.every(({ reason }) => reason === LossReason.SUBSCRIBER_SLOW)).toBe(true);
    }
  });

  test('of two subscribers one is stuck: the other sees every serial', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    const capture = { overflow: DROP_OLDEST, ringBytes: 64 * kib };
    await using session = await create(client, attaching(program.pid, { capture }));
    await using stuck = await stuckOn(client, session, false);
    await using reading = new Subscription(client, { session: session.name });
    const text = 'x'.repeat(200);
    // What the stuck one is sent fills what is between it and the server, and then the ring.
    for (let line = 0; line < 50 || (await session.get()).firstSerial < 2000n; line++) {
      await program.ask(`${line} ${text}`, `${line} `);
      // It keeps up with this program, whatever the machine does.
      await reading.until('the line', () =>
        reading.records.some(({ text: call }) => call.startsWith(`write(1, "${line} `)),
      );
    }
    expect(reading.losses).toEqual([]);
    stuck.resume();
    await session.end();
    const { lastSerial } = await reading.finish();
    expectAll(reading, lastSerial);
    await stuck.finish();
    expectAll(stuck, lastSerial);
  });
});

describe('slow readers under BLOCK', () => {
  const ringBytes = 256 * kib;
  const calls = 30_000;

  test('lose nothing before max_block, however many there are', { timeout }, async ({ client }) => {
    const session = await flood(client, calls, {
      overflow: BLOCK,
      ringBytes,
      maxBlock: { seconds: 3600n },
    });
    const first = await stuckOn(client, session, true);
    const second = await stuckOn(client, session, true);
    await using reading = new Subscription(client, { session: session.name });
    await resumeAll(client, session);
    await held(session.created.rootPid);
    first.resume(); // the second is waited for still
    await held(session.created.rootPid);
    const { lastSerial: heldAt } = await session.get();
    expect(heldAt).toBeLessThan(BigInt(2 * calls));
    second.resume();
    const { lastSerial } = await ended(session);
    for (const stream of [first, second]) {
      expect((await stream.finish()).lostRecords).toBe(0n);
      expect(BigInt(stream.records.length)).toBe(lastSerial);
    }
    expectAll(reading, (await reading.finish()).lastSerial);
  });

  test('lose one run after max_block, and then there is progress; others lose nothing', {
    timeout,
  }, async ({ client }) => {
    const maxBlock = ms(3000); // a reader that shares its machine with others is not given up
    const session = await flood(client, calls, { overflow: BLOCK, ringBytes, maxBlock });
    const stuck = await Promise.all([true, true].map((it) => stuckOn(client, session, it)));
    await using reading = new Subscription(client, { session: session.name, lossless: true });
    await resumeAll(client, session);
    expect((await ended(session)).rootExit?.exitCode).toBe(0);
    const { lastSerial, lostRecords } = await session.get();
    await reading.finish();
    expect(reading.losses).toEqual([]);
    expect(BigInt(reading.records.length)).toBe(lastSerial);
    expect(lostRecords).toBeGreaterThan(0n);
    for (const stream of stuck) {
      stream.resume();
      await stream.finish();
      expectAll(stream, lastSerial);
      expect(stream.losses).toMatchObject([{ reason: LossReason.BLOCK_TIMEOUT }]);
    }
  });
});

test('of 1,500 streams on one connection, those beyond the limit are refused and none hangs', {
  timeout,
}, async ({ client }) => {
  await using program = await startFixture('echo-lines');
  await using session = await create(client, attaching(program.pid));
  const streams = Array.from(
    { length: 1500 },
    () => new Subscription(client, { session: session.name }),
  );
  await eventually('an answer to each', () =>
    streams.every(({ header, failure }) => header !== undefined || failure !== undefined),
  );
  const open = streams.filter(({ header }) => header !== undefined);
  expect(open).toHaveLength(16);
  const refused = streams.filter(({ header }) => header === undefined);
  for (const { failure } of refused) {
    expect(failure).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      details: expect.stringMatching(/^SUBSCRIBER_LIMIT/),
    });
  }
  await program.ask('on', 'on');
  await Promise.all(
    open.map((stream) =>
      stream.until('the line', () =>
        stream.records.some(({ text }) => text.startsWith('write(1, "on')),
      ),
    ),
  );
  expect((await session.get()).state).toBe(SessionState.RUNNING);
  await Promise.all(open.map((stream) => stream.cancel()));
});

async function resumeAll(client: Client, { name: session }: TestSession): Promise<void> {
  await client.unary(ControlService.method.resume, { session });
}
