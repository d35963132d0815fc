/** UpdateSession of what is recorded: it takes effect between two records. */
import { describe, expect } from 'vitest';
import { RecordKind, type TraceRecord } from '../../src/gen/ptraced/v1/record_pb.js';
import { test } from '../support/harness.js';
import { startFixture } from '../support/program.js';
import { refusal } from '../support/rpc.js';
import { attaching, create, launching } from '../support/session.js';
import { Subscription } from '../support/subscription.js';

function callsOf(records: readonly TraceRecord[]): Set<string> {
  const calls = records.filter(({ kind }) => kind === RecordKind.ENTER);
  return new Set(calls.map(({ syscall }) => syscall));
}

describe('a new filter', () => {
  test('that is empty brings everything back', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    const capture = { filter: { syscalls: ['none'] } };
    await using session = await create(client, attaching(program.pid, { capture }));
    await using stream = new Subscription(client, { session: session.name });
    const { session: now } = await session.update({}, ['capture.filter']);
    expect(now?.capture?.filter).toMatchObject({ syscalls: [] });
    program.send('all');
    expect(await program.line()).toBe('all');
    await stream.until('the calls', () => {
      const calls = callsOf(stream.records);
      return calls.has('read') && calls.has('write');
    });
  });
});

test('new probes hold from the RULES_CHANGED record on', async ({ client }) => {
  await using program = await startFixture('echo-lines');
  await using session = await create(client, attaching(program.pid));
  await using stream = new Subscription(client, { session: session.name });
  const echo = async (line: string) => {
    program.send(line);
    expect(await program.line()).toBe(line);
  };
  const probes = [
    {
      name: 'written',
      at: { syscalls: ['write'], kinds: [RecordKind.ENTER] },
      address: 'arg1',
      length: { case: 'lengthArgument' as const, value: 2 },
    },
  ];
  await echo('before');
  const first = await session.update({ capture: { probes } });
  expect(first.session?.capture).toMatchObject({
    probes: [{ name: 'written', address: 'arg1', maxBytes: 4096 }],
  });
  await echo('probed');
  const second = await session.update({}, ['capture.probes']);
  expect(second.session?.capture?.probes).toEqual([]);
  await echo('after');
  await session.end();
  await stream.finish();
  const taken = stream.records.filter(({ memory }) => memory.length > 0);
  expect(taken.map(({ memory }) => Buffer.from(memory[0]?.data ?? []).toString())).toEqual([
    'probed\n',
  ]);
  const changes = stream.records.filter(({ kind }) => kind === RecordKind.RULES_CHANGED);
  const serials = [first, second].map(({ effectiveSerial }) => effectiveSerial);
  expect(changes.map(({ serial }) => serial)).toEqual(serials);
});

test('a probe that is not acceptable changes nothing', async ({ client }) => {
  await using session = await create(client, launching(['sleep', '60']));
  const probe = { name: 'p', address: 'rsp+', length: { case: 'bytes' as const, value: 8 } };
  const filter = { syscalls: ['write'] };
  const refused = await refusal(session.update({ capture: { filter, probes: [probe] } }));
  expect(refused.details).toMatch(/^ADDRESS_SYNTAX/);
  const now = await session.get();
  expect(now).toMatchObject({ etag: session.created.etag, capture: { probes: [] } });
  expect(now.capture?.filter?.syscalls).toEqual([]);
});

test('20 updates at a time take effect one after the other', async ({ client }) => {
  await using session = await create(client, launching(['sleep', '60']));
  const names = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'read' : 'write'));
  const updates = await Promise.all(
    names.map((name) => session.update({ capture: { filter: { syscalls: [name] } } })),
  );
  const serials = updates.map(({ effectiveSerial }) => effectiveSerial);
  expect(serials).toEqual(serials.toSorted((a, b) => Number(a - b)));
  expect(new Set(serials).size).toBe(20);
  const last = updates.at(-1)?.session;
  expect((await session.get()).capture?.filter).toEqual(last?.capture?.filter);
});
