/** Writes a stream no faster than its client reads. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Waits until `stream` can take more. Returns at once when `signal` is aborted. */
async function drained(stream: Writable, signal: AbortSignal): Promise<void> {
  try {
    // After a cancel grpc-js emits no drain.
    await once(stream, 'drain', { signal });
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
  }
}

/**
 * Pulls `messages` and writes each. The next is not pulled before the stream has room, so that a slow
 * client is felt where the messages come from. Ends early, returning the iterator, when `signal` is
 * aborted.
 */
export async function pump(
  messages: AsyncIterable<Buffer>,
  stream: Writable,
  signal: AbortSignal,
): Promise<void> {
  for await (const message of messages) {
    if (signal.aborted) {
      return;
    }
    if (!stream.write(message)) {
      await drained(stream, signal);
    }
    if (signal.aborted) {
      return;
    }
  }
}
