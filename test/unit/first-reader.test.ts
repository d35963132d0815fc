/** The addon's first reader of a session misses no record, however late JavaScript comes to read. */
import { expect, test } from 'vitest';
import type { NativeCapture, NativeFrame, NativeLaunch } from '../../src/native/addon.js';
import { loadAddon } from '../../src/native/load.js';
import { toFilter } from '../../src/services/record-filter.js';
import { patience } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';

const calls = 3000;
const busyMs = 500;

function flood(): NativeLaunch {
  const program = fixture('call-flood');
  return {
    argv: [program, String(calls)],
    executable: program,
    env: [],
    cwd: '/',
    groups: [],
    stdin: 'null',
    stdout: 'null',
    stderr: 'null',
    rootOfPid: 0,
    startPaused: false,
    confined: false,
    softNofile: 1024,
  };
}

const capture: Omit<NativeCapture, 'overflow'> = {
  mode: 'enter-exit',
  decode: 'text',
  registers: false,
  files: false,
  systemTime: false,
  textSpans: false,
  unabbreviated: false,
  maxStringBytes: 32,
  filter: toFilter('capture.filter', undefined),
  probes: [],
  followThreads: true,
  followProcesses: true,
  detachOnExec: false,
  ringBytes: 64 * 1024,
  maxBlockMs: 0,
  awaitReader: true,
  filterInKernel: false,
  linesFd: -1,
  rules: { inject: [], stop: [], signals: [] },
};

/** Starts the flood, does something else for a while, then reads. */
async function readLate(overflow: NativeCapture['overflow']): Promise<NativeFrame[]> {
  const session = await loadAddon().launch(flood(), { ...capture, overflow });
  // The tracer has a thread of its own, which a busy machine lets wait: until the ring has overflowed, where it may.
  const begun = performance.now();
  const isLate = () =>
    overflow === 'drop-oldest'
      ? session.info().firstSerial > 1n
      : performance.now() - begun > busyMs;
  while (!isLate() && performance.now() - begun < patience) {}
  const cursor = session.openCursor({ start: 'oldest', lossless: true });
  const frames: NativeFrame[] = [];
  for (let frame = await cursor.next(); frame?.kind !== 'end'; frame = await cursor.next()) {
    frames.push(frame as NativeFrame);
  }
  cursor.close();
  await session.ended;
  session.dispose();
  return frames;
}

test('under BLOCK the tracees have waited for it', async () => {
  const frames = await readLate('block');
  expect(frames.filter(({ kind }) => kind !== 'batch')).toEqual([]);
});

test('under DROP_OLDEST it is told of everything from serial 1 on', async () => {
  const [first, next] = await readLate('drop-oldest');
  expect(first).toMatchObject({ kind: 'lost', firstSerial: 1n });
  expect(next?.kind).toBe('batch');
});
