/** A link between clients and a server that a test can cut. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';

const path = (address: string): string => address.slice('unix:'.length);

export class Link implements AsyncDisposable {
  /** Where clients connect to. */
  readonly address: string;
  /** The server that new connections lead to. */
  target: string;
  /** A connection is cut once the server has sent so many bytes over it: more than a frame, to get anywhere. */
  cutAfterBytes = Number.POSITIVE_INFINITY;
  /** New connections are cut at once. */
  down = false;
  /** Connections that were cut, or refused. */
  cuts = 0;
  readonly #folder: string;
  readonly #listener: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(folder: string, target: string) {
    this.#folder = folder;
    this.address = `unix:${folder}/link`;
    this.target = target;
    this.#listener = createServer((client) => this.#join(client));
  }

  static async to(target: string): Promise<Link> {
    const link = new Link(await mkdtemp(`${tmpdir()}/ptraced-link-`), target);
    await new Promise<void>((resolve) => link.#listener.listen(path(link.address), resolve));
    return link;
  }

  /** Cuts every connection, in the middle of whatever was being sent. */
  cut(): void {
    this.cuts += this.#sockets.size / 2;
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    this.#sockets.clear();
  }

  #join(client: Socket): void {
    client.on('error', () => {}); // its other end tells
    if (this.down) {
      this.cuts += 1;
      client.destroy();
      return;
    }
    const server = connect(path(this.target));
    const pair = [client, server];
    const destroy = (): void => {
      for (const socket of pair) {
        this.#sockets.delete(socket);
        socket.destroy();
      }
    };
    let sent = 0;
    server.on('data', (chunk) => {
      sent += chunk.length;
      if (sent > this.cutAfterBytes && this.#sockets.has(client)) {
        this.cuts += 1;
        destroy();
      }
    });
    for (const socket of pair) {
      this.#sockets.add(socket);
      socket.on('error', destroy);
      socket.on('close', destroy);
    }
    client.pipe(server).pipe(client);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#listener.close(resolve));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
