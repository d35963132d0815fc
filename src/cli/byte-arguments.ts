/**
 * Arguments that need not be UTF-8. Within the command line they are strings of `fromBytes`; a request has
 * them as text where they are text, and as bytes otherwise.
 */

import { isText, toBytes } from '../bytes.js';
import { UsageError } from './usage-error.js';

/** Options whose values are names of files, or bytes for a tracee; those of all others are text. */
const BYTE_OPTIONS: ReadonlySet<string> = new Set([
  'cwd',
  'env',
  'file',
  'output',
  'text',
  'trace-path',
]);

/** Throws a UsageError for the value of an option that must be text and is not. */
export function checkTextOptions(values: Readonly<Record<string, unknown>>): void {
  for (const [option, value] of Object.entries(values)) {
    for (const one of BYTE_OPTIONS.has(option) ? [] : [value].flat()) {
      if (typeof one === 'string') {
        checkTextArgument(one, `--${option}`);
      }
    }
  }
}

/** The same for an argument; `name` is how the UsageError calls it. */
export function checkTextArgument(text: string, name: string): string {
  if (!isText(text)) {
    throw new UsageError(`invalid ${name} argument: '${text}' (must be UTF-8)`);
  }
  return text;
}

/** The field X or X_bytes of a request. */
export function textOrBytes<Name extends string>(
  name: Name,
  text: string,
): { [Key in Name]?: string } & { [Key in `${Name}Bytes`]?: Uint8Array } {
  // TypeScript takes a computed name for any string.
  return (isText(text) ? { [name]: text } : { [`${name}Bytes`]: toBytes(text) }) as never;
}

/** The same for a list. */
export function textsOrBytes<Name extends string>(
  name: Name,
  texts: readonly string[],
): { [Key in Name]?: string[] } & { [Key in `${Name}Bytes`]?: Uint8Array[] } {
  const fields = texts.every(isText)
    ? { [name]: [...texts] }
    : { [`${name}Bytes`]: texts.map(toBytes) };
  return fields as never;
}

/** An address of MemoryService as the user wrote it. */
export type Location = { case: 'at'; value: string } | { case: 'atBytes'; value: Uint8Array };

export function locationOf(address: string): Location {
  return isText(address)
    ? { case: 'at', value: address }
    : { case: 'atBytes', value: toBytes(address) };
}
