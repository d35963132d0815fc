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

/** Round the error of a connection, with the time behind it and a note about the address that is often empty. */
const UNREACHED =
  /^(?:\w+: )?No connection established\. Last error: (?:Error: )?(?<cause>.*?)(?: \(\d{4}-\S+Z\))?(?:\. Resolution note: (?<note>.*))?$/s;

const NO_SERVER = 'is it ptraced, without TLS?';

/**
 * Sentences of grpc-js that leave out what the user needs, and what they stand for. Those about a connection
 * carry the time, which makes each attempt another message.
 */
const SENTENCES: readonly (readonly [pattern: RegExp, text: string])[] = [
  // A proxy that refuses gives grpc-js no error to show.
  [/^undefined$/, 'the proxy did not connect'],
  [/^null$/, 'no connection'],
  // Whether its end or a reset comes first is chance.
  [
    /^(?:Failed to connect|GOAWAY.*|Socket closed|(?:read|write|connect) E(?:CONNRESET|PIPE)(?: .*)?)$/,
    `it closed the connection: ${NO_SERVER}`,
  ],
  [
    /^(?:Protocol error|Stream closed with error code NGHTTP2_\w+)$/,
    `it does not speak HTTP/2: ${NO_SERVER}`,
  ],
  [/^Received HTTP status code (?<code>\d+)$/, `HTTP status $<code>: ${NO_SERVER}`],
  [
    /^Name resolution failed for target dns:(?<name>.*):\d+$/,
    "the name '$<name>' does not resolve",
  ],
];

/** What grpc-js says, in words that help where it leaves them out. */
function describe(text: string): string {
  const { bytes, limit } = TOO_LARGE.exec(text)?.groups ?? {};
  // A server has the same words for a request as this side for an answer.
  if (limit === String(MAX_FRAME_BYTES)) {
    return `an answer of ${bytes} bytes, and at most ${limit} are taken: ${NO_SERVER}`;
  }
  if (limit !== undefined) {
    return `the request has ${bytes} bytes, and the server takes at most ${limit}: its --max-request-bytes raises that`;
  }
  const { cause = text, note } = UNREACHED.exec(text)?.groups ?? {};
  const [pattern, words = ''] = SENTENCES.find(([known]) => known.test(cause)) ?? [];
  const known = pattern === undefined ? cause : cause.replace(pattern, words);
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
