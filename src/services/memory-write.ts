/** Writes to the memory of a process. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CallContext } from '../context.js';
import { invalidField } from '../errors.js';
import type {
  WriteMemoryRequest,
  WriteMemoryResponseSchema,
} from '../gen/ptraced/v1/memory_service_pb.js';
import { withServiceErrors } from '../session/native-failure.js';
import type { TraceSession } from '../session/session.js';
import { auditMemoryWrite } from './audit.js';
import { checkTransferSize, parseHex, toLocation } from './memory-place.js';

function toPayload({ payload }: WriteMemoryRequest): Uint8Array {
  switch (payload.case) {
    case 'data':
      return payload.value;
    case 'hex':
      return parseHex('hex', payload.value);
    case 'text':
      return Buffer.from(payload.value);
    default:
      throw invalidField('payload', 'must be data, hex or text');
  }
}

export async function writeMemory(
  request: WriteMemoryRequest,
  session: TraceSession,
  { log }: CallContext,
): Promise<MessageInitShape<typeof WriteMemoryResponseSchema>> {
  const location = toLocation(request);
  const data = toPayload(request);
  checkTransferSize(request.payload.case ?? 'payload', data.length);
  const { pid, force, expected, expectedStopId } = request;
  if (expected.length > 0) {
    checkTransferSize('expected', expected.length);
  }
  const written = await withServiceErrors(() =>
    session.native.writeMemory(pid, location, {
      data,
      ...(expected.length > 0 && { expected }),
      force,
      expectedStopId,
    }),
  );
  const { address } = written;
  auditMemoryWrite(log, session.name, { pid, address, length: data.length, force });
  return { ...written, written: data.length };
}
