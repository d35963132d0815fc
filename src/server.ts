/** Builds the server from its configuration and closes all of it again. */
import type { Socket } from 'node:net';
import { Server } from '@grpc/grpc-js';
import type { Config, ListenAddress } from './config.js';
import { Admission, type PeerGuard } from './hardening.js';
import type { Log } from './log.js';
import type { NativeAddon } from './native/addon.js';
import { loadAddon } from './native/load.js';
import { Health } from './observability/health.js';
import { createLogger } from './observability/logger.js';
import { addReflection } from './observability/reflection.js';
import { firstReservedDescriptor } from './procfs/self.js';
import { bindService, type CallEnvironment } from './rpc/bind-service.js';
import { connectionInjector, type ServeConnection } from './rpc/connection-injector.js';
import { type Listener, listen } from './rpc/listener.js';
import { ServiceHost, servedServices } from './service-host.js';
import { atMost } from './time.js';

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

/** Parts that a test may replace. */
export interface ServerParts {
  readonly addon?: NativeAddon;
  readonly log?: Log;
  /** Of that log, since the start. */
  readonly droppedLogLines?: () => number;
  /** Unset: nobody is refused for having been launched. */
  readonly guard?: PeerGuard;
}

function channelOptions({ keepaliveMs, limits }: Config) {
  return {
    // A client that is gone without a word is noticed after these two.
    'grpc.keepalive_time_ms': keepaliveMs,
    'grpc.keepalive_timeout_ms': keepaliveMs / 2,
    // More would hang silently in the client; the limit of sessions refuses with a reason instead.
    'grpc.max_concurrent_streams': 100_000,
    'grpc.max_receive_message_length': limits.maxRequestBytes,
    'grpc.max_send_message_length': -1,
  };
}

/** With the sessions' own time below the 10 s that `stop` promises. */
const streamsEndMs = 3000;

/** Who calls. Only the owner of the server can connect to its unix socket, unless a group may as well. */
function principalOf(config: Config): CallEnvironment['principalOf'] {
  const owner = config.socketGroup === undefined ? `uid:${process.getuid?.()}` : 'local';
  return (peer) => (peer === 'unknown' ? owner : 'anonymous');
}

class PtracedServer implements RunningServer {
  readonly #config: Config;
  readonly #log: Log;
  readonly #host: ServiceHost;
  readonly #health = new Health(servedServices);
  readonly #grpc: Server;
  readonly #serveConnection: ServeConnection;
  readonly #listeners: Listener[] = [];
  readonly #admission: Admission;
  #stopped: Promise<void> | undefined;

  constructor(config: Config, addon: NativeAddon, log: Log, parts: ServerParts) {
    this.#config = config;
    this.#log = log;
    this.#admission = new Admission(parts.guard, log);
    this.#grpc = new Server(channelOptions(config));
    this.#host = new ServiceHost(config, addon, log, parts.droppedLogLines);
    this.#serve();
    this.#serveConnection = connectionInjector(this.#grpc);
  }

  get addresses(): readonly string[] {
    return this.#listeners.map((listener) => listener.address);
  }

  async listen(): Promise<void> {
    await this.#host.prepare();
    const { listen: addresses, socketGroup, limits } = this.#config;
    for (const address of addresses) {
      this.#listeners.push(
        await listen(address, {
          socketGroup,
          maxConnections: limits.maxConnections,
          firstReservedDescriptor: firstReservedDescriptor(),
          log: this.#log,
          serve: this.#serveConnection,
          admits: (socket) => this.#admits(address, socket),
        }),
      );
    }
    this.#log.info({ addresses: this.addresses }, 'listening');
  }

  #admits(address: ListenAddress, socket: Socket): boolean {
    // A TCP socket does not say which process is behind it: docs/security.md.
    return address.kind === 'tcp' || this.#admission.admits(socket);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #serve(): void {
    const environment = { log: this.#log, principalOf: principalOf(this.#config) };
    this.#host.eachService((service, handlers) =>
      bindService(this.#grpc, service, handlers, environment),
    );
    this.#health.addTo(this.#grpc);
    addReflection(this.#grpc);
  }

  async #stop(): Promise<void> {
    this.#log.info('stopping');
    this.#health.stopServing();
    await this.#host.close();
    await this.close();
    this.#log.info('stopped');
  }

  /** Closes the sockets, after the streams that are about to end have ended. */
  async close(): Promise<void> {
    const connectionsEnd = Promise.all(this.#listeners.map((listener) => listener.close()));
    // Each connection ends with its last stream. What tryShutdown tells its callback cannot be waited for: from
    // Node 24 on, that comes at once, since closing an HTTP/2 server marks its sessions as closed.
    this.#grpc.tryShutdown(() => {});
    await atMost(streamsEndMs, connectionsEnd);
    this.#grpc.forceShutdown();
  }
}

export { loadAddon };

/** Starts listening. Rejects with a ConfigError where an address cannot be used. */
export async function startServer(config: Config, parts: ServerParts = {}): Promise<RunningServer> {
  const log = parts.log ?? createLogger(config.logLevel);
  const addon = parts.addon ?? loadAddon();
  const server = new PtracedServer(config, addon, log, parts);
  try {
    await server.listen();
  } catch (error) {
    await server.close();
    throw error;
  }
  return server;
}
