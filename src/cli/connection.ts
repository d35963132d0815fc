/** The server that a command works with: one elsewhere, or one of its own. */

import { PtracedClient } from '../client/client.js';
import { PtracedError } from '../client/index.js';
import { ownVariable } from '../own-process.js';
import { checkTextArgument } from './byte-arguments.js';
import type { LaunchSurroundings } from './launch-inheritance.js';
import { UsageError } from './usage-error.js';

export interface Connection extends AsyncDisposable {
  readonly client: PtracedClient;
  /** The server is part of this process: pids, directories and streams are the user's own. */
  readonly embedded: boolean;
  /** How the server is called in messages. */
  readonly address: string;
}

/** What the command line says about the server. */
export interface ServerChoice {
  readonly server?: string | undefined;
  readonly local: boolean;
}

/**
 * The server that the user named, by option or by environment; undefined for an own one. `before` is the
 * --server that stood before the command. Throws a UsageError where both are asked for.
 */
export function serverOf(
  { server = undefined, local }: ServerChoice,
  before: string | undefined,
): string | undefined {
  const option = server ?? before;
  if (local && option) {
    throw new UsageError('--local and --server exclude each other');
  }
  return local ? undefined : (option ?? textVariable('PTRACED_SERVER')) || undefined;
}

/**
 * As `serverOf`, for commands that make sense with a server that goes on alone: where none is named, the
 * one where ptraced listens by default. Throws a UsageError where the user wants an own one.
 */
export function lastingServerOf(choice: ServerChoice, before: string | undefined): string {
  const address = serverOf(choice, before);
  if (address !== undefined) {
    return address;
  }
  if (choice.local || (choice.server ?? before) !== undefined) {
    throw new UsageError('an own server has no sessions to ask for: must have --server=ADDR');
  }
  const folder = process.getuid?.() === 0 ? '/run/ptraced' : textVariable('XDG_RUNTIME_DIR');
  if (folder === undefined) {
    throw new UsageError('must have --server=ADDR or $PTRACED_SERVER');
  }
  return `unix:${folder}/ptraced.sock`;
}

/** Undefined where it is empty, too. Throws a UsageError where it is not UTF-8. */
function textVariable(name: string): string | undefined {
  return checkTextArgument(ownVariable(name) ?? '', `$${name}`) || undefined;
}

/**
 * Connects to the server at `address`, or starts one where there is none. `surroundings`: what a command
 * that the own server launches is to have.
 */
export async function openConnection(
  address: string | undefined,
  surroundings?: LaunchSurroundings,
): Promise<Connection> {
  if (address !== undefined) {
    const client = await connectTo(address);
    return {
      client,
      embedded: false,
      address,
      [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
    };
  }
  // Only here: a client of another server needs neither the server's code nor the addon.
  const { EmbeddedServer } = await import('../embedded/embedded-server.js');
  const server = new EmbeddedServer(surroundings);
  const client = new PtracedClient(server.transport);
  return {
    client,
    embedded: true,
    address: 'the own server',
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function connectTo(address: string): Promise<PtracedClient> {
  // Only here: gRPC is of no use for a server of our own.
  const [{ connect }, { silenceGrpcLog }] = await Promise.all([
    import('../client/connect.js'),
    import('../client/grpc-log.js'),
  ]);
  silenceGrpcLog();
  try {
    return connect(address, undefined, { proxy: textVariable('PTRACED_PROXY') });
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error;
  }
}

/** Says in one line why a call failed. `connected`: something had come back before. */
export function describeFailure(error: unknown, address: string, connected: boolean): string {
  const message = oneLine(error instanceof Error ? error.message : String(error));
  if (!(error instanceof PtracedError && error.reason === '')) {
    const isSet = error instanceof PtracedError && error.reason === 'UNKNOWN_SYSCALL';
    return isSet ? `invalid -e argument: ${message}` : message;
  }
  if (error.isConnectionLoss) {
    return `${connected ? 'lost the connection to' : 'cannot reach'} ${address}: ${message}`;
  }
  // Without a reason, it is not ptraced's own: what is at the address may be another server.
  return `${address}: ${message}`;
}

/** Throws a UsageError where the server refused what the command line says, which only it can check. */
export function throwUsageError(error: unknown, address: string): void {
  if (error instanceof PtracedError && error.code === 'INVALID_ARGUMENT') {
    throw new UsageError(describeFailure(error, address, false), '', error);
  }
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
}
