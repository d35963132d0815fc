/** Values of the API's enums, numbers and times as people read and write them. */

import { UsageError } from './usage-error.js';

/** Name of a value in lower case with hyphens, such as "group-stopped"; its number where it has none. */
export function enumName(names: Readonly<Record<number, string>>, value: number): string {
  return names[value]?.toLowerCase().replaceAll('_', '-') ?? String(value);
}

/** The value of a name that `enumName` gives; `option` names it in the UsageError. */
export function enumValue<Value>(
  choices: Readonly<Record<string, Value>>,
  text: string,
  option: string,
): Value {
  const value = Object.hasOwn(choices, text) ? choices[text] : undefined;
  if (value === undefined) {
    const known = Object.keys(choices).join(', ');
    throw new UsageError(`invalid ${option} argument: '${text}' (${known})`);
  }
  return value;
}

/** Bytes of hexadecimal digits, blanks allowed. */
export function parseHex(text: string, option: string): Uint8Array {
  const digits = text.replaceAll(/\s/g, '');
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits)) {
    throw new UsageError(`invalid ${option} argument: '${text}' (hexadecimal digits)`);
  }
  return Buffer.from(digits, 'hex');
}

/** Seconds with up to nine decimals as a Duration. */
export function parseSeconds(text: string, option: string): { seconds: bigint; nanos: number } {
  const [, seconds, decimals = ''] = /^(\d{1,9})(?:\.(\d{1,9}))?$/.exec(text) ?? [];
  if (seconds === undefined) {
    throw new UsageError(`invalid ${option} argument: '${text}' (seconds)`);
  }
  return { seconds: BigInt(seconds), nanos: Number(decimals.padEnd(9, '0')) };
}
