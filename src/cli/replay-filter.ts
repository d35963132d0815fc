/** Which records of a recording are printed. */

import { Arch, type KnownFrame, RecordKind, type TraceRecord } from '../client/index.js';
import { type SelectedCalls, selectionOf } from './capture-options.js';
import { describeFailure, openConnection } from './connection.js';
import { type FILTER_OPTIONS, type ParsedArguments, parseNumber } from './options.js';
import { UsageError } from './usage-error.js';

/** FILTER_OPTIONS but for files, which a recording does not have. */
type Values = Omit<ParsedArguments<typeof FILTER_OPTIONS>['values'], 'trace-fds' | 'trace-path'> & {
  readonly pid: readonly string[];
};

const MAX_PID = 4_194_304;

/** Takes the records out of a frame that are not wanted. */
export type FrameFilter = (frame: KnownFrame) => KnownFrame;

/** Throws a UsageError for values that make no sense. */
export async function replayFilter(values: Values): Promise<FrameFilter> {
  const pids = new Set(values.pid.map((pid) => parseNumber(pid, '-p', 1, MAX_PID)));
  const selection = selectionOf(values);
  if (selection.fds !== undefined) {
    throw new UsageError('-e trace-fds= is not for a recording, which has no descriptors');
  }
  const isSelected = await callsOf(selection.syscalls ?? []);
  const { failedOnly = false, successfulOnly = false, kinds = [] } = selection;

  const passes = (record: TraceRecord): boolean => {
    if (pids.size > 0 && !pids.has(record.pid) && !pids.has(record.tid)) {
      return false;
    }
    if (record.kind !== RecordKind.ENTER && record.kind !== RecordKind.EXIT) {
      return true;
    }
    if ((kinds.length > 0 && !kinds.includes(record.kind)) || !isSelected(record)) {
      return false;
    }
    if (!failedOnly && !successfulOnly) {
      return true;
    }
    // What becomes of a call is not known at its entry: its line is made of the EXIT record alone.
    return record.kind === RecordKind.EXIT && (record.errno !== 0) === failedOnly;
  };
  return (frame) =>
    frame.case === 'batch'
      ? { ...frame, value: { ...frame.value, records: frame.value.records.filter(passes) } }
      : frame;
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
