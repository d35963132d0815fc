/** The one error map: what a failed call answers (docs/errors.md). */
import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { ServiceError, StatusCode } from '../errors.js';
import { BadRequestSchema, ErrorInfoSchema } from '../gen/google/rpc/error_details_pb.js';
import { type Status, StatusSchema } from '../gen/google/rpc/status_pb.js';
import type { Log } from '../log.js';

const domain = 'ptraced';
/** Headers share one frame of HTTP/2, 16 KiB by default, and percent-encoding triples what is not ASCII. */
const maxTextLength = 1024;

/** Text that came from a tracee or a client, made fit for a header: no controls, no lone surrogates. */
function sanitize(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, '\ufffd');
  return clean.length <= maxTextLength ? clean : `${clean.slice(0, maxTextLength)}...`;
}

/** Descriptors, memory, processes or disk have run out: errno names of what Node failed at. */
const exhaustion = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'ENOBUFS', 'ENOSPC', 'EDQUOT']);

/** SYSTEM_LIMIT, where what failed lacked something that the system or a limit refuses. */
function exhausted(error: unknown): ServiceError | undefined {
  const { code = '', syscall = '' } = (error ?? {}) as NodeJS.ErrnoException;
  if (exhaustion.has(code)) {
    return new ServiceError('SYSTEM_LIMIT', `${syscall}: ${code}`, {
      metadata: { operation: syscall, errno_name: code },
    });
  }
  const noMemory =
    error instanceof Error &&
    /^(?:Array buffer allocation failed|std::bad_alloc)$/.test(error.message);
  return noMemory
    ? new ServiceError('SYSTEM_LIMIT', 'out of memory', { metadata: { errno_name: 'ENOMEM' } })
    : undefined;
}

function internal(error: unknown, log: Log): ServiceError {
  log.error({ err: error }, 'unforeseen error');
  return new ServiceError('TRACER_FAILURE', 'internal error; the log of the server tells more');
}

/** What tells a client of `error`. What was not foreseen goes to the log instead. */
export function toErrorStatus(error: unknown, log: Log): Status {
  const known = error instanceof ServiceError ? error : (exhausted(error) ?? internal(error, log));
  if (known.code === StatusCode.INTERNAL && known.cause !== undefined) {
    log.error({ err: known.cause }, known.message);
  }
  const message = sanitize(`${known.reason}: ${known.message}`);
  const info = create(ErrorInfoSchema, {
    reason: known.reason,
    domain,
    metadata: Object.fromEntries(
      Object.entries(known.metadata).map(([key, value]) => [key, sanitize(value)]),
    ),
  });
  const details = [anyPack(ErrorInfoSchema, info)];
  if (known.fieldViolations.length > 0) {
    const fieldViolations = known.fieldViolations.map(({ field, description }) => ({
      field: sanitize(field),
      description: sanitize(description),
    }));
    details.push(anyPack(BadRequestSchema, create(BadRequestSchema, { fieldViolations })));
  }
  return create(StatusSchema, { code: known.code, message, details });
}
