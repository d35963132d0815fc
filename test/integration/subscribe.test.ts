/** Subscribe: where streams start, what filters pass, who waits for whom, and how streams end. */
import { describe, expect } from 'vitest';
import { RecordKind } from '../../src/gen/ptraced/v1/record_pb.js';
import { OrphanAction, OverflowPolicy, SessionState } from '../../src/gen/ptraced/v1/session_pb.js';
import { LossReason } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import * as proc from '../support/proc.js';
import { type Program, startFixture } from '../support/program.js';
import { exitsOf } from '../support/records.js';
import { attaching, create, ended, launching, ms } from '../support/session.js';
import { Subscription } from '../support/subscription.js';

/** Has the program write a line, and waits for it. */
const echo = (program: Program, line: string) => program.ask(line, line);

const invalidArgument = 3;
const notFound = 5;
const resourceExhausted = 8;
const outOfRange = 11;
const smallRing = 256 * 1024;
const dropping = { capture: { overflow: OverflowPolicy.DROP_OLDEST, ringBytes: smallRing } };

describe('where a stream starts', () => {
  test('unset: at the oldest record in the ring, also after the end', async ({ client }) => {
    const session = await create(client, launching([fixture('call-flood'), '100']));
    const { lastSerial } = await ended(session);
    const stream = new Subscription(client, { session: session.name });
    const end = await stream.finish();
    expect(stream.header).toMatchObject({ session: session.name, firstSerial: 1n });
    expect(stream.records).toHaveLength(Number(lastSerial));
    expect(stream.records[0]).toMatchObject({ serial: 1n, syscall: 'execve' });
    expect(end).toMatchObject({ lastSerial, lostRecords: 0n, rootExit: { exitCode: 0 } });
  });

  test('after_serial: with the record behind it, in the middle of a batch', async ({ client }) => {
    const session = await create(client, launching([fixture('call-flood'), '100']));
    const { lastSerial } = await ended(session);
    for (const afterSerial of [0n, 1n, 37n, lastSerial - 1n, lastSerial]) {
      const start = { case: 'afterSerial', value: afterSerial } as const;
      const stream = new Subscription(client, { session: session.name, start });
      await stream.finish();
      expect(stream.header?.firstSerial).toBe(afterSerial + 1n);
      expect(stream.records).toHaveLength(Number(lastSerial - afterSerial));
    }
  });

  test('after_serial that has left the ring: the loss is told first', async ({ client }) => {
    const session = await create(client, launching([fixture('call-flood'), '20000'], dropping));
    const { firstSerial } = await ended(session);
    expect(firstSerial).toBeGreaterThan(100n);
    const start = { case: 'afterSerial', value: 5n } as const;
    const stream = new Subscription(client, { session: session.name, start });
    const end = await stream.finish();
    expect(stream.losses).toMatchObject([
      { firstSerial: 6n, lastSerial: firstSerial - 1n, reason: LossReason.RING_EVICTED },
    ]);
    expect(end.lostRecords).toBe(firstSerial - 6n);
    expect(stream.records[0]?.serial).toBe(firstSerial);
  });

  test('latest: with the next new record', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    await using session = await create(client, attaching(program.pid));
    await using early = new Subscription(client, { session: session.name });
    await echo(program, 'one');
    const { serial } = await early.until('the end of its write', () =>
      exitsOf(early.records, 'write').find(({ text }) => text.includes('"one')),
    );
    await using stream = new Subscription(client, {
      session: session.name,
      start: { case: 'latest', value: true },
    });
    expect((await stream.started()).firstSerial).toBeGreaterThan(serial);
    await echo(program, 'two');
    await stream.until('the write of "two"', () =>
      stream.records.some(({ text }) => text.startsWith('write(1, "two')),
    );
    expect(stream.records.some(({ text }) => text.includes('"one'))).toBe(false);
  });

  test('fail_on_loss: OUT_OF_RANGE with the oldest serial', async ({ client }) => {
    const session = await create(client, launching([fixture('call-flood'), '20000'], dropping));
    const { firstSerial } = await ended(session);
    const start = { case: 'afterSerial', value: 5n } as const;
    const stream = new Subscription(client, {
      session: session.name,
      start,
      failOnLoss: true,
    });
    const { code, details } = await stream.refused();
    expect(code).toBe(outOfRange);
    expect(details).toMatch(/^RECORDS_EVICTED: /);
    expect(details).toContain(`${firstSerial} is the oldest`);
    expect(stream.records).toHaveLength(0);
  });

  test('a serial that an ended session never gave is refused', async ({ client }) => {
    const session = await create(client, launching(['/bin/true']));
    const { lastSerial } = await ended(session);
    const start = { case: 'afterSerial', value: lastSerial + 1n } as const;
    const stream = new Subscription(client, { session: session.name, start });
    expect(await stream.refused()).toMatchObject({ code: invalidArgument });
  });

  test('a serial that no record can follow is refused', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    await using session = await create(client, attaching(program.pid));
    const start = { case: 'afterSerial', value: 2n ** 64n - 1n } as const;
    const { code, details } = await new Subscription(client, {
      session: session.name,
      start,
    }).refused();
    expect(code).toBe(invalidArgument);
    expect(details).toContain('FIELD_INVALID: after_serial');
  });

  test('an unknown session is not found', async ({ client }) => {
    const stream = new Subscription(client, { session: 'sessions/none' });
    expect((await stream.refused()).code).toBe(notFound);
  });
});

