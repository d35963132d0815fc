/** Fields that only the addon can judge, deep in a request: BadRequest has the path of each. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect } from 'vitest';
import { connect, PtracedError, RecordKind, type RulesSchema } from '../../src/client/index.js';
import { test } from '../support/harness.js';
import { commandEnvironment, startFixture } from '../support/program.js';

type Rules = MessageInitShape<typeof RulesSchema>;

const cases: [field: string, reason: string, rules: Rules][] = [
  ['inject[1].error', 'FIELD_INVALID', { inject: [{ error: 'EIO' }, { error: 'ENOSUCH' }] }],
  ['inject[0].signal', 'FIELD_INVALID', { inject: [{ signal: 'SIGNONE' }] }],
  ['inject[0].syscalls', 'UNKNOWN_SYSCALL', { inject: [{ error: 'EIO', syscalls: ['nosuch'] }] }],
  [
    'inject[0].at.syscalls',
    'UNKNOWN_SYSCALL',
    { inject: [{ error: 'EIO', at: { syscalls: ['nosuch'] } }] },
  ],
  [
    'stop[0].at.errnos[1]',
    'FIELD_INVALID',
    { stop: [{ at: { kinds: [RecordKind.EXIT], errnos: ['EIO', 'ENOSUCH'] } }] },
  ],
  ['signals[0].signals[1]', 'FIELD_INVALID', { signals: [{ signals: ['SIGHUP', 'SIGNONE'] }] }],
  ['signals[0].replacement', 'FIELD_INVALID', { signals: [{ replacement: 'SIGNONE' }] }],
];

/** "REASON FIELD" of a call that must fail. */
async function violation(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.catch((refused) => refused);
  expect(error).toBeInstanceOf(PtracedError);
  const { reason, fieldViolations } = error as PtracedError;
  expect(fieldViolations).toEqual([
    { field: expect.any(String), description: expect.stringMatching(/./) },
  ]);
  return `${reason} ${fieldViolations[0]?.field}`;
}

describe.each(cases)('rules.%s', (field, reason, rules) => {
  const expected = (prefix: string) => `${reason} ${prefix}rules.${field}`;

  test('of a launch', async ({ server }) => {
    await using client = connect(server.address);
    const env = Object.entries(commandEnvironment()).map(([name, value]) => `${name}=${value}`);
    const target = { case: 'launch' as const, value: { argv: ['/bin/true'], env } };
    expect(await violation(client.createSession({ target, rules }))).toBe(expected(''));
  });

  test('of an attach, and of an update', async ({ server }) => {
    await using client = connect(server.address);
    await using program = await startFixture('echo-lines');
    const target = { case: 'attach' as const, value: { pid: program.pid } };
    expect(await violation(client.createSession({ target, rules }))).toBe(expected(''));
    await using session = await client.createSession({ target });
    const update = client.traces.updateSession({ session: { name: session.name, rules } });
    expect(await violation(update)).toBe(expected('session.'));
  });
});
