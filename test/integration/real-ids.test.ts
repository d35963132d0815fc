/**
 * A tracer whose effective ids are not its real ones: its command runs as untraced where it has CAP_SYS_PTRACE, and as
 * the real ones, as under strace, where it has not.
 */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { longPatience as timeout } from '../support/eventually.js';
import { cliProgram } from '../support/paths.js';
import { run } from '../support/program.js';
import { Client } from '../support/rpc.js';
import { startServer } from '../support/server.js';
import { oracle } from '../support/strace.js';
import { launch, traceToEnd } from '../support/trace.js';

/** Real and effective user, and group. */
type Ids = readonly [ruid: number, euid: number, rgid: number, egid: number];

/** With an effective user 0, the capability is there. */
const capable: Ids[] = [
  [65534, 0, 0, 0],
  [1000, 0, 1000, 65534],
  [0, 0, 0, 65534],
];
const incapable: Ids[] = [
  [0, 65534, 0, 0],
  [1000, 65534, 0, 0],
  [1000, 1000, 1000, 65534],
];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/ptraced-test-`);
  chmodSync(folder, 0o777);
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function withIds([ruid, euid, rgid, egid]: Ids): string[] {
  const ids = { ruid, euid, rgid, egid };
  const options = Object.entries(ids).map(([name, id]) => `--${name}=${id}`);
  return ['setpriv', ...options, '--keep-groups'];
}

const showIds = ['grep', '-E', '^(Uid|Gid):', '/proc/self/status'];

/** What a tracer's command shows, and the tracer's lines. */
async function trace(ids: Ids, tracer: string[]): Promise<{ shown: string; lines: string }> {
  const log = `${folder}/log`;
  writeFileSync(log, '');
  chmodSync(log, 0o666);
  const options = ['-e', 'trace=openat', '-o', log];
  const { stdout, stderr } = await run([...withIds(ids), ...tracer, ...options, ...showIds], '/');
  expect(String(stderr)).toBe('');
  return { shown: String(stdout), lines: readFileSync(log, 'utf8') };
}

const own = [cliProgram, 'trace', '--no-follow'];

for (const ids of capable) {
  test(`real and effective ${ids}, with the capability`, { timeout }, async () => {
    const untraced = await run([...withIds(ids), ...showIds], '/');
    const { shown, lines } = await trace(ids, own);
    expect(shown).toBe(String(untraced.stdout));
    expect(shown).toMatch(new RegExp(`^Uid:\\t${ids[0]}\\t${ids[1]}\\t`));
    expect(lines).toContain('openat(AT_FDCWD, "/proc/self/status", ');
  });
}

for (const ids of incapable) {
  test(`real and effective ${ids}, without the capability`, { timeout }, async () => {
    const wanted = await trace(ids, [oracle()]);
    expect(wanted.shown).toMatch(new RegExp(`^Uid:\\t${ids[0]}\\t${ids[0]}\\t${ids[0]}\\t`));
    expect(wanted.lines).toContain('openat(AT_FDCWD, "/proc/self/status", ');
    expect(await trace(ids, own)).toEqual(wanted);
  });
}

test('a command of a server', { timeout }, async () => {
  await using server = await startServer({ prefix: withIds([0, 65534, 0, 0]) });
  await using client = new Client(server.address);
  await using trace = await traceToEnd(client, launch(showIds));
  expect(trace.output(1).toString()).toMatch(/^Uid:\t0\t0\t0\t0$/m);
});