describe('filters', () => {
  test('pass the same records as a filter of all of them would', async ({ client }) => {
    const session = await create(client, launching([fixture('forks'), '20']));
    await ended(session);
    const all = new Subscription(client, { session: session.name });
    await all.finish();
    const child = all.records.find(({ kind }) => kind === RecordKind.NEW_TASK)?.detail;
    const pid = child?.case === 'newTask' ? child.value.newPid : 0;
    expect(pid).toBeGreaterThan(0);
    const calls = [RecordKind.ENTER, RecordKind.EXIT];
    const cases = [
      {
        filter: { syscalls: ['/^(exit|wait)', 'getppid'] },
        passes: ({ kind, syscall }) =>
          !calls.includes(kind) || /^(exit|wait|getppid$)/.test(syscall),
      },
      { filter: { kinds: [RecordKind.EXIT] }, passes: ({ kind }) => kind === RecordKind.EXIT },
      { filter: { pids: [pid] }, passes: (record) => record.pid === pid },
      {
        filter: { failedOnly: true },
        passes: ({ kind, errno }) => kind !== RecordKind.EXIT || errno > 0,
      },
      {
        filter: { successfulOnly: true, kinds: [RecordKind.EXIT] },
        passes: ({ kind, errno }) => kind === RecordKind.EXIT && errno === 0,
      },
      {
        filter: { errnos: ['ENOENT', 'ECHILD'], kinds: [RecordKind.EXIT] },
        passes: ({ kind, errnoName }) =>
          kind === RecordKind.EXIT && (errnoName === 'ENOENT' || errnoName === 'ECHILD'),
      },
      {
        filter: { minDuration: { seconds: 0n, nanos: 100_000 }, kinds: [RecordKind.EXIT] },
        passes: ({ kind, duration }) =>
          kind === RecordKind.EXIT &&
          (duration?.seconds ?? 0n) * 1_000_000_000n + BigInt(duration?.nanos ?? 0) >= 100_000n,
      },
    ] satisfies {
      filter: object;
      passes: (record: (typeof all.records)[number]) => boolean;
    }[];
    for (const { filter, passes } of cases) {
      const stream = new Subscription(client, { session: session.name, filter });
      await stream.finish();
      const serials = (records: typeof all.records) => records.map(({ serial }) => serial);
      expect(
        serials(stream.records),
        JSON.stringify(filter, (_, value) => `${value}`),
      ).toEqual(serials(all.records.filter(passes)));
      expect(stream.position).toBe(all.position);
    }
  });

  test('heartbeats say up to where a filtered stream is complete', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    await using session = await create(client, attaching(program.pid));
    await using stream = new Subscription(client, {
      session: session.name,
      filter: { syscalls: ['chroot'], kinds: [RecordKind.EXIT] },
      heartbeatInterval: ms(20),
    });
    await stream.started();
    await echo(program, 'one');
    await stream.until('a heartbeat behind records', () =>
      stream.heartbeats.some((serial) => serial > 3n),
    );
    expect(stream.records).toHaveLength(0);
  });

  test('bad ones are refused with the path of the field', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    await using session = await create(client, attaching(program.pid));
    for (const [filter, text] of [
      [{ syscalls: ['nosuchcall'] }, 'UNKNOWN_SYSCALL: nosuchcall'],
      [{ syscalls: [''] }, 'FIELD_INVALID: filter.syscalls[0]'],
      [{ errnos: ['ENOENT', 'ENOSUCH'] }, 'FIELD_INVALID: filter.errnos[1]'],
      [{ pids: [0] }, 'FIELD_INVALID: filter.pids[0]'],
      [{ paths: [''] }, 'FIELD_INVALID: filter.paths[0]'],
      [{ fds: [-1] }, 'FIELD_INVALID: filter.fds[0]'],
      [{ failedOnly: true, successfulOnly: true }, 'FIELD_INVALID: filter.successful_only'],
      [{ minDuration: { seconds: -1n } }, 'FIELD_INVALID: filter.min_duration'],
    ] as const) {
      const stream = new Subscription(client, { session: session.name, filter: filter as object });
      const { code, details } = await stream.refused();
      expect(code).toBe(invalidArgument);
      expect(details).toContain(text);
    }
    // None of them counts as a subscriber.
    expect((await session.get()).subscribers).toBe(0);
  });
});

