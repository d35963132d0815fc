/** Requests that are small on the wire and large as objects. */
import { describe, expect } from 'vitest';
import { TraceService } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { test } from '../support/harness.js';
import { peakMemory } from '../support/memory-use.js';
import { framed, RawClient } from '../support/raw-http2.js';

const mib = 1024 * 1024;
const exhausted = 8;
const { createSession } = TraceService.method;

describe('a request', () => {
  test('has bounds in messages, before any is made', async ({ server }) => {
    await using client = new RawClient(server.socket);
    const before = peakMemory(server.pid);
    const rules = Buffer.alloc(2 * mib);
    for (let i = 0; i < rules.length; i += 2) {
      rules[i] = 0x0a; // inject: an empty InjectRule
    }
    const { number } = createSession.input.field.rules;
    const head = Buffer.from([(number << 3) | 2, 0x80, 0x80, 0x80, 0x01]); // its length, 2 MiB
    const body = framed(Buffer.concat([head, rules]));
    for (let i = 0; i < 5; i++) {
      const { status, message } = await client.send(createSession, body).finish();
      expect(message).toBe('REQUEST_TOO_LARGE: a request has at most 16384 messages');
      expect(status).toBe(exhausted);
    }
    expect(peakMemory(server.pid) - before).toBeLessThan(100 * mib);
  });
});
