/** The Session message: what the API says of a session. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { durationFromMs, timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  type CaptureOptionsSchema,
  type LeaseSchema,
  type SessionSchema,
  SessionState,
} from '../gen/ptraced/v1/session_pb.js';
import type { Lease } from '../session/lease.js';
import type { TraceSession } from '../session/session.js';

type SessionMessage = MessageInitShape<typeof SessionSchema>;

function toLeaseMessage({ terms, expireTimeMs }: Lease): MessageInitShape<typeof LeaseSchema> {
  return {
    ttl: durationFromMs(terms.ttlMs),
    orphanAction: terms.orphanAction,
    ...(expireTimeMs !== undefined && { expireTime: timestampFromMs(expireTimeMs) }),
  };
}

export function stateOf(session: TraceSession): SessionState {
  return session.ending === undefined ? SessionState.RUNNING : SessionState.ENDED;
}

/** What the session records. */
export function captureOf({
  shown,
  ringBytes,
}: TraceSession): MessageInitShape<typeof CaptureOptionsSchema> {
  return { ...shown.settings.capture, ringBytes };
}

export function toSessionMessage(session: TraceSession): SessionMessage {
  const { shown, lease, ending } = session;
  const { settings } = shown;
  const { firstSerial, lastSerial, lostRecords, liveTasks, filteredInKernel, ...info } =
    session.info();
  const rootExit = ending === undefined ? info.rootExit : ending.rootExit;
  return {
    name: session.name,
    state: stateOf(session),
    owner: session.owner,
    createTime: timestampFromMs(session.createTimeMs),
    target: shown.request,
    capture: { ...settings.capture, ringBytes: session.ringBytes },
    rules: settings.rules,
    labels: settings.labels,
    ...(lease && { lease: toLeaseMessage(lease) }),
    rootPid: session.rootPid,
    liveTasks: ending === undefined ? liveTasks : 0,
    firstSerial,
    lastSerial,
    lostRecords,
    filteredInKernel,
    subscribers: session.subscribers,
    etag: session.etag,
    ...(ending && { endTime: timestampFromMs(ending.timeMs), endCause: ending.cause }),
    ...(rootExit && { rootExit: { ...rootExit, processEnded: true } }),
  };
}
