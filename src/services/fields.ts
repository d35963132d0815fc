/** Checks that several requests have in common. Each throws FIELD_INVALID with the field's path. */
import { type Duration, durationMs } from '@bufbuild/protobuf/wkt';
import type { TextOrBytes } from '../bytes.js';
import { invalidField, ServiceError } from '../errors.js';

/** Bytes of one string at most: MAX_ARG_STRLEN of the kernel, which execve(2) enforces too. */
const maxStringBytes = 131_071;

/** What goes into a C string. */
export function checkText<T extends TextOrBytes>(field: string, text: T): T {
  if (typeof text === 'string' ? text.includes('\0') : text.includes(0)) {
    throw invalidField(field, 'must not hold a NUL byte');
  }
  if (Buffer.byteLength(text) > maxStringBytes) {
    throw invalidField(field, `must have at most ${maxStringBytes} bytes`);
  }
  return text;
}

/** A number that the enum has. `values` is the generated enum. */
export function checkEnum(field: string, value: number, values: Record<number, string>): void {
  if (values[value] === undefined) {
    throw invalidField(field, `has no value ${value}`);
  }
}

/** A process id. */
export function checkPid(field: string, pid: number): void {
  if (pid <= 0) {
    throw invalidField(field, 'must be a process id, which is positive');
  }
}

export interface DurationRange {
  /** What unset and zero mean. */
  readonly byDefault: number;
  readonly min: number;
  readonly max: number;
}

/** Milliseconds, rounded up, within the range; all in milliseconds. */
export function checkDuration(
  field: string,
  duration: Duration | undefined,
  { byDefault, min, max }: DurationRange,
): number {
  const { seconds, nanos } = duration ?? { seconds: 0n, nanos: 0 };
  if (duration === undefined || (seconds === 0n && nanos === 0)) {
    return byDefault;
  }
  const ms = Math.ceil(durationMs(duration));
  // protobuf wants both parts to have one sign, and the nanos below one second.
  if (seconds < 0n || nanos < 0 || nanos > 999_999_999 || ms < min || ms > max) {
    throw invalidField(field, `must be 0 or from ${min} ms to ${max} ms`);
  }
  return ms;
}

/** The error for what the contract has and this version does not do. */
export function unavailable(field: string): ServiceError {
  return new ServiceError('FEATURE_UNAVAILABLE', `this version does not serve ${field}`, {
    metadata: { field },
  });
}

/** Refuses what this version does not do, where it is asked for. Names are paths of fields. */
export function refuseUnavailable(asked: Readonly<Record<string, boolean>>): void {
  for (const [field, isAsked] of Object.entries(asked)) {
    if (isAsked) {
      throw unavailable(field);
    }
  }
}
