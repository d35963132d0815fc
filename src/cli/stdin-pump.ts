/** Passes our standard input on to a command that a server elsewhere has started. */

import { type PtracedClient, PtracedError } from '../client/index.js';
import { giveUpInput, type Input } from './input.js';

/** Reasons why the command wants no more. */
const NOBODY_READS = new Set(['STDIN_CLOSED', 'SESSION_ENDED', 'SESSION_NOT_FOUND']);

/**
 * Passes each piece on when the command has room for it, so that a command that does not read holds
 * whoever writes to us; then the end. Settles when the command wants no more, or at `signal`. Rejects with
 * what kept it from going on, but for the loss of the connection, which the trace itself tells.
 */
export async function passStdin(
  client: PtracedClient,
  session: string,
  input: Input,
  signal: AbortSignal,
): Promise<void> {
  signal.addEventListener('abort', () => input.close(), { once: true });
  let offset = 0n;
  for (;;) {
    const data = await input.next();
    if (signal.aborted) {
      return;
    }
    const piece = { session, offset, data: data ?? new Uint8Array(), close: data === undefined };
    if (!(await isTaken(client, piece, signal))) {
      if (!signal.aborted) {
        input.close();
        giveUpInput();
      }
      return;
    }
    if (data === undefined) {
      return;
    }
    offset += BigInt(data.length);
  }
}

interface Piece {
  readonly session: string;
  /** Makes a call that is repeated safe. */
  readonly offset: bigint;
  readonly data: Uint8Array;
  readonly close: boolean;
}

/** Whether the command still had an input; fulfils when it has read what came before. */
async function isTaken(
  client: PtracedClient,
  { session, offset, data, close }: Piece,
  signal: AbortSignal,
): Promise<boolean> {
  const payload = { case: 'data' as const, value: data };
  for (;;) {
    try {
      await client.traces.writeStdin({ session, payload, offset, close }, { signal });
      return true;
    } catch (error) {
      if (signal.aborted || !(error instanceof PtracedError) || error.isConnectionLoss) {
        return false;
      }
      if (NOBODY_READS.has(error.reason) || error.code === 'UNIMPLEMENTED') {
        return false;
      }
      if (error.reason !== 'STOP_TIMEOUT') {
        throw error;
      }
      // It has not read for a minute: it may yet.
    }
  }
}
