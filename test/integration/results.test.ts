/** Results that mean more than their number: strace 7.2's notes on them, for whatever a call may return. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { patience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { run } from '../support/program.js';
import { finishCli, startCli } from '../support/ptracectl.js';
import { oracle } from '../support/strace.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/ptraced-results-`);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The lines from the first call that the supervisor answers on; addresses, which differ between runs, aside. */
function answered(file: string): string[] {
  const lines = readFileSync(file, 'latin1')
    .replace(/0x[0-9a-f]{6,16}\b/g, (number) => (BigInt(number) > 2n ** 40n ? 'ADDRESS' : number))
    .split('\n');
  const from = lines.findIndex((line) => line.startsWith('seccomp('));
  const to = lines.findIndex((line) => line.startsWith('sync('));
  return lines.slice(from + 1, to);
}

test('a result that means something has the note of strace', { timeout }, async () => {
  const program = fixture('results');
  await run([oracle(), '-o', `${folder}/strace`, program], folder);
  const cli = startCli(undefined, 'trace', '--no-follow', '-o', `${folder}/ours`, program);
  expect(await finishCli(cli)).toMatchObject({ stderr: '', end: 0 });
  const expected = answered(`${folder}/strace`);
  expect(expected.length).toBeGreaterThan(1500);
  expect(answered(`${folder}/ours`)).toEqual(expected);
});
