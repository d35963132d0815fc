/** Rows of a summary as strace -c lays them out. */

import type { Duration } from '@bufbuild/protobuf/wkt';
import type { SummaryRow } from '../client/index.js';

export interface SummaryOptions {
  /** A table for each process, in the order of their first rows. */
  readonly byProcess: boolean;
  readonly percentiles: boolean;
}

/** Nanoseconds of a Duration; exact up to 104 days. */
export function nanoseconds(duration: Duration | undefined): number {
  return duration === undefined ? 0 : Number(duration.seconds) * 1e9 + duration.nanos;
}

/** Lines of one table, or of one for each process. */
export function formatSummary(rows: readonly SummaryRow[], options: SummaryOptions): string[] {
  if (!options.byProcess) {
    return formatOne(rows, options.percentiles);
  }
  const pids = [...new Set(rows.map(({ pid }) => pid))];
  return pids.flatMap((pid, index) => {
    const own = rows.filter((row) => row.pid === pid);
    const before = index === 0 ? [] : [''];
    return [...before, `process ${pid}`, ...formatOne(own, options.percentiles)];
  });
}

const PERCENTILES = ['min', 'p50', 'p95', 'p99', 'max'];

function formatOne(rows: readonly SummaryRow[], percentiles: boolean): string[] {
  const more = (cells: readonly string[]): string =>
    percentiles ? cells.map((cell) => ` ${cell.padStart(9)}`).join('') : '';
  const total = sum(rows, (row) => nanoseconds(row.totalTime));
  const calls = sum(rows, (row) => Number(row.calls));
  const errors = sum(rows, (row) => Number(row.errors));
  const dashes = `------ ----------- ----------- --------- ---------${more(PERCENTILES.map(() => '-'.repeat(9)))} ----------------`;
  return [
    `% time     seconds  usecs/call     calls    errors${more(PERCENTILES)} syscall`,
    dashes,
    ...rows.map((row) =>
      formatRow(row.syscall, nanoseconds(row.totalTime), total, row, more(percentilesOf(row))),
    ),
    dashes,
    formatRow('total', total, total, { calls, errors }, more(PERCENTILES.map(() => ''))),
  ];
}

function formatRow(
  name: string,
  time: number,
  total: number,
  { calls, errors }: { calls: bigint | number; errors: bigint | number },
  more: string,
): string {
  const share = total === 0 ? 0 : (100 * time) / total;
  const each = Number(calls) === 0 ? 0 : Math.floor(time / 1000 / Number(calls));
  const cells = [
    share.toFixed(2).padStart(6),
    (time / 1e9).toFixed(6).padStart(11),
    String(each).padStart(11),
    String(calls).padStart(9),
    (Number(errors) === 0 ? '' : String(errors)).padStart(9),
  ];
  return `${cells.join(' ')}${more} ${name}`;
}

/** In microseconds, like usecs/call. */
function percentilesOf(row: SummaryRow): string[] {
  return [row.minTime, row.p50Time, row.p95Time, row.p99Time, row.maxTime].map((time) =>
    (nanoseconds(time) / 1000).toFixed(1),
  );
}

function sum<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
