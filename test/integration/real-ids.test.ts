/** A tracer whose effective ids are not its real ones: its command runs as the real ones, as under strace. */
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
const cases = [
  [0, 65534, 0, 0],
  [65534, 0, 0, 0],
  [1000, 65534, 0, 0],
  [1000, 0, 1000, 65534],
  [0, 0, 0, 65534],
  [1000, 1000, 1000, 65534],
] as const;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/ptraced-test-`);
  chmodSync(folder, 0o777);
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function withIds([ruid, euid, rgid, egid]: (typeof cases)[number]): string[] {
  const ids = { ruid, euid, rgid, egid };
  const options = Object.entries(ids).map(([name, id]) => `--${name}=${id}`);
  return ['setpriv', ...options, '--keep-groups'];
}

const showIds = ['grep', '-E', '^(Uid|Gid):', '/proc/self/status'];

for (const ids of cases) {
  const [ruid, euid, rgid, egid] = ids;
  test(`real ${ruid}:${rgid}, effective ${euid}:${egid}`, { timeout }, async () => {
    const seen: string[] = [];
    const lines: string[] = [];
    for (const [index, tracer] of [[oracle()], [cliProgram, 'trace', '--no-follow']].entries()) {
      const log = `${folder}/log${index}`;
      writeFileSync(log, '');
      chmodSync(log, 0o666);
      const options = ['-e', 'trace=openat', '-o', log];
      const command = [...withIds(ids), ...tracer, ...options, ...showIds];
      const { stdout, stderr } = await run(command, '/');
      expect(String(stderr)).toBe('');
      seen.push(String(stdout));
      lines.push(readFileSync(log, 'utf8'));
    }
    const [wanted = '', own] = seen;
    expect(wanted).toMatch(new RegExp(`^Uid:\\t${ruid}\\t${ruid}\\t${ruid}\\t`));
    expect(own).toBe(wanted);
    expect(lines[0]).toContain('openat(AT_FDCWD, "/proc/self/status", ');
    expect(lines[1]).toBe(lines[0]);
  });
}

test('a command of a server', { timeout }, async () => {
  await using server = await startServer({ prefix: withIds([0, 65534, 0, 0]) });
  await using client = new Client(server.address);
  await using trace = await traceToEnd(client, launch(showIds));
  expect(trace.output(1).toString()).toMatch(/^Uid:\t0\t0\t0\t0$/m);
});
