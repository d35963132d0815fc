/** Errors of calls. */

import { type ServiceError, status } from '@grpc/grpc-js';
import {
  type ErrorDetails,
  type FieldViolation,
  NO_DETAILS,
  readErrorDetails,
} from './error-details.js';

/** Name of a gRPC status code other than OK. */
export type StatusName = Exclude<keyof typeof status, 'OK'>;

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

/** Makes a PtracedError of what grpc-js reports; anything else is returned as it is. */
export function toPtracedError(error: unknown): unknown {
  if (!isServiceError(error)) {
    return error;
  }
  const entry = error.metadata?.get('grpc-status-details-bin')[0];
  const details = entry instanceof Uint8Array ? readErrorDetails(entry) : NO_DETAILS;
  const code = (status[error.code] ?? 'UNKNOWN') as StatusName;
  return new PtracedError(code, error.details || error.message, details, error);
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number';
}
