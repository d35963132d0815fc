/** `ptracectl summary`: counts and times of a session's calls, as strace -c prints them. */

import { toJsonString } from '@bufbuild/protobuf';
import { type SummaryRow, SummaryRowSchema } from '../client/index.js';
import { remoteCommand } from './remote-command.js';
import { sessionName } from './session-name.js';
import { formatSummary, nanoseconds } from './summary-table.js';
import { enumValue } from './values.js';

type Order = (a: SummaryRow, b: SummaryRow) => number;

const BY_TIME: Order = (a, b) => nanoseconds(b.totalTime) - nanoseconds(a.totalTime);

const ORDERS: Readonly<Record<string, Order>> = {
  time: BY_TIME,
  calls: (a, b) => Number(b.calls - a.calls) || BY_TIME(a, b),
  errors: (a, b) => Number(b.errors - a.errors) || BY_TIME(a, b),
  name: (a, b) => (a.syscall < b.syscall ? -1 : Number(a.syscall > b.syscall)),
};

export const summaryCommand = remoteCommand({
  name: 'summary',
  summary: "count and time a session's system calls",
  synopsis: 'SESSION',
  description: `Prints counts, errors and times of a session's calls since it began, as strace -c does. The times
are from entry to exit, as with strace -w.`,
  options: {
    'by-process': { type: 'boolean', default: false },
    percentiles: { type: 'boolean', default: false },
    sort: { type: 'string', short: 'S', default: 'time' },
  },
  optionHelp: `\
      --by-process         a table for each process
      --percentiles        also the shortest, median, 95th and 99th percentile, and longest
  -S, --sort=ORDER         time, calls, errors or name (default time)`,
  async run({ client, values, operands: [session = ''], output }) {
    const order = enumValue(ORDERS, values.sort, '-S');
    const byProcess = values['by-process'];
    const name = await sessionName(client, session);
    const { rows } = await client.traces.getSummary({ session: name, byProcess });
    const sorted = rows.toSorted((a, b) => (byProcess ? a.pid - b.pid : 0) || order(a, b));
    const lines = values.json
      ? sorted.map((row) => toJsonString(SummaryRowSchema, row))
      : formatSummary(sorted, { byProcess, percentiles: values.percentiles });
    for (const line of lines) {
      output.line(line);
    }
  },
});
