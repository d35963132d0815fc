/** The lines of docs/sessions.md, run one after the other as somebody does who reads it. */
import { expect } from 'vitest';
import { test } from '../support/harness.js';
import { runPage } from '../support/page.js';

test('the lines of the page do what it says', async ({ server }) => {
  const answers = (await runPage('docs/sessions.md', server.address)).map((text) =>
    JSON.parse(text),
  );
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
