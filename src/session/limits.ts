/** What the sessions of a server may take together. */
import { ServiceError } from '../errors.js';

export interface RegistryLimits {
  /** Sessions at a time. */
  readonly maxSessions: number;
  /** Tasks at a time, over all sessions. */
  readonly maxTasks: number;
  /** Launched commands that were let go and still run, at a time. */
  readonly maxDetached: number;
  /** Bytes of all rings together. */
  readonly maxRingBytes: number;
}

/** Capacity of a ring where the client asks for none, as long as there is enough. */
const defaultRingBytes = 16 * 1024 * 1024;
/** Kept back for each session that may yet come, so that some with default rings cannot lock others out. */
const leastRingBytes = 1024 * 1024;

/** Streams of one session at a time. */
export const maxSubscribers = 16;

/** RESOURCE_EXHAUSTED: the limit and what it limits. */
export function exceeded(
  reason: 'SESSION_LIMIT' | 'TASK_LIMIT' | 'SUBSCRIBER_LIMIT',
  what: string,
  maximum: number,
): ServiceError {
  return new ServiceError(reason, `the server's limit of ${maximum} ${what} is reached`, {
    metadata: { limit: what, maximum: String(maximum) },
  });
}

/**
 * The capacity of the ring of one more session, where `running` sessions run or start, and the rings that
 * cannot be given up have `taken` bytes. `wanted` 0: the default one. Throws SESSION_LIMIT.
 */
export function ringCapacity(
  { maxSessions, maxRingBytes }: RegistryLimits,
  wanted: number,
  { running, taken }: { running: number; taken: number },
): number {
  if (running >= maxSessions) {
    throw exceeded('SESSION_LIMIT', 'sessions', maxSessions);
  }
  const left = maxRingBytes - taken;
  const reserve = (maxSessions - running - 1) * leastRingBytes;
  const byDefault = Math.min(defaultRingBytes, Math.max(left - reserve, leastRingBytes));
  const capacity = wanted || byDefault;
  if (capacity > left) {
    throw exceeded('SESSION_LIMIT', 'bytes of all rings together', maxRingBytes);
  }
  return capacity;
}
