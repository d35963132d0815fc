/** From a RecordFilter of a request to the one that the engine applies. */
import { create } from '@bufbuild/protobuf';
import type { Duration } from '@bufbuild/protobuf/wkt';
import type { TextOrBytes } from '../bytes.js';
import { invalidField } from '../errors.js';
import { RecordKind } from '../gen/ptraced/v1/record_pb.js';
import { type RecordFilter, RecordFilterSchema } from '../gen/ptraced/v1/session_pb.js';
import type { EngineFilter } from '../session/engine.js';
import { chosenList } from './bytes-fields.js';
import { checkEnum, checkPid, checkText } from './fields.js';

/** Of each list in a filter. */
const maxEntries = 4096;
/** Of all its entries together, which may be lists. */
const maxSyscalls = 4096;
/** PATH_MAX of the kernel, with the NUL. */
const maxPathBytes = 4096;
const nanosPerSecond = 1_000_000_000n;
const maxDurationNs = 24n * 60n * 60n * nanosPerSecond;

/** The entries, each checked with its own path. */
function checkEach<T>(
  field: string,
  entries: readonly T[],
  check: (field: string, entry: T) => void,
): T[] {
  if (entries.length > maxEntries) {
    throw invalidField(field, `must have at most ${maxEntries} entries`);
  }
  for (const [index, entry] of entries.entries()) {
    check(`${field}[${index}]`, entry);
  }
  return [...entries];
}

/** The entries of a set of calls. Throws FIELD_INVALID. */
export function checkSyscalls(field: string, entries: string[]): string[] {
  checkEach(field, entries, (path, entry) => {
    if (checkText(path, entry) === '') {
      throw invalidField(path, 'must not be empty');
    }
  });
  const items = entries.reduce((count, entry) => count + entry.split(',').length, 0);
  if (items > maxSyscalls) {
    throw invalidField(field, `must have at most ${maxSyscalls} items`);
  }
  return entries;
}

function checkPath(field: string, path: TextOrBytes): void {
  if (checkText(field, path).length === 0) {
    throw invalidField(field, 'must not be empty');
  }
  if (Buffer.byteLength(path) >= maxPathBytes) {
    throw invalidField(field, `must have less than ${maxPathBytes} bytes`);
  }
}

function checkDescriptor(field: string, fd: number): void {
  if (fd < 0) {
    throw invalidField(field, 'must be a descriptor, which is not negative');
  }
}

/** From 0, also where it is unset, to 24 h. Throws FIELD_INVALID. */
export function toNanoseconds(field: string, duration: Duration | undefined): bigint {
  const { seconds, nanos } = duration ?? { seconds: 0n, nanos: 0 };
  const ns = seconds * nanosPerSecond + BigInt(nanos);
  // protobuf wants both parts to have one sign, and the nanos below one second.
  if (seconds < 0n || nanos < 0 || nanos > 999_999_999 || ns > maxDurationNs) {
    throw invalidField(field, 'must be from 0 to 24 h');
  }
  return ns;
}

/** What no record can satisfy is a mistake. */
function checkOutcome(field: string, filter: RecordFilter): void {
  if (filter.successfulOnly && filter.failedOnly) {
    throw invalidField(`${field}.successful_only`, 'must not be set together with failed_only');
  }
  if (filter.successfulOnly && filter.errnos.length > 0) {
    throw invalidField(`${field}.successful_only`, 'must not be set together with errnos');
  }
}

/**
 * The filter at `field` of a request, such as "capture.filter"; unset, everything passes. Throws
 * FIELD_INVALID. Names of syscalls and errors are checked where the addon takes the filter, which then
 * fails with UNKNOWN_SYSCALL or FIELD_INVALID.
 */
export function toFilter(field: string, request: RecordFilter | undefined): EngineFilter {
  const filter = request ?? create(RecordFilterSchema);
  checkOutcome(field, filter);
  const paths = chosenList(`${field}.paths`, filter.paths, filter.pathsBytes);
  return {
    field,
    syscalls: checkSyscalls(`${field}.syscalls`, filter.syscalls),
    kinds: checkEach(`${field}.kinds`, filter.kinds, (path, kind) => {
      checkEnum(path, kind, RecordKind);
    }),
    pids: checkEach(`${field}.pids`, filter.pids, checkPid),
    failedOnly: filter.failedOnly,
    successfulOnly: filter.successfulOnly,
    errnos: checkEach(`${field}.errnos`, filter.errnos, (path, name) => {
      checkText(path, name);
    }),
    minDurationNs: toNanoseconds(`${field}.min_duration`, filter.minDuration),
    paths: checkEach(paths.field, paths.value, checkPath),
    fds: checkEach(`${field}.fds`, filter.fds, checkDescriptor),
  };
}
