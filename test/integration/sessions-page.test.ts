/** The lines of docs/sessions.md, run one after the other as somebody does who reads it. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { test } from '../support/harness.js';
import { root, tool } from '../support/paths.js';

const separator = '--- next ---';

/** The blocks of shell on the page. */
function blocks(): string[] {
  const page = readFileSync(`${root}/docs/sessions.md`, 'utf8');
  return [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => match[1] as string);
}

/** Runs the blocks in one shell; returns what each printed. */
async function run(address: string): Promise<string[]> {
  const script = ['set -euo pipefail', ...blocks()].join(`\necho '${separator}'\n`);
  const PATH = `${dirname(tool('GRPCURL', 'grpcurl/grpcurl'))}:${process.env['PATH']}`;
  const { stdout } = await promisify(execFile)(
    'bash',
    ['-c', script.replaceAll('unix:/tmp/ptraced.sock', address)],
    { env: { ...process.env, PATH } },
  );
  return stdout.split(`${separator}\n`).slice(1);
}

test('the lines of the page do what it says', async ({ server }) => {
  const answers = (await run(server.address)).map((text) => JSON.parse(text));
  const [created, got, page, written, renewed, ended, ...more] = answers;
  expect(more).toEqual([]);
  expect(created).toMatchObject({
    session: {
      state: 'SESSION_STATE_RUNNING',
      launch: { env: ['PATH=[redacted]'], stdin: 'STDIO_MODE_PIPE' },
      lease: { ttl: '600s', orphanAction: 'ORPHAN_ACTION_KILL' },
      labels: { team: 'storage' },
    },
  });
  const { name } = created.session;
  expect(got).toMatchObject({ session: { name, state: 'SESSION_STATE_RUNNING' } });
  expect(page.records).toMatchObject([
    { serial: '1', syscall: 'execve' },
    { serial: '2', syscall: 'execve' },
  ]);
  expect(written).toEqual({ committed: '6' });
  expect(renewed).toMatchObject({ session: { name, lease: { ttl: '900s' } } });
  expect(ended).toMatchObject({
    session: { name, state: 'SESSION_STATE_ENDED', endCause: 'END_CAUSE_CLIENT_REQUEST' },
  });
});
