/** TraceService.CreateSession: a session that outlives the call. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CallContext } from '../context.js';
import { invalidField } from '../errors.js';
import { OrphanAction } from '../gen/ptraced/v1/session_pb.js';
import type {
  CreateSessionRequest,
  CreateSessionResponseSchema,
} from '../gen/ptraced/v1/trace_service_pb.js';
import type { Log } from '../log.js';
import { Lease, type LeaseTerms } from '../session/lease.js';
import type { RequestIds } from '../session/request-ids.js';
import type { TraceSession } from '../session/session.js';
import { auditFirstRules } from './audit.js';
import { checkLabels, toLeaseTerms } from './session-fields.js';
import { toSessionMessage } from './session-message.js';
import { planTarget, type TargetOptions, toOrphanEnd, toShutdownAction } from './trace-target.js';

export interface CreateSessionOptions extends TargetOptions {
  readonly requestIds: RequestIds;
}

const maxRequestIdBytes = 128;

function leaseOf(session: TraceSession, terms: LeaseTerms, log: Log): Lease {
  return new Lease(terms, ({ orphanAction }) => {
    log.info({ session: session.name }, 'lease expired');
    session
      .orphan(toOrphanEnd(orphanAction))
      .catch((error: unknown) => log.error({ err: error }, 'cannot let the session go'));
  });
}

async function start(
  request: CreateSessionRequest,
  { principal, log }: CallContext,
  options: CreateSessionOptions,
): Promise<TraceSession> {
  // Nobody reads yet: no tracee waits for a reader that may never come.
  const { start, ringBytes, capture, rules, ...plan } = planTarget(
    request,
    { awaitReader: false, orphanAction: request.lease?.orphanAction ?? OrphanAction.UNSPECIFIED },
    options,
  );
  const terms = toLeaseTerms('lease', request.lease, plan.target);
  const properties = {
    ...plan,
    owner: principal,
    settings: { capture, rules, labels: checkLabels('labels', request.labels) },
    shutdownAction: toShutdownAction(plan.target, terms.orphanAction),
  };
  using hold = await options.registry.create(properties, ringBytes, start);
  auditFirstRules(log, hold.session.name, rules);
  hold.session.keepBy(leaseOf(hold.session, terms, log));
  return hold.session;
}

export async function createSession(
  request: CreateSessionRequest,
  context: CallContext,
  options: CreateSessionOptions,
): Promise<MessageInitShape<typeof CreateSessionResponseSchema>> {
  const { requestId } = request;
  if (Buffer.byteLength(requestId) > maxRequestIdBytes) {
    throw invalidField('request_id', `must have at most ${maxRequestIdBytes} bytes`);
  }
  const make = (): Promise<TraceSession> => start(request, context, options);
  const session =
    requestId === ''
      ? await make()
      : await options.requestIds.once(context.principal, requestId, make);
  return { session: toSessionMessage(session) };
}
