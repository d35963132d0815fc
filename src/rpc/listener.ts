/** Sockets on which connections come. */
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, lstatSync, type Stats, unlinkSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { ConfigError, type ListenAddress } from '../config.js';
import type { Log } from '../log.js';
import type { ServeConnection } from './connection-injector.js';
import { Connections } from './connections.js';

export interface ListenOptions {
  /** Group that may connect to a unix socket, beside the owner. */
  readonly socketGroup: number | undefined;
  /** Connections at a time. */
  readonly maxConnections: number;
  /** A connection that gets this descriptor, or one above it, is closed at once. */
  readonly firstReservedDescriptor: number;
  readonly log: Log;
  /** Whether its process may connect; otherwise it is closed at once, and takes nobody's place. */
  readonly admits: (socket: Socket) => boolean;
  readonly serve: ServeConnection;
}

/** A socket that listens. */
export interface Listener {
  /** `unix:PATH` or `HOST:PORT`, with the port that port 0 came to. */
  readonly address: string;
  /**
   * Takes no more connections and removes a unix socket, unless another server has its path by now. Settles
   * once those that are open have ended.
   */
  close(): Promise<void>;
}

const ownerOnly = 0o177;
const ownerAndGroup = 0o660;

function nameOf(address: ListenAddress): string {
  return address.kind === 'unix' ? `unix:${address.path}` : hostPort(address.host, address.port);
}

function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether somebody listens on the socket. */
async function isLive(path: string): Promise<boolean> {
  const probe = connect(path);
  try {
    await once(probe, 'connect');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') {
      return false;
    }
    throw error;
  } finally {
    probe.destroy();
  }
}

/** Removes the socket that a server left behind which did not end in order. */
async function removeStale(path: string): Promise<void> {
  const file = lstatSync(path, { throwIfNoEntry: false });
  if (file === undefined) {
    return;
  }
  if (!file.isSocket()) {
    throw new ConfigError(`--listen unix:${path}: there is a file of this name that is no socket`);
  }
  if (await isLive(path)) {
    throw new ConfigError(`--listen unix:${path}: another server is listening there`);
  }
  unlinkSync(path);
}

/** bind(2) makes the file with what the umask leaves, within this call: nobody can connect in between. */
function listenPrivately(server: Server, path: string): void {
  const umask = process.umask(ownerOnly);
  try {
    server.listen(path);
  } finally {
    process.umask(umask);
  }
}

/** Returns the file of a unix socket as it was made. */
async function bind(
  server: Server,
  address: ListenAddress,
  group: number | undefined,
): Promise<Stats | undefined> {
  if (address.kind === 'tcp') {
    server.listen(address.port, address.host);
    await once(server, 'listening');
    return undefined;
  }
  const { path } = address;
  // libuv reports it as EACCES.
  if (!existsSync(dirname(path))) {
    throw new ConfigError(`--listen unix:${path}: there is no folder ${dirname(path)}`);
  }
  await removeStale(path);
  listenPrivately(server, path);
  const file = lstatSync(path, { throwIfNoEntry: false });
  await once(server, 'listening');
  if (group !== undefined) {
    chownSync(path, -1, group);
    chmodSync(path, ownerAndGroup);
  }
  return file;
}

/** Whether the path has another file than the one that was bound, whose inode lives as long as its socket. */
function isTaken(address: ListenAddress, bound: Stats | undefined): boolean {
  if (address.kind === 'tcp') {
    return false;
  }
  const file = lstatSync(address.path, { throwIfNoEntry: false });
  return file !== undefined && !(file.ino === bound?.ino && file.dev === bound.dev);
}

/**
 * Stops taking connections without close(), by which libuv unlinks the path, whosever it is. The socket, which
 * has no path any more, ends with this process.
 */
async function abandon(server: Server, connections: ReadonlySet<Socket>): Promise<void> {
  server.removeAllListeners('connection');
  server.on('connection', (socket) => socket.destroy());
  server.unref();
  await Promise.all(
    Array.from(connections, (socket) => new Promise((resolve) => socket.once('close', resolve))),
  );
}

/** Node has no other word for it; -1 where the socket is closed already. */
function descriptorOf(socket: Socket): number {
  return (socket as unknown as { _handle?: { fd: number } })._handle?.fd ?? -1;
}

/** Rejects with a ConfigError where the address cannot be used. */
export async function listen(address: ListenAddress, options: ListenOptions): Promise<Listener> {
  // Not half-open: a client that closes its side is gone, which nothing else would tell for a while.
  const connections = new Set<Socket>();
  const { firstReservedDescriptor, maxConnections, admits, serve } = options;
  // Sessions need some as well.
  const max = Math.min(maxConnections, Math.max(1, Math.floor(firstReservedDescriptor / 2)));
  const places = new Connections({ max, serve });
  const server = createServer({ noDelay: true }, (socket) => {
    if (descriptorOf(socket) >= firstReservedDescriptor || !admits(socket)) {
      socket.destroy();
      return;
    }
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    places.take(socket);
  });
  let file: Stats | undefined;
  try {
    file = await bind(server, address, options.socketGroup);
  } catch (error) {
    server.close();
    throw error instanceof ConfigError
      ? error
      : new ConfigError(`--listen ${nameOf(address)}: ${(error as Error).message}`);
  }
  // accept(2) failed: memory has run out, or so. Those that wait are accepted later.
  server.on('error', (error) => options.log.warn({ err: error }, 'cannot accept a connection'));
  const bound =
    address.kind === 'tcp'
      ? hostPort(address.host, (server.address() as AddressInfo).port)
      : nameOf(address);
  return {
    address: bound,
    close: () =>
      isTaken(address, file)
        ? abandon(server, connections)
        : new Promise((resolve) => server.close(() => resolve())),
  };
}
