/** G1 to G5 of processes that are not like others: of 32 bits, and whose leader has ended (T20). */
import { describe, expect } from 'vitest';
import { TaskState } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { RecordKind } from '../../src/gen/ptraced/v1/record_pb.js';
import { controlOf } from '../support/control.js';
import { Ends } from '../support/ends.js';
import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { memory, place } from '../support/memory.js';
import * as proc from '../support/proc.js';
import { Program, startFixture } from '../support/program.js';
import { type Client, refusal } from '../support/rpc.js';
import { attach, Trace } from '../support/trace.js';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

/** Everything that reads and writes, of a process whose memory has these bytes at this address. */
async function isWhole(
  client: Client,
  session: string,
  pid: number,
  { address, bytes, module }: { address: bigint; bytes: string; module: string },
): Promise<void> {
  const target = { session, pid };
  const at = place(address);
  const size = bytes.length;
  expect(text((await client.unary(memory.readMemory, { ...target, ...at, size })).data)).toBe(
    bytes,
  );
  const magic = await client.unary(memory.readMemory, { ...target, ...place(module), size: 4 });
  expect(text(magic.data)).toBe('\x7fELF');
  const { mappings } = await client.unary(memory.listMappings, target);
  expect(mappings.some(({ path }) => path.endsWith(`/${module}`))).toBe(true);
  const write = { ...target, ...at, force: true };
  const payload = { case: 'data', value: Buffer.from('X') } as const;
  expect(text((await client.unary(memory.writeMemory, { ...write, payload })).previous)).toBe(
    bytes[0],
  );
  const back = { case: 'text', value: bytes[0] ?? '' } as const;
  expect(text((await client.unary(memory.writeMemory, { ...write, payload: back })).previous)).toBe(
    'X',
  );
  const dump = client.stream(memory.dumpMemory, { ...target, ...at, size: BigInt(size) });
  const parts: string[] = [];
  for await (const { data } of dump) {
    parts.push(text(data));
  }
  expect(parts.join('')).toBe(bytes);
  const search = client.stream(memory.searchMemory, {
    ...target,
    pattern: { case: 'text', value: bytes },
  });
  const found: bigint[] = [];
  for await (const { addresses } of search) {
    found.push(...addresses);
  }
  expect(found).toContain(address);
}

test('a vector of a 32-bit process has pointers of four bytes', async ({ client }) => {
  await using program = new Program(fixture('vector-i386'), []);
  const [, where = ''] = (await program.line()).split(' ');
  await using trace = new Trace(client, attach(program.pid));
  const control = await controlOf(client, trace);
  const target = { session: control.session, pid: program.pid, ...place(BigInt(where)) };
  const { texts, truncated } = await client.unary(memory.readStringVector, target);
  expect({ texts, truncated }).toEqual({ texts: ['one', '', 'three'], truncated: false });
  const cut = await client.unary(memory.readStringVector, { ...target, maxStrings: 2 });
  expect([cut.texts, cut.truncated]).toEqual([['one', ''], true]);
  const short = await client.unary(memory.readStringVector, { ...target, maxStringBytes: 3 });
  expect([short.texts, short.truncated]).toEqual([['one', '', 'thr'], true]);
  await control.pause();
  const held = await client.unary(memory.readStringVector, target);
  expect(held.texts).toEqual(texts);
  await control.resume();
  program.send('');
  expect(await program.finish()).toEqual({ code: 0, signal: null });
  await trace.finish();
  expect(trace.ofKind(RecordKind.EXIT).map(({ syscall }) => syscall)).toContain('read');
});

describe('a process whose leader has ended', () => {
  test('while it was traced, is read and written by its id', async ({ client }) => {
    await using ends = await Ends.start(client, 1, {});
    const { control, pid, program, words } = ends;
    program.send('leader');
    await eventually('a zombie', () => proc.taskStatus(pid)?.state === 'Z');
    const place = { address: words, bytes: 'last words', module: 'ends' };
    await isWhole(client, control.session, pid, place);
    const tasks = await control.pause();
    const others = proc.threadIds(pid).filter((tid) => tid !== pid);
    const held = tasks.filter(({ state }) => state === TaskState.HELD).map(({ tid }) => tid);
    expect(held).toEqual(others);
    await isWhole(client, control.session, pid, place);
    const registers = await refusal(
      client.unary(memory.getRegisters, { session: control.session, tid: pid }),
    );
    expect(registers.details).toMatch(/^NOT_HELD/);
    await control.resume();
    program.send('end');
    expect(await program.ended).toEqual({ code: 6, signal: null });
    await ends.trace.finish();
  });

  test('before it was traced, too', async ({ client }) => {
    await using program = await startFixture('leader-zombie');
    await using trace = new Trace(client, attach(program.pid));
    const { session } = await trace.started();
    const { mappings } = await client.unary(memory.listMappings, { session, pid: program.pid });
    const first = mappings.find(({ path }) => path.endsWith('/leader-zombie'));
    await isWhole(client, session, program.pid, {
      address: (first?.start ?? 0n) + 1n,
      bytes: 'ELF',
      module: 'leader-zombie',
    });
    program.send('on');
    expect(await program.line()).toBe('on');
  });
});
