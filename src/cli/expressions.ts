/** strace's `-e QUALIFIER=VALUE`, and the same as `--QUALIFIER=VALUE`. */

import { didYouMean } from './suggestion.js';
import { parseTampering, type Tampering } from './tampering.js';
import { UsageError } from './usage-error.js';

/** What the expressions of a command line select. */
export interface Expressions {
  /** The set of calls of the last `trace`; undefined: every call. */
  readonly trace: string | undefined;
  /** Descriptors of the last `trace-fds`; empty: calls that use none, too. */
  readonly descriptors: readonly number[];
  /** Of the last `status`; undefined: any. */
  readonly outcome: 'successful' | 'failed' | undefined;
  /** Every `inject` and `fault`, in order. */
  readonly tampering: readonly Tampering[];
}

type Qualifier = (value: string, soFar: Expressions) => Expressions;

/** Those that are served, by the name in messages. */
const SERVED: Readonly<Record<string, Qualifier>> = {
  trace: (value, soFar) => ({ ...soFar, trace: value }),
  'trace-fds': (value, soFar) => ({ ...soFar, descriptors: descriptorsOf(value) }),
  status: (value, soFar) => ({ ...soFar, outcome: outcomeOf(value) }),
  inject: (value, soFar) => tamperingWith(soFar, parseTampering('inject', value)),
  fault: (value, soFar) => tamperingWith(soFar, parseTampering('fault', value)),
};

/** strace 7.2's that are not served yet: refused by name, so that no line is missing without a word. */
const NOT_SERVED = [
  'abbrev',
  'decode-fds',
  'decode-pids',
  'kvm',
  'namespace',
  'quiet',
  'raw',
  'read',
  'signal',
  'verbose',
  'write',
] as const;

const ALIASES: Readonly<Record<string, string>> = {
  a: 'abbrev',
  'decode-fd': 'decode-fds',
  'decode-pid': 'decode-pids',
  fd: 'trace-fds',
  fds: 'trace-fds',
  q: 'quiet',
  r: 'read',
  reads: 'read',
  s: 'signal',
  signals: 'signal',
  silence: 'quiet',
  silent: 'quiet',
  t: 'trace',
  'trace-fd': 'trace-fds',
  v: 'verbose',
  w: 'write',
  writes: 'write',
  x: 'raw',
};

const NAMES: readonly string[] = [...Object.keys(SERVED), ...NOT_SERVED];

/** Qualifiers that are options of their own, in strace's words. */
export const EXPRESSION_OPTIONS: readonly string[] = Object.keys(SERVED);

/**
 * Parses all of them in the order of the command line; as in strace, the last of each qualifier counts,
 * but each of those that tamper with calls. One that is not served, or that nobody knows, is refused whatever stands beside it. Throws a UsageError.
 */
export function parseExpressions(expressions: readonly string[]): Expressions {
  let parsed: Expressions = {
    trace: undefined,
    descriptors: [],
    outcome: undefined,
    tampering: [],
  };
  for (const expression of expressions) {
    // A set may hold "=" only behind "/", and no qualifier begins so.
    const [, qualifier = 'trace', value = ''] = /^(?:([\w-]+)=)?(.*)$/s.exec(expression) ?? [];
    parsed = qualifierOf(qualifier)(value, parsed);
  }
  return parsed;
}

/** strace's first name of a qualifier that has several; `name` where it is none of these. */
export function canonicalQualifier(name: string): string {
  return (Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined) ?? name;
}

function qualifierOf(text: string): Qualifier {
  const name = canonicalQualifier(text);
  const served = Object.hasOwn(SERVED, name) ? SERVED[name] : undefined;
  if (served !== undefined) {
    return served;
  }
  if ((NOT_SERVED as readonly string[]).includes(name)) {
    throw new UsageError(`-e ${text}= is not supported`);
  }
  throw new UsageError(`invalid -e qualifier: '${text}'${didYouMean(text, NAMES)}`);
}

function tamperingWith(soFar: Expressions, another: Tampering): Expressions {
  return { ...soFar, tampering: [...soFar.tampering, another] };
}

function descriptorsOf(value: string): number[] {
  const items = value.split(',');
  if (value === 'all' || value === 'none' || value.startsWith('!')) {
    throw new UsageError(`-e trace-fds=${value} is not supported: name the descriptors`);
  }
  return items.map((item) => {
    const descriptor = /^\d{1,10}$/.test(item) ? Number(item) : Number.NaN;
    if (!(descriptor <= 0x7fff_ffff)) {
      throw new UsageError(`invalid -e trace-fds argument: '${value}' (numbers of descriptors)`);
    }
    return descriptor;
  });
}

const STATUSES = ['successful', 'failed', 'unfinished', 'unavailable', 'detached'];

function outcomeOf(value: string): Expressions['outcome'] {
  const items = value.replace(/^!/, '').split(',');
  for (const item of items) {
    if (!STATUSES.includes(item) && value !== 'all' && value !== 'none' && value !== '!none') {
      const hint = didYouMean(item, STATUSES);
      throw new UsageError(`invalid -e status argument: '${value}'${hint}`);
    }
  }
  if (value === 'all' || value === '!none') {
    return undefined;
  }
  if (value === 'successful' || value === 'failed') {
    return value;
  }
  throw new UsageError(`-e status=${value} is not supported: only successful, failed and all are`);
}
