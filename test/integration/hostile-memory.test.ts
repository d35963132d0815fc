/** What clients can make a server hold is bounded by its configuration. docs/security.md has the claims. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { type RulesSchema, SessionState } from '../../src/gen/ptraced/v1/session_pb.js';
import { longPatience } from '../support/eventually.js';
import { peakMemory } from '../support/memory-use.js';
import { Client } from '../support/rpc.js';
import { startServer } from '../support/server.js';
import { create, ended, launching } from '../support/session.js';

const mib = 1024 * 1024;

/** 3.8 MiB of rules that never fit. */
const largeRules: MessageInitShape<typeof RulesSchema> = {
  inject: Array.from({ length: 61 }, () => ({
    syscalls: ['reboot'],
    patches: [{ argument: 0, data: Buffer.alloc(64 * 1024, 1) }],
  })),
};

test('sessions that have ended keep what they were asked for once, and within the bytes of the rings', {
  timeout: longPatience,
}, async () => {
  await using server = await startServer({
    label: 'hostile-memory',
    args: ['--max-ring-bytes', String(40 * mib)],
  });
  await using client = new Client(server.address);
  const before = peakMemory(server.pid);
  const names: string[] = [];
  for (let i = 0; i < 60; i++) {
    const session = await create(
      client,
      launching(['/bin/true'], {
        rules: largeRules,
        requestId: `request-${i}`,
        capture: { ringBytes: 64 * 1024 },
      }),
    );
    names.push(session.name);
    const last = await ended(session);
    // What is kept is all of it.
    expect(last.state).toBe(SessionState.ENDED);
    expect(last.rules?.inject.length).toBe(largeRules.inject?.length);
    expect(last.rules?.inject[0]?.patches[0]?.data.length).toBe(64 * 1024);
  }
  expect(peakMemory(server.pid) - before).toBeLessThan(200 * mib);
  // The first ones made room for the others, and their ids are remembered without them.
  const again = await create(
    client,
    launching(['/bin/true'], { rules: largeRules, requestId: 'request-0' }),
  );
  expect(again.name).toBe(names[0]);
  expect(again.created.rules?.inject).toEqual([]);
});
