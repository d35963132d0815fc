/** TraceService: its methods, each of which has a file of its own. */
import type { CallContext } from '../context.js';
import type {
  CreateSessionRequest,
  EndSessionRequest,
  GetSessionRequest,
  GetSummaryRequest,
  ListRecordsRequest,
  ListSessionsRequest,
  SubscribeRequest,
  TraceRequest,
  UpdateSessionRequest,
  WriteStdinRequest,
} from '../gen/ptraced/v1/trace_service_pb.js';
import { RequestIds } from '../session/request-ids.js';
import { createSession } from './create-session.js';
import { endSession } from './end-session.js';
import { getSummary } from './get-summary.js';
import { listRecords } from './list-records.js';
import { getSession, SessionLister } from './list-sessions.js';
import { subscribe } from './subscribe.js';
import { trace } from './trace.js';
import type { TargetOptions } from './trace-target.js';
import { updateSession } from './update-session.js';
import { writeStdin } from './write-stdin.js';

export function traceHandlers(options: TargetOptions) {
  const { registry } = options;
  const creation = { ...options, requestIds: new RequestIds() };
  const lister = new SessionLister(registry);
  return {
    trace: (request: TraceRequest, context: CallContext) => trace(request, context, options),
    createSession: (request: CreateSessionRequest, context: CallContext) =>
      createSession(request, context, creation),
    getSession: (request: GetSessionRequest) => getSession(request, registry),
    listSessions: (request: ListSessionsRequest) => lister.list(request),
    updateSession: (request: UpdateSessionRequest, context: CallContext) =>
      updateSession(request, context, options),
    endSession: (request: EndSessionRequest) => endSession(request, registry),
    subscribe: (request: SubscribeRequest, context: CallContext) =>
      subscribe(request, context, options),
    listRecords: (request: ListRecordsRequest, context: CallContext) =>
      listRecords(request, context, options),
    getSummary: (request: GetSummaryRequest) => getSummary(request, registry),
    writeStdin: (request: WriteStdinRequest, context: CallContext) =>
      writeStdin(request, context, registry),
  } as const;
}
