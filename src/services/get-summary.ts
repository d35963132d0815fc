/** TraceService.GetSummary: counts and times of a session's calls. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { DurationSchema } from '@bufbuild/protobuf/wkt';
import type {
  GetSummaryRequest,
  GetSummaryResponseSchema,
  SummaryRowSchema,
} from '../gen/ptraced/v1/trace_service_pb.js';
import type { EngineSummaryRow } from '../session/engine.js';
import type { SessionRegistry } from '../session/registry.js';
import { textFields } from './bytes-fields.js';

const nanosPerSecond = 1_000_000_000n;

function toDuration(ns: bigint): MessageInitShape<typeof DurationSchema> {
  return { seconds: ns / nanosPerSecond, nanos: Number(ns % nanosPerSecond) };
}

function toRow(row: EngineSummaryRow): MessageInitShape<typeof SummaryRowSchema> {
  const { syscall, pid, comm, calls, errors, errorsByName } = row;
  return {
    syscall,
    pid,
    ...textFields('comm', comm),
    calls,
    errors,
    errorsByName,
    totalTime: toDuration(row.totalNs),
    minTime: toDuration(row.minNs),
    p50Time: toDuration(row.p50Ns),
    p95Time: toDuration(row.p95Ns),
    p99Time: toDuration(row.p99Ns),
    maxTime: toDuration(row.maxNs),
    ...(row.systemNs !== undefined && { systemTime: toDuration(row.systemNs) }),
  };
}

export function getSummary(
  { session: name, byProcess }: GetSummaryRequest,
  registry: SessionRegistry,
): MessageInitShape<typeof GetSummaryResponseSchema> {
  const { rows, lastSerial } = registry.find(name).summary(byProcess);
  return { rows: rows.map(toRow), lastSerial };
}
