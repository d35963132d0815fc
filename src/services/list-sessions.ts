/** TraceService.GetSession and ListSessions. */
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { invalidField } from '../errors.js';
import { SessionSchema, SessionState } from '../gen/ptraced/v1/session_pb.js';
import type {
  GetSessionRequest,
  GetSessionResponseSchema,
  ListSessionsRequest,
  ListSessionsResponseSchema,
} from '../gen/ptraced/v1/trace_service_pb.js';
import type { SessionRegistry } from '../session/registry.js';
import type { TraceSession } from '../session/session.js';
import { checkEnum } from './fields.js';
import { checkPageSize, PageTokens } from './paging.js';
import { stateOf, toSessionMessage } from './session-message.js';

const pageSizes = { byDefault: 100, max: 1000 };
/** A page has fewer sessions where they are large: clients refuse responses beyond 4 MiB. */
const maxPageBytes = 1024 * 1024;

type Matches = (session: TraceSession) => boolean;

export function getSession(
  { name }: GetSessionRequest,
  registry: SessionRegistry,
): MessageInitShape<typeof GetSessionResponseSchema> {
  return { session: toSessionMessage(registry.find(name)) };
}

function toMatcher({ states, labels }: ListSessionsRequest): Matches {
  states.forEach((state, index) => {
    checkEnum(`states[${index}]`, state, SessionState);
    if (state === SessionState.UNSPECIFIED) {
      throw invalidField(`states[${index}]`, 'must be a state');
    }
  });
  const wanted = Object.entries(labels);
  return (session) =>
    (states.length === 0 || states.includes(stateOf(session))) &&
    wanted.every(([key, value]) => session.labels[key] === value);
}

function queryOf({ states, labels }: ListSessionsRequest): string {
  return JSON.stringify([states, Object.entries(labels).toSorted()]);
}

/** As many as fit, but at least one. */
function toPage(sessions: readonly TraceSession[]) {
  const page = [];
  let bytes = 0;
  for (const session of sessions) {
    const message = create(SessionSchema, toSessionMessage(session));
    bytes += toBinary(SessionSchema, message).length;
    if (page.length > 0 && bytes > maxPageBytes) {
      break;
    }
    page.push(message);
  }
  return page;
}

/** Lists the sessions of a registry. A token names the last session that was listed, so that none comes twice. */
export class SessionLister {
  readonly #registry: SessionRegistry;
  readonly #tokens = new PageTokens();

  constructor(registry: SessionRegistry) {
    this.#registry = registry;
  }

  list(request: ListSessionsRequest): MessageInitShape<typeof ListSessionsResponseSchema> {
    const query = queryOf(request);
    const { pageToken } = request;
    const before =
      pageToken === '' ? Number.POSITIVE_INFINITY : this.#tokens.decode(pageToken, query);
    const matches = toMatcher(request);
    const limit = checkPageSize(request.pageSize, pageSizes);
    const found = this.#registry
      .all()
      .filter((session) => session.sequence < before && matches(session));
    const sessions = toPage(found.slice(0, limit));
    const last = found[sessions.length - 1];
    const isLast = sessions.length === found.length || last === undefined;
    return { sessions, nextPageToken: isLast ? '' : this.#tokens.encode(last.sequence, query) };
  }
}
