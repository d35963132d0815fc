/** TraceService: its methods, each of which has a file of its own. */
import type { CallContext } from '../context.js';
import type { TraceRequest } from '../gen/ptraced/v1/trace_service_pb.js';
import { type TraceOptions, trace } from './trace.js';

export type TraceServiceOptions = TraceOptions;

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
