/** The server's configuration: one frozen object, complete, made by `createConfig`. */

/** Where the server listens. */
export type ListenAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** What the server takes on at most; see Limits of the API. */
export interface Limits {
  /** Sessions at a time. */
  readonly maxSessions: number;
  /** Traced tasks at a time, over all sessions. */
  readonly maxTasks: number;
  /** Launched commands that were let go and still run, at a time: each takes a thread and two descriptors. */
  readonly maxDetached: number;
  /** Bytes of all rings together. */
  readonly maxRingBytes: number;
  /** Connections at a time, for each address. */
  readonly maxConnections: number;
  /** Bytes of one request, as it is on the wire. 0: any. */
  readonly maxRequestBytes: number;
  /** Longest hold of attached processes by subscribers that do not read, in milliseconds. */
  readonly maxBlockMs: number;
}

/** User and group of launched commands that ask for none. */
export interface LaunchUser {
  readonly uid: number;
  readonly gid: number;
}

export const launchPolicies = ['off', 'confined', 'privileged'] as const;
/**
 * What launched commands may be. "off": there are none. "confined": all start without privileges and with no way
 * into the server. "privileged": requests may ask for commands that keep what the server has. "own": the server
 * stands for the command's own user, and commands keep everything, its streams included.
 */
export type LaunchPolicy = (typeof launchPolicies)[number] | 'own';

/**
 * What the first launched command gets of this process, as if execve(2) had made the one of the other.
 * For a server that stands for the command's own user; no client can ask for it. Masks: bit N-1 is signal N.
 */
export interface LaunchInheritance {
  readonly ignoredSignals: bigint;
  readonly blockedSignals: bigint;
  /** Sent again to the command. */
  readonly pendingSignals: bigint;
  /**
   * Descriptors, as ranges of first and last. Those above 2 are closed in this process once the command has
   * them.
   */
  readonly descriptors: readonly (readonly [first: number, last: number])[];
  /** Of those, the ones that this process keeps open as well. */
  readonly keptDescriptors: readonly number[];
  /** Standard streams that this process has no use for, so that it does not keep them open. */
  readonly releasedStreams: readonly number[];
}

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The part that is about sessions, however clients reach them. */
export interface HostConfig {
  readonly limits: Limits;
  /** How long ended sessions can be read, in milliseconds, unless their rings are needed before. */
  readonly keepEndedMs: number;
  /** Unset: launched commands run as the server's own user. */
  readonly launchUser?: LaunchUser;
  readonly launchPolicy: LaunchPolicy;
  /** Soft RLIMIT_NOFILE of launched commands. Unset: what the server itself was started with. */
  readonly softNofile?: number;
  /**
   * Descriptor by which this process writes the lines about launched commands that inherit its streams. What
   * they write to the same terminal, pipe or file comes behind the lines about what they did before. Unset: none.
   */
  readonly linesFd?: number;
  /** Unset: commands get default dispositions, an empty mask and their standard streams alone. */
  readonly launchInheritance?: LaunchInheritance;
}

export interface Config extends HostConfig {
  readonly listen: readonly ListenAddress[];
  /** Group id that may use the unix sockets too: mode 0660 instead of 0600. */
  readonly socketGroup?: number;
  readonly logLevel: LogLevel;
  /**
   * How often each client is asked whether it is there, in milliseconds. One that has not answered after half
   * of that is gone.
   */
  readonly keepaliveMs: number;
}

export const defaultLimits: Limits = Object.freeze({
  maxSessions: 64,
  maxTasks: 4096,
  maxDetached: 256,
  maxRingBytes: 256 * 1024 * 1024,
  maxConnections: 256,
  maxRequestBytes: 4 * 1024 * 1024,
  maxBlockMs: 1000,
});

const defaultKeepEndedMs = 5 * 60 * 1000;
const defaultKeepaliveMs = 20_000;

