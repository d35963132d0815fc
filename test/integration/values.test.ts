/** DECODE_MODE_VALUES and TEXT_AND_VALUES: the tree of values beside the words and beside the text. */
import { mkdirSync } from 'node:fs';
import { describe, expect } from 'vitest';
import {
  Arch,
  type Argument,
  RecordKind,
  type TraceRecord,
  type Value,
} from '../../src/gen/ptraced/v1/record_pb.js';
import { DecodeMode, RecordMode } from '../../src/gen/ptraced/v1/session_pb.js';
import { longPatience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { fill } from '../support/folder.js';
import { test } from '../support/harness.js';
import { realPrograms } from '../support/real-programs.js';
import { launch, privileged, type Trace, traceToEnd } from '../support/trace.js';

const both = { decode: DecodeMode.TEXT_AND_VALUES };

/** The word that an argument was made of, where it is one number. */
function wordOf({ kind }: Value): bigint | undefined {
  switch (kind.case) {
    case 'signed':
    case 'unsigned':
      return kind.value;
    case 'flags':
      return kind.value.bits;
    case 'constant':
      return kind.value.number;
    case 'pointer':
      return kind.value.address;
    case 'descriptor':
      return BigInt(kind.value.fd);
    case 'task':
      return BigInt(kind.value.id);
    default:
      return undefined;
  }
}

/** Arguments are 64, 32 or, umode_t, 16 bits wide. */
function isWord(value: bigint, word: bigint): boolean {
  return [64, 32, 16].some((bits) => BigInt.asUintN(bits, word) === BigInt.asUintN(bits, value));
}

/** The arguments are the call's words in their order; a call may have words that it does not use. */
function wordsFit({ args }: TraceRecord, values: Argument[]): boolean {
  let at = 0;
  for (const { value } of values) {
    const number = value && wordOf(value);
    while (number !== undefined && at < args.length && !isWord(number, args[at] ?? 0n)) {
      at++;
    }
    if (at++ >= args.length) {
      return false;
    }
  }
  return true;
}

/** Every value of the tree. */
function* walk(value: Value | undefined): Generator<Value> {
  if (value === undefined) {
    return;
  }
  yield value;
  const { kind } = value;
  if (kind.case === 'pointer') {
    yield* walk(kind.value.pointee);
  } else if (kind.case === 'list') {
    for (const element of kind.value.elements) {
      yield* walk(element);
    }
  } else if (kind.case === 'struct') {
    for (const field of kind.value.fields) {
      yield* walk(field.value);
    }
  }
}

/** What of the tree the text does not show. */
function missingInText({ text, arguments: values }: TraceRecord): string[] {
  const missing: string[] = [];
  for (const { kind, truncated } of values.flatMap(({ value }) => [...walk(value)])) {
    if (kind.case === 'text' && /^[ !#-[\]-~]+$/.test(kind.value) && !truncated) {
      if (!text.includes(kind.value)) {
        missing.push(kind.value);
      }
    } else if (kind.case === 'constant' && kind.value.name !== '') {
      // A set of signals shows them without SIG.
      if (!text.includes(kind.value.name.replace(/^SIG/, ''))) {
        missing.push(kind.value.name);
      }
    } else if (kind.case === 'flags' && kind.value.names.length < 10) {
      const names = kind.value.names.filter((name) => !text.includes(name.replace(/^SIG/, '')));
      missing.push(...names);
    }
  }
  return missing;
}

function calls(trace: Trace): TraceRecord[] {
  return trace.records.filter(
    ({ kind, arch }) =>
      (kind === RecordKind.ENTER || kind === RecordKind.EXIT) && arch === Arch.X86_64,
  );
}

function find(trace: Trace, kind: RecordKind, syscall: string): TraceRecord[] {
  return trace.ofKind(kind).filter((record) => record.syscall === syscall);
}

/** Of the fields that a message has, one by its name. */
function named(values: Argument[], name: string): Value | undefined {
  return values.find((argument) => argument.name === name)?.value;
}

describe('values beside words and text', () => {
  const programs = realPrograms.filter(({ racing }) => !racing);
  for (const { name, argv } of programs) {
    test(name, { timeout }, async ({ client, folder }) => {
      const cwd = `${folder}/work`;
      mkdirSync(cwd);
      fill(cwd);
      const trace = await traceToEnd(client, launch(argv, { capture: both }, { cwd }));
      const records = calls(trace);
      expect(records.length).toBeGreaterThan(10);
      const names = new Map<bigint, string[]>();
      for (const record of records) {
        const values = record.arguments;
        expect(values.every(({ name, value }) => name !== '' && value?.kind.case)).toBe(true);
        expect(new Set(values.map(({ name }) => name)).size).toBe(values.length);
        expect.soft(wordsFit(record, values), `${record.text} ${record.args}`).toBe(true);
        if (record.kind === RecordKind.ENTER) {
          names.set(
            record.serial,
            values.map(({ name }) => name),
          );
        } else if (record.enterSerial !== 0n) {
          expect(values.map(({ name }) => name)).toEqual(names.get(record.enterSerial));
          expect.soft(missingInText(record), record.text).toEqual([]);
        }
      }
    });
  }
});

test('a read shows its bytes at the exit, and their number', async ({ client }) => {
  const argv = ['sh', '-c', 'printf %100s x | cat >/dev/null'];
  const trace = await traceToEnd(client, launch(argv, { capture: { decode: DecodeMode.VALUES } }));
  expect(trace.records.every(({ text }) => text === '')).toBe(true);
  const exit = find(trace, RecordKind.EXIT, 'read').find(({ ret }) => ret === 100n);
  const enter = trace.records.find(({ serial }) => serial === exit?.enterSerial);
  const atEntry = named(enter?.arguments ?? [], 'buf')?.kind;
  expect(atEntry).toMatchObject({ case: 'pointer', value: { address: exit?.args[1] } });
  expect(atEntry?.case === 'pointer' && atEntry.value.pointee).toBe(undefined);
  expect(named(exit?.arguments ?? [], 'buf')?.kind).toMatchObject({
    case: 'pointer',
    value: {
      address: exit?.args[1],
      pointee: {
        kind: { case: 'text', value: ' '.repeat(32) },
        truncated: true,
        fullSize: 100n,
      },
    },
  });
});

test('execve has every string, an open its descriptor, COMBINED both in one record', async ({
  client,
}) => {
  const capture = { decode: DecodeMode.VALUES, mode: RecordMode.COMBINED };
  const trace = await traceToEnd(client, launch(['cat', '/etc/hostname'], { capture }));
  const [execve] = find(trace, RecordKind.EXIT, 'execve').filter(({ ret }) => ret === 0n);
  const argv = [...walk(named(execve?.arguments ?? [], 'argv'))];
  expect(argv.flatMap(({ kind }) => (kind.case === 'text' ? [kind.value] : []))).toEqual([
    'cat',
    '/etc/hostname',
  ]);
  const opened = find(trace, RecordKind.EXIT, 'openat').find(
    (record) => [...walk(named(record.arguments, 'pathname'))][1]?.kind.value === '/etc/hostname',
  );
  expect(opened?.returnValue?.kind).toMatchObject({
    case: 'descriptor',
    value: { fd: Number(opened?.ret) },
  });
});

test('bad pointers are addresses with a fault', async ({ client }) => {
  const trace = await traceToEnd(client, launch([fixture('bad-pointers')], { capture: both }));
  const faults = calls(trace)
    .flatMap((record) => record.arguments)
    .filter(({ value }) => value?.kind.case === 'pointer' && value.kind.value.fault);
  expect(faults.length).toBeGreaterThan(0);
  for (const { value } of faults) {
    const pointer = value?.kind.case === 'pointer' ? value.kind.value : undefined;
    expect(pointer?.pointee).toBe(undefined);
    expect(pointer?.address).not.toBe(0n);
  }
});

describe('task ids', () => {
  const script = 'kill -0 $$';
  const killed = (trace: Trace) =>
    named(find(trace, RecordKind.ENTER, 'kill')[0]?.arguments ?? [], 'pid')?.kind;

  test('in the pid namespace of the server', async ({ client }) => {
    const trace = await traceToEnd(client, launch(['sh', '-c', script], { capture: both }));
    const pid = trace.records[0]?.pid;
    expect(killed(trace)).toMatchObject({ case: 'task', value: { id: pid, serverId: pid } });
  });

  test('in another one', async ({ client }) => {
    const argv = ['unshare', '-fp', 'sh', '-c', script];
    const trace = await traceToEnd(client, launch(argv, { capture: both }, privileged));
    expect(killed(trace)).toMatchObject({ case: 'task', value: { id: 1, serverId: 0 } });
  });
});
