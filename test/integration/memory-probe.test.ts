/** G6: bytes at a stop, in the record of that very stop. */
import { writeFileSync } from 'node:fs';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { describe, expect } from 'vitest';
import { RecordKind, type TraceRecord } from '../../src/gen/ptraced/v1/record_pb.js';
import { type MemoryProbeSchema, RecordMode } from '../../src/gen/ptraced/v1/session_pb.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { startFixture } from '../support/program.js';
import { exitsOf } from '../support/records.js';
import { type Client, refusal } from '../support/rpc.js';
import { attach, launch, Trace, type TraceOptions, traceToEnd } from '../support/trace.js';

type ProbeInit = Omit<MessageInitShape<typeof MemoryProbeSchema>, '$typeName'>;

const { ENTER, EXIT, SIGNAL, NEW_TASK, EXEC, TASK_EXIT, STOP } = RecordKind;

/** What a probe of this name took, as text, with the kind of the record. */
function taken(records: TraceRecord[], probe: string): [RecordKind, string][] {
  return records.flatMap(({ kind, memory }) =>
    memory
      .filter((snapshot) => snapshot.probe === probe)
      .map(({ data }): [RecordKind, string] => [kind, Buffer.from(data).toString()]),
  );
}

function probing(...probes: ProbeInit[]): TraceOptions {
  return { capture: { probes } };
}

const written: ProbeInit = {
  name: 'written',
  at: { syscalls: ['write'], kinds: [ENTER] },
  address: 'arg1',
  length: { case: 'lengthArgument', value: 2 },
};

/** echo-lines, attached to: it reads a line byte by byte, and writes it. */
async function echo(client: Client, options: TraceOptions, line: string): Promise<TraceRecord[]> {
  await using program = await startFixture('echo-lines');
  await using trace = new Trace(client, attach(program.pid, options));
  await trace.started();
  await program.ask(line, '');
  await program.finish();
  await trace.finish();
  return trace.records;
}

describe('a probe', () => {
  test('reads as many bytes as an argument says', async ({ client }) => {
    const records = await echo(client, probing(written), 'hello');
    expect(taken(records, 'written')).toEqual([[ENTER, 'hello\n']]);
    const record = records.find(({ memory }) => memory.length > 0);
    expect(record?.memory[0]).toMatchObject({ address: record?.args[1], fault: false });
  });

  test('reads as many bytes as the call returned, when it has', async ({ client }) => {
    const read: ProbeInit = {
      name: 'read',
      at: { syscalls: ['read'] },
      address: 'arg1',
      length: { case: 'lengthIsReturn', value: true },
    };
    const records = await echo(client, probing(read), 'ab');
    const bytes = taken(records, 'read');
    expect(bytes.every(([kind]) => kind === EXIT)).toBe(true);
    expect(bytes.map(([, text]) => text).join('')).toBe('ab\n');
    expect(bytes.at(-1)).toEqual([EXIT, '']); // the end of stdin: nothing was read, and no fault
    const last = records.findLast(({ memory }) => memory.length > 0);
    expect(last?.memory[0]?.fault).toBe(false);
  });

  test('does not read behind the buffer where the call returned more than it has', async ({
    client,
  }) => {
    const received: ProbeInit = {
      name: 'received',
      at: { syscalls: ['recvfrom'] },
      address: 'arg1',
      length: { case: 'lengthIsReturn', value: true },
    };
    const second: ProbeInit = { ...received, name: 'second', address: 'arg1 + 1' };
    const argv = [fixture('long-datagrams')];
    const trace = await traceToEnd(client, launch(argv, probing(received, second)));
    const results = exitsOf(trace.records, 'recvfrom').map(({ ret }) => ret);
    expect(results).toEqual([29n, 29n, 29n]);
    const bytes = (probe: string) => taken(trace.records, probe).map(([, text]) => text);
    expect(bytes('received')).toEqual(['tw', 'tw', '']);
    expect(bytes('second').slice(0, 2)).toEqual(['w', 'w']);
    expect(trace.records.some(({ memory }) => memory.some(({ fault }) => fault))).toBe(false);
  });

  test('reads at registers, modules, results and numbers, and says where nothing is', async ({
    client,
  }) => {
    const bytes = { case: 'bytes', value: 4 } as const;
    const at = { syscalls: ['write'], kinds: [EXIT] };
    const options = probing(
      { name: 'register', at, address: 'rsi', length: bytes },
      { name: 'offset', at, address: 'arg1 + 1', length: { case: 'bytes', value: 2 } },
      { name: 'module', at, address: 'echo-lines', length: bytes },
      { name: 'nowhere', at, address: 'no-such-module+8', length: bytes },
      { name: 'unmapped', at, address: 'ret', length: bytes },
    );
    const records = await echo(client, options, 'hello');
    expect(taken(records, 'register')).toEqual([[EXIT, 'hell']]);
    expect(taken(records, 'offset')).toEqual([[EXIT, 'el']]);
    expect(taken(records, 'module')).toEqual([[EXIT, '\x7fELF']]);
    const { memory } = records.find((record) => record.memory.length > 0) ?? { memory: [] };
    const faults = memory.filter(({ fault }) => fault).map(({ probe }) => probe);
    expect(faults).toEqual(['nowhere', 'unmapped']);
    expect(memory.at(-1)).toMatchObject({ address: 6n, data: new Uint8Array() });
  });

  test('reads at most max_bytes', async ({ client }) => {
    const records = await echo(client, probing({ ...written, maxBytes: 3 }), 'hello');
    expect(taken(records, 'written')).toEqual([[ENTER, 'hel']]);
  });

  test('of the entry is in the one record of a call', async ({ client }) => {
    const { capture } = probing(written, {
      ...written,
      name: 'again',
      at: { syscalls: ['write'], kinds: [EXIT] },
    });
    const options = { capture: { ...capture, mode: RecordMode.COMBINED } };
    const records = await echo(client, options, 'hello');
    expect(taken(records, 'written')).toEqual([[EXIT, 'hello\n']]);
    expect(taken(records, 'again')).toEqual([[EXIT, 'hello\n']]);
  });

  test('of a signal has registers and no arguments', async ({ client }) => {
    const at = { kinds: [SIGNAL] };
    const bytes = { case: 'bytes', value: 8 } as const;
    const options = probing(
      { name: 'stack', at, address: 'rsp', length: bytes },
      { name: 'argument', at, address: 'arg1', length: bytes },
    );
    const trace = await traceToEnd(client, launch([fixture('sigreturn')], options));
    expect(taken(trace.records, 'stack')).toHaveLength(trace.ofKind(SIGNAL).length);
    expect(trace.ofKind(SIGNAL).length).toBeGreaterThan(0);
    expect(taken(trace.records, 'argument')).toEqual([]);
  });
});

