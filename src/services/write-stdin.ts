/** TraceService.WriteStdin. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CallContext } from '../context.js';
import { invalidField, ServiceError } from '../errors.js';
import { StdioMode } from '../gen/ptraced/v1/session_pb.js';
import type {
  WriteStdinRequest,
  WriteStdinResponseSchema,
} from '../gen/ptraced/v1/trace_service_pb.js';
import type { SessionRegistry } from '../session/registry.js';
import type { TraceSession } from '../session/session.js';
import { auditStdin } from './audit.js';

const maxBytes = 1024 * 1024;

/** Nothing is acceptable where it is to be closed. */
function toData({ payload, close }: WriteStdinRequest): Uint8Array {
  if (payload.case === undefined && !close) {
    throw invalidField('payload', 'must be data or text, unless close is set');
  }
  const data =
    payload.case === 'text' ? Buffer.from(payload.value) : (payload.value ?? Buffer.of());
  if (data.length > maxBytes) {
    throw invalidField(payload.case ?? 'payload', `must have at most ${maxBytes} bytes`);
  }
  return data;
}

function checkPipe({ name, shown }: TraceSession): void {
  const { request } = shown;
  if (request.case !== 'launch' || request.value.stdin !== StdioMode.PIPE) {
    throw new ServiceError('STDIN_CLOSED', `session '${name}' has no STDIO_MODE_PIPE for stdin`);
  }
}

export async function writeStdin(
  request: WriteStdinRequest,
  { signal, log }: CallContext,
  registry: SessionRegistry,
): Promise<MessageInitShape<typeof WriteStdinResponseSchema>> {
  const data = toData(request);
  const session = registry.find(request.session);
  checkPipe(session);
  const { offset, close } = request;
  const committed = await session.stdin.write({ data, offset, close, signal });
  auditStdin(log, session.name, data.length);
  return { committed };
}
