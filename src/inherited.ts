/**
 * What this process was started with. Node changes some of it before any JavaScript runs, so that the
 * launcher (native/launcher, the program that users start) writes it down first.
 */

import { constants } from 'node:os';

/** The variable that the launcher puts in front of the environment; see native/launcher/record.h. */
const INHERITED_VARIABLE = 'PTRACECTL_INHERITED';

/** Stands before the names of variables that the launcher keeps from our own Node. */
const GIVEN_PREFIX = 'PTRACECTL_GIVEN_';

/** What the launcher found. */
export interface Inherited {
  /** Signals whose disposition was SIG_IGN; bit N-1 is signal N. */
  readonly ignoredSignals: bigint;
  /** The signal mask, likewise. */
  readonly blockedSignals: bigint;
  /** Signals that were pending behind the mask, likewise. */
  readonly pendingSignals: bigint;
  /** Soft RLIMIT_NOFILE. */
  readonly softNofile: number;
  /** Open descriptors, none of them close-on-exec: first and last of each range, in ascending order. */
  readonly descriptors: readonly (readonly [first: number, last: number])[];
  /** Descriptors that the record had no room for. */
  readonly descriptorsLeftOut: number;
}

/** A record of `pid`; undefined where it is none, or was written for another process. */
export function parseInherited(text: string | undefined, pid: number): Inherited | undefined {
  const fields = new Map<string, string>();
  for (const field of text?.split(' ') ?? []) {
    const colon = field.indexOf(':');
    fields.set(field.slice(0, colon), field.slice(colon + 1));
  }
  if (fields.get('pid') !== String(pid)) {
    return undefined;
  }
  const mask = (name: string): bigint => BigInt(`0x${fields.get(name) || '0'}`);
  return Object.freeze({
    ignoredSignals: mask('ignored'),
    blockedSignals: mask('blocked'),
    pendingSignals: mask('pending'),
    softNofile: Number(fields.get('nofile') ?? 0),
    descriptors: (fields.get('fds') ?? '')
      .split(',')
      .filter((range) => range !== '')
      .map((range) => {
        const [first = 0, last = first] = range.split('-').map(Number);
        return [first, last] as const;
      }),
    descriptorsLeftOut: Number(fields.get('more') ?? 0),
  });
}

/** Our environment as it was before the launcher changed it. */
export function givenEntries(entries: readonly string[]): string[] {
  const [first, ...others] = entries;
  const isRecord = first?.startsWith(`${INHERITED_VARIABLE}=`) ?? false;
  return isRecord
    ? others.map((one) => (one.startsWith(GIVEN_PREFIX) ? one.slice(GIVEN_PREFIX.length) : one))
    : [...entries];
}

function takeRecord(): Inherited | undefined {
  const text = process.env[INHERITED_VARIABLE];
  delete process.env[INHERITED_VARIABLE]; // it is nobody else's
  const record = parseInherited(text, process.pid);
  for (const [name, value] of Object.entries(record === undefined ? {} : process.env)) {
    if (name.startsWith(GIVEN_PREFIX)) {
      delete process.env[name];
      process.env[name.slice(GIVEN_PREFIX.length)] = value; // Node has looked already
    }
  }
  return record;
}

/** Undefined where Node was started without the launcher, as by `node dist/main.js`. */
export const inherited: Inherited | undefined = takeRecord();

/** Whether we were started with the signal ignored or blocked, so that it must do nothing to us. */
export function isIgnored(signal: NodeJS.Signals): boolean {
  const masks = (inherited?.ignoredSignals ?? 0n) | (inherited?.blockedSignals ?? 0n);
  return ((masks >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n;
}

/**
 * Signals whose default action would end or stop us, and which Node lets a program handle. SIGUSR1 does nothing
 * to us in any case: src/start.
 */
const HANDLED = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGUSR2',
  'SIGALRM',
  'SIGTSTP',
] as const;

/** Node has reset all dispositions. A listener that does nothing stands for SIG_IGN. */
for (const signal of HANDLED.filter(isIgnored)) {
  process.on(signal, () => {});
}
