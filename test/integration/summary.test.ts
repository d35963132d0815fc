/** GetSummary: counts equal to strace -c, times equal to those of the records. */
import type { Duration } from '@bufbuild/protobuf/wkt';
import { describe, expect } from 'vitest';
import { RecordKind, type TraceRecord } from '../../src/gen/ptraced/v1/record_pb.js';
import { type SummaryRow, TraceService } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { eventually, longPatience } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { startFixture } from '../support/program.js';
import { type Client, refusal } from '../support/rpc.js';
import { attaching, create, ended, launching, type TestSession } from '../support/session.js';
import { underStrace } from '../support/strace.js';
import { Subscription } from '../support/subscription.js';

const summaryOf = (client: Client, session: TestSession, byProcess = false) =>
  client.unary(TraceService.method.getSummary, { session: session.name, byProcess });

const ns = (duration: Duration | undefined): bigint =>
  (duration?.seconds ?? 0n) * 1_000_000_000n + BigInt(duration?.nanos ?? 0);

/** "name calls errors" of each line of strace's table. */
function countsOfStrace(log: string): string[] {
  return log
    .split('\n')
    .map((line) => /^ *(\w+) +(\d+)(?: +(\d+))? *$/.exec(line))
    .filter((match) => match !== null && match[1] !== 'total')
    .map((match) => `${match?.[1]} ${match?.[2]} ${match?.[3] ?? 0}`)
    .sort();
}

const counts = (rows: SummaryRow[]): string[] =>
  rows.map(({ syscall, calls, errors }) => `${syscall} ${calls} ${errors}`).sort();

/** Calls that returned, by what `keyOf` says of them. */
function group(records: TraceRecord[], keyOf: (record: TraceRecord) => string) {
  const groups = new Map<string, TraceRecord[]>();
  for (const record of records.filter(({ kind }) => kind === RecordKind.EXIT)) {
    const key = keyOf(record);
    groups.set(key, [...(groups.get(key) ?? []), record]);
  }
  return groups;
}

function expectTimes(row: SummaryRow, records: TraceRecord[]): void {
  const times = records.map(({ duration }) => ns(duration)).sort((a, b) => (a < b ? -1 : 1));
  const exact = (share: number) => times[Math.ceil(share * times.length) - 1] ?? 0n;
  expect(row.calls).toBe(BigInt(records.length));
  expect(ns(row.totalTime)).toBe(times.reduce((sum, time) => sum + time, 0n));
  expect(ns(row.minTime)).toBe(exact(1 / times.length));
  expect(ns(row.maxTime)).toBe(exact(1));
  for (const [got, share] of [
    [row.p50Time, 0.5],
    [row.p95Time, 0.95],
    [row.p99Time, 0.99],
  ] as const) {
    const difference = Math.abs(Number(ns(got) - exact(share)));
    expect(difference, `${row.syscall} ${share}`).toBeLessThanOrEqual(Number(exact(share)) / 100);
  }
  const failed = records.filter(({ errno }) => errno !== 0);
  expect(row.errors).toBe(BigInt(failed.length));
  const byName = Object.entries(row.errorsByName).sort();
  const names = [...group(failed, ({ errnoName }) => errnoName)];
  expect(byName).toEqual(names.map(([name, of]) => [name, BigInt(of.length)]).sort());
}

describe('the counts', () => {
  for (const argv of [
    ['/bin/sh', '-c', 'for i in 1 2 3; do cat /etc/passwd /nonexistent; ls /etc; done'],
    [fixture('bad-pointers')],
    [fixture('exec-chain')],
  ]) {
    test(`are those of strace -c -f: ${argv[0]?.split('/').at(-1)}`, async ({ client, folder }) => {
      const session = await create(client, launching(argv, {}, { cwd: folder }));
      await ended(session);
      const { rows } = await summaryOf(client, session);
      const { log } = await underStrace(argv, folder, ['-c', '-U', 'name,calls,errors']);
      expect(counts(rows)).toEqual(countsOfStrace(log));
    });
  }
});

