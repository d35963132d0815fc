/**
 * What a request costs as objects, told of its bytes before any object is made: 2 MiB of empty messages are
 * a gigabyte of them.
 */
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { WireType } from '@bufbuild/protobuf/wire';
import { ServiceError } from '../errors.js';

/** Messages of one request at most, entries of maps included. */
export const maxMessages = 16_384;
/** Entries of one request at most: fields that stand in it, and numbers of packed lists. */
export const maxEntries = 524_288;

/** A message of protobuf-es is an object with every field of its own, and its lists. */
const messageBytes = 1024;
/** A string or a view of bytes, beside what is in it. */
const entryBytes = 64;
/** A number of a list; a 64-bit one is an object. */
const numberBytes = 32;

/** What a field that ends within another one is to the decoder. */
class Malformed extends Error {}

interface Position {
  at: number;
}

/** The low 32 bits of a varint. */
function varint(bytes: Uint8Array, position: Position, end: number): number {
  let value = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    if (position.at >= end) {
      throw new Malformed();
    }
    const byte = bytes[position.at++] as number;
    if (shift < 32) {
      value |= (byte & 0x7f) << shift;
    }
    if (byte < 0x80) {
      return value >>> 0;
    }
  }
  throw new Malformed();
}

/** The message that a field of this kind holds in each of its entries; a map has entries of two fields. */
function messageOf(field: DescField | undefined): DescMessage | 'map' | undefined {
  switch (field?.fieldKind) {
    case 'message':
      return field.message;
    case 'list':
      return field.listKind === 'message' ? field.message : undefined;
    case 'map':
      return 'map';
    default:
      return undefined;
  }
}

function isBytes(field: DescField | undefined): boolean {
  return (
    (field?.fieldKind === 'scalar' ||
      (field?.fieldKind === 'list' && field.listKind === 'scalar')) &&
    field.scalar === ScalarType.BYTES
  );
}

function isPacked(field: DescField | undefined): boolean {
  return (
    field?.fieldKind === 'list' &&
    (field.listKind === 'enum' ||
      (field.listKind === 'scalar' &&
        field.scalar !== ScalarType.STRING &&
        field.scalar !== ScalarType.BYTES))
  );
}

/** Counts what the decoder would make. */
class Scan {
  messages = 0;
  entries = 0;
  cost = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  message(schema: DescMessage | undefined, begin: number, end: number): void {
    this.messages++;
    this.cost += messageBytes;
    this.#check();
    const position = { at: begin };
    while (position.at < end) {
      const tag = varint(this.#bytes, position, end);
      this.entries++;
      this.#field(schema, tag, position, end);
      this.#check();
    }
  }

  #field(schema: DescMessage | undefined, tag: number, position: Position, end: number): void {
    switch (tag & 7) {
      case WireType.Varint:
        varint(this.#bytes, position, end);
        this.cost += numberBytes;
        break;
      case WireType.Bit64:
        position.at += 8;
        this.cost += numberBytes;
        break;
      case WireType.Bit32:
        position.at += 4;
        this.cost += numberBytes;
        break;
      case WireType.LengthDelimited: {
        const length = varint(this.#bytes, position, end);
        const begin = position.at;
        position.at += length;
        if (position.at > end) {
          throw new Malformed();
        }
        this.#delimited(
          schema?.fields.find(({ number }) => number === tag >>> 3),
          begin,
          length,
        );
        break;
      }
      default:
        // Groups, which no field of the contract is; what stands in one is counted as fields of this message.
        break;
    }
    if (position.at > end) {
      throw new Malformed();
    }
  }

  #delimited(field: DescField | undefined, begin: number, length: number): void {
    const message = messageOf(field);
    if (message !== undefined) {
      this.message(message === 'map' ? undefined : message, begin, begin + length);
    } else if (isPacked(field)) {
      this.#packed(begin, begin + length);
    } else {
      // Bytes stay where they are; of UTF-8, a byte becomes two at most.
      this.cost += entryBytes + (isBytes(field) ? 0 : 2 * length);
    }
  }

  /** A number of a packed list ends with a byte below 0x80; those of fixed size are fewer than that says. */
  #packed(begin: number, end: number): void {
    let numbers = 0;
    for (let at = begin; at < end; at++) {
      numbers += (this.#bytes[at] as number) < 0x80 ? 1 : 0;
    }
    this.entries += numbers;
    this.cost += numbers * numberBytes;
  }

  #check(): void {
    if (this.messages > maxMessages) {
      throw tooMany('messages', maxMessages);
    }
    if (this.entries > maxEntries) {
      throw tooMany('entries', maxEntries);
    }
  }
}

function tooMany(what: string, maximum: number): ServiceError {
  return new ServiceError('REQUEST_TOO_LARGE', `a request has at most ${maximum} ${what}`, {
    metadata: { limit: `${what} of a request`, maximum: String(maximum) },
  });
}

/**
 * About how many bytes of memory the decoded request takes. Throws REQUEST_TOO_LARGE where it has too many messages or
 * entries. What is no such message costs what was looked at of it: the decoder refuses it.
 */
export function requestCost(schema: DescMessage, bytes: Uint8Array): number {
  const scan = new Scan(bytes);
  try {
    scan.message(schema, 0, bytes.length);
  } catch (error) {
    if (!(error instanceof Malformed)) {
      throw error;
    }
  }
  return scan.cost;
}
