/**
 * Arguments, environment entries, names and paths of Linux are bytes; a JavaScript string is text. This
 * module maps bytes to strings and back without loss, as Python's surrogateescape handler does (PEP 383):
 * a byte that is not part of valid UTF-8 becomes the lone surrogate U+DC80 to U+DCFF. Such a string can be
 * cut, joined and matched like any other; convert it with `toBytes` before it leaves the program.
 */
import { isUtf8 } from 'node:buffer';

/** Text, or bytes that need not be valid UTF-8. */
export type TextOrBytes = string | Uint8Array;

/** Added to a byte from 0x80 to 0xff. */
const escapeBase = 0xdc00;
/** With the flag u, half of a surrogate pair does not match. */
const escapes = /[\udc80-\udcff]+/gu;
const anyEscape = /[\udc80-\udcff]/u;

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bytes of the character that starts with this byte; 0 where no character does. */
function lengthOf(lead: number): number {
  if (lead < 0x80) {
    return 1;
  }
  if (lead < 0xc2) {
    return 0;
  }
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
}

/** The bytes as a string that `toBytes` turns into the same bytes. */
export function fromBytes(bytes: Uint8Array): string {
  const buffer = bufferOf(bytes);
  if (isUtf8(buffer)) {
    return buffer.toString('utf8');
  }
  let text = '';
  let start = 0;
  let at = 0;
  while (at < buffer.length) {
    const lead = buffer[at] ?? 0;
    const length = lengthOf(lead);
    if (length > 0 && at + length <= buffer.length && isUtf8(buffer.subarray(at, at + length))) {
      at += length;
    } else {
      text += buffer.toString('utf8', start, at) + String.fromCharCode(escapeBase + lead);
      at += 1;
      start = at;
    }
  }
  return text + buffer.toString('utf8', start);
}

/** The bytes that a string of `fromBytes` stands for; the UTF-8 of any other text. */
export function toBytes(text: string): Buffer {
  if (!anyEscape.test(text)) {
    return Buffer.from(text);
  }
  const parts: Buffer[] = [];
  let from = 0;
  for (const { 0: escaped, index } of text.matchAll(escapes)) {
    parts.push(
      Buffer.from(text.slice(from, index)),
      Buffer.from(Array.from(escaped, (one) => one.charCodeAt(0) - escapeBase)),
    );
    from = index + escaped.length;
  }
  parts.push(Buffer.from(text.slice(from)));
  return Buffer.concat(parts);
}

/** Whether a string of `fromBytes` is valid UTF-8, and so may be a `string` of protobuf. */
export function isText(text: string): boolean {
  return !anyEscape.test(text);
}

/**
 * A string of `fromBytes` for people: each byte that is not valid UTF-8 is "\ooo", as in strace. A
 * backslash stays as it is, so that the result cannot be turned back.
 */
export function displayText(text: string): string {
  return text.replace(escapes, (found) =>
    Array.from(found, (one) => `\\${(one.charCodeAt(0) - escapeBase).toString(8)}`).join(''),
  );
}

/** The same of bytes. */
export function displayBytes(bytes: Uint8Array): string {
  return displayText(fromBytes(bytes));
}
