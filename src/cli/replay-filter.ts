/** Which records of a recording are printed. */

import { Arch, type KnownFrame, RecordKind, type TraceRecord } from '../client/index.js';
import { filterOf, type SelectedCalls } from './capture-options.js';
import { describeFailure, openConnection } from './connection.js';
import { fileCondition } from './file-conditions.js';
import { MissingPartError } from './missing-part.js';
import { type FILTER_OPTIONS, type ParsedArguments, parseNumber } from './options.js';
import { refuseTampering } from './rule-options.js';
import { UsageError } from './usage-error.js';

type Values = ParsedArguments<typeof FILTER_OPTIONS>['values'] & {
  readonly pid: readonly string[];
};

const MAX_PID = 4_194_304;

/** Takes the records out of a frame that are not wanted. Throws a MissingPartError at the header. */
export type FrameFilter = (frame: KnownFrame) => KnownFrame;

/** Throws a UsageError for values that make no sense. */
export async function replayFilter(values: Values): Promise<FrameFilter> {
  const pids = new Set(values.pid.map((pid) => parseNumber(pid, '-p', 1, MAX_PID)));
  refuseTampering(values);
  const filter = filterOf(values, undefined);
  const isSelected = await callsOf(filter.syscalls ?? []);
  const usesFile = fileCondition(filter);
  const { failedOnly = false, successfulOnly = false } = filter;

  const passes = (record: TraceRecord): boolean => {
    if (pids.size > 0 && !pids.has(record.pid) && !pids.has(record.tid)) {
      return false;
    }
    if (record.kind !== RecordKind.ENTER && record.kind !== RecordKind.EXIT) {
      return true;
    }
    if (!isSelected(record) || usesFile?.(record.files) === false) {
      return false;
    }
    if (!failedOnly && !successfulOnly) {
      return true;
    }
    // What becomes of a call is not known at its entry: its line is made of the EXIT record alone.
    return record.kind === RecordKind.EXIT && (record.errno !== 0) === failedOnly;
  };
  return (frame) => {
    if (frame.case === 'header' && usesFile !== undefined && !frame.value.capture?.files) {
      const option = filter.fds === undefined ? '-P' : '-e trace-fds';
      throw new MissingPartError(option, 'the files that calls use', 'capture.files');
    }
    return frame.case === 'batch'
      ? { ...frame, value: { ...frame.value, records: frame.value.records.filter(passes) } }
      : frame;
  };
}

/** Whether a call belongs to the set; the table of calls is that of the own server. */
async function callsOf(
  syscalls: NonNullable<SelectedCalls['syscalls']>,
): Promise<(record: TraceRecord) => boolean> {
  if (syscalls.length === 0) {
    return () => true;
  }
  await using connection = await openConnection(undefined);
  const { server } = connection.client;
  const named = new Set<string>();
  const selected = new Set<string>();
  try {
    for (const arch of [Arch.X86_64, Arch.I386, Arch.X32]) {
      const [all, some] = await Promise.all([
        server.listSyscalls({ arch }),
        server.listSyscalls({ arch, syscalls }),
      ]);
      for (const { number } of all.syscalls) {
        named.add(`${arch} ${number}`);
      }
      for (const { number } of some.syscalls) {
        selected.add(`${arch} ${number}`);
      }
    }
  } catch (error) {
    throw new UsageError(describeFailure(error, connection.address, false));
  }
  // A number that no table has is in every set, as in a session's own.
  return ({ arch, sysno }) => {
    const key = `${arch} ${sysno}`;
    return selected.has(key) || !named.has(key);
  };
}
