/** The server that a command works with: one elsewhere, or one of its own. */

import { connect, type PtracedClient, PtracedError } from '../client/index.js';
import { EmbeddedServer } from './embedded-server.js';
import { UsageError } from './usage-error.js';

export interface Connection extends AsyncDisposable {
  readonly client: PtracedClient;
  /** The server is part of this process: pids, directories and streams are the user's own. */
  readonly embedded: boolean;
  /** How the server is called in messages. */
  readonly address: string;
}

/** The server that the user named, by option or by environment; undefined for none. */
export function serverOf(option: string | undefined): string | undefined {
  return option ?? (process.env['PTRACED_SERVER'] || undefined);
}

/** A server of our own answers at once, unless the machine has hardly any time for us. */
const EMBEDDED_TIMEOUT_MS = 60_000;

/** Connects to the server at `address`, or starts one where there is none. */
export async function openConnection(address: string | undefined): Promise<Connection> {
  if (address !== undefined) {
    const client = connectTo(address);
    return {
      client,
      embedded: false,
      address,
      [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
    };
  }
  const server = await EmbeddedServer.start();
  const client = connect(server.address);
  await client.connected(EMBEDDED_TIMEOUT_MS);
  server.hide();
  return {
    client,
    embedded: true,
    address: server.address,
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function connectTo(address: string): PtracedClient {
  try {
    return connect(address);
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error;
  }
}

/** Says in one line why a call failed. `connected`: something had come back before. */
export function describeFailure(error: unknown, address: string, connected: boolean): string {
  const message = oneLine(error instanceof Error ? error.message : String(error));
  if (error instanceof PtracedError && error.isConnectionLoss) {
    // grpc-js wraps the error of connect(2) in two sentences of its own.
    const cause = /Last error: (?:Error: )?(.*?)\.? Resolution note:/.exec(message)?.[1] ?? message;
    return `${connected ? 'lost the connection to' : 'cannot reach'} ${address}: ${cause}`;
  }
  return message;
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
}
