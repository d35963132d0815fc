/** The fast decoder against the generic one, on every field of the schema. */

import {
  create,
  type DescField,
  type DescMessage,
  fromBinary,
  type MessageShape,
  ScalarType,
  toBinary,
} from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import { describe, expect, it } from 'vitest';
import {
  decodeFrame,
  decodeRecord,
  TraceRecordSchema,
  type TraceResponse,
  TraceResponseSchema,
} from '../../src/client/index.js';

const MAX_DEPTH = 4;

/** Numbers that need every length of a varint, both signs, and zero. */
const INTEGERS = [0, 1, -1, 127, 128, 300, 65_536, 2 ** 31 - 1, -(2 ** 31)];
const LONGS = [0n, 1n, -1n, 128n, 1n << 32n, (1n << 63n) - 1n, -(1n << 63n)];

let step = 0;
/** One of them after the other, so that all combinations come up in time. */
function next<T>(values: readonly T[]): T {
  step += 1;
  return values[(Math.imul(step, 0x9e3779b1) >>> 8) % values.length] as T;
}

function scalar(type: ScalarType): unknown {
  switch (type) {
    case ScalarType.BOOL:
      return next([true, false]);
    case ScalarType.STRING:
      return next(['', 'read(3, "\\0", 1)', 'ä€😀', 'x'.repeat(300)]);
    case ScalarType.BYTES:
      return next([new Uint8Array(), Uint8Array.of(0, 255, 128)]);
    case ScalarType.UINT32:
      return Math.abs(next(INTEGERS));
    case ScalarType.INT32:
      return next(INTEGERS);
    case ScalarType.INT64:
      return next(LONGS);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return BigInt.asUintN(64, next(LONGS));
    default:
      throw new Error(`no values for ${ScalarType[type]}: add some`);
  }
}

/** A value of a field, or of an element of it. */
function fieldValue(
  field: DescField & { fieldKind: 'scalar' | 'enum' | 'message' },
  depth: number,
) {
  if (field.fieldKind === 'scalar') {
    return scalar(field.scalar);
  }
  if (field.fieldKind === 'enum') {
    return next(field.enum.values).number;
  }
  return reflect(field.message, fill(field.message, depth + 1));
}

/** A message with about every second field set. */
function fill<Desc extends DescMessage>(schema: Desc, depth = 0): MessageShape<Desc> {
  const message = reflect(schema);
  const chosen = schema.oneofs.map((oneof) => next(oneof.fields));
  for (const field of schema.fields) {
    const excluded = field.oneof !== undefined && !chosen.includes(field);
    if (excluded || !next([true, true, false]) || depth > MAX_DEPTH) {
      continue;
    }
    if (field.fieldKind === 'list') {
      for (let count = next([0, 1, 6]); count > 0; count -= 1) {
        const element =
          field.listKind === 'scalar'
            ? scalar(field.scalar)
            : field.listKind === 'message'
              ? reflect(field.message, fill(field.message, depth + 1))
              : 0;
        message.get(field).add(element);
      }
    } else if (field.fieldKind !== 'map') {
      message.set(field, fieldValue(field, depth));
    }
  }
  return message.message as MessageShape<Desc>;
}

describe('records', () => {
  it('are decoded as the generic decoder does', () => {
    const seen = new Set<number>();
    for (let round = 0; round < 300; round += 1) {
      const message = create(TraceRecordSchema, fill(TraceRecordSchema));
      for (const field of TraceRecordSchema.fields) {
        if (reflect(TraceRecordSchema, message).isSet(field)) {
          seen.add(field.number);
        }
      }
      const bytes = toBinary(TraceRecordSchema, message);
      expect(decodeRecord(bytes)).toEqual(fromBinary(TraceRecordSchema, bytes));
    }
    expect(seen.size).toBe(TraceRecordSchema.fields.length);
  });

  it('without any field are empty', () => {
    expect(decodeRecord(new Uint8Array())).toEqual(create(TraceRecordSchema));
  });

  it('may have arguments that are not packed', () => {
    expect(decodeRecord(Uint8Array.of(0x38, 5, 0x38, 0x80, 1)).args).toEqual([5n, 128n]);
  });

  it('may have fields of a later version', () => {
    const bytes = Uint8Array.of(0x18, 7, 0x98, 0x06, 1, 0x9a, 0x06, 2, 1, 2, 0x20, 8);
    expect(decodeRecord(bytes)).toMatchObject({ tid: 7, pid: 8 });
  });
});

describe('frames', () => {
  const frames = ['header', 'batch', 'lost', 'heartbeat', 'ended'] as const;

  it.each(frames)('of %s are decoded as the generic decoder does', (kind) => {
    const field = TraceResponseSchema.field[kind];
    for (let round = 0; round < 20; round += 1) {
      const response = reflect(TraceResponseSchema);
      const { message } = field;
      if (message === undefined) {
        throw new Error(`${kind} is no message`);
      }
      response.set(field, reflect(message, fill(message)));
      const bytes = toBinary(TraceResponseSchema, response.message as TraceResponse);
      const expected = fromBinary(TraceResponseSchema, bytes).frame;
      expect(expected.case).toBe(kind);
      expect(decodeFrame(bytes)).toEqual(expected);
    }
  });

  it('that are empty or not known have no case', () => {
    expect(decodeFrame(new Uint8Array()).case).toBeUndefined();
    expect(decodeFrame(Uint8Array.of(0x9a, 0x06, 0)).case).toBeUndefined();
  });

  it('that are cut off anywhere throw', () => {
    const records = [create(TraceRecordSchema, fill(TraceRecordSchema))];
    const frame = { case: 'batch', value: { records, lastSerial: 1n } } as const;
    const bytes = toBinary(TraceResponseSchema, create(TraceResponseSchema, { frame }));
    for (let length = 1; length < bytes.length; length += 1) {
      expect(() => decodeFrame(bytes.subarray(0, length))).toThrow();
    }
  });
});
