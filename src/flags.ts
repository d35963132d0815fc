/** The command line and the environment of `ptraced`. */
import { mkdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { isText } from './bytes.js';
import {
  type Config,
  ConfigError,
  createConfig,
  type LaunchPolicy,
  type LaunchUser,
  type LogLevel,
  launchPolicies,
  logLevels,
} from './config.js';
import { type Flag, type FlagName, flags, variableOf } from './flag-table.js';

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'serve'; readonly config: Config };

type Environment = Readonly<Record<string, string | undefined>>;

/** (uid_t)-1 stands for no user. */
const maxId = 0xffff_fffe;

/** A value and where it was given, for messages. */
interface Given {
  readonly source: string;
  readonly texts: readonly string[];
}
type Values = ReadonlyMap<string, Given>;

function fromEnvironment(environment: Environment): [string, Given][] {
  return Object.entries<Flag>(flags).flatMap(([name, flag]): [string, Given][] => {
    const source = variableOf(name);
    const text = environment[source] ?? '';
    const texts = flag.multiple ? text.split(',').filter(Boolean) : [text];
    return text === '' ? [] : [[name, { source, texts }]];
  });
}

function fromFlags(parsed: object): [string, Given][] {
  return Object.entries(parsed).map(([name, value]): [string, Given] => [
    name,
    { source: `--${name}`, texts: [value].flat().map(String) },
  ]);
}

function only(given: Given | undefined): string | undefined {
  return given?.texts.at(-1);
}

function toNumber(values: Values, name: FlagName): number | undefined {
  const given = values.get(name);
  const text = only(given);
  if (given === undefined || text === undefined) {
    return undefined;
  }
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number) || number === 0) {
    throw new ConfigError(`${given.source}: wants a positive number, not '${text}'`);
  }
  return number;
}

function toBoolean(values: Values, name: FlagName): boolean {
  const given = values.get(name);
  const text = only(given) ?? 'false';
  if (!['true', 'false', '1', '0'].includes(text)) {
    throw new ConfigError(`${given?.source}: wants true or false, not '${text}'`);
  }
  return text === 'true' || text === '1';
}

function toChoice<T extends string>(
  values: Values,
  name: FlagName,
  choices: readonly T[],
): T | undefined {
  const given = values.get(name);
  const text = only(given);
  const choice = choices.find((known) => known === text);
  if (text !== undefined && choice === undefined) {
    throw new ConfigError(`${given?.source}: wants one of ${choices.join(', ')}, not '${text}'`);
  }
  return choice;
}

function toLogLevel(values: Values): LogLevel | undefined {
  return toChoice(values, 'log-level', logLevels);
}

function toLaunchPolicy(values: Values): LaunchPolicy | undefined {
  return toChoice(values, 'launch', launchPolicies);
}

function toLaunchUser(values: Values): LaunchUser | undefined {
  const given = values.get('launch-user');
  const text = only(given);
  if (text === undefined) {
    return undefined;
  }
  const match = /^(\d{1,10}):(\d{1,10})$/.exec(text);
  const [uid, gid] = [Number(match?.[1]), Number(match?.[2])];
  if (!(uid <= maxId && gid <= maxId)) {
    throw new ConfigError(`${given?.source}: wants UID:GID, not '${text}'`);
  }
  return { uid, gid };
}

function toGroup(values: Values): number | undefined {
  const given = values.get('socket-group');
  const text = only(given);
  if (text === undefined) {
    return undefined;
  }
  const id = /^\d{1,10}$/.test(text) ? Number(text) : groupNamed(text);
  if (id === undefined || id > maxId) {
    throw new ConfigError(`${given?.source}: there is no group '${text}'`);
  }
  return id;
}

/** group(5) */
function groupNamed(name: string): number | undefined {
  const line = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  return line === undefined ? undefined : Number(line.split(':')[2]);
}

