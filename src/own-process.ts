/**
 * Arguments, environment and working directory of this process, byte by byte: process.argv, process.env
 * and process.cwd() hold U+FFFD in place of what is not UTF-8. proc_pid_cmdline(5), proc_pid_environ(5),
 * proc_pid_cwd(5).
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { fromBytes } from './bytes.js';
import { givenEntries } from './inherited.js';

/** The strings of a file of /proc, each of which ends with a NUL. */
function stringsOf(bytes: Buffer): Buffer[] {
  const strings: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const found = bytes.indexOf(0, at);
    const end = found < 0 ? bytes.length : found;
    strings.push(bytes.subarray(at, end));
    at = end + 1;
  }
  return strings;
}

/** Undefined where the file cannot be read: environ of a process that is not dumpable is root's. */
function readStrings(path: string): Buffer[] | undefined {
  try {
    return stringsOf(readFileSync(path));
  } catch {
    return undefined;
  }
}

/**
 * The arguments behind the script, as strings of `fromBytes`. Node and its options stand before them in
 * /proc/self/cmdline. Where that file does not hold them, returns those of Node; throws an Error where one
 * of these is not what was given.
 */
export function ownArguments(): string[] {
  const decoded = process.argv.slice(2);
  if (decoded.length === 0) {
    return [];
  }
  const given = readStrings('/proc/self/cmdline')?.slice(-decoded.length) ?? [];
  // Who sets the title of a process overwrites its arguments.
  const isWhole =
    given.length === decoded.length && given.every((one, i) => one.toString() === decoded[i]);
  if (isWhole) {
    return given.map(fromBytes);
  }
  if (decoded.some((one) => one.includes('\ufffd'))) {
    throw new Error('an argument is not UTF-8, and /proc/self/cmdline does not hold it');
  }
  return decoded;
}

let environment: readonly Buffer[] | undefined;

/**
 * The environment with which this process was started, in order and without what the launcher adds: entries need
 * not be "NAME=value", and a name may occur more than once. Where /proc/self/environ cannot be read, what Node
 * made of it. Read once: a process that is hardened later may not be able to.
 */
export function ownEnvironment(): readonly Buffer[] {
  environment ??= readEnvironment();
  return environment;
}

function readEnvironment(): Buffer[] {
  const entries =
    readStrings('/proc/self/environ') ??
    Object.entries(process.env).map(([name, value]) => Buffer.from(`${name}=${value}`));
  return givenEntries(entries.map((entry) => entry.toString('latin1'))).map((entry) =>
    Buffer.from(entry, 'latin1'),
  );
}

/** The value of a variable, as a string of `fromBytes`; of a name that occurs twice, what Node has. */
export function ownVariable(name: string): string | undefined {
  const decoded = process.env[name];
  if (!decoded?.includes('\ufffd')) {
    return decoded;
  }
  const head = Buffer.from(`${name}=`);
  const values = ownEnvironment()
    .filter((entry) => entry.subarray(0, head.length).equals(head))
    .map((entry) => entry.subarray(head.length));
  const value = values.find((one) => one.toString() === decoded);
  return value === undefined ? decoded : fromBytes(value);
}

/** The working directory, as a string of `fromBytes`. Throws an Error of the file system. */
export function ownDirectory(): string {
  return fromBytes(readlinkSync('/proc/self/cwd', { encoding: 'buffer' }));
}
