/** Errors of calls. */

import { type ErrorDetails, type FieldViolation, NO_DETAILS } from './error-details.js';

/** By number, from 1: gRPC's status codes other than OK. */
const STATUS_NAMES = [
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

/** Name of a gRPC status code other than OK. */
export type StatusName = (typeof STATUS_NAMES)[number];

/** Name of a status code; "UNKNOWN" for a number that is none. */
export function statusName(code: number): StatusName {
  return STATUS_NAMES[code - 1] ?? 'UNKNOWN';
}

/** A call failed. */
export class PtracedError extends Error implements ErrorDetails {
  override readonly name = 'PtracedError';
  /** gRPC's status, such as "NOT_FOUND". */
  readonly code: StatusName;
  readonly reason: string;
  readonly domain: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly fieldViolations: readonly FieldViolation[];

  constructor(code: StatusName, message: string, details = NO_DETAILS, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.reason = details.reason;
    this.domain = details.domain;
    this.metadata = details.metadata;
    this.fieldViolations = details.fieldViolations;
  }

  /** The server could not be reached, the connection to it broke, or it dropped the call. */
  get isConnectionLoss(): boolean {
    // A call that its own client cancels throws the signal's reason instead.
    return (this.code === 'UNAVAILABLE' || this.code === 'CANCELLED') && this.reason === '';
  }
}
