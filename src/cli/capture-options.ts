/** From options to the CaptureOptions and filters of the API. */

import { resolve } from 'node:path';
import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type CaptureOptionsSchema,
  DecodeMode,
  OverflowPolicy,
  type RecordFilterSchema,
  RecordKind,
  RecordMode,
} from '../client/index.js';
import { ownDirectory } from '../own-process.js';
import { textsOrBytes } from './byte-arguments.js';
import { parseExpressions } from './expressions.js';
import {
  type CAPTURE_OPTIONS,
  type FILTER_OPTIONS,
  type ParsedArguments,
  parseNumber,
} from './options.js';
import { UsageError } from './usage-error.js';

type CaptureValues = ParsedArguments<typeof CAPTURE_OPTIONS>['values'] & {
  readonly summary?: boolean;
  readonly 'summary-only'?: boolean;
  readonly 'summary-wall-clock'?: boolean;
};
type FilterValues = ParsedArguments<typeof FILTER_OPTIONS>['values'];

export const MAX_STRING_BYTES = 1024 * 1024;

const OVERFLOW_POLICIES: Readonly<Record<string, OverflowPolicy>> = {
  block: OverflowPolicy.BLOCK,
  'drop-oldest': OverflowPolicy.DROP_OLDEST,
};

/** Every kind but ENTER and EXIT. */
const KINDS_WITHOUT_CALLS: readonly RecordKind[] = [
  RecordKind.SIGNAL,
  RecordKind.NEW_TASK,
  RecordKind.EXEC,
  RecordKind.TASK_EXIT,
  RecordKind.STOP,
  RecordKind.OUTPUT,
  RecordKind.TRACER_ERROR,
];

/** Both stops of a call, since strace shows where calls of several tasks interleave. */
const PRINTED = { mode: RecordMode.ENTER_EXIT, decode: DecodeMode.TEXT };
/** Of calls that are counted alone, no arguments are read. */
const COUNTED = { mode: RecordMode.COMBINED, decode: DecodeMode.RAW };

const KINDS_THAT_COUNT: RecordKind[] = [
  ...KINDS_WITHOUT_CALLS.filter((kind) => kind !== RecordKind.SIGNAL),
  RecordKind.EXIT,
];

/** `address` is the server's, if it is not our own. Throws a UsageError for values that make no sense. */
export function captureOptions(
  values: CaptureValues,
  address: string | undefined,
): MessageInitShape<typeof CaptureOptionsSchema> {
  const follow = !values['no-follow'];
  const followForks = values['follow-forks'].length;
  if (!follow && followForks > 0) {
    throw new UsageError('--no-follow and -f exclude each other');
  }
  if (followForks > 1) {
    throw new UsageError('unsupported option -ff: there is one file for all processes');
  }
  return {
    ...(values['summary-only'] ? COUNTED : PRINTED),
    systemTime:
      (values['summary-only'] || values.summary) === true && !values['summary-wall-clock'],
    unabbreviated: values['no-abbrev'],
    ...stringLimit(values['string-limit']),
    filter: values['summary-only']
      ? { kinds: KINDS_THAT_COUNT, ...filterOf(values, address) }
      : filterOf(values, address),
    follow: { noThreads: !follow, noProcesses: !follow },
    overflow: overflowPolicy(values.overflow),
  };
}

/** In the API, 0 is the default. */
function stringLimit(text: string): { maxStringBytes: number } | { noStrings: true } {
  const maxStringBytes = parseNumber(text, '-s', 0, MAX_STRING_BYTES);
  return maxStringBytes === 0 ? { noStrings: true } : { maxStringBytes };
}

/** What options say of calls, in the words of the API. */
export interface SelectedCalls {
  readonly syscalls?: string[];
  readonly kinds?: RecordKind[];
  readonly fds?: number[];
  readonly failedOnly?: boolean;
  readonly successfulOnly?: boolean;
}

/** The same without paths. */
export function selectionOf(
  values: Pick<FilterValues, 'expression' | 'failed-only' | 'successful-only'>,
): SelectedCalls {
  const { trace, descriptors, outcome } = parseExpressions(values.expression);
  const failedOnly = values['failed-only'] || outcome === 'failed';
  const successfulOnly = values['successful-only'] || outcome === 'successful';
  if (failedOnly && successfulOnly) {
    throw new UsageError('-z and -Z exclude each other');
  }
  return {
    ...callsOf(trace),
    ...(descriptors.length > 0 && { fds: [...descriptors] }),
    ...(failedOnly && { failedOnly }),
    ...(successfulOnly && { successfulOnly }),
  };
}

/** Which records are wanted; `address` as above. Throws a UsageError. */
export function filterOf(
  values: FilterValues,
  address: string | undefined,
): MessageInitShape<typeof RecordFilterSchema> {
  return { ...selectionOf(values), ...filesOf(values, address) };
}

/** The same of calls that are about to be made: nothing is known of outcomes. */
export function callFilterOf(
  values: FilterValues,
  address: string | undefined,
): MessageInitShape<typeof RecordFilterSchema> {
  const { syscalls, fds } = selectionOf(values);
  return {
    ...(syscalls !== undefined && { syscalls }),
    ...(fds !== undefined && { fds }),
    ...filesOf(values, address),
  };
}

function filesOf(values: FilterValues, address: string | undefined) {
  const { fds } = selectionOf(values);
  const paths = values['trace-path'].flatMap((path) => pathsOf(path, address));
  if (fds !== undefined && paths.length > 0) {
    // strace takes a call for either reason, the API where both hold.
    throw new UsageError('-P and -e trace-fds together are not supported');
  }
  return paths.length > 0 ? textsOrBytes('paths', paths) : {};
}

/**
 * Which records of a session are wanted. Its ENTER records know no outcome: where that decides, lines
 * are made of EXIT records alone, as a session with this filter would record them.
 */
export function subscriptionOf(
  values: FilterValues,
  address: string,
): MessageInitShape<typeof RecordFilterSchema> {
  const filter = filterOf(values, address);
  const byOutcome = filter.failedOnly === true || filter.successfulOnly === true;
  const kinds = byOutcome ? [...KINDS_WITHOUT_CALLS, RecordKind.EXIT] : [];
  return { kinds, ...filter };
}

/**
 * Names of files are the server's: our directory is of use where that is here. As in strace, a relative path
 * is also compared with what calls are given.
 */
function pathsOf(path: string, address: string | undefined): string[] {
  if (path === '') {
    throw new UsageError("invalid -P argument: ''");
  }
  if (address !== undefined && !path.startsWith('/')) {
    throw new UsageError(`-P must be absolute on a --server: '${path}'`);
  }
  const absolute = resolve(address === undefined ? ownDirectory() : '/', path);
  return path.startsWith('/') ? [absolute] : [path, absolute];
}

/** The set in the words of the API; "none" too leaves numbers that no table has. */
export function callsOf(set: string | undefined): { syscalls?: string[] } {
  if (set === undefined || set === 'all' || set === '!none') {
    return {};
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