test('a probe reads at every kind of stop that has memory', async ({ client }) => {
  const kinds = [EXEC, NEW_TASK, STOP, TASK_EXIT];
  const probe: ProbeInit = {
    name: 'stack',
    at: { kinds },
    address: 'rsp',
    length: { case: 'bytes', value: 8 },
  };
  const rules = { stop: [{ at: { kinds: [NEW_TASK] }, timeout: durationFromMs(1) }] };
  const argv = ['/bin/sh', '-c', '/bin/true & wait'];
  const { records } = await traceToEnd(client, launch(argv, { ...probing(probe), rules }));
  for (const kind of kinds) {
    const of = records.filter((record) => record.kind === kind);
    const wanted = kind === TASK_EXIT ? 0 : of.length;
    expect(of.length).toBeGreaterThan(0);
    expect(of.filter(({ memory }) => memory[0]?.data.length === 8)).toHaveLength(wanted);
  }
  const stopped = await traceToEnd(client, launch([fixture('group-stop'), '19'], probing(probe)));
  const stops = stopped.ofKind(STOP);
  expect(stops.length).toBeGreaterThan(3);
  expect(stops.every(({ memory }) => memory[0]?.data.length === 8)).toBe(true);
});

describe('a module that moves', () => {
  for (const filter of [undefined, { syscalls: ['getppid'] }, { syscalls: ['!vfork'] }]) {
    const which = JSON.stringify(filter ?? {});
    test(`is found where it is at each stop, recorded by ${which}`, async ({ client, folder }) => {
      const file = `${folder}/moving.bin`;
      writeFileSync(file, 'moving');
      const probe: ProbeInit = {
        name: 'moving',
        at: { syscalls: ['getppid'], kinds: [EXIT] },
        address: 'moving.bin',
        length: { case: 'bytes', value: 6 },
      };
      const capture = { probes: [probe], ...(filter && { filter }) };
      const trace = await traceToEnd(client, launch([fixture('module-moves'), file], { capture }));
      const found = exitsOf(trace.records, 'getppid').map(({ memory }) => {
        const [snapshot] = memory;
        return snapshot?.fault ? 'none' : `0x${snapshot?.address.toString(16)}`;
      });
      expect(trace.lines()).toHaveLength(7);
      expect(found).toEqual(trace.lines());
    });
  }
});

test('what is no probe is refused, and nothing is started', async ({ client }) => {
  const refused = async (change: ProbeInit) => {
    const init = launch(['/bin/true'], probing({ ...written, ...change }));
    return (await refusal(traceToEnd(client, init))).details;
  };
  expect(await refused({ address: '' })).toMatch(/^ADDRESS_SYNTAX: capture\.probes\[0\]\.address/);
  expect(await refused({ address: 'rsp+' })).toMatch(/^ADDRESS_SYNTAX/);
  expect(await refused({ length: { case: undefined } })).toMatch(/^FIELD_INVALID/);
  expect(await refused({ length: { case: 'bytes', value: 0 } })).toMatch(/^FIELD_INVALID/);
  expect(await refused({ length: { case: 'bytes', value: 4097 } })).toMatch(/^FIELD_INVALID/);
  expect(await refused({ length: { case: 'lengthArgument', value: 6 } })).toMatch(/^FIELD_INVALID/);
  expect(await refused({ maxBytes: 2 ** 20 + 1 })).toMatch(/^FIELD_INVALID/);
  expect(await refused({ at: { syscalls: ['nonsense'] } })).toMatch(/^UNKNOWN_SYSCALL/);
});
