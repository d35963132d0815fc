/** `ptracectl summary`: counts and times of a session's calls, as strace -c prints them. */

import { toJsonString } from '@bufbuild/protobuf';
import type { Duration } from '@bufbuild/protobuf/wkt';
import { type SummaryRow, SummaryRowSchema } from '../client/index.js';
import type { Command } from './command.js';
import { type ExitStatus, FAILURE } from './exit-status.js';
import {
  type OptionSpecs,
  type ParsedArguments,
  parseAnywhere,
  REMOTE_OPTIONS,
} from './options.js';
import { summarizeRecording } from './recording-summary.js';
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
import { printable, TextOutput } from './text-output.js';
import { UsageError } from './usage-error.js';

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

const OPTIONS = {
  'by-process': { type: 'boolean', default: false },
  percentiles: { type: 'boolean', default: false },
  recording: { type: 'string' },
  sort: { type: 'string' },
  'summary-columns': { type: 'string', short: 'U' },
  'summary-sort-by': { type: 'string', short: 'S' },
} as const satisfies OptionSpecs;

type Values = ParsedArguments<typeof OPTIONS & typeof REMOTE_OPTIONS>['values'];

const ofSession = remoteCommand({
  name: 'summary',
  summary: "count and time a session's system calls",
  synopsis: 'SESSION',
  description: `Prints counts, errors and times of a session's calls since it began, as strace -c does. The times
are from entry to exit, as with strace -w. With --recording in place of SESSION, of a recording.`,
  options: OPTIONS,
  optionHelp: `\
      --by-process         a table for each process, of a session with its command's name
      --percentiles        also the shortest, median, 95th and 99th percentile, and longest, in
                           microseconds
      --recording=FILE     the calls in a recording of 'ptracectl record'; needs no server
  -S, --summary-sort-by=COLUMN, --sort=COLUMN
                           order of the lines (default time)
  -U, --summary-columns=COLUMN,...
                           time-percent, total-time, min-time, max-time, avg-time, calls,
                           errors, name`,
  async run({ client, values, operands: [session = ''], output }) {
    const print = printerOf(values);
    const name = await sessionName(client, session);
    const { rows } = await client.traces.getSummary({
      session: name,
      byProcess: values['by-process'],
    });
    print(rows, output);
  },
});

export const summaryCommand: Command = {
  ...ofSession,
  async run(args, server) {
    const { values, operands } = parseAnywhere(args, { ...OPTIONS, ...REMOTE_OPTIONS });
    if (values.recording === undefined || values.help) {
      return ofSession.run(args, server);
    }
    if (operands.length > 0) {
      throw new UsageError('SESSION and --recording exclude each other');
    }
    return await printRecording(values.recording, values);
  },
};

async function printRecording(file: string, values: Values): Promise<ExitStatus> {
  const print = printerOf(values);
  const { rows, lost, failure } = await summarizeRecording(file, values['by-process']);
  const output = new TextOutput(values.json);
  if (failure?.fault !== 'NOT_A_RECORDING') {
    print(rows, output);
  }
  if (lost > 0n) {
    output.notice(`'${file}' lacks ${lost} records, whose calls are not counted`);
  }
  if (failure !== undefined) {
    output.notice(`'${file}': ${failure.message}`);
  }
  await output.flush();
  return failure === undefined ? { code: 0 } : FAILURE;
}

/** Prints rows as the options say. Throws a UsageError for those that make no sense. */
function printerOf(values: Values): (rows: readonly SummaryRow[], output: TextOutput) => void {
  const order = parseOrder(values['summary-sort-by'] ?? values.sort ?? 'time');
  const columns = parseColumns(values['summary-columns']);
  const byProcess = values['by-process'];
  const format = (some: readonly CountedRow[]): string[] =>
    formatSummary(some, columns, values.percentiles ? PERCENTILES : []);
  return (unordered, output) => {
    const rows = unordered
      .map(counted)
      .toSorted((a, b) => (byProcess ? a.row.pid - b.row.pid : 0) || order(a, b));
    const lines = values.json
      ? rows.map(({ row }) => toJsonString(SummaryRowSchema, row))
      : byProcess
        ? tables(rows, format)
        : format(rows);
    for (const line of lines) {
      output.line(line);
    }
  };
}

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
  // Recordings and servers of earlier versions do not name it.
  return row.comm === '' ? `process ${row.pid}` : `process ${row.pid} (${printable(row.comm)})`;
}
