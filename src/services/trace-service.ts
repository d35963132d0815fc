/** TraceService: traces for as long as a call lasts. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { durationFromMs, timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { CallContext } from '../context.js';
import { invalidField } from '../errors.js';
import { EndCause, OrphanAction, type Rules } from '../gen/ptraced/v1/session_pb.js';
import type { TraceRequest, TraceResponseSchema } from '../gen/ptraced/v1/trace_service_pb.js';
import type { Engine, EngineSession } from '../session/engine.js';
import { FrameReader, type SessionFrame } from '../session/frames.js';
import type { SessionRegistry } from '../session/registry.js';
import type { EndAction, TraceSession } from '../session/session.js';
import { toAttachTarget } from './attach-request.js';
import { toCapture } from './capture-request.js';
import { checkDuration, checkEnum, refuseUnavailable } from './fields.js';
import { type LaunchDefaults, toEngineLaunch } from './launch-request.js';
import { startAttach, startLaunch } from './start.js';

export interface TraceServiceOptions {
  readonly engine: Engine;
  readonly registry: SessionRegistry;
  readonly launchDefaults: LaunchDefaults;
}

type Response = MessageInitShape<typeof TraceResponseSchema> | Buffer;
type TargetKind = 'launch' | 'attach';
type Start = (ringBytes: number) => Promise<EngineSession>;

/** What a request comes to. */
interface TracePlan {
  readonly target: TargetKind;
  readonly start: Start;
  readonly ringBytes: number;
  /** What becomes of the tracees when the client goes away; undefined: they stay traced. */
  readonly orphanAction: EndAction | undefined;
  readonly heartbeatMs: number;
}

const heartbeatRange = { byDefault: 15_000, min: 10, max: 60 * 60 * 1000 };

function toOrphanAction(action: OrphanAction, target: TargetKind): EndAction | undefined {
  checkEnum('on_disconnect', action, OrphanAction);
  switch (action) {
    case OrphanAction.KEEP:
      return undefined;
    case OrphanAction.KILL:
      return 'kill';
    case OrphanAction.DETACH:
      return 'detach';
    default:
      return target === 'launch' ? 'kill' : 'detach';
  }
}

function refuseRules(rules: Rules | undefined): void {
  refuseUnavailable({
    'rules.inject': (rules?.inject.length ?? 0) > 0,
    'rules.stop': (rules?.stop.length ?? 0) > 0,
    'rules.signals': (rules?.signals.length ?? 0) > 0,
  });
}

/** Throws a ServiceError where the request is not acceptable. Touches nothing yet. */
function plan(request: TraceRequest, { engine, launchDefaults }: TraceServiceOptions): TracePlan {
  const { target } = request;
  if (target.case === undefined) {
    throw invalidField('target', 'must be launch or attach');
  }
  refuseRules(request.rules);
  const { capture, ringBytes } = toCapture(request.capture, target.case);
  let start: Start;
  if (target.case === 'launch') {
    const command = toEngineLaunch(target.value, launchDefaults);
    start = (capacity) => startLaunch(engine, command, { ...capture, ringBytes: capacity });
  } else {
    const wanted = toAttachTarget(target.value);
    start = (capacity) => startAttach(engine, wanted, { ...capture, ringBytes: capacity });
  }
  return {
    target: target.case,
    start,
    ringBytes,
    orphanAction: toOrphanAction(request.onDisconnect, target.case),
    heartbeatMs: checkDuration('heartbeat_interval', request.heartbeatInterval, heartbeatRange),
  };
}

function toResponse(frame: SessionFrame): Response {
  switch (frame.kind) {
    case 'batch':
      return frame.frame;
    case 'lost': {
      const { count, firstSerial, lastSerial, reason } = frame;
      return { frame: { case: 'lost', value: { count, firstSerial, lastSerial, reason } } };
    }
    case 'silence':
      return {
        frame: {
          case: 'heartbeat',
          value: { lastSerial: frame.lastSerial, serverTime: timestampFromMs(Date.now()) },
        },
      };
  }
}

function toHeader(session: TraceSession, heartbeatMs: number): Response {
  const value = {
    session: session.name,
    firstSerial: 1n,
    rootPid: session.rootPid,
    heartbeatInterval: durationFromMs(heartbeatMs),
  };
  return { frame: { case: 'header', value } };
}

async function toEnded(session: TraceSession, lostRecords: bigint): Promise<Response> {
  const { cause, message, rootExit } = await session.ended;
  const value = {
    cause,
    message,
    lastSerial: session.info().lastSerial,
    lostRecords,
    ...(rootExit && { rootExit: { ...rootExit, processEnded: true } }),
  };
  return { frame: { case: 'ended', value } };
}

async function* trace(
  request: TraceRequest,
  { signal, principal }: CallContext,
  options: TraceServiceOptions,
): AsyncGenerator<Response, void, undefined> {
  const { target, start, ringBytes, orphanAction, heartbeatMs } = plan(request, options);
  const shutdownAction = target === 'launch' ? (orphanAction ?? 'kill') : 'detach';
  const properties = { owner: principal, target, shutdownAction } as const;
  const session = await options.registry.create(properties, ringBytes, start);
  try {
    using reader = new FrameReader(session, { signal, silenceMs: heartbeatMs });
    yield toHeader(session, heartbeatMs);
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
    if (orphanAction !== undefined) {
      await session.end(orphanAction, EndCause.ORPHANED);
    }
    session.release();
  }
}

export function traceHandlers(options: TraceServiceOptions) {
  return {
    trace: (request: TraceRequest, context: CallContext) => trace(request, context, options),
    createSession: 'unimplemented',
    getSession: 'unimplemented',
    listSessions: 'unimplemented',
    updateSession: 'unimplemented',
    endSession: 'unimplemented',
    subscribe: 'unimplemented',
    listRecords: 'unimplemented',
    getSummary: 'unimplemented',
    writeStdin: 'unimplemented',
  } as const;
}
