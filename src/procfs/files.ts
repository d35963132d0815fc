/** Reading files of /proc. */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** What reading gives where the process has gone or its file is closed to us. */
const expected = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'ENOTDIR']);

function unlessExpected<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (expected.has((error as NodeJS.ErrnoException).code ?? '')) {
      return undefined;
    }
    throw error;
  }
}

/** The text of /proc/`path`; undefined where it cannot be read. */
export function readProc(path: string): string | undefined {
  return unlessExpected(() => readFileSync(`/proc/${path}`, 'utf8'));
}

/** The bytes of /proc/`path`: names and arguments need not be text. */
export function readProcBytes(path: string): Buffer | undefined {
  return unlessExpected(() => readFileSync(`/proc/${path}`));
}

/** Where the link /proc/`path` leads, as bytes; undefined where it cannot be read. */
export function readProcLinkBytes(path: string): Buffer | undefined {
  return unlessExpected(() => readlinkSync(`/proc/${path}`, { encoding: 'buffer' }));
}

/** Where the link /proc/`path` leads; undefined where it cannot be read. */
export function readProcLink(path: string): string | undefined {
  return unlessExpected(() => readlinkSync(`/proc/${path}`));
}

/** Uid of the owner of /proc/`path`; undefined where there is no such file. */
export function procOwner(path: string): number | undefined {
  return unlessExpected(() => statSync(`/proc/${path}`).uid);
}

/** Numbers among the names in /proc/`path`, ascending: pids, or the tids of PID/task. */
export function numericEntries(path: string): number[] {
  const names = unlessExpected(() => readdirSync(`/proc/${path}`)) ?? [];
  return names
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

const pidsPerTurn = 100;

/** Every pid, ascending; other work of the JS thread runs in between. */
export async function* listPids(): AsyncGenerator<number> {
  let count = 0;
  for (const pid of numericEntries('')) {
    yield pid;
    if (++count % pidsPerTurn === 0) {
      await nextTurn();
    }
  }
}
