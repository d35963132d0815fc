/** The summary of a recording, in the rows of GetSummary. */

import { createReadStream } from 'node:fs';
import { create } from '@bufbuild/protobuf';
import type { Duration } from '@bufbuild/protobuf/wkt';
import { toBytes } from '../bytes.js';
import {
  RecordingError,
  RecordKind,
  readRecording,
  type SummaryRow,
  SummaryRowSchema,
  type TraceRecord,
} from '../client/index.js';
import { OutputError } from './fd-writer.js';
import { nanoseconds } from './summary-table.js';

export interface RecordingSummary {
  readonly rows: SummaryRow[];
  /** Records that the recording lacks, whose calls are not counted. */
  readonly lost: bigint;
  /** Why the recording breaks off, if it does. */
  readonly failure: RecordingError | undefined;
}

interface Counts {
  readonly pid: number;
  readonly syscall: string;
  calls: number;
  readonly errorsByName: Record<string, bigint>;
  /** In nanoseconds, of calls whose entry was seen. */
  readonly times: number[];
  /** In the kernel, where it was measured. */
  systemNs: number | undefined;
}

/** Throws an OutputError where the file cannot be read. Takes memory for the time of each call. */
export async function summarizeRecording(
  file: string,
  byProcess: boolean,
): Promise<RecordingSummary> {
  const counts = new Map<string, Counts>();
  let lost = 0n;
  let failure: RecordingError | undefined;
  try {
    for await (const frame of readRecording(createReadStream(toBytes(file)))) {
      if (frame.case === 'lost') {
        lost += frame.value.count;
      } else if (frame.case === 'batch') {
        for (const record of frame.value.records) {
          count(counts, record, byProcess);
        }
      }
    }
  } catch (error) {
    if (!(error instanceof RecordingError)) {
      throw (error as NodeJS.ErrnoException).syscall
        ? new OutputError(`read '${file}'`, error)
        : error;
    }
    failure = error;
  }
  return { rows: [...counts.values()].map(rowOf), lost, failure };
}

/** As in GetSummary, a call counts when it has returned. */
function count(counts: Map<string, Counts>, record: TraceRecord, byProcess: boolean): void {
  if (record.kind !== RecordKind.EXIT) {
    return;
  }
  const { syscall, errnoName, errno, duration, systemTime } = record;
  const pid = byProcess ? record.pid : 0;
  const key = `${pid} ${syscall}`;
  const row = counts.get(key) ?? {
    pid,
    syscall,
    calls: 0,
    errorsByName: {},
    times: [],
    systemNs: undefined,
  };
  counts.set(key, row);
  row.calls += 1;
  if (errno !== 0) {
    const name = errnoName || String(errno);
    row.errorsByName[name] = (row.errorsByName[name] ?? 0n) + 1n;
  }
  if (duration !== undefined) {
    row.times.push(nanoseconds(duration));
  }
  if (systemTime !== undefined) {
    row.systemNs = (row.systemNs ?? 0) + nanoseconds(systemTime);
  }
}

function rowOf({ pid, syscall, calls, errorsByName, times, systemNs }: Counts): SummaryRow {
  const sorted = times.toSorted((a, b) => a - b);
  const quantile = (share: number) =>
    durationOf(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
  return create(SummaryRowSchema, {
    pid,
    syscall,
    calls: BigInt(calls),
    errors: Object.values(errorsByName).reduce((sum, errors) => sum + errors, 0n),
    errorsByName,
    totalTime: durationOf(sorted.reduce((sum, time) => sum + time, 0)),
    minTime: quantile(0),
    p50Time: quantile(0.5),
    p95Time: quantile(0.95),
    p99Time: quantile(0.99),
    maxTime: quantile(1),
    ...(systemNs !== undefined && { systemTime: durationOf(systemNs) }),
  });
}

function durationOf(ns: number): Pick<Duration, 'seconds' | 'nanos'> {
  return { seconds: BigInt(Math.floor(ns / 1e9)), nanos: ns % 1e9 };
}
