/** TraceService.Subscribe: the records of a session, from wherever the subscriber left off. */
import type { CallContext } from '../context.js';
import { invalidField, ServiceError } from '../errors.js';
import type { SubscribeRequest } from '../gen/ptraced/v1/trace_service_pb.js';
import type { Engine } from '../session/engine.js';
import { FrameReader, type SessionFrame } from '../session/frames.js';
import { exceeded, maxSubscribers } from '../session/limits.js';
import type { SessionRegistry } from '../session/registry.js';
import type { TraceSession } from '../session/session.js';
import { checkDuration } from './fields.js';
import { toFilter } from './record-filter.js';
import {
  heartbeatRange,
  type StreamResponse,
  toEnded,
  toHeader,
  toResponse,
} from './stream-frames.js';

/** Where records are read. */
export interface RecordSources {
  readonly registry: SessionRegistry;
  /** Finds what the paths of a filter lead to. */
  readonly engine: Engine;
}

/** No record can have a higher serial. */
const maxSerial = 2n ** 64n - 1n;

/**
 * Refuses a start that no record can follow, and a start behind the last record of a session that has ended. While it runs such a start is good:
 * the newest records may have been told of by other calls before they are in the ring.
 */
export function checkAfterSerial(session: TraceSession, afterSerial: bigint): void {
  if (afterSerial === maxSerial) {
    throw invalidField('after_serial', 'must be less than 2^64 - 1, which no record can follow');
  }
  const { lastSerial } = session.info();
  if (session.ending !== undefined && afterSerial > lastSerial) {
    throw invalidField(
      'after_serial',
      `must be at most ${lastSerial}, the last serial of the ended session`,
    );
  }
}

function toStart({ start }: SubscribeRequest, session: TraceSession): 'oldest' | 'latest' | bigint {
  switch (start.case) {
    case 'afterSerial':
      checkAfterSerial(session, start.value);
      return start.value;
    case 'latest':
      return start.value ? 'latest' : 'oldest';
    default:
      return 'oldest';
  }
}

function evicted(session: TraceSession, { count, lastSerial }: SessionFrame & { kind: 'lost' }) {
  return new ServiceError(
    'RECORDS_EVICTED',
    `${count} records asked for are no longer there; ${lastSerial + 1n} is the oldest`,
    {
      metadata: {
        session: session.name,
        lost_records: String(count),
        oldest_serial: String(lastSerial + 1n),
      },
    },
  );
}

export async function* subscribe(
  request: SubscribeRequest,
  { signal }: CallContext,
  { registry, engine }: RecordSources,
): AsyncGenerator<StreamResponse, void, undefined> {
  const session = registry.find(request.session);
  const heartbeatMs = checkDuration(
    'heartbeat_interval',
    request.heartbeatInterval,
    heartbeatRange,
  );
  const filter = toFilter('filter', request.filter);
  await engine.addRealPaths({ filter });
  const how = { start: toStart(request, session), filter, lossless: request.lossless };
  if (session.subscribers >= maxSubscribers) {
    throw exceeded('SUBSCRIBER_LIMIT', 'streams of one session', maxSubscribers);
  }
  using reader = new FrameReader(session, {
    ...how,
    holdsLease: request.holdsLease,
    signal,
    silenceMs: heartbeatMs,
  });
  yield toHeader(session, { firstSerial: reader.lastSerial + 1n, heartbeatMs });
  let lost = 0n;
  for (let frame = await reader.next(); frame !== undefined; frame = await reader.next()) {
    if (frame.kind === 'lost') {
      if (request.failOnLoss) {
        throw evicted(session, frame);
      }
      lost += frame.count;
    }
    yield toResponse(frame);
  }
  if (!signal.aborted) {
    yield await toEnded(session, lost);
  }
}
