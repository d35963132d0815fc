/** The lease and the labels of a request. */
import { create } from '@bufbuild/protobuf';
import { invalidField } from '../errors.js';
import { type Lease, LeaseSchema } from '../gen/ptraced/v1/session_pb.js';
import type { LeaseTerms } from '../session/lease.js';
import { checkDuration } from './fields.js';
import { type TargetKind, toOrphanAction } from './trace-target.js';

/** In milliseconds. */
const ttlRange = { byDefault: 60_000, min: 1000, max: 24 * 60 * 60 * 1000 };
const maxLabels = 64;
const maxKeyBytes = 63;
const maxValueBytes = 255;

/** Throws FIELD_INVALID. `field` is the path of the lease. */
export function toLeaseTerms(
  field: string,
  request: Lease | undefined,
  target: TargetKind,
): LeaseTerms {
  const { ttl, orphanAction } = request ?? create(LeaseSchema);
  return {
    ttlMs: checkDuration(`${field}.ttl`, ttl, ttlRange),
    orphanAction: toOrphanAction(`${field}.orphan_action`, orphanAction, target),
  };
}

/** Throws FIELD_INVALID. `field` is the path of the labels. */
export function checkLabels(
  field: string,
  labels: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const entries = Object.entries(labels);
  if (entries.length > maxLabels) {
    throw invalidField(field, `must be at most ${maxLabels}`);
  }
  for (const [key, value] of entries) {
    if (key === '' || Buffer.byteLength(key) > maxKeyBytes) {
      throw invalidField(field, `keys must have from 1 to ${maxKeyBytes} bytes`);
    }
    if (Buffer.byteLength(value) > maxValueBytes) {
      throw invalidField(`${field}["${key}"]`, `must have at most ${maxValueBytes} bytes`);
    }
  }
  return { ...labels };
}
