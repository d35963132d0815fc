/** Counts the calls of a stream, and prints strace's summary at its end: -c and -C. */

import { Arch, type KnownFrame, RecordKind } from '../client/index.js';
import { CallCounts } from './call-counts.js';
import type { FrameSink } from './frame-sink.js';
import type { COUNT_OPTIONS, ParsedArguments } from './options.js';
import {
  type ColumnName,
  type CountedCall,
  formatSummary,
  parseColumns,
  parseOrder,
} from './summary-table.js';
import { UsageError } from './usage-error.js';

export interface SummaryOptions {
  /** -c: no lines but the summary; -C: after them. */
  readonly only: boolean;
  readonly columns: readonly ColumnName[];
  readonly order: (a: CountedCall, b: CountedCall) => number;
  /** Times from entry to exit; else in the kernel, where that was measured. */
  readonly wallClock: boolean;
}

/** strace's names for the tables but the first. */
const MODES: Readonly<Record<number, string>> = { [Arch.I386]: '32 bit', [Arch.X32]: 'x32' };

const PRINTED = new Set([RecordKind.ENTER, RecordKind.EXIT, RecordKind.SIGNAL, RecordKind.STOP]);

type CountValues = ParsedArguments<typeof COUNT_OPTIONS>['values'];

/** What -c, -C and the options about them ask for; undefined: lines alone. Throws a UsageError. */
export function summaryOptions(values: CountValues): SummaryOptions | undefined {
  const {
    'summary-only': only,
    summary,
    'summary-columns': columns,
    'summary-sort-by': sort,
  } = values;
  if (only && summary) {
    throw new UsageError('-c and -C exclude each other');
  }
  if (!only && !summary) {
    const about = { '-S': sort, '-U': columns, '-w': values['summary-wall-clock'] || undefined };
    const given = Object.entries(about).find(([, value]) => value !== undefined);
    if (given !== undefined) {
      throw new UsageError(`${given[0]} must be given with -c or -C`);
    }
    return undefined;
  }
  return {
    only,
    columns: parseColumns(columns),
    order: parseOrder(sort ?? 'time'),
    wallClock: values['summary-wall-clock'],
  };
}

/** Where the lines of the summary go. */
interface Log {
  log(text: string): void;
}

export class CountingSink implements FrameSink {
  readonly #inner: FrameSink;
  readonly #log: Log;
  readonly #options: SummaryOptions;
  readonly #counts: CallCounts;
  #printed = false;

  constructor(inner: FrameSink, log: Log, options: SummaryOptions) {
    this.#inner = inner;
    this.#log = log;
    this.#options = options;
    this.#counts = new CallCounts(options.wallClock);
  }

  get fd(): number {
    return this.#inner.fd;
  }

  get incomplete(): boolean {
    return this.#inner.incomplete;
  }

  frame(frame: KnownFrame | undefined, bytes: Uint8Array): void {
    if (frame?.case !== 'batch') {
      this.#inner.frame(frame, bytes);
      return;
    }
    for (const record of frame.value.records) {
      this.#counts.add(record);
    }
    if (this.#options.only) {
      const records = frame.value.records.filter(({ kind }) => !PRINTED.has(kind));
      this.#inner.frame({ case: 'batch', value: { ...frame.value, records } }, bytes);
    } else {
      this.#inner.frame(frame, bytes);
    }
  }

  notice(text: string): void {
    this.#inner.notice(text);
  }

  detached(): void {
    this.#inner.detached();
    this.#print();
  }

  left(): void {
    this.#inner.left();
    this.#print();
  }

  finish(): void {
    this.#inner.finish();
    this.#print();
  }

  flush(): Promise<void> {
    return this.#inner.flush();
  }

  #print(): void {
    if (this.#printed) {
      return;
    }
    this.#printed = true;
    const { columns, order } = this.#options;
    for (const { arch, calls } of this.#counts.tables()) {
      const mode = MODES[arch];
      const title = mode === undefined ? [] : [`System call usage summary for ${mode} mode:`];
      for (const line of [...title, ...formatSummary(calls.toSorted(order), columns)]) {
        this.#log.log(`${line}\n`);
      }
    }
  }
}
