/** From the operands and options of `trace` to the Launch of the API. */

import { resolve } from 'node:path';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { displayText, fromBytes } from '../bytes.js';
import { type LaunchSchema, StdioMode } from '../client/index.js';
import { ownDirectory, ownEnvironment } from '../own-process.js';
import { textOrBytes, textsOrBytes } from './byte-arguments.js';
import { type LAUNCH_OPTIONS, type ParsedArguments, parseNumber } from './options.js';
import { UsageError } from './usage-error.js';

type Launch = MessageInitShape<typeof LaunchSchema>;
type LaunchValues = ParsedArguments<typeof LAUNCH_OPTIONS>['values'];

/** Of a command on a server elsewhere, whose environment is empty unless something is asked for. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const MAX_ID = 0xffff_fffe;

/** A command as if the user had started it: the environment, directory and streams are our own. */
export function embeddedLaunch(argv: string[], values: LaunchValues): Launch {
  if (values['inherit-env']) {
    throw new UsageError('--inherit-env is for a --server; here the environment is your own');
  }
  if (values['keep-capabilities']) {
    throw new UsageError('--keep-capabilities is for a --server; here the command keeps yours');
  }
  return {
    ...textsOrBytes('argv', argv),
    ...textsOrBytes('env', userEnvironment(values.env)),
    exactEnv: true,
    ...textOrBytes('cwd', resolve(ownDirectory(), values.cwd ?? '.')),
    ...identity(values.user),
    stdin: StdioMode.INHERIT,
    stdout: StdioMode.INHERIT,
    stderr: StdioMode.INHERIT,
  };
}

/** A command on the server's machine: its output comes back as records. */
export function remoteLaunch(argv: string[], values: LaunchValues): Launch {
  if (values.cwd !== undefined && !values.cwd.startsWith('/')) {
    throw new UsageError(`--cwd must be absolute on a --server: '${values.cwd}'`);
  }
  const inheritEnv = values['inherit-env'];
  const environment = new Map(inheritEnv ? [] : [['PATH', `PATH=${DEFAULT_PATH}`]]);
  for (const entry of values.env) {
    const name = entryName(entry);
    if (name === entry) {
      throw new UsageError(`-E wants NAME=VALUE on a --server: '${entry}'`);
    }
    environment.set(name, entry);
  }
  return {
    ...textsOrBytes('argv', argv),
    ...textsOrBytes('env', [...environment.values()]),
    inheritEnv,
    keepCapabilities: values['keep-capabilities'],
    ...textOrBytes('cwd', values.cwd ?? ''),
    ...identity(values.user),
    stdin: StdioMode.PIPE,
    stdout: StdioMode.CAPTURE,
    stderr: StdioMode.CAPTURE,
  };
}

/** Tells the user that the command does not run here. */
export function describePlace(
  address: string,
  { cwd, 'inherit-env': inheritEnv }: LaunchValues,
): string {
  const environment = inheritEnv ? "the server's" : 'its own';
  return `the command runs at ${address}, in ${displayText(cwd || '/')}, with ${environment} environment (--local: here)`;
}

/**
 * Our environment with the changes of -E, made as putenv(3) and unsetenv(3) make them. What these do not
 * name stays as it was given, in its order: also entries without "=", and names that occur twice.
 */
function userEnvironment(changes: readonly string[]): string[] {
  const entries = ownEnvironment().map(fromBytes);
  for (const change of changes) {
    const head = `${entryName(change)}=`;
    const index = entries.findIndex((entry) => entry.startsWith(head));
    if (change.length < head.length) {
      entries.splice(0, entries.length, ...entries.filter((entry) => !entry.startsWith(head)));
    } else if (index < 0) {
      entries.push(change);
    } else {
      entries[index] = change;
    }
  }
  return entries;
}

/** The name in NAME=VALUE or NAME. */
function entryName(entry: string): string {
  const name = entry.split('=', 1)[0] ?? '';
  if (name === '') {
    throw new UsageError(`invalid -E argument: '${entry}'`);
  }
  return name;
}

/** UID:GID, or a user of the server's machine: NAME or UID. */
function identity(user: string | undefined): Pick<Launch, 'uid' | 'gid' | 'user'> {
  if (user === undefined) {
    return {};
  }
  const [uid = '', gid, ...rest] = user.split(':');
  if (rest.length > 0 || uid === '') {
    throw new UsageError(`invalid -u argument: '${user}' (NAME, UID or UID:GID)`);
  }
  return gid === undefined
    ? { user }
    : { uid: parseNumber(uid, '-u', 0, MAX_ID), gid: parseNumber(gid, '-u', 0, MAX_ID) };
}
