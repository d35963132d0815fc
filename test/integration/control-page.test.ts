/** The lines of docs/control.md, run one after the other as somebody does who reads it. */
import { expect } from 'vitest';
import { test } from '../support/harness.js';
import { runPage } from '../support/page.js';

test('the lines of the page do what it says', async ({ server }) => {
  const [held, stepped, changed, stopped, streamed, ...more] = await runPage(
    'docs/control.md',
    server.address,
  );
  expect(more).toEqual([]);
  expect(JSON.parse(held ?? '')).toMatchObject({
    task: { state: 'TASK_STATE_HELD', stopReason: 'STOP_REASON_START', stopId: expect.any(String) },
  });
  expect(JSON.parse(stepped ?? '')).toMatchObject({ stepsDone: 2 });
  expect(JSON.parse(changed ?? '')).toMatchObject({ effectiveSerial: expect.any(String) });
  expect(JSON.parse(stopped ?? '')).toMatchObject({
    task: {
      stopReason: 'STOP_REASON_RULE',
      stopRecord: { syscall: 'openat', errnoName: 'EACCES', tampered: true },
    },
  });
  expect(streamed).toContain('"exitCode": 3');
});
