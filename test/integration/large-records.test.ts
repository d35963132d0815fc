/** A record has at most 1 MiB, so that a client with the 4 MiB of gRPC's default gets past every call. */
import { type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { describe, expect } from 'vitest';
import { StepKind } from '../../src/gen/ptraced/v1/control_service_pb.js';
import {
  RecordKind,
  type TraceRecord,
  TraceRecordSchema,
} from '../../src/gen/ptraced/v1/record_pb.js';
import {
  type CaptureOptionsSchema,
  DecodeMode,
  RecordMode,
} from '../../src/gen/ptraced/v1/session_pb.js';
import { TraceService } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { Control } from '../support/control.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { Client } from '../support/rpc.js';
import { create, ended, launching } from '../support/session.js';
import { Subscription } from '../support/subscription.js';
import { launch, traceToEnd } from '../support/trace.js';

const mib = 1024 * 1024;
const large = ['write', 'writev', 'poll', 'execve'];

type Capture = Omit<MessageInitShape<typeof CaptureOptionsSchema>, '$typeName' | '$unknown'>;

/** Everything of every call, and the bytes behind its second argument at both stops. */
function everything(capture: Capture, withMemory = false): Capture {
  const probe = { address: 'arg1', length: { case: 'bytes', value: mib }, maxBytes: mib } as const;
  return {
    maxStringBytes: mib,
    unabbreviated: true,
    registers: true,
    filter: { syscalls: large },
    ...(withMemory && {
      probes: ['one', 'two'].map((name) => ({ name, ...probe, at: { syscalls: large } })),
    }),
    ...capture,
  };
}

function bytesOf(record: TraceRecord): number {
  return toBinary(TraceRecordSchema, record).length;
}

function expectBounded(records: readonly TraceRecord[]): void {
  expect(records.filter((record) => bytesOf(record) > mib).map(({ text }) => text.length)).toEqual(
    [],
  );
}

/** Of the last call of this name. */
function exitOf(records: readonly TraceRecord[], syscall: string): TraceRecord | undefined {
  return records.findLast(({ kind, syscall: of }) => kind === RecordKind.EXIT && of === syscall);
}

// As gRPC has it for clients that say nothing.
const usual = { 'grpc.max_receive_message_length': 4 * mib };

describe('a call of 16 MiB', () => {
  const modes: [string, Capture, boolean][] = [
    ['text', { decode: DecodeMode.TEXT }, false],
    ['values', { decode: DecodeMode.VALUES }, false],
    ['text and values', { decode: DecodeMode.TEXT_AND_VALUES }, false],
    ['text and memory', { decode: DecodeMode.TEXT }, true],
    ['everything', { decode: DecodeMode.TEXT_AND_VALUES }, true],
    ['raw, with memory', { decode: DecodeMode.RAW }, true],
    ['values, combined', { decode: DecodeMode.VALUES, mode: RecordMode.COMBINED }, false],
    [
      'everything, combined',
      { decode: DecodeMode.TEXT_AND_VALUES, mode: RecordMode.COMBINED },
      true,
    ],
  ];

  for (const [name, capture, withMemory] of modes) {
    test(`is cut in ${name}`, async ({ server }) => {
      await using client = new Client(server.address, usual);
      const options = { capture: everything(capture, withMemory) };
      const trace = await traceToEnd(client, launch([fixture('large-calls')], options));
      expectBounded(trace.records);
      for (const syscall of capture.decode === DecodeMode.RAW ? ['write'] : large) {
        const exit = exitOf(trace.records, syscall);
        expect(exit, syscall).toMatchObject({ truncated: true });
        // What there is room for is used.
        expect(bytesOf(exit as TraceRecord), syscall).toBeGreaterThan(mib / 4);
      }
    });
  }

  test('says in its text and its values where it is cut', async ({ server }) => {
    await using client = new Client(server.address, usual);
    const options = { capture: everything({ decode: DecodeMode.TEXT_AND_VALUES }) };
    const trace = await traceToEnd(client, launch([fixture('large-calls')], options));
    const exit = exitOf(trace.records, 'writev');
    expect(exit?.text).toMatch(
      /^writev\(3, \[\{iov_base="\\310bc.*"\.\.\., iov_len=1048576\}, \.\.\.\], 16\) += 16777216$/s,
    );
    const parts = exit?.arguments.find(({ name }) => name !== 'fd')?.value?.kind;
    const list = parts?.case === 'pointer' ? parts.value.pointee : undefined;
    expect(list).toMatchObject({ truncated: true, fullSize: 16n });
  });

  test('leaves a record of a small call as it is', async ({ server }) => {
    await using client = new Client(server.address, usual);
    const options = { capture: everything({ filter: { syscalls: ['openat'] } }, true) };
    const trace = await traceToEnd(client, launch(['/bin/true'], options));
    const opened = trace.records.filter(({ syscall }) => syscall === 'openat');
    expect(opened.length).toBeGreaterThan(0);
    expect(opened.every(({ truncated }) => !truncated)).toBe(true);
  });

  test('is read by pages, streams and steps', async ({ server }) => {
    await using client = new Client(server.address, usual);
    await using session = await create(
      client,
      launching(
        [fixture('large-calls')],
        {
          capture: everything({ decode: DecodeMode.TEXT_AND_VALUES }, true),
          rules: { stop: [{ at: { syscalls: ['write'], kinds: [RecordKind.ENTER] } }] },
        },
        {},
      ),
    );
    const control = new Control(client, session.name);
    const { tid, stopRecord } = await control.stop();
    expectBounded(stopRecord === undefined ? [] : [stopRecord]);
    const { records, task } = await control.step({ tid, kind: StepKind.SYSCALL, count: 8 });
    expectBounded(records);
    expect(records.some(({ truncated }) => truncated)).toBe(true);
    expect(task).toBeDefined();
    expectBounded((await control.tasks()).flatMap((each) => each.stopRecord ?? []));
    expectBounded((await control.pause()).flatMap((each) => each.stopRecord ?? []));
    expectBounded((await control.resume()).flatMap((each) => each.stopRecord ?? []));
    await ended(session);

    const pages: TraceRecord[] = [];
    for (let afterSerial = 0n, complete = false; !complete; ) {
      const page = await client.unary(TraceService.method.listRecords, {
        session: session.name,
        afterSerial,
        pageSize: 10_000,
      });
      pages.push(...page.records);
      ({ lastSerial: afterSerial, complete } = page);
    }
    expectBounded(pages);
    await using all = new Subscription(client, { session: session.name });
    await all.finish();
    expect(all.records.map(({ serial }) => serial)).toEqual(pages.map(({ serial }) => serial));
    await using some = new Subscription(client, {
      session: session.name,
      filter: { kinds: [RecordKind.EXIT] },
    });
    await some.finish();
    expectBounded(some.records);
  });
});
