/** The values of the actions in `inject=SET:ACTION=VALUE`, in strace's words. */

/** A Duration of the API. */
export interface Delay {
  readonly seconds: bigint;
  readonly nanos: number;
}

/** A MemoryPatch of the API. */
export interface Patch {
  readonly argument: number;
  readonly data: Uint8Array;
  readonly onExit: boolean;
}

/** A value is wrong; the message says what it must be. */
export class MalformedValue extends Error {
  override readonly name = 'MalformedValue';
}

/** MAX_ERRNO of the kernel's include/linux/err.h. */
const MAX_ERROR = 4095;
const MAX_SIGNAL = 64;
const MAX_WHEN = 65_535;
/** For strace, the highest `last` is no limit. */
const MAX_LAST = MAX_WHEN - 1;
const MAX_PATCH_BYTES = 1024;
const MAX_DELAY_NS = 24 * 3600 * 1e9;
const MAX_UINT64 = 2n ** 64n - 1n;

const NANOSECONDS: Readonly<Record<string, number>> = { s: 1e9, ms: 1e6, us: 1e3, ns: 1 };

/** A name in upper case, which the server checks, or a number. */
export function errorOf(text: string): string {
  const what = `the name of an error, such as ENOENT, or a number from 1 to ${MAX_ERROR}`;
  return nameOrNumber(text, what, MAX_ERROR);
}

/** The same of a signal; a name has "SIG" then. */
export function signalOf(text: string): string {
  const what = `the name of a signal, such as SIGTERM, or a number from 1 to ${MAX_SIGNAL}`;
  const name = nameOrNumber(text, what, MAX_SIGNAL);
  return /^(?:SIG|\d)/.test(name) ? name : `SIG${name}`;
}

function nameOrNumber(text: string, what: string, max: number): string {
  if (/^\d/.test(text)) {
    return String(wholeNumber(text, what, 1, max));
  }
  if (!/^\w+$/.test(text)) {
    throw new MalformedValue(what);
  }
  return text.toUpperCase();
}

function wholeNumber(text: string, what: string, min: number, max: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw new MalformedValue(what);
  }
  return value;
}

/** As strtoull(3) with base 0 reads it: decimal, 0x hexadecimal, 0 octal, negative modulo 2^64. */
export function returnValueOf(text: string): bigint {
  const [, sign, digits = ''] = /^([+-]?)(0[xX][\da-fA-F]+|0[0-7]*|[1-9]\d*)$/.exec(text) ?? [];
  const value = digits === '' ? -1n : BigInt(digits.replace(/^0(?=[0-7])/, '0o'));
  if (value < 0n || value > MAX_UINT64) {
    throw new MalformedValue('a number of 64 bits');
  }
  return BigInt.asIntN(64, sign === '-' ? -value : value);
}

/** A decimal number with a unit, of microseconds without one. */
export function delayOf(text: string): Delay {
  const [, number, unit = 'us'] =
    /^\+?((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(s|ms|us|ns)?$/.exec(text) ?? [];
  const ns = Math.round(Number(number ?? Number.NaN) * (NANOSECONDS[unit] ?? 1));
  if (!(ns <= MAX_DELAY_NS)) {
    throw new MalformedValue("a time of at most 24 h, such as '100ms' (s, ms, us, ns; default us)");
  }
  // strace marks a call as delayed that it delays by nothing.
  const told = BigInt(Math.max(ns, 1));
  return { seconds: told / 1_000_000_000n, nanos: Number(told % 1_000_000_000n) };
}

/** first[..last][+[step]]. */
export function whenOf(text: string): { first: number; last: number; step: number } {
  const what =
    `FIRST[..LAST][+[STEP]], such as '2', '2..5', '3+' or '1+2', with numbers from 1 to ` +
    `${MAX_WHEN}, LAST from FIRST to ${MAX_LAST}`;
  const [, one, other, plus, by] = /^(\d+)(?:\.\.(\d+))?(\+(\d*))?$/.exec(text) ?? [];
  const first = wholeNumber(one ?? '', what, 1, MAX_WHEN);
  const step = by === undefined || by === '' ? 1 : wholeNumber(by, what, 1, MAX_WHEN);
  if (other !== undefined) {
    return { first, last: wholeNumber(other, what, first, MAX_LAST), step };
  }
  // In the API, no `last` is no limit.
  return { first, last: plus === undefined ? first : 0, step };
}

/** @argN=HEX,... with N from 1. */
export function patchesOf(text: string, onExit: boolean): Patch[] {
  const what = `'@argN=HEX,...', N from 1 to 6, each once, with at most ${MAX_PATCH_BYTES} bytes`;
  const taken = new Set<string>();
  return text.split(',').map((item) => {
    const [, number = '', digits = ''] = /^@arg([1-6])=((?:[\da-fA-F]{2})+)$/.exec(item) ?? [];
    if (digits === '' || digits.length > 2 * MAX_PATCH_BYTES || taken.has(number)) {
      throw new MalformedValue(what);
    }
    taken.add(number);
    return { argument: Number(number) - 1, data: Buffer.from(digits, 'hex'), onExit };
  });
}
