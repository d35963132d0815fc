/** The record of the launcher; native/launcher/record.h defines its format. */

import { expect, it } from 'vitest';
import { givenEntries, parseInherited } from '../../src/inherited.js';

it('is read as it was written', () => {
  const text = 'pid:7 ignored:8000000000000003 blocked:4002 pending:2 nofile:1024 fds:0-2,5,10-12';
  expect(parseInherited(text, 7)).toEqual({
    ignoredSignals: 0x8000_0000_0000_0003n,
    blockedSignals: 0x4002n,
    pendingSignals: 2n,
    softNofile: 1024,
    descriptors: [
      [0, 2],
      [5, 5],
      [10, 12],
    ],
    descriptorsLeftOut: 0,
  });
});

it('may know no descriptors, or more than it has room for', () => {
  const text = (fds: string) => `pid:7 ignored:0 blocked:0 pending:0 nofile:64 fds:${fds}`;
  expect(parseInherited(text(''), 7)).toMatchObject({ descriptors: [], descriptorsLeftOut: 0 });
  expect(parseInherited(text('3 more:12'), 7)).toMatchObject({
    descriptors: [[3, 3]],
    descriptorsLeftOut: 12,
  });
});

it('counts for the process that it was written for alone', () => {
  const text = 'pid:7 ignored:1 blocked:0 pending:0 nofile:64 fds:0-2';
  expect(parseInherited(text, 8)).toBeUndefined();
  expect(parseInherited('', 8)).toBeUndefined();
  expect(parseInherited(undefined, 8)).toBeUndefined();
});

it('leaves the environment as it was', () => {
  const given = ['A=1', '=', 'NODE_OPTIONS=--x', 'A=2', 'NODE_DEBUG=', 'nameless'];
  const hidden = given.map((one) => (one.startsWith('NODE_') ? `PTRACECTL_GIVEN_${one}` : one));
  expect(givenEntries(['PTRACECTL_INHERITED=pid:7 ignored:0', ...hidden])).toEqual(given);
  expect(givenEntries(given)).toEqual(given);
  expect(givenEntries([])).toEqual([]);
});