test('times, errors and processes are those of the records', async ({ client }) => {
  const session = await create(client, launching([fixture('forks'), '30']));
  await ended(session);
  const stream = new Subscription(client, { session: session.name });
  const { lastSerial } = await stream.finish();
  const all = await summaryOf(client, session);
  expect(all.lastSerial).toBeLessThanOrEqual(lastSerial);
  const bySyscall = group(stream.records, ({ syscall }) => syscall);
  expect(all.rows).toHaveLength(bySyscall.size);
  for (const row of all.rows) {
    expect(row.pid).toBe(0);
    expectTimes(row, bySyscall.get(row.syscall) ?? []);
  }
  const totals = all.rows.map(({ totalTime }) => ns(totalTime));
  expect(totals).toEqual([...totals].sort((a, b) => (a > b ? -1 : 1)));

  const byProcess = group(stream.records, ({ pid, syscall }) => `${pid} ${syscall}`);
  const { rows } = await summaryOf(client, session, true);
  expect(rows).toHaveLength(byProcess.size);
  for (const row of rows) {
    expectTimes(row, byProcess.get(`${row.pid} ${row.syscall}`) ?? []);
  }
});

test('of more processes than there are rows, those that live are exact, and all together', {
  timeout: longPatience,
}, async ({ client }) => {
  const count = 5000;
  const command = launching([fixture('forks'), String(count)]);
  await using session = await create(client, command);
  await eventually('its end', async () => (await session.get()).endTime, longPatience);
  const { rows } = await summaryOf(client, session, true);
  const of = (syscall: string) => rows.filter((row) => row.syscall === syscall);
  expect(rows.filter(({ pid }) => pid !== 0).length).toBeLessThanOrEqual(4096);
  const calls = of('getppid').reduce((sum, row) => sum + row.calls, 0n);
  expect(calls).toBe(BigInt(count));
  expect(of('getppid').filter(({ pid }) => pid === 0)).toHaveLength(1);
  const [clones, ...others] = of('clone');
  expect(others).toEqual([]);
  expect(clones?.pid).toBe(session.created.rootPid);
  // A fork that SIGCHLD meets is made again (ERESTARTNOINTR).
  expect((clones?.calls ?? 0n) - (clones?.errors ?? 0n)).toBe(BigInt(count));
});

test('it grows while the session runs, whatever kinds the session records', async ({ client }) => {
  await using program = await startFixture('echo-lines');
  await using session = await create(
    client,
    attaching(program.pid, {
      capture: { filter: { kinds: [RecordKind.TASK_EXIT], syscalls: ['write'] } },
    }),
  );
  for (const line of ['one', 'two', 'three']) {
    await program.ask(line, line);
  }
  const rows = await eventually('three writes', async () => {
    const summary = await summaryOf(client, session);
    return summary.rows[0]?.calls === 3n && summary.rows;
  });
  expect(counts(rows)).toEqual(['write 3 0']);
  expect((await session.get()).lastSerial).toBe(0n);
});

test('its processes have the names of their last programs', async ({ client, folder }) => {
  const script = 'n=$(printf "\\377"); cp /bin/true ./$n; cat /dev/null; ./$n; exec sleep 0';
  const session = await create(client, launching(['/bin/sh', '-c', script], {}, { cwd: folder }));
  await ended(session);
  const { rows } = await summaryOf(client, session, true);
  const names = new Map(rows.map(({ pid, comm }) => [pid, comm]));
  expect([...names.values()].sort()).toEqual(['\\377', 'cat', 'cp', 'sh', 'sleep']);
  expect(names.get(session.created.rootPid)).toBe('sleep');
  const bytes = rows.map(({ comm, commBytes }) => [
    comm,
    Buffer.from(commBytes).toString('latin1'),
  ]);
  expect(new Map(bytes as [string, string][])).toEqual(
    new Map([...names.values()].map((name) => [name, name === '\\377' ? '\xff' : ''])),
  );
  const all = await summaryOf(client, session);
  expect(new Set(all.rows.map(({ comm }) => comm))).toEqual(new Set(['']));
});

test('of an unknown session there is none', async ({ client }) => {
  const call = client.unary(TraceService.method.getSummary, { session: 'sessions/none' });
  expect((await refusal(call)).code).toBe(5);
});
