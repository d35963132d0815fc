/** ListRecords: pages, filters, waiting, and what clients can tell from a page. */

import type { MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect } from 'vitest';
import { RecordKind, type TraceRecord } from '../../src/gen/ptraced/v1/record_pb.js';
import { OverflowPolicy } from '../../src/gen/ptraced/v1/session_pb.js';
import {
  type ListRecordsRequestSchema,
  TraceService,
} from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { startFixture } from '../support/program.js';
import { enterCount } from '../support/records.js';
import { type Client, refusal } from '../support/rpc.js';
import { attaching, create, ended, launching, ms, type TestSession } from '../support/session.js';

const invalidArgument = 3;

type Request = MessageInitShape<typeof ListRecordsRequestSchema>;

const page = (client: Client, session: TestSession, request: Request = {}) =>
  client.unary(TraceService.method.listRecords, { session: session.name, ...request });

/** Every page from `afterSerial` on, until one is complete. */
async function allPages(client: Client, session: TestSession, request: Request = {}) {
  const records: TraceRecord[] = [];
  let lost = 0n;
  let afterSerial = request.afterSerial ?? 0n;
  for (let pages = 1; ; pages++) {
    const response = await page(client, session, { ...request, afterSerial });
    records.push(...response.records);
    lost += response.lostRecords;
    expect(response.lastSerial >= afterSerial).toBe(true);
    afterSerial = response.lastSerial;
    if (response.complete) {
      return { records, lost, pages, lastSerial: afterSerial };
    }
  }
}

describe('of a session that has ended', () => {
  test('pages join to every record, whatever their size', async ({ client }) => {
    const session = await create(client, launching([fixture('call-flood'), '2000']));
    const { lastSerial } = await ended(session);
    for (const pageSize of [0, 1000, 10_000]) {
      const all = await allPages(client, session, { pageSize });
      expect(all.records.map(({ serial }) => serial)).toEqual(
        Array.from({ length: Number(lastSerial) }, (_, index) => BigInt(index + 1)),
      );
      expect(all.lost).toBe(0n);
      expect(all.lastSerial).toBe(lastSerial);
      expect(enterCount(all.records, 'getppid')).toBe(2000);
    }
    const first = await page(client, session);
    expect(first.records).toHaveLength(100);
    expect(first).toMatchObject({ lastSerial: 100n, complete: false });
    const last = await page(client, session, { afterSerial: lastSerial - 1n, pageSize: 1 });
    expect(last.records).toHaveLength(1);
    expect(last).toMatchObject({ lastSerial, complete: true });
    const none = await page(client, session, { afterSerial: lastSerial, wait: ms(30_000) });
    expect(none).toMatchObject({ records: [], lastSerial, complete: true });
  });

  test('a filter leaves records out, and last_serial covers them', async ({ client }) => {
    const session = await create(client, launching([fixture('call-flood'), '30000']));
    const { lastSerial } = await ended(session);
    const filter = { kinds: [RecordKind.EXIT], syscalls: ['execve', 'exit_group', 'write'] };
    const { records, lastSerial: reached } = await allPages(client, session, { filter });
    expect(records.map(({ syscall }) => syscall)).toEqual(['execve', 'write']);
    expect(reached).toBe(lastSerial);
  });

  test('records that have left the ring are counted', async ({ client }) => {
    const capture = { overflow: OverflowPolicy.DROP_OLDEST, ringBytes: 256 * 1024 };
    const session = await create(client, launching([fixture('call-flood'), '20000'], { capture }));
    const { firstSerial, lastSerial } = await ended(session);
    expect(firstSerial).toBeGreaterThan(10n);
    const after = await allPages(client, session, { afterSerial: 3n, pageSize: 10_000 });
    expect(after.lost).toBe(firstSerial - 4n);
    expect(after.records[0]?.serial).toBe(firstSerial);
    expect(after.records).toHaveLength(Number(lastSerial - firstSerial + 1n));
    const oldest = await page(client, session, { pageSize: 1 });
    expect(oldest.records[0]?.serial).toBe(firstSerial);
    expect(oldest.lostRecords).toBe(0n);
  });
});

describe('of a session that runs', () => {
  test('wait: the first record ends it, and nothing more than the time', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    await using session = await create(client, attaching(program.pid));
    const filter = { syscalls: ['write'], kinds: [RecordKind.EXIT] };
    const empty = await page(client, session, { filter, wait: ms(50) });
    expect(empty).toMatchObject({ records: [], complete: false, lostRecords: 0n });
    const waiting = page(client, session, {
      filter,
      afterSerial: empty.lastSerial,
      wait: ms(30_000),
    });
    await program.ask('hello', 'hello');
    const { records, lastSerial } = await waiting;
    expect(records.map(({ text }) => text)).toEqual(['write(1, "hello\\n", 6) = 6']);
    expect(lastSerial).toBeGreaterThanOrEqual(records[0]?.serial ?? 0n);
    expect((await session.get()).subscribers).toBe(0);
  });

  test('wait ends with the session', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    const session = await create(client, attaching(program.pid));
    const waiting = page(client, session, {
      filter: { syscalls: ['chroot'], kinds: [RecordKind.EXIT] },
      wait: ms(30_000),
    });
    await session.end();
    expect(await waiting).toMatchObject({ records: [], complete: true });
  });
});

test('what is not acceptable is refused', async ({ client }) => {
  const session = await create(client, launching(['/bin/true']));
  const { lastSerial } = await ended(session);
  for (const [request, field] of [
    [{ pageSize: -1 }, 'page_size'],
    [{ pageSize: 10_001 }, 'page_size'],
    [{ wait: ms(30_001) }, 'wait'],
    [{ wait: { seconds: -1n } }, 'wait'],
    [{ afterSerial: lastSerial + 1n }, 'after_serial'],
    [{ filter: { errnos: ['X'] } }, 'filter.errnos[0]'],
  ] as const) {
    const { code, details } = await refusal(page(client, session, request as Request));
    expect(code).toBe(invalidArgument);
    expect(details).toContain(`FIELD_INVALID: ${field}`);
  }
});
