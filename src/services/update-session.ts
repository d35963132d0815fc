/** TraceService.UpdateSession. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { FieldMask } from '@bufbuild/protobuf/wkt';
import type { CallContext } from '../context.js';
import { invalidField, ServiceError } from '../errors.js';
import {
  CaptureOptionsSchema,
  RecordFilterSchema,
  RulesSchema,
  type Session,
} from '../gen/ptraced/v1/session_pb.js';
import type {
  UpdateSessionRequest,
  UpdateSessionResponseSchema,
} from '../gen/ptraced/v1/trace_service_pb.js';
import type { Engine, EngineChanges } from '../session/engine.js';
import type { LeaseTerms } from '../session/lease.js';
import { checkRunning, type SessionSettings, type TraceSession } from '../session/session.js';
import { auditRules } from './audit.js';
import { asShown } from './bytes-fields.js';
import { checkDetachable, checkSeen } from './kernel-filter.js';
import { completeProbes, toProbes } from './probe-request.js';
import { toFilter } from './record-filter.js';
import { stopsAtCalls, toRules } from './rules-request.js';
import { checkLabels, toLeaseTerms } from './session-fields.js';
import { toSessionMessage } from './session-message.js';
import type { RecordSources } from './subscribe.js';
import { toOrphanEnd, toShutdownAction } from './trace-target.js';

type Response = MessageInitShape<typeof UpdateSessionResponseSchema>;

/** What can change, and whether a session that is sent has it set. */
const paths = {
  'capture.filter': ({ capture }: Session) => capture?.filter !== undefined,
  'capture.probes': ({ capture }: Session) => (capture?.probes.length ?? 0) > 0,
  rules: ({ rules }: Session) => rules !== undefined,
  labels: ({ labels }: Session) => Object.keys(labels).length > 0,
  lease: ({ lease }: Session) => lease !== undefined,
};
type Path = keyof typeof paths;
const allPaths = Object.keys(paths) as Path[];

/** Without a mask, what is set changes (AIP-134). */
function toPaths(mask: FieldMask | undefined, wanted: Session): ReadonlySet<Path> {
  const named = mask?.paths ?? [];
  named.forEach((path, index) => {
    if (!Object.hasOwn(paths, path)) {
      throw invalidField(`update_mask.paths[${index}]`, `must be one of ${allPaths.join(', ')}`);
    }
  });
  const changed =
    named.length > 0 ? (named as Path[]) : allPaths.filter((path) => paths[path](wanted));
  if (changed.length === 0) {
    throw invalidField('update_mask', 'must name what changes, where nothing of it is set');
  }
  return new Set(changed);
}

function checkEtag({ name, etag }: TraceSession, wanted: Session): void {
  if (wanted.etag !== '' && wanted.etag !== etag) {
    throw new ServiceError('ETAG_MISMATCH', `session '${name}' has changed since`, {
      metadata: { session: name, etag },
    });
  }
}

/** What an update comes to, checked. */
interface Plan {
  /** Empty where the tracer need not know. */
  readonly native: EngineChanges;
  readonly settings: Partial<SessionSettings>;
  readonly lease: LeaseTerms | undefined;
}

function toLease(session: TraceSession, wanted: Session): LeaseTerms {
  if (session.lease === undefined) {
    throw invalidField(
      'session.lease',
      'is not for a session of Trace, which its call keeps alive',
    );
  }
  const terms = toLeaseTerms('session.lease', wanted.lease, session.target);
  if (toOrphanEnd(terms.orphanAction) === 'detach') {
    checkDetachable(session, 'session.lease.orphan_action');
  }
  return terms;
}

function plan(session: TraceSession, wanted: Session, changed: ReadonlySet<Path>): Plan {
  const none = create(RecordFilterSchema);
  const { filter = none, probes = [] } = wanted.capture ?? {};
  const newFilter = changed.has('capture.filter') && { filter };
  if (newFilter) {
    checkSeen(session, 'session.capture.filter.syscalls', filter.syscalls);
  }
  const newProbes = changed.has('capture.probes') && { probes: completeProbes(probes) };
  const rules = changed.has('rules') && (wanted.rules ?? create(RulesSchema));
  if (rules) {
    const looking = rules.stop.filter(stopsAtCalls).map(({ at }) => at ?? none);
    const tampered = rules.inject.map((rule) =>
      rule.syscalls.length > 0 ? rule : (rule.at ?? none),
    );
    for (const { syscalls } of [...tampered, ...looking]) {
      checkSeen(session, 'session.rules', syscalls);
    }
  }
  const labels = changed.has('labels') && checkLabels('session.labels', wanted.labels);
  return {
    native: {
      ...(newFilter && { filter: toFilter('session.capture.filter', filter) }),
      ...(newProbes && { probes: toProbes('session.capture.probes', probes) }),
      ...(rules && { rules: toRules('session.rules', rules) }),
    },
    settings: {
      capture: asShown(CaptureOptionsSchema, {
        ...session.shown.settings.capture,
        ...newFilter,
        ...newProbes,
      }),
      ...(rules && { rules: asShown(RulesSchema, rules) }),
      ...(labels && { labels }),
    },
    lease: changed.has('lease') ? toLease(session, wanted) : undefined,
  };
}

/** Checks all of it before any of it changes; what the tracer may yet refuse comes first. */
async function change(
  session: TraceSession,
  wanted: Session,
  mask: FieldMask | undefined,
  log: CallContext['log'],
  engine: Engine,
): Promise<Response> {
  checkRunning(session);
  checkEtag(session, wanted);
  const { native, settings, lease } = plan(session, wanted, toPaths(mask, wanted));
  await engine.addRealPaths(native);
  const isNative = Object.keys(native).length > 0;
  const effectiveSerial = isNative ? await session.update(native) : 0n;
  if (lease !== undefined) {
    session.renewLease(lease, toShutdownAction(session.target, lease.orphanAction));
  }
  session.change(settings);
  if (settings.rules !== undefined) {
    auditRules(log, session.name, settings.rules);
  }
  return { session: toSessionMessage(session), effectiveSerial };
}

export async function updateSession(
  { session: wanted, updateMask }: UpdateSessionRequest,
  { log }: CallContext,
  { registry, engine }: RecordSources,
): Promise<Response> {
  if (wanted === undefined) {
    throw invalidField('session', 'must be set');
  }
  const session = registry.find(wanted.name);
  return session.inTurn(() => change(session, wanted, updateMask, log, engine));
}
