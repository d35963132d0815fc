/** The error map's answers as grpc-js sends them. */
import { toBinary } from '@bufbuild/protobuf';
import { Metadata, type StatusObject } from '@grpc/grpc-js';
import { StatusSchema } from '../gen/google/rpc/status_pb.js';
import type { Log } from '../log.js';
import { toErrorStatus } from './error-status.js';

const statusDetailsKey = 'grpc-status-details-bin';

/** The status that tells a client of `error`. What was not foreseen goes to the log instead. */
export function toStatus(error: unknown, log: Log): StatusObject {
  const status = toErrorStatus(error, log);
  const metadata = new Metadata();
  metadata.set(statusDetailsKey, Buffer.from(toBinary(StatusSchema, status)));
  return { code: status.code, details: status.message, metadata };
}
