/** Addresses of servers, as users write them. */

/** An address that grpc-js understands. */
export interface ServerAddress {
  /** Target of a channel. */
  readonly target: string;
  /** A unix socket: the peer is on this machine, and the file's mode says who may connect. */
  readonly local: boolean;
}

/** Bytes of a path in `struct sockaddr_un` (unix(7)), without its NUL. A longer one would be cut off. */
const MAX_SOCKET_PATH_BYTES = 107;

const HOST_PORT = /^(?<host>\[[0-9a-fA-F:.%\w]+\]|[^:[\]/\s]+):(?<port>\d{1,5})$/;

/**
 * Parses `unix:PATH` (absolute or relative, at most 107 bytes) or `HOST:PORT` (a name, an IPv4 address or an IPv6
 * address in brackets; port 1 to 65535).
 *
 * Throws a RangeError for anything else.
 */
export function parseAddress(address: string): ServerAddress {
  if (address.startsWith('unix:')) {
    // "unix://" is gRPC's other spelling of an absolute path.
    const path = address.slice('unix:'.length).replace(/^\/\/(?=\/)/, '');
    if (path === '' || path.includes('\0')) {
      throw new RangeError(`invalid address '${address}': unix: wants a path`);
    }
    if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
      const limit = `the path of a socket has at most ${MAX_SOCKET_PATH_BYTES} bytes`;
      throw new RangeError(`invalid address '${address}': ${limit}`);
    }
    return { target: `unix:${path}`, local: true };
  }
  const groups = HOST_PORT.exec(address)?.groups;
  const port = Number(groups?.['port']);
  if (!groups || port < 1 || port > 65535) {
    throw new RangeError(`invalid address '${address}': want unix:PATH or HOST:PORT`);
  }
  return { target: `dns:${groups['host']}:${port}`, local: false };
}
