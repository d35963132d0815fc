/** The validator of streams finds each sort of breach: else it would prove nothing of the others. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import {
  Arch,
  RecordKind,
  StopReason,
  TaskOrigin,
  type TraceRecordSchema,
} from '../../src/gen/ptraced/v1/record_pb.js';
import { EndCause } from '../../src/gen/ptraced/v1/session_pb.js';
import {
  TraceRequestSchema,
  TraceResponseSchema,
} from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { launch } from '../support/trace.js';
import { StreamValidator } from '../support/validator.js';

type RecordInit = Exclude<MessageInitShape<typeof TraceRecordSchema>, { $typeName: string }>;
type FrameInit = NonNullable<
  Exclude<MessageInitShape<typeof TraceResponseSchema>, { $typeName: string }>['frame']
>;

const root = 100;
const now = () => ({
  seconds: BigInt(Math.floor(Date.now() / 1000)),
  nanos: (Date.now() % 1000) * 1_000_000,
});
const base = (serial: bigint, tid = root) => ({ serial, tid, pid: tid, time: now() });
const call = { sysno: 39, syscall: 'getpid', arch: Arch.X86_64, args: Array(6).fill(0n) };

const enter = (serial: bigint, tid = root): RecordInit => ({
  ...base(serial, tid),
  ...call,
  kind: RecordKind.ENTER,
  text: 'getpid(',
});
const exit = (serial: bigint, enterSerial: bigint, tid = root): RecordInit => ({
  ...base(serial, tid),
  ...call,
  kind: RecordKind.EXIT,
  text: 'getpid() = 100',
  ret: 100n,
  enterSerial,
  duration: { seconds: 0n, nanos: 1000 },
});
const fork = (serial: bigint, newTid: number): RecordInit => ({
  ...base(serial),
  kind: RecordKind.NEW_TASK,
  detail: {
    case: 'newTask',
    value: { newTid, newPid: newTid, origin: TaskOrigin.FORK, followed: true },
  },
});
const end = (serial: bigint, tid = root): RecordInit => ({
  ...base(serial, tid),
  kind: RecordKind.TASK_EXIT,
  detail: { case: 'taskExit', value: { exitCode: 0, processEnded: true } },
});

const header: FrameInit = { case: 'header', value: { firstSerial: 1n, rootPid: root } };
const batch = (...records: RecordInit[]): FrameInit => ({
  case: 'batch',
  value: { records, lastSerial: records.at(-1)?.serial ?? 0n },
});
const ended = (lastSerial: bigint, lostRecords = 0n): FrameInit => ({
  case: 'ended',
  value: { cause: EndCause.TRACEES_EXITED, lastSerial, lostRecords },
});

function complaints(...frames: FrameInit[]): string {
  const validator = new StreamValidator(create(TraceRequestSchema, launch(['x'])));
  for (const frame of frames) {
    validator.frame(create(TraceResponseSchema, { frame }));
  }
  return validator.complaints.join('\n');
}

test('a right stream has nothing to complain of', () => {
  const frames = [
    header,
    batch(enter(1n), exit(2n, 1n), fork(3n, 101), enter(4n, 101), end(5n, 101), end(6n)),
    ended(6n),
  ];
  expect(complaints(...frames)).toBe('');
});

describe('a breach is found', () => {
  const cases: [string, FrameInit[], RegExp][] = [
    ['no header', [batch(enter(1n))], /frame 1 is batch/],
    ['a frame after the last', [header, ended(0n), batch(enter(1n))], /after ended/],
    ['a gap in the serials', [header, batch(enter(1n), exit(3n, 1n))], /serial 3 instead of 2/],
    ['a serial twice', [header, batch(enter(1n), enter(1n))], /serial 1 instead of 2/],
    ['a false loss', [header, lost(2n, 3n, 2n)], /expected 1/],
    ['a miscounted loss', [header, lost(1n, 3n, 2n)], /lost 2 from 1 to 3/],
    ['a loss that the end does not know', [header, lost(1n, 3n, 3n), ended(3n)], /0 lost/],
    ['a false last serial', [header, batch(enter(1n)), ended(2n)], /ended says serial 2/],
    ['an ENTER in an open call', [header, batch(enter(1n), enter(2n))], /is open/],
    ['an EXIT of nothing', [header, batch(exit(1n, 0n), exit(2n, 1n))], /is not open/],
    ['an EXIT twice', [header, batch(enter(1n), exit(2n, 1n), exit(3n, 1n))], /is not open/],
    ['an EXIT of another call', [header, batch(enter(1n), other(2n))], /does not fit/],
    ['an unknown task', [header, batch(enter(1n, 555))], /no NEW_TASK/],
    ['a record after the end', [header, batch(end(1n), enter(2n))], /after its TASK_EXIT/],
    ['a task that never ended', [header, batch(enter(1n)), ended(1n)], /without TASK_EXIT of 100/],
    ['a task made twice', [header, batch(fork(1n, 101), fork(2n, 101))], /there already/],
    ['no time', [header, batch({ ...enter(1n), time: undefined as never })], /no time/],
    ['a time long ago', [header, batch({ ...enter(1n), time: { seconds: 5n } })], /time 5/],
    ['no text', [header, batch({ ...enter(1n), text: '' })], /text ""/],
    ['no duration', [header, batch(enter(1n), { ...exit(2n, 1n), duration: {} })], /duration 0/],
    [
      'a duration that is too long',
      [header, batch(enter(1n), { ...exit(2n, 1n), duration: { seconds: 9n } })],
      /duration 9000000000/,
    ],
    ['an errno without its value', [header, batch({ ...exit(1n, 0n), errno: 2 })], /ret 100/],
    ['five arguments', [header, batch({ ...enter(1n), args: [1n] })], /1 arguments/],
    ['a hold without an id', [header, batch(held(1n, 0n))], /stop_id 0/],
    ['an id of two holds', [header, batch(held(1n, 7n), held(2n, 7n))], /given before/],
    [
      'an announced stop that does not come',
      [header, batch({ ...enter(1n), stopId: 7n }, exit(2n, 1n))],
      /no STOP of 7/,
    ],
    [
      'output with a hole',
      [header, batch(output(1n, 0n), output(2n, 9n))],
      /offset 9 instead of 1/,
    ],
  ];
  for (const [what, frames, expected] of cases) {
    test(what, () => expect(complaints(...frames)).toMatch(expected));
  }
});

function lost(firstSerial: bigint, lastSerial: bigint, count: bigint): FrameInit {
  return { case: 'lost', value: { firstSerial, lastSerial, count } };
}

function held(serial: bigint, stopId: bigint): RecordInit {
  return {
    ...base(serial),
    kind: RecordKind.STOP,
    stopId,
    detail: { case: 'stop', value: { reason: StopReason.PAUSE } },
  };
}

function other(serial: bigint): RecordInit {
  return { ...exit(serial, 1n), sysno: 102, syscall: 'getuid' };
}

function output(serial: bigint, offset: bigint): RecordInit {
  return {
    ...base(serial),
    kind: RecordKind.OUTPUT,
    detail: { case: 'output', value: { fd: 1, data: new Uint8Array([65]), offset } },
  };
}
