/** Reading beside the tracer thread. */
import type { EngineLocation, EngineMemoryReader } from '../session/engine.js';
import type { TraceSession } from '../session/session.js';

/** Opens the memory of the process for as long as `body` uses it. Rejects as the addon does. */
export async function withReader<T>(
  { native }: TraceSession,
  pid: number,
  location: EngineLocation,
  body: (reader: EngineMemoryReader) => Promise<T>,
): Promise<T> {
  const reader = await native.openMemory(pid, location);
  try {
    return await body(reader);
  } finally {
    reader.close();
  }
}
