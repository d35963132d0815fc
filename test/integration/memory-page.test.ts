/** The lines of docs/memory.md, run one after the other as somebody does who reads it. */
import { expect } from 'vitest';
import { test } from '../support/harness.js';
import { runPage } from '../support/page.js';

test('the lines of the page do what it says', async ({ server }) => {
  const [created, read, found, dumped, written, probed, ended, ...more] = await runPage(
    'docs/memory.md',
    server.address,
  );
  expect(more).toEqual([]);
  expect(JSON.parse(created ?? '')).toMatchObject({ session: { state: 'SESSION_STATE_RUNNING' } });
  expect(JSON.parse(read ?? '').text).toMatch(/^[0-9a-f]+ {2}7f 45 4c 46 .*\|\.ELF/);
  expect(found).toMatch(/"addresses": \[\s*"\d+"/);
  const { data, address } = JSON.parse(dumped ?? '');
  expect(Buffer.from(data, 'base64')).toHaveLength(4096);
  expect(JSON.parse(written ?? '')).toMatchObject({
    address: String(BigInt(address) + 16n),
    written: 4,
    previous: Buffer.from(data, 'base64').toString('base64', 16, 20),
  });
  expect(probed).toContain(`"data": "${Buffer.from('ptraced\n').toString('base64')}"`);
  expect(JSON.parse(ended ?? '')).toMatchObject({ session: { state: 'SESSION_STATE_ENDED' } });
});