describe('several subscribers', () => {
  test('one stuck, DROP_OLDEST: the other sees every serial, the tracee runs on', async ({
    client,
  }) => {
    const session = await create(
      client,
      launching([fixture('call-flood'), '60000'], {
        capture: { ...dropping.capture, ringBytes: 4 << 20 },
      }),
    );
    await using stuck = new Subscription(client, { session: session.name });
    await stuck.started();
    stuck.pause();
    await using reading = new Subscription(client, { session: session.name });
    const end = await reading.finish();
    expect(end.rootExit?.exitCode).toBe(0);
    const { firstSerial, lastSerial } = await ended(session);
    expect(firstSerial).toBeGreaterThan(1n);
    stuck.resume();
    await stuck.finish();
    expect(
      BigInt(stuck.records.length) + stuck.losses.reduce((sum, { count }) => sum + count, 0n),
    ).toBe(lastSerial - (stuck.header?.firstSerial ?? 0n) + 1n);
    expect(stuck.losses.every(({ reason }) => reason === LossReason.SUBSCRIBER_SLOW)).toBe(true);
  });

  test('BLOCK: a lossless one holds the tracee, others do not', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    await using session = await create(
      client,
      attaching(program.pid, {
        capture: { overflow: OverflowPolicy.BLOCK, ringBytes: 64 * 1024 },
      }),
    );
    await using idle = new Subscription(client, { session: session.name });
    await idle.started();
    idle.pause();
    for (let line = 0; line < 500; line++) {
      await echo(program, `line ${line}`);
    }
    expect((await session.get()).lostRecords).toBe(0n);
    expect((await session.get()).firstSerial).toBeGreaterThan(1n);
  });

  test('BLOCK: one stuck, one lossless and reading: that one loses nothing', async ({ client }) => {
    const session = await create(
      client,
      launching([fixture('call-flood'), '40000'], {
        capture: {
          overflow: OverflowPolicy.BLOCK,
          ringBytes: 1 << 20,
          // Long enough for a reader that shares its process and the machine with others.
          maxBlock: ms(3000),
        },
      }),
    );
    await using stuck = new Subscription(client, { session: session.name, lossless: true });
    await stuck.started();
    stuck.pause();
    await using reading = new Subscription(client, {
      session: session.name,
      lossless: true,
      start: { case: 'latest', value: true },
    });
    await reading.finish();
    expect(reading.losses).toEqual([]);
    stuck.resume();
    const { lostRecords } = await stuck.finish();
    expect(lostRecords).toBeGreaterThan(0n);
    expect(stuck.losses.map(({ reason }) => reason)).toContain(LossReason.BLOCK_TIMEOUT);
  });

  test('at most 16 of a session, which Session.subscribers counts', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    await using session = await create(client, attaching(program.pid));
    const streams = Array.from(
      { length: 16 },
      () => new Subscription(client, { session: session.name }),
    );
    await Promise.all(streams.map((stream) => stream.started()));
    expect((await session.get()).subscribers).toBe(16);
    const { code, details } = await new Subscription(client, { session: session.name }).refused();
    expect(code).toBe(resourceExhausted);
    expect(details).toMatch(/^SUBSCRIBER_LIMIT: /);
    await Promise.all(streams.map((stream) => stream.cancel()));
    await eventually('no subscriber', async () => (await session.get()).subscribers === 0);
    await using again = new Subscription(client, { session: session.name });
    await again.started();
  });
});

describe('how a stream ends', () => {
  test('holds_lease keeps the session, and its end starts the lease', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    const session = await create(client, attaching(program.pid));
    await using stream = new Subscription(client, {
      session: session.name,
      holdsLease: true,
      heartbeatInterval: ms(500),
    });
    // Not before somebody holds it: on a busy machine it would run out.
    await stream.started();
    await session.update({ lease: { ttl: ms(1000), orphanAction: OrphanAction.DETACH } });
    const before = stream.heartbeats.length;
    // Two whole leases long.
    await stream.until('heartbeats', () => stream.heartbeats.length >= before + 4);
    expect((await session.get()).state).toBe(SessionState.RUNNING);
    await stream.cancel();
    await ended(session);
    expect(proc.runsUntraced(program.pid)).toBe(true);
  });

  test('a client that goes away leaves session, tracees and other streams alone', async ({
    client,
  }) => {
    await using program = await startFixture('echo-lines');
    await using session = await create(client, attaching(program.pid));
    await using other = new Subscription(client, { session: session.name });
    await other.started();
    const stream = new Subscription(client, { session: session.name });
    await stream.started();
    await stream.cancel();
    await echo(program, 'still there');
    await other.until('the answer', () =>
      exitsOf(other.records, 'write').some(({ text }) => text.includes('still there')),
    );
  });

  test('EndSession ends it with the cause', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    const session = await create(client, attaching(program.pid));
    const stream = new Subscription(client, { session: session.name });
    await stream.started();
    await session.end();
    expect((await stream.finish()).cause).toBe(2);
  });
});
