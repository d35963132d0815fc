/** Flat out: nothing is missing by the program's own count. */
import { expect } from 'vitest';
import { RecordKind, TaskOrigin } from '../../src/gen/ptraced/v1/record_pb.js';
import { longPatience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { enterCount, newTasks, taskExits } from '../support/records.js';
import { launch, traceToEnd } from '../support/trace.js';

test('10,000 forks', { timeout }, async ({ client }) => {
  const trace = await traceToEnd(client, launch([fixture('forks'), '10000']));
  expect(trace.lines()).toEqual(['forks 10000']);
  const made = newTasks(trace.records);
  expect(made).toHaveLength(10_000);
  expect(made.every(({ origin, followed }) => origin === TaskOrigin.FORK && followed)).toBe(true);
  expect(enterCount(trace.records, 'getppid')).toBe(10_000);
  expect(taskExits(trace.records).filter(({ processEnded }) => processEnded)).toHaveLength(10_001);
  expect(trace.ended?.lostRecords).toBe(0n);
});

test('10,000 threads', { timeout }, async ({ client }) => {
  const trace = await traceToEnd(client, launch([fixture('threads'), '10000']));
  expect(trace.lines()).toEqual(['threads 10000']);
  const made = newTasks(trace.records);
  expect(made).toHaveLength(10_000);
  expect(made.every(({ origin }) => origin === TaskOrigin.THREAD)).toBe(true);
  expect(enterCount(trace.records, 'getppid')).toBe(10_000);
  expect(taskExits(trace.records)).toHaveLength(10_001);
  expect(trace.ended?.lostRecords).toBe(0n);
});

test('300,000 calls', { timeout }, async ({ client }) => {
  const capture = { filter: { syscalls: ['getppid', 'write'] } };
  const trace = await traceToEnd(client, launch([fixture('call-flood'), '300000'], { capture }));
  expect(enterCount(trace.records, 'getppid')).toBe(300_000);
  expect(trace.ofKind(RecordKind.EXIT)).toHaveLength(300_001);
});

test('execs from threads, 100 times', { timeout }, async ({ client }) => {
  for (let round = 0; round < 100; round++) {
    const trace = await traceToEnd(
      client,
      launch([fixture('exec-from-thread'), String((round % 8) + 1)]),
    );
    expect(trace.ended?.rootExit?.exitCode).toBe(7);
  }
});

test('1,000 runs of programs that fork and make threads: none hangs', { timeout }, async ({
  client,
}) => {
  let run = 0;
  const worker = async () => {
    while (run < 1000) {
      const [name, exits] = run++ % 2 === 0 ? ['forks', 11] : ['threads', 1];
      const trace = await traceToEnd(client, launch([fixture(String(name)), '10']));
      expect(trace.lines()).toEqual([`${name} 10`]);
      expect(newTasks(trace.records)).toHaveLength(10);
      const ends = taskExits(trace.records).filter(({ processEnded }) => processEnded);
      expect(ends).toHaveLength(Number(exits));
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
});

test('launches, 300 of them, 8 at a time', { timeout }, async ({ client }) => {
  const worker = async () => {
    for (let round = 0; round < 38; round++) {
      const trace = await traceToEnd(client, launch(['/bin/true']));
      expect(trace.ended?.rootExit?.exitCode).toBe(0);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
});
