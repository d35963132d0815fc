/** TraceService.Trace: a session for as long as a call lasts. */
import type { CallContext } from '../context.js';
import type { TraceRequest } from '../gen/ptraced/v1/trace_service_pb.js';
import { FrameReader } from '../session/frames.js';
import { auditFirstRules } from './audit.js';
import { checkDuration } from './fields.js';
import {
  heartbeatRange,
  type StreamResponse,
  toEnded,
  toHeader,
  toResponse,
} from './stream-frames.js';
import {
  planTarget,
  type TargetOptions,
  toOrphanAction,
  toOrphanEnd,
  toShutdownAction,
} from './trace-target.js';

export async function* trace(
  request: TraceRequest,
  { signal, principal, log }: CallContext,
  options: TargetOptions,
): AsyncGenerator<StreamResponse, void, undefined> {
  const { start, ringBytes, capture, rules, ...plan } = planTarget(
    request,
    { awaitReader: true, orphanAction: request.onDisconnect },
    options,
  );
  const orphanAction = toOrphanAction('on_disconnect', request.onDisconnect, plan.target);
  const heartbeatMs = checkDuration(
    'heartbeat_interval',
    request.heartbeatInterval,
    heartbeatRange,
  );
  const properties = {
    ...plan,
    owner: principal,
    settings: { capture, rules, labels: {} },
    shutdownAction: toShutdownAction(plan.target, orphanAction),
  };
  using hold = await options.registry.create(properties, ringBytes, start);
  const { session } = hold;
  auditFirstRules(log, session.name, rules);
  try {
    using reader = new FrameReader(session, {
      start: 'oldest',
      lossless: true,
      signal,
      silenceMs: heartbeatMs,
    });
    yield toHeader(session, { firstSerial: 1n, heartbeatMs });
    let lost = 0n;
    for (let frame = await reader.next(); frame !== undefined; frame = await reader.next()) {
      lost += frame.kind === 'lost' ? frame.count : 0n;
      yield toResponse(frame);
    }
    if (!signal.aborted) {
      yield await toEnded(session, lost);
    }
  } finally {
    // The client is gone, unless the session has ended already.
    await session.orphan(toOrphanEnd(orphanAction));
  }
}
