/** F2, T12: a call by `int $0x80` from 64-bit code is tampered with in the halves of registers that the kernel reads. */
import { expect } from 'vitest';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { launch, traceToEnd } from '../support/trace.js';

const kept = '1111111100000001 2222222200000002 3333333300000003 4444444400000004 5555555500000005';

const rules = {
  'the result': { syscalls: ['getpid'], returnValue: 7n, expected: `getpid 7 ${kept}` },
  'an argument': { syscalls: ['getpid'], arguments: { 1: 99n }, expected: `getpid 10 ${kept}` },
  'an error': { syscalls: ['getpid'], error: 'EPERM', expected: `getpid -1 ${kept}` },
};

for (const [what, { expected, ...rule }] of Object.entries(rules)) {
  test(`a rule that changes ${what}`, async ({ client }) => {
    const request = launch([fixture('int80-registers')], { rules: { inject: [rule] } });
    expect((await traceToEnd(client, request)).lines()).toEqual([expected]);
  });
}
