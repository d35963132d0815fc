/** Bytes for people. */
import { Rendering } from '../gen/ptraced/v1/memory_service_pb.js';

const rowBytes = 16;

/** One row of hexdump -C: two groups of eight bytes, then the same as text. */
function hexdumpRow(address: bigint, row: Buffer): string {
  const cells = Array.from({ length: rowBytes }, (_, index) => {
    const byte = row[index];
    const cell = byte === undefined ? '  ' : byte.toString(16).padStart(2, '0');
    return index === rowBytes / 2 ? ` ${cell}` : cell;
  });
  const text = Array.from(row, (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
  ).join('');
  return `${hexdumpAddress(address)}  ${cells.join(' ')}  |${text}|\n`;
}

function hexdumpAddress(address: bigint): string {
  return address.toString(16).padStart(8, '0');
}

/**
 * As `hexdump -C` prints bytes that start at this offset of a file: rows that repeat the one before are
 * one "*", and the last line is the address of the end. Empty for no bytes.
 */
export function hexdump(address: bigint, data: Buffer): string {
  if (data.length === 0) {
    return '';
  }
  let text = '';
  let previous: Buffer | undefined;
  let repeats = false;
  for (let at = 0; at < data.length; at += rowBytes) {
    const row = data.subarray(at, at + rowBytes);
    if (row.length === rowBytes && previous?.equals(row)) {
      text += repeats ? '' : '*\n';
      repeats = true;
    } else {
      text += hexdumpRow(address + BigInt(at), row);
      repeats = false;
    }
    previous = row;
  }
  return `${text}${hexdumpAddress(address + BigInt(data.length))}\n`;
}

const namedEscapes: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '"': '\\"',
  '\\': '\\\\',
};

/** Three digits always, so that a digit may follow. */
function octal(byte: number): string {
  return `\\${byte.toString(8).padStart(3, '0')}`;
}

const replacement = '\ufffd';

/**
 * Calls `character` with each character that is valid UTF-8, and `byte` with each byte that belongs to
 * none, and joins what they return.
 */
function mapText(
  data: Buffer,
  character: (text: string) => string,
  byte: (value: number) => string,
): string {
  const decoded = data.toString('utf8');
  if (!decoded.includes(replacement)) {
    return Array.from(decoded, character).join('');
  }
  let text = '';
  for (let at = 0; at < data.length; ) {
    const first = data[at] ?? 0;
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const bytes = data.subarray(at, at + length);
    const one = bytes.toString('utf8');
    if (Buffer.from(one).equals(bytes)) {
      text += character(one);
      at += length;
    } else {
      text += byte(first);
      at += 1;
    }
  }
  return text;
}

/** The inside of a C string literal: UTF-8 stays as it is, all else that is not printable is escaped. */
export function cString(data: Buffer): string {
  return mapText(
    data,
    (text) => namedEscapes[text] ?? (/^\p{Cc}$/u.test(text) ? escapeBytes(text) : text),
    octal,
  );
}

function escapeBytes(text: string): string {
  return Array.from(Buffer.from(text), octal).join('');
}

/** The bytes as the request wants to see them; empty where it does not. */
export function render(rendering: Rendering, address: bigint, data: Buffer): string {
  switch (rendering) {
    case Rendering.HEXDUMP:
      return hexdump(address, data);
    case Rendering.HEX:
      return data.toString('hex');
    case Rendering.STRING:
      return cString(data);
    case Rendering.UNSPECIFIED:
      return '';
  }
}
