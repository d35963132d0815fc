/** TraceService.ListRecords: records a page at a time. They pass through as the bytes that they are. */
import { create, toBinary } from '@bufbuild/protobuf';
import type { CallContext } from '../context.js';
import {
  type ListRecordsRequest,
  ListRecordsResponseSchema,
} from '../gen/ptraced/v1/trace_service_pb.js';
import { PageReader } from '../session/pages.js';
import { checkDuration } from './fields.js';
import { checkPageSize } from './paging.js';
import { toFilter } from './record-filter.js';
import { checkAfterSerial, type RecordSources } from './subscribe.js';

const pageSizes = { byDefault: 100, max: 10_000 };
/** A page has fewer records where they are large: clients refuse responses beyond 4 MiB. */
const maxPageBytes = 1024 * 1024;
const waitRange = { byDefault: 0, min: 1, max: 30_000 };

/** Responds with an encoded ListRecordsResponse. */
export async function listRecords(
  request: ListRecordsRequest,
  { signal }: CallContext,
  { registry, engine }: RecordSources,
): Promise<Buffer> {
  const session = registry.find(request.session);
  const pageSize = checkPageSize(request.pageSize, pageSizes);
  const waitMs = checkDuration('wait', request.wait, waitRange);
  checkAfterSerial(session, request.afterSerial);
  const filter = toFilter('filter', request.filter);
  await engine.addRealPaths({ filter });
  using reader = new PageReader(session, {
    start: request.afterSerial === 0n ? 'oldest' : request.afterSerial,
    filter,
    signal,
  });
  const page = await reader.read({ maxRecords: pageSize, maxBytes: maxPageBytes, waitMs });
  const rest = create(ListRecordsResponseSchema, {
    lastSerial: page.lastSerial,
    lostRecords: page.lostRecords,
    complete: page.complete,
  });
  // A RecordBatch has the fields of a ListRecordsResponse, and of a field that comes twice the last counts.
  return Buffer.concat([...page.batches, toBinary(ListRecordsResponseSchema, rest)]);
}