/** A configuration that cannot be: the message is for the person who wrote it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** The options of what serves sessions; all that is left out gets its default. */
export interface HostOptions {
  readonly limits?: Partial<Limits> | undefined;
  /** Default: five minutes. */
  readonly keepEndedMs?: number | undefined;
  readonly launchUser?: LaunchUser | undefined;
  /** Default: "confined". */
  readonly launchPolicy?: LaunchPolicy | undefined;
  readonly softNofile?: number | undefined;
  readonly linesFd?: number | undefined;
  readonly launchInheritance?: LaunchInheritance | undefined;
}

/** The options of a server; all that is left out gets its default. */
export interface ConfigOptions extends HostOptions {
  /** `unix:PATH` or `HOST:PORT`, as --listen takes them. */
  readonly listen: readonly string[];
  /** TCP without TLS, for loopback addresses. Default: false. */
  readonly insecure?: boolean | undefined;
  readonly socketGroup?: number | undefined;
  /** Default: "info". */
  readonly logLevel?: LogLevel | undefined;
  /** Default: 20 s. */
  readonly keepaliveMs?: number | undefined;
}

/** Fills in the defaults. */
export function createHostConfig(options: HostOptions = {}): HostConfig {
  return Object.freeze({
    limits: Object.freeze({ ...defaultLimits, ...options.limits }),
    keepEndedMs: options.keepEndedMs ?? defaultKeepEndedMs,
    launchPolicy: options.launchPolicy ?? 'confined',
    ...(options.launchUser !== undefined && { launchUser: Object.freeze(options.launchUser) }),
    ...(options.softNofile !== undefined && { softNofile: options.softNofile }),
    ...(options.linesFd !== undefined && { linesFd: options.linesFd }),
    ...(options.launchInheritance !== undefined && {
      launchInheritance: options.launchInheritance,
    }),
  });
}

/** Checks the options and fills in the defaults. Throws a ConfigError. */
export function createConfig(options: ConfigOptions): Config {
  if (options.listen.length === 0) {
    throw new ConfigError('no address to listen on');
  }
  return Object.freeze({
    listen: Object.freeze(
      options.listen.map((address) => parseListenAddress(address, options.insecure ?? false)),
    ),
    logLevel: options.logLevel ?? 'info',
    ...createHostConfig(options),
    keepaliveMs: options.keepaliveMs ?? defaultKeepaliveMs,
    ...(options.socketGroup !== undefined && { socketGroup: options.socketGroup }),
  });
}

/** sun_path of unix(7) with its final NUL. */
const maxSocketPath = 107;
const hostPort = /^(?:\[([0-9A-Fa-f:.]+)\]|([^[\]:\s]+)):(\d{1,5})$/;
const loopback = /^(?:127(?:\.\d{1,3}){3}|::1)$/;

function parseListenAddress(address: string, insecure: boolean): ListenAddress {
  if (address.startsWith('unix:')) {
    const path = address.slice('unix:'.length).replace(/^\/\/(?=\/)/, '');
    if (path === '' || path.includes('\0') || Buffer.byteLength(path) > maxSocketPath) {
      throw new ConfigError(
        `--listen ${address}: wants a path of 1 to ${maxSocketPath} bytes after unix:`,
      );
    }
    return Object.freeze({ kind: 'unix', path });
  }
  const match = hostPort.exec(address);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65535) {
    throw new ConfigError(`--listen ${address}: wants unix:PATH or HOST:PORT`);
  }
  // What "localhost" resolves to is not ours to decide, so it is taken by its meaning.
  const literal = host === 'localhost' ? '127.0.0.1' : host;
  if (!loopback.test(literal)) {
    throw new ConfigError(
      `--listen ${address}: refused, since TCP beyond the loopback addresses needs TLS, which this version does not have`,
    );
  }
  if (!insecure) {
    throw new ConfigError(
      `--listen ${address}: TCP on a loopback address needs --insecure: every local user can connect to it`,
    );
  }
  return Object.freeze({ kind: 'tcp', host: literal, port });
}
