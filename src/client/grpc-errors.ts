/** From the errors of grpc-js to those of the library. */

import type { ServiceError } from '@grpc/grpc-js';
import { NO_DETAILS, readErrorDetails } from './error-details.js';
import { PtracedError, statusName } from './errors.js';

/**
 * A frame holds about 64 KiB, but at least one record, whose strings may be 1 MiB each before they
 * are escaped.
 */
export const MAX_FRAME_BYTES = 64 * 1024 * 1024;

const TOO_LARGE = /^Received message larger than max \((?<bytes>\d+) vs (?<limit>\d+)\)/;

/** Round the error of a connect(2), with a note about the address that is often empty. */
const NO_CONNECTION =
  /^(?:\w+: )?No connection established\. Last error: (?:(?:Error: )?(?<cause>.*?))(?:\. Resolution note: (?<note>.*))?$/s;

/** What grpc-js says, in words that help where it leaves them out, and without those that do not. */
function describe(text: string): string {
  const { bytes, limit } = TOO_LARGE.exec(text)?.groups ?? {};
  // A server has the same words for a request as this side for a frame.
  if (limit !== undefined && limit !== String(MAX_FRAME_BYTES)) {
    return `the request has ${bytes} bytes, and the server takes at most ${limit}: its --max-request-bytes raises that`;
  }
  const { cause, note } = NO_CONNECTION.exec(text)?.groups ?? {};
  if (cause === undefined) {
    return text;
  }
  const causes: Record<string, string> = {
    // A proxy that refuses gives grpc-js no error to show.
    undefined: 'the proxy did not connect',
    null: 'no connection',
  };
  const known = causes[cause] ?? cause;
  return note ? `${known} (${note})` : known;
}

/** Makes a PtracedError of what grpc-js reports; anything else is returned as it is. */
export function toPtracedError(error: unknown): unknown {
  if (!isServiceError(error)) {
    return error;
  }
  const entry = error.metadata?.get('grpc-status-details-bin')[0];
  const details = entry instanceof Uint8Array ? readErrorDetails(entry) : NO_DETAILS;
  const text = describe(error.details || error.message);
  return new PtracedError(statusName(error.code), text, details, error);
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number';
}
