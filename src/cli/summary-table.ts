/** Counts and times as strace -c lays them out. */

import type { Duration } from '@bufbuild/protobuf/wkt';
import { didYouMean } from './suggestion.js';
import { UsageError } from './usage-error.js';

/** The calls of one name. */
export interface CountedCall {
  readonly name: string;
  calls: number;
  errors: number;
  totalNs: number;
  /** Of a single call. */
  minNs: number;
  maxNs: number;
}

/** Nanoseconds of a Duration; exact up to 104 days. */
export function nanoseconds(duration: Duration | undefined): number {
  return duration === undefined ? 0 : Number(duration.seconds) * 1e9 + duration.nanos;
}

/** A column, by what it shows of a call or of all of them together. */
interface Column<Call extends CountedCall> {
  readonly heading: string;
  readonly width: number;
  /** `total`: of all calls together. */
  show(call: Call, total: CountedCall): string;
  /** Where that is not as of a call. */
  readonly showTotal?: (total: CountedCall) => string;
  /** Which of two calls stands first, where lines are in the order of this column. */
  compare(a: Call, b: Call): number;
}

/** A column that a caller adds. */
export interface ExtraColumn<Call extends CountedCall> {
  readonly heading: string;
  readonly show: (call: Call) => string;
}

const seconds = (ns: number): string => (ns / 1e9).toFixed(6);

function averageMicroseconds({ totalNs, calls }: CountedCall): string {
  return String(calls === 0 ? 0 : Math.floor(totalNs / 1000 / calls));
}

const byTime = (a: CountedCall, b: CountedCall): number => b.totalNs - a.totalNs;

/** strace's columns, by the name that its -U and -S have for them. */
const COLUMNS = {
  'time-percent': {
    heading: '% time',
    width: 6,
    show: ({ totalNs }, total) => (totalNs === 0 ? 0 : (100 * totalNs) / total.totalNs).toFixed(2),
    showTotal: () => '100.00',
    compare: byTime,
  },
  'total-time': {
    heading: 'seconds',
    width: 11,
    show: ({ totalNs }) => seconds(totalNs),
    compare: byTime,
  },
  'min-time': {
    heading: 'shortest',
    width: 8,
    show: ({ minNs }) => seconds(minNs),
    compare: (a, b) => b.minNs - a.minNs,
  },
  'max-time': {
    heading: 'longest',
    width: 7,
    show: ({ maxNs }) => seconds(maxNs),
    compare: (a, b) => b.maxNs - a.maxNs,
  },
  'avg-time': {
    heading: 'usecs/call',
    width: 11,
    show: averageMicroseconds,
    compare: (a, b) => b.totalNs / b.calls - a.totalNs / a.calls,
  },
  calls: {
    heading: 'calls',
    width: 9,
    show: ({ calls }) => String(calls),
    compare: (a, b) => b.calls - a.calls,
  },
  errors: {
    heading: 'errors',
    width: 9,
    show: ({ errors }) => (errors === 0 ? '' : String(errors)),
    compare: (a, b) => b.errors - a.errors,
  },
  name: {
    heading: 'syscall',
    width: 16,
    show: ({ name }) => name,
    compare: (a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)),
  },
} as const satisfies Record<string, Column<CountedCall>>;

export type ColumnName = keyof typeof COLUMNS;

/** strace's other names for them. */
const ALIASES: Readonly<Record<string, ColumnName>> = {
  time: 'time-percent',
  'time-total': 'total-time',
  shortest: 'min-time',
  'time-min': 'min-time',
  longest: 'max-time',
  'time-max': 'max-time',
  'time-avg': 'avg-time',
  count: 'calls',
  error: 'errors',
  syscall: 'name',
  'syscall-name': 'name',
};

const DEFAULT_COLUMNS: readonly ColumnName[] = [
  'time-percent',
  'total-time',
  'avg-time',
  'calls',
  'errors',
  'name',
];

function columnOf(text: string): ColumnName | undefined {
  const name = text.replaceAll('_', '-');
  const column = Object.hasOwn(ALIASES, name) ? ALIASES[name] : name;
  return column !== undefined && Object.hasOwn(COLUMNS, column)
    ? (column as ColumnName)
    : undefined;
}

const NAMES = [...Object.keys(COLUMNS), ...Object.keys(ALIASES)];

/** The columns of a -U; undefined: strace's. The name is always one of them. Throws a UsageError. */
export function parseColumns(text: string | undefined): readonly ColumnName[] {
  if (text === undefined) {
    return DEFAULT_COLUMNS;
  }
  const columns: ColumnName[] = [];
  for (const item of text.split(',')) {
    const column = columnOf(item);
    if (column === undefined) {
      throw new UsageError(`invalid -U argument: no column '${item}'${didYouMean(item, NAMES)}`);
    }
    if (columns.includes(column)) {
      throw new UsageError(`invalid -U argument: '${column}' stands there twice`);
    }
    columns.push(column);
  }
  return columns.includes('name') ? columns : [...columns, 'name'];
}

/** Which of two calls stands first by a -S. Throws a UsageError. */
export function parseOrder(text: string): (a: CountedCall, b: CountedCall) => number {
  if (text === 'none' || text === 'nothing') {
    return () => 0;
  }
  const column = columnOf(text);
  if (column === undefined) {
    throw new UsageError(`invalid -S argument: '${text}'${didYouMean(text, NAMES)}`);
  }
  return COLUMNS[column].compare;
}

/** Lines of the table of these calls, in their order; `extra` columns stand before the name. */
export function formatSummary<Call extends CountedCall>(
  calls: readonly Call[],
  names: readonly ColumnName[],
  extra: readonly ExtraColumn<Call>[] = [],
): string[] {
  const total = totalOf(calls);
  const columns = names.flatMap((name): Column<Call>[] =>
    name === 'name' ? [...extra.map(additional), COLUMNS.name] : [COLUMNS[name]],
  );
  const rows = calls.map((call) => columns.map((column) => column.show(call, total)));
  const last = columns.map(({ show, showTotal }) =>
    showTotal === undefined ? show(total as Call, total) : showTotal(total),
  );
  const widths = columns.map((column, index) => {
    // A blank behind the longest name, as strace has it.
    const more = column.heading === 'syscall' ? 1 : 0;
    return Math.max(
      column.width,
      ...[...rows, last].map((row) => (row[index]?.length ?? 0) + more),
    );
  });
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        if (columns[index]?.heading !== 'syscall') {
          return cell.padStart(width);
        }
        return index === columns.length - 1 ? cell : cell.padEnd(width);
      })
      .join(' ');
  const dashes = widths.map((width) => '-'.repeat(width)).join(' ');
  return [
    line(columns.map(({ heading }) => heading)),
    dashes,
    ...rows.map(line),
    dashes,
    line(last),
  ];
}

function additional<Call extends CountedCall>({ heading, show }: ExtraColumn<Call>): Column<Call> {
  return { heading, width: 9, show, showTotal: () => '', compare: () => 0 };
}

function totalOf(calls: readonly CountedCall[]): CountedCall {
  const total = { name: 'total', calls: 0, errors: 0, totalNs: 0, minNs: Infinity, maxNs: 0 };
  for (const call of calls) {
    total.calls += call.calls;
    total.errors += call.errors;
    total.totalNs += call.totalNs;
    total.minNs = Math.min(total.minNs, call.minNs);
    total.maxNs = Math.max(total.maxNs, call.maxNs);
  }
  return { ...total, minNs: calls.length === 0 ? 0 : total.minNs };
}
