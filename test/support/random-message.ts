/** Random requests: whole messages with likely and unlikely values, and bytes that are nearly messages. */
import {
  create,
  type DescEnum,
  type DescField,
  type DescMessage,
  type Message,
  ScalarType,
  toBinary,
} from '@bufbuild/protobuf';
import { reflect, type ScalarValue } from '@bufbuild/protobuf/reflect';

/** The same numbers for the same seed: mulberry32. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to below `bound`. */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return Math.floor((((word ^ (word >>> 14)) >>> 0) / 2 ** 32) * bound);
  }

  chance(share: number): boolean {
    return this.below(1000) < share * 1000;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

/** Values that get far, by the name of their field; keys of a map by its name and "_key". */
export type Likely = Readonly<Record<string, readonly ScalarValue[]>>;

const texts = [
  '',
  'x',
  '\0',
  '/',
  '*',
  '%file',
  '/(',
  'SIGTERM',
  'EPERM',
  'ünïcode',
  '9'.repeat(40),
];
const integers = [0, 1, 2, 3, 7, 64, 100, 1000, 4096, 65_536, 2 ** 31 - 1];
const deepest = 5;

/** Fields of several types may have one name. */
function isOf(type: ScalarType, value: ScalarValue): boolean {
  switch (type) {
    case ScalarType.BOOL:
      return typeof value === 'boolean';
    case ScalarType.STRING:
      return typeof value === 'string';
    case ScalarType.INT64:
    case ScalarType.UINT64:
      return typeof value === 'bigint';
    case ScalarType.INT32:
    case ScalarType.UINT32:
      return typeof value === 'number';
    default:
      return false;
  }
}

/** Messages of any schema. */
export class MessageMaker {
  readonly #random: Random;
  readonly #likely: () => Likely;

  /** `likely` is asked anew for each value. */
  constructor(random: Random, likely: () => Likely) {
    this.#random = random;
    this.#likely = likely;
  }

  /** The bytes of a message of the schema, one time in three damaged; now and then any bytes at all. */
  body(schema: DescMessage): Buffer {
    if (this.#random.chance(0.1)) {
      return this.#random.bytes(this.#random.below(100));
    }
    const bytes = Buffer.from(toBinary(schema, this.#message(schema, 0)));
    return this.#random.chance(1 / 3) ? this.#damage(bytes) : bytes;
  }

  #damage(bytes: Buffer): Buffer {
    const at = this.#random.below(bytes.length + 1);
    const some = this.#random.bytes(1 + this.#random.below(4));
    switch (this.#random.below(4)) {
      case 0:
        return bytes.subarray(0, at);
      case 1:
        return Buffer.concat([bytes.subarray(0, at), some, bytes.subarray(at)]);
      case 2:
        return Buffer.concat([bytes, bytes.subarray(at)]);
      default:
        some.copy(bytes, Math.min(at, bytes.length));
        return bytes;
    }
  }

  #message(schema: DescMessage, depth: number): Message {
    const message = reflect(schema, create(schema));
    for (const member of schema.members) {
      const field =
        member.kind === 'oneof' ? this.#random.pick(member.fields) : (member as DescField);
      // Fields of the request itself are there more often than those deep inside.
      const wanted = depth === 0 ? 0.8 : 0.3;
      if (depth < deepest && this.#random.chance(wanted)) {
        this.#fill(message, field, depth);
      }
    }
    return message.message;
  }

  #fill(message: ReturnType<typeof reflect>, field: DescField, depth: number): void {
    const many = this.#random.below(3);
    switch (field.fieldKind) {
      case 'message':
        message.set(field, this.#reflected(field.message, depth));
        break;
      case 'enum':
        message.set(field, this.#enumValue(field.enum));
        break;
      case 'scalar':
        message.set(field, this.#scalar(field.name, field.scalar));
        break;
      case 'list':
        for (let count = 0; count < many; count++) {
          message.get(field).add(this.#item(field, depth));
        }
        break;
      case 'map':
        for (let count = 0; count < many; count++) {
          const key = this.#scalar(`${field.name}_key`, field.mapKey);
          const value = this.#scalar(field.name, field.scalar ?? ScalarType.STRING);
          message.get(field).set(key as string, value);
        }
        break;
    }
  }

  #item(field: DescField & { fieldKind: 'list' }, depth: number) {
    switch (field.listKind) {
      case 'message':
        return this.#reflected(field.message, depth);
      case 'enum':
        return this.#enumValue(field.enum);
      case 'scalar':
        return this.#scalar(field.name, field.scalar);
    }
  }

  #reflected(schema: DescMessage, depth: number) {
    return reflect(schema, this.#message(schema, depth + 1));
  }

  #enumValue(description: DescEnum): number {
    return this.#random.chance(0.9) ? this.#random.pick(description.values).number : 77;
  }

  #scalar(name: string, type: ScalarType): ScalarValue {
    const likely = (this.#likely()[name] ?? []).filter((value) => isOf(type, value));
    if (likely.length > 0 && this.#random.chance(0.85)) {
      return this.#random.pick(likely);
    }
    const integer = this.#random.pick(integers);
    switch (type) {
      case ScalarType.BOOL:
        return this.#random.chance(0.5);
      case ScalarType.STRING:
        return this.#random.pick(texts);
      case ScalarType.BYTES:
        return this.#random.bytes(this.#random.below(20));
      case ScalarType.INT32:
        return this.#random.chance(0.8) ? integer : -integer;
      case ScalarType.INT64:
        return this.#random.chance(0.8) ? BigInt(integer) : -(2n ** 63n);
      case ScalarType.UINT64:
        return this.#random.chance(0.8) ? BigInt(integer) : 2n ** 64n - 1n;
      case ScalarType.UINT32:
        return this.#random.chance(0.9) ? integer : 2 ** 32 - 1;
      default:
        throw new Error(`no random value for ${name}`);
    }
  }
}
