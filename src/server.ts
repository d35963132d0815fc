/** Builds the server from its configuration and closes all of it again. */
import type { Config } from './config.js';

/** A server that is listening. Disposing of it stops it. */
export interface RunningServer extends AsyncDisposable {
  /** Where it listens, as a client writes it: `unix:PATH` or `HOST:PORT`. */
  readonly addresses: readonly string[];
  /**
   * Ends every session (attached processes run on), delivers what is pending and closes. Settles
   * within 10 s. Idempotent.
   */
  stop(): Promise<void>;
}

/** Starts listening. Rejects with a ConfigError where an address cannot be used. */
export async function startServer(_config: Config): Promise<RunningServer> {
  throw new Error('not built yet');
}
