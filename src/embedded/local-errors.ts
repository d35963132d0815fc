/** From what a handler throws to what a caller catches, by way of the one error map. */

import { toBinary } from '@bufbuild/protobuf';
import { readErrorDetails } from '../client/error-details.js';
import { PtracedError, statusName } from '../client/errors.js';
import { ServiceError } from '../errors.js';
import { StatusSchema } from '../gen/google/rpc/status_pb.js';
import type { Log } from '../log.js';
import { toErrorStatus } from '../rpc/error-status.js';

/** As a server elsewhere would fail, but that what was not foreseen is told here: there is no other log. */
export function toPtracedError(error: unknown, log: Log): PtracedError {
  const known = error instanceof ServiceError ? error : unforeseen(error);
  const status = toErrorStatus(known, log);
  const details = readErrorDetails(toBinary(StatusSchema, status));
  return new PtracedError(statusName(status.code), status.message, details, error);
}

function unforeseen(cause: unknown): ServiceError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new ServiceError('TRACER_FAILURE', `internal error: ${text}`, { cause });
}