/** Node binds sockets by text: it would bind another one. Throws a ConfigError. */
function checkText(source: string, texts: readonly string[]): void {
  const wrong = texts.find((text) => !isText(text));
  if (wrong !== undefined) {
    throw new ConfigError(`${source}: must be UTF-8, not '${wrong}'`);
  }
}

/** Where to listen when nothing is said. The folder is made where it is missing. */
function defaultListen(environment: Environment): string[] {
  const isRoot = process.getuid?.() === 0;
  const folder = isRoot ? '/run/ptraced' : environment['XDG_RUNTIME_DIR'];
  if (folder === undefined) {
    throw new ConfigError('no address: give --listen, since XDG_RUNTIME_DIR is not set');
  }
  checkText('XDG_RUNTIME_DIR', [folder]);
  if (isRoot) {
    makeFolder(folder);
  }
  return [`unix:${folder}/ptraced.sock`];
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
  } catch (error) {
    throw new ConfigError(`${folder}: ${(error as Error).message}`);
  }
}

/** A week. A timer can wait for 2^31 ms at most. */
const maxSeconds = 7 * 24 * 60 * 60;

function toMs(values: Values, name: 'keep-ended' | 'keepalive' | 'max-block'): number | undefined {
  const seconds = toNumber(values, name);
  if (seconds !== undefined && seconds > maxSeconds) {
    const source = values.get(name)?.source;
    throw new ConfigError(`${source}: wants at most ${maxSeconds}, not '${seconds}'`);
  }
  return seconds === undefined ? undefined : seconds * 1000;
}

/** A request is decoded as a whole, on the one thread that serves everybody. */
const maxRequestBytesLimit = 64 * 1024 * 1024;

function toMaxRequestBytes(values: Values): number | undefined {
  const bytes = toNumber(values, 'max-request-bytes');
  if (bytes !== undefined && bytes > maxRequestBytesLimit) {
    const source = values.get('max-request-bytes')?.source;
    throw new ConfigError(`${source}: wants at most ${maxRequestBytesLimit}, not '${bytes}'`);
  }
  return bytes;
}

function toConfig(values: Values, environment: Environment): Config {
  const limits = {
    maxSessions: toNumber(values, 'max-sessions'),
    maxTasks: toNumber(values, 'max-tasks'),
    maxDetached: toNumber(values, 'max-detached'),
    maxRingBytes: toNumber(values, 'max-ring-bytes'),
    maxConnections: toNumber(values, 'max-connections'),
    maxRequestBytes: toMaxRequestBytes(values),
    maxBlockMs: toMs(values, 'max-block'),
  };
  const given = Object.entries(limits).filter(([, limit]) => limit !== undefined);
  return createConfig({
    listen: values.get('listen')?.texts ?? defaultListen(environment),
    insecure: toBoolean(values, 'insecure'),
    socketGroup: toGroup(values),
    logLevel: toLogLevel(values),
    limits: Object.fromEntries(given),
    keepEndedMs: toMs(values, 'keep-ended'),
    keepaliveMs: toMs(values, 'keepalive'),
    launchPolicy: toLaunchPolicy(values),
    launchUser: toLaunchUser(values),
    softNofile: toNumber(values, 'soft-nofile'),
  });
}

/** Throws a ConfigError that says in one line what is wrong. */
export function parseCommand(args: string[], environment: Environment): Command {
  let parsed: { help?: boolean; version?: boolean };
  try {
    const options = { ...flags, help: { type: 'boolean' }, version: { type: 'boolean' } } as const;
    parsed = parseArgs({ args, options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new ConfigError((error as Error).message);
  }
  const { help, version, ...rest } = parsed;
  if (help) {
    return { kind: 'help' };
  }
  if (version) {
    return { kind: 'version' };
  }
  const values = new Map([...fromEnvironment(environment), ...fromFlags(rest)]);
  for (const { source, texts } of values.values()) {
    checkText(source, texts);
  }
  return { kind: 'serve', config: toConfig(values, environment) };
}
