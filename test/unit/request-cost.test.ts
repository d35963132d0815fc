import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { PauseRequestSchema } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { RulesSchema } from '../../src/gen/ptraced/v1/session_pb.js';
import { CreateSessionRequestSchema } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { maxEntries, maxMessages, requestCost } from '../../src/rpc/request-cost.js';
import { MessageMaker, Random } from '../support/random-message.js';

function costOf<D extends DescMessage>(schema: D, init: MessageInitShape<D>): number {
  return requestCost(schema, toBinary(schema, create(schema, init)));
}

const tooLarge = expect.objectContaining({ reason: 'REQUEST_TOO_LARGE' });

describe('the cost of a request', () => {
  test('grows with its messages, whatever their size', () => {
    const one = costOf(RulesSchema, { inject: [{}] });
    const many = costOf(RulesSchema, { inject: Array.from({ length: 1001 }, () => ({})) });
    expect(many - one).toBeGreaterThan(1000 * 512);
    expect(one).toBeLessThan(8192);
  });

  test('grows with numbers of packed lists, and with what is not packed', () => {
    const ids = (length: number) => ({ tids: Array.from({ length }, (_, i) => i + 1) });
    const difference = costOf(PauseRequestSchema, ids(1000)) - costOf(PauseRequestSchema, ids(0));
    expect(difference).toBeGreaterThan(1000 * 8);
    const unpacked = Buffer.concat(Array.from({ length: 1000 }, () => Buffer.from([0x10, 1])));
    expect(requestCost(PauseRequestSchema, unpacked)).toBeGreaterThan(1000 * 8);
  });

  test('grows with the bytes of strings', () => {
    const cost = costOf(PauseRequestSchema, { session: 'x'.repeat(100_000) });
    expect(cost).toBeGreaterThan(100_000);
  });

  test('counts messages up to the most that a request has, at any depth', () => {
    const patches = (count: number) => ({
      rules: { inject: [{ patches: Array.from({ length: count }, () => ({})) }] },
    });
    // The request, its rules and the one rule are messages too.
    expect(costOf(CreateSessionRequestSchema, patches(maxMessages - 3))).toBeGreaterThan(0);
    expect(() => costOf(CreateSessionRequestSchema, patches(maxMessages - 2))).toThrow(tooLarge);
    const labels = Object.fromEntries(
      Array.from({ length: maxMessages }, (_, i) => [String(i), '']),
    );
    expect(() => costOf(CreateSessionRequestSchema, { labels })).toThrow(tooLarge);
  });

  test('counts entries up to the most that a request has, known or not', () => {
    const numbers = Buffer.alloc(maxEntries, 1);
    const packed = (size: number) =>
      Buffer.concat([Buffer.from([0x12, ...varint(size)]), numbers.subarray(0, size)]);
    expect(requestCost(PauseRequestSchema, packed(maxEntries - 1))).toBeGreaterThan(0);
    expect(() => requestCost(PauseRequestSchema, packed(maxEntries))).toThrow(tooLarge);
    const unknown = Buffer.concat(
      Array.from({ length: maxEntries + 1 }, () => Buffer.from([0x78, 1])),
    );
    expect(() => requestCost(PauseRequestSchema, unknown)).toThrow(tooLarge);
  });

  test('is told of any bytes, and of no valid request less than it has', () => {
    const random = new Random(24);
    const maker = new MessageMaker(random, () => ({}));
    for (let i = 0; i < 5000; i++) {
      const bytes = maker.body(CreateSessionRequestSchema);
      const cost = requestCost(CreateSessionRequestSchema, bytes);
      try {
        fromBinary(CreateSessionRequestSchema, bytes);
      } catch {
        continue;
      }
      expect(cost).toBeGreaterThanOrEqual(bytes.length / 2);
    }
  });
});

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}
