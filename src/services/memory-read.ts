/** Reads of a bounded size: ranges, strings, vectors of strings, socket addresses. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { displayBytes } from '../bytes.js';
import { invalidField } from '../errors.js';
import {
  type ReadMemoryRequest,
  type ReadMemoryResponseSchema,
  type ReadStringVectorRequest,
  type ReadStringVectorResponseSchema,
  Rendering,
} from '../gen/ptraced/v1/memory_service_pb.js';
import type { EngineFault, EngineLocation } from '../session/engine.js';
import { withServiceErrors } from '../session/native-failure.js';
import type { TraceSession } from '../session/session.js';
import { checkEnum } from './fields.js';
import { checkTransferSize, maxTransferBytes, toLocation, unmapped } from './memory-place.js';
import { withReader } from './memory-reader.js';
import { render } from './memory-rendering.js';

/** What is read on the tracer thread; more is read beside it, so that it holds no tracee up. */
const maxTracerBytes = 64 * 1024;

const defaultStrings = 1024;
const maxStrings = 65_536;
const defaultStringBytes = 4096;

interface Bytes {
  readonly address: bigint;
  readonly data: Buffer;
  readonly fault?: EngineFault;
  /** The task stood in one stop for as long as the read lasted. */
  readonly held: boolean;
}

/** The stop that the task is held in, 0 for none. */
async function stopOf({ native }: TraceSession, pid: number): Promise<bigint> {
  try {
    return (await native.readMemory(pid, 0n, 0)).stopId;
  } catch {
    return 0n; // it has ended since
  }
}

async function readBytes(
  session: TraceSession,
  pid: number,
  location: EngineLocation,
  size: number,
): Promise<Bytes> {
  const { native } = session;
  if (size <= maxTracerBytes) {
    const { stopId, ...read } = await native.readMemory(pid, location, size);
    return { ...read, held: stopId !== 0n };
  }
  return withReader(session, pid, location, async (reader) => {
    const { address, stopId } = reader;
    const read = await reader.read(address, size, 0);
    return { ...read, address, held: stopId !== 0n && stopId === (await stopOf(session, pid)) };
  });
}

export async function readMemory(
  request: ReadMemoryRequest,
  session: TraceSession,
): Promise<MessageInitShape<typeof ReadMemoryResponseSchema>> {
  const location = toLocation(request);
  const size = checkTransferSize('size', request.size);
  checkEnum('rendering', request.rendering, Rendering);
  const read = await withServiceErrors(() => readBytes(session, request.pid, location, size));
  const { address, held, fault } = read;
  const nul = request.untilNul ? read.data.indexOf(0) : -1;
  const terminated = nul >= 0;
  const partial = fault !== undefined && !terminated;
  if (partial && !request.allowPartial) {
    throw unmapped(fault);
  }
  const data = terminated ? read.data.subarray(0, nul) : read.data;
  const text = render(request.rendering, address, data);
  return { address, data, text, partial, terminated, held };
}

export async function readStringVector(
  request: ReadStringVectorRequest,
  session: TraceSession,
): Promise<MessageInitShape<typeof ReadStringVectorResponseSchema>> {
  const location = toLocation(request);
  const count = request.maxStrings || defaultStrings;
  const bytes = request.maxStringBytes || defaultStringBytes;
  if (count > maxStrings) {
    throw invalidField('max_strings', `must be at most ${maxStrings}`);
  }
  if (bytes > maxTransferBytes) {
    throw invalidField('max_string_bytes', `must be at most ${maxTransferBytes}`);
  }
  const read = await withServiceErrors(() =>
    withReader(session, request.pid, location, (reader) =>
      reader.readStrings(reader.address, count, bytes),
    ),
  );
  const { strings, truncated, fault } = read;
  if (fault !== undefined) {
    throw unmapped(fault);
  }
  return { strings, texts: strings.map(displayBytes), truncated };
}
