/** `ptracectl summary`: counts and times of a session's calls, as strace -c prints them. */

import { toJsonString } from '@bufbuild/protobuf';
import type { Duration } from '@bufbuild/protobuf/wkt';
import { type SummaryRow, SummaryRowSchema } from '../client/index.js';
import { remoteCommand } from './remote-command.js';
import { sessionName } from './session-name.js';
import {
  type CountedCall,
  type ExtraColumn,
  formatSummary,
  nanoseconds,
  parseColumns,
  parseOrder,
} from './summary-table.js';
import { printable } from './text-output.js';

interface CountedRow extends CountedCall {
  readonly row: SummaryRow;
}

function counted(row: SummaryRow): CountedRow {
  return {
    name: row.syscall,
    calls: Number(row.calls),
    errors: Number(row.errors),
    totalNs: nanoseconds(row.totalTime),
    minNs: nanoseconds(row.minTime),
    maxNs: nanoseconds(row.maxTime),
    row,
  };
}

function percentile(
  heading: string,
  of: (row: SummaryRow) => Duration | undefined,
): ExtraColumn<CountedRow> {
  return { heading, show: ({ row }) => (nanoseconds(of(row)) / 1000).toFixed(1) };
}

const PERCENTILES = [
  percentile('min usecs', (row) => row.minTime),
  percentile('p50 usecs', (row) => row.p50Time),
  percentile('p95 usecs', (row) => row.p95Time),
  percentile('p99 usecs', (row) => row.p99Time),
  percentile('max usecs', (row) => row.maxTime),
];

export const summaryCommand = remoteCommand({
  name: 'summary',
  summary: "count and time a session's system calls",
  synopsis: 'SESSION',
  description: `Prints counts, errors and times of a session's calls since it began, as strace -c does. The times
are from entry to exit, as with strace -w. 'ptracectl replay -c FILE' does so for a recording.`,
  options: {
    'by-process': { type: 'boolean', default: false },
    percentiles: { type: 'boolean', default: false },
    sort: { type: 'string' },
    'summary-columns': { type: 'string', short: 'U' },
    'summary-sort-by': { type: 'string', short: 'S' },
  },
  optionHelp: `\
      --by-process         a table for each process, with its command's name
      --percentiles        also the shortest, median, 95th and 99th percentile, and longest, in
                           microseconds
  -S, --summary-sort-by=COLUMN, --sort=COLUMN
                           order of the lines (default time)
  -U, --summary-columns=COLUMN,...
                           time-percent, total-time, min-time, max-time, avg-time, calls,
                           errors, name`,
  async run({ client, values, operands: [session = ''], output }) {
    const order = parseOrder(values['summary-sort-by'] ?? values.sort ?? 'time');
    const columns = parseColumns(values['summary-columns']);
    const byProcess = values['by-process'];
    const name = await sessionName(client, session);
    const response = await client.traces.getSummary({ session: name, byProcess });
    const rows = response.rows
      .map(counted)
      .toSorted((a, b) => (byProcess ? a.row.pid - b.row.pid : 0) || order(a, b));
    const format = (some: readonly CountedRow[]): string[] =>
      formatSummary(some, columns, values.percentiles ? PERCENTILES : []);
    const lines = values.json
      ? rows.map(({ row }) => toJsonString(SummaryRowSchema, row))
      : byProcess
        ? tables(rows, format)
        : format(rows);
    for (const line of lines) {
      output.line(line);
    }
  },
});

/** A table for each process, in the order of their first rows. */
function tables(
  rows: readonly CountedRow[],
  format: (rows: readonly CountedRow[]) => string[],
): string[] {
  const pids = [...new Set(rows.map(({ row }) => row.pid))];
  return pids.flatMap((pid, index) => {
    const own = rows.filter(({ row }) => row.pid === pid);
    return [...(index === 0 ? [] : ['']), titleOf(own[0]?.row), ...format(own)];
  });
}

function titleOf(row: SummaryRow | undefined): string {
  if (row === undefined || row.pid === 0) {
    return 'other processes';
  }
  // A server of an earlier version does not name it.
  return row.comm === '' ? `process ${row.pid}` : `process ${row.pid} (${printable(row.comm)})`;
}
