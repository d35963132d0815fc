/** MemoryService.ReadSocketAddress. */
import { fromBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { invalidField } from '../errors.js';
import type {
  ReadSocketAddressRequest,
  ReadSocketAddressResponseSchema,
} from '../gen/ptraced/v1/memory_service_pb.js';
import { ValueSchema } from '../gen/ptraced/v1/record_pb.js';
import type { Engine } from '../session/engine.js';
import { withServiceErrors } from '../session/native-failure.js';
import type { TraceSession } from '../session/session.js';
import { toLocation, unmapped } from './memory-place.js';

/** The family alone. */
const minLength = 2;
/** struct sockaddr_storage. */
const maxLength = 128;

export async function readSocketAddress(
  request: ReadSocketAddressRequest,
  { native }: TraceSession,
  engine: Engine,
): Promise<MessageInitShape<typeof ReadSocketAddressResponseSchema>> {
  const location = toLocation(request);
  const { pid, length } = request;
  if (length < minLength || length > maxLength) {
    throw invalidField('length', `must be from ${minLength} to ${maxLength}`);
  }
  const { data, fault } = await withServiceErrors(() => native.readMemory(pid, location, length));
  if (fault !== undefined) {
    throw unmapped(fault);
  }
  const { text, value } = engine.socketAddress(data);
  return { data, text, ...(value && { value: fromBinary(ValueSchema, value) }) };
}
