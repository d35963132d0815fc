/** The connections of one listener: which of them are idle, and which have to go for a new one. */
import type { ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';

export interface ConnectionsOptions {
  /** At a time. */
  readonly max: number;
  /** Starts HTTP/2 on a socket; the session that serves it. */
  readonly serve: (socket: Socket) => ServerHttp2Session | undefined;
}

/** How long a client may take for the preface of HTTP/2 and its settings. */
const greetingMs = 10_000;

/** Beyond the maximum, where all have streams: for health checks and for calls that make room. */
const keptPlaces = 8;
/** How long a connection may stay in such a place. */
const shortStayMs = 10_000;

interface Connection {
  readonly socket: Socket;
  /** Undefined until HTTP/2 has begun. */
  session: ServerHttp2Session | undefined;
  streams: number;
}

/**
 * Takes connections up to a maximum. Where there is no place for a new one, that which has been without a stream for
 * longest is closed. Where all have streams, the new one takes a place beyond the maximum for a short while.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #all = new Set<Connection>();
  /** Without a stream, the longest idle first. */
  readonly #idle = new Set<Connection>();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** Serves a new connection, or closes it. */
  take(socket: Socket): void {
    const full = this.#all.size >= this.#options.max && !this.#closeIdle();
    if (full && this.#all.size >= this.#options.max + keptPlaces) {
      socket.destroy();
      return;
    }
    const connection: Connection = { socket, session: undefined, streams: 0 };
    if (full) {
      const spent = setTimeout(() => this.#close(connection), shortStayMs).unref();
      socket.once('close', () => clearTimeout(spent));
    }
    this.#all.add(connection);
    this.#idle.add(connection);
    socket.once('close', () => this.#remove(connection));
    const session = this.#options.serve(socket);
    connection.session = session;
    session?.on('stream', (stream) => {
      connection.streams++;
      this.#idle.delete(connection);
      stream.once('close', () => this.#endStream(connection));
    });
    const tooLate = setTimeout(() => socket.destroy(), greetingMs).unref();
    session?.once('remoteSettings', () => clearTimeout(tooLate));
    socket.once('close', () => clearTimeout(tooLate));
  }

  #endStream(connection: Connection): void {
    connection.streams--;
    if (connection.streams === 0 && this.#all.has(connection)) {
      this.#idle.add(connection);
    }
  }

  #remove(connection: Connection): void {
    this.#all.delete(connection);
    this.#idle.delete(connection);
  }

  /** False where every connection has a stream. */
  #closeIdle(): boolean {
    const [longest] = this.#idle;
    if (longest === undefined) {
      return false;
    }
    this.#close(longest);
    return true;
  }

  #close(connection: Connection): void {
    this.#remove(connection);
    // With a GOAWAY: the client makes its next call on another connection.
    (connection.session ?? connection.socket).destroy();
  }
}
