/** From the errors of grpc-js to those of the library. */

import type { ServiceError } from '@grpc/grpc-js';
import { NO_DETAILS, readErrorDetails } from './error-details.js';
import { PtracedError, statusName } from './errors.js';

/** Makes a PtracedError of what grpc-js reports; anything else is returned as it is. */
export function toPtracedError(error: unknown): unknown {
  if (!isServiceError(error)) {
    return error;
  }
  const entry = error.metadata?.get('grpc-status-details-bin')[0];
  const details = entry instanceof Uint8Array ? readErrorDetails(entry) : NO_DETAILS;
  return new PtracedError(statusName(error.code), error.details || error.message, details, error);
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number';
}
