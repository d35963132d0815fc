/** What every handler knows about the call that it answers. */
import type { Log } from './log.js';

export interface CallContext {
  /** Aborted once the client is gone, has cancelled, or the deadline has passed. */
  readonly signal: AbortSignal;
  /** Who calls. */
  readonly principal: string;
  /** Carries the method and the principal. */
  readonly log: Log;
}
