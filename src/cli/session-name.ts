/** Sessions as users name them. */

import { type PtracedClient, PtracedError } from '../client/index.js';
import { UsageError } from './usage-error.js';

const PREFIX = 'sessions/';

/**
 * The name of the session that the user means by its name, its id, or the beginning of its id.
 * Throws SESSION_NOT_FOUND, and a UsageError where several ids begin so.
 */
export async function sessionName(client: PtracedClient, text: string): Promise<string> {
  const id = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text;
  if (!/^[\w-]+$/.test(id)) {
    throw new UsageError(`invalid session: '${text}'`);
  }
  const name = PREFIX + id;
  try {
    await client.traces.getSession({ name });
    return name;
  } catch (error) {
    if (!(error instanceof PtracedError && error.reason === 'SESSION_NOT_FOUND')) {
      throw error;
    }
    const found: string[] = [];
    for await (const session of client.sessions()) {
      if (session.name.startsWith(name)) {
        found.push(session.name);
      }
    }
    if (found.length > 1) {
      throw new UsageError(`'${text}' is ambiguous: ${found.map(sessionId).join(', ')}`);
    }
    if (found[0] === undefined) {
      throw error;
    }
    return found[0];
  }
}

/** The part of a session's name that users need to write. */
export function sessionId(name: string): string {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
}
