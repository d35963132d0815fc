/** TraceService.EndSession. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { invalidField, ServiceError } from '../errors.js';
import { EndCause, type OrphanAction } from '../gen/ptraced/v1/session_pb.js';
import type {
  EndSessionRequest,
  EndSessionResponseSchema,
} from '../gen/ptraced/v1/trace_service_pb.js';
import type { SessionRegistry } from '../session/registry.js';
import type { EndAction, TraceSession } from '../session/session.js';
import { checkDetachable } from './kernel-filter.js';
import { toSessionMessage } from './session-message.js';
import { type TargetKind, toOrphanAction, toOrphanEnd } from './trace-target.js';

/** A tracee that the kernel does not let stop or die holds the end up; the client is told then. */
const patienceMs = 10_000;

function toEndAction(action: OrphanAction, target: TargetKind): EndAction {
  const end = toOrphanEnd(toOrphanAction('action', action, target));
  if (end === undefined) {
    throw invalidField('action', 'must be ORPHAN_ACTION_DETACH or ORPHAN_ACTION_KILL');
  }
  return end;
}

/** Rejects with STOP_TIMEOUT; the session goes on ending. */
async function ended(session: TraceSession, action: EndAction): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new ServiceError(
            'STOP_TIMEOUT',
            `session '${session.name}' has tasks left that do not stop; it ends with them`,
            { metadata: { session: session.name, tasks: String(session.info().liveTasks) } },
          ),
        ),
      patienceMs,
    );
  });
  try {
    await Promise.race([session.end(action, EndCause.CLIENT_REQUEST), passed]);
  } finally {
    clearTimeout(timer);
  }
}

export async function endSession(
  { name, action }: EndSessionRequest,
  registry: SessionRegistry,
): Promise<MessageInitShape<typeof EndSessionResponseSchema>> {
  const session = registry.find(name);
  const end = toEndAction(action, session.target);
  if (session.ending === undefined) {
    if (end === 'detach') {
      checkDetachable(session, 'action');
    }
    await ended(session, end);
  }
  return { session: toSessionMessage(session) };
}
