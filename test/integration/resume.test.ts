/** Clients that die in the middle of streams, and come back: nothing is missing, nobody else notices. */
import { toBinary } from '@bufbuild/protobuf';
import { expect } from 'vitest';
import { RecordKind } from '../../src/gen/ptraced/v1/record_pb.js';
import { OverflowPolicy } from '../../src/gen/ptraced/v1/session_pb.js';
import {
  type RecordBatch,
  RecordBatchSchema,
  type SubscribeResponse,
  TraceService,
} from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { startFixture } from '../support/program.js';
import { Client } from '../support/rpc.js';
import { attaching, create, ended, launching } from '../support/session.js';
import { Subscription } from '../support/subscription.js';

const kills = 100;

test(`${kills} killed connections: the union of their streams has no gap`, async ({
  client,
  server,
}) => {
  await using program = await startFixture('echo-lines');
  await using session = await create(
    client,
    attaching(program.pid, { capture: { overflow: OverflowPolicy.BLOCK } }),
  );
  await using observer = new Subscription(client, { session: session.name, lossless: true });
  await observer.started();
  const serials: bigint[] = [];
  let position = 0n;
  for (let kill = 0; kill < kills; kill++) {
    const victim = new Client(server.address);
    const stream = new Subscription(victim, {
      session: session.name,
      start: { case: 'afterSerial', value: position },
    });
    await program.ask(`line ${kill}`, `line ${kill}`);
    const seen = position;
    await stream.until('a record', () => stream.position > seen);
    // Whatever has come is what a client has when it dies.
    serials.push(...stream.records.map(({ serial }) => serial));
    position = stream.position;
    stream.check();
    await victim[Symbol.asyncDispose]();
  }
  await program.ask('last', 'last');
  await observer.until('the last line', () =>
    observer.records.some(({ text }) => text.startsWith('write(1, "last')),
  );
  expect(serials).toEqual(Array.from({ length: serials.length }, (_, index) => BigInt(index + 1)));
  expect(serials.length).toBeGreaterThan(kills);
  expect(observer.losses).toEqual([]);
  await eventually('one subscriber', async () => (await session.get()).subscribers === 1);
});

test('the flight recorder: what came before the crash, in fixed memory', async ({ client }) => {
  const ringBytes = 256 * 1024;
  const script = `${fixture('call-flood')} 30000; kill -SEGV $$`;
  const session = await create(
    client,
    launching(['/bin/sh', '-c', script], { capture: { ringBytes } }),
  );
  const { firstSerial, lastSerial, rootExit } = await ended(session);
  expect(rootExit?.signalName).toBe('SIGSEGV');
  expect(firstSerial).toBeGreaterThan(1n);
  // No record is smaller than this.
  expect(Number(lastSerial - firstSerial)).toBeLessThan(ringBytes / 50);
  const stream = new Subscription(client, { session: session.name });
  await stream.finish();
  expect(stream.records[0]?.serial).toBe(firstSerial);
  expect(stream.records.at(-1)).toMatchObject({ serial: lastSerial, kind: RecordKind.TASK_EXIT });
  expect(stream.records.some(({ text }) => text.startsWith('kill('))).toBe(true);
  expect(stream.losses).toEqual([]);
});

test('a flood comes in batches of many records, and of 64 KiB at most', async ({ client }) => {
  const session = await create(client, launching([fixture('call-flood'), '5000']));
  await ended(session);
  const batches: RecordBatch[] = [];
  const { subscribe } = TraceService.method;
  for await (const response of client.stream(subscribe, { session: session.name })) {
    const { frame } = response as SubscribeResponse;
    if (frame.case === 'batch') {
      batches.push(frame.value);
    }
  }
  const sizes = batches.map((batch) => toBinary(RecordBatchSchema, batch).length);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(64 * 1024);
  const records = batches.reduce((sum, batch) => sum + batch.records.length, 0);
  expect(records).toBeGreaterThan(10_000);
  // A machine that stands still for 5 ms ends a batch.
  expect(batches.length).toBeLessThan(records / 10);
});

test('idle records come at once', async ({ client }) => {
  await using program = await startFixture('echo-lines');
  await using session = await create(client, attaching(program.pid));
  await using stream = new Subscription(client, { session: session.name });
  await stream.started();
  // Nothing follows that could push it out.
  await program.ask('alone', 'alone');
  await stream.until('the record', () =>
    stream.records.some(({ text }) => text.startsWith('write(1, "alone')),
  );
});
