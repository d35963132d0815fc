/** From the options that `trace` and `attach` share to the CaptureOptions of the API. */

import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type CaptureOptionsSchema,
  DecodeMode,
  OverflowPolicy,
  RecordKind,
  RecordMode,
} from '../client/index.js';
import { type COMMON_OPTIONS, type ParsedArguments, parseNumber } from './options.js';
import { UsageError } from './usage-error.js';

/** Values of the shared options. */
export type CommonValues = ParsedArguments<typeof COMMON_OPTIONS>['values'];

const MAX_STRING_BYTES = 1024 * 1024;

const OVERFLOW_POLICIES: Readonly<Record<string, OverflowPolicy>> = {
  block: OverflowPolicy.BLOCK,
  'drop-oldest': OverflowPolicy.DROP_OLDEST,
};

/** Every kind but ENTER and EXIT: what `-e trace=none` leaves. */
const KINDS_WITHOUT_CALLS = [
  RecordKind.SIGNAL,
  RecordKind.NEW_TASK,
  RecordKind.EXEC,
  RecordKind.TASK_EXIT,
  RecordKind.STOP,
  RecordKind.OUTPUT,
  RecordKind.TRACER_ERROR,
];

/** Throws a UsageError for values that make no sense. */
export function captureOptions(
  values: CommonValues,
): MessageInitShape<typeof CaptureOptionsSchema> {
  const follow = !values['no-follow'];
  if (!follow && values['follow-forks']) {
    throw new UsageError('--no-follow and -f exclude each other');
  }
  return {
    // Both stops of a call, since strace shows where calls of several tasks interleave.
    mode: RecordMode.ENTER_EXIT,
    decode: DecodeMode.TEXT,
    unabbreviated: values['no-abbrev'],
    maxStringBytes: parseNumber(values['string-limit'], '-s', 1, MAX_STRING_BYTES),
    filter: filterOf([...values.expression.map(traceSet), ...values.trace]),
    follow: { noThreads: !follow, noProcesses: !follow },
    overflow: overflowPolicy(values.overflow),
  };
}

/** The set of a `-e trace=SET`, whose qualifier may be left out. */
function traceSet(expression: string): string {
  const [, qualifier = 'trace', set = ''] = /^(?:(\w+)=)?(.*)$/s.exec(expression) ?? [];
  if (qualifier !== 'trace' && qualifier !== 't') {
    throw new UsageError(`unsupported -e expression: '${expression}'`);
  }
  return set;
}

/** As in strace, the last set given counts. */
function filterOf(sets: string[]): { syscalls?: string[]; kinds?: RecordKind[] } {
  const set = sets.at(-1);
  if (set === undefined || set === 'all' || set === '!none') {
    return {};
  }
  if (set === 'none' || set === '!all') {
    return { kinds: KINDS_WITHOUT_CALLS };
  }
  // A leading "!" is about the whole set; in the API it stands before each entry.
  const negation = set.startsWith('!') ? '!' : '';
  const entries = set.slice(negation.length).split(',');
  if (entries.some((entry) => entry === '')) {
    throw new UsageError(`invalid set of system calls: '${set}'`);
  }
  return { syscalls: entries.map((entry) => negation + entry) };
}

function overflowPolicy(name: string | undefined): OverflowPolicy {
  if (name === undefined) {
    return OverflowPolicy.UNSPECIFIED;
  }
  const policy = OVERFLOW_POLICIES[name];
  if (policy === undefined) {
    throw new UsageError(`invalid --overflow argument: '${name}' (block or drop-oldest)`);
  }
  return policy;
}
