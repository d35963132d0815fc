/** Reads the google.rpc.Status that gRPC carries in binary metadata beside code and message. */

import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { BadRequestSchema, ErrorInfoSchema } from '../gen/google/rpc/error_details_pb.js';
import { StatusSchema } from '../gen/google/rpc/status_pb.js';

/** A field of a request that the server did not accept. */
export interface FieldViolation {
  /** Path of the field, such as "capture.max_string_bytes". */
  readonly field: string;
  readonly description: string;
}

/** What the server says of an error besides code and message. */
export interface ErrorDetails {
  /** From ErrorInfo, such as "PROCESS_NOT_FOUND"; empty where the server sent none. */
  readonly reason: string;
  /** From ErrorInfo: who defines the reason, "ptraced"; empty where there is none. */
  readonly domain: string;
  /** From ErrorInfo: what the reason comes with, such as the errno of an execve. */
  readonly metadata: Readonly<Record<string, string>>;
  /** From BadRequest: the fields that were not accepted, where the reason is "FIELD_INVALID". */
  readonly fieldViolations: readonly FieldViolation[];
}

/** What an error without details has. */
export const NO_DETAILS: ErrorDetails = {
  reason: '',
  domain: '',
  metadata: {},
  fieldViolations: [],
};

/** Reads the details of an encoded google.rpc.Status. Bytes that are none give no details. */
export function readErrorDetails(status: Uint8Array): ErrorDetails {
  let details = NO_DETAILS;
  try {
    for (const any of fromBinary(StatusSchema, status).details) {
      const info = anyUnpack(any, ErrorInfoSchema);
      if (info !== undefined) {
        const { reason, domain, metadata } = info;
        details = { ...details, reason, domain, metadata };
      }
      const badRequest = anyUnpack(any, BadRequestSchema);
      if (badRequest !== undefined) {
        const fieldViolations = badRequest.fieldViolations.map(({ field, description }) => ({
          field,
          description,
        }));
        details = { ...details, fieldViolations };
      }
    }
  } catch {
    // A proxy on the way may have cut the entry: code and message still stand.
  }
  return details;
}
