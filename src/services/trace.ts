/** TraceService.Trace: a session for as long as a call lasts. */
import type { CallContext } from '../context.js';
import { EndCause } from '../gen/ptraced/v1/session_pb.js';
import type { TraceRequest } from '../gen/ptraced/v1/trace_service_pb.js';
import { FrameReader } from '../session/frames.js';
import type { SessionRegistry } from '../session/registry.js';
import type { EndAction } from '../session/session.js';
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
  type TargetPlan,
  toOrphanEnd,
  toShutdownAction,
} from './trace-target.js';

export interface TraceOptions extends TargetOptions {
  readonly registry: SessionRegistry;
}

/** What a request comes to. */
interface TracePlan extends TargetPlan {
  /** What becomes of the tracees when the client goes away; undefined: they stay traced. */
  readonly orphanEnd: EndAction | undefined;
  readonly heartbeatMs: number;
}

function plan(request: TraceRequest, options: TargetOptions): TracePlan {
  const target = planTarget(request, options);
  return {
    ...target,
    orphanEnd: toOrphanEnd('on_disconnect', request.onDisconnect, target.target),
    heartbeatMs: checkDuration('heartbeat_interval', request.heartbeatInterval, heartbeatRange),
  };
}

export async function* trace(
  request: TraceRequest,
  { signal, principal }: CallContext,
  options: TraceOptions,
): AsyncGenerator<StreamResponse, void, undefined> {
  const { target, start, ringBytes, orphanEnd, heartbeatMs } = plan(request, options);
  const shutdownAction = toShutdownAction(target, orphanEnd);
  const properties = { owner: principal, target, shutdownAction } as const;
  using hold = await options.registry.create(properties, ringBytes, start);
  const { session } = hold;
  try {
    using reader = new FrameReader(session, { signal, silenceMs: heartbeatMs });
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
    if (orphanEnd !== undefined) {
      await session.end(orphanEnd, EndCause.ORPHANED);
    }
  }
}
