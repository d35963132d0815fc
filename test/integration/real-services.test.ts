/** Servers, runtimes, sandboxes and shells that people trace behave as if nobody traced them. */

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixture } from '../support/fixtures.js';
import { contents } from '../support/folder.js';
import { cliProgram, root } from '../support/paths.js';
import { commandEnvironment, run } from '../support/program.js';

const here = `${root}/test/real-programs`;
const cache = `${root}/node_modules/.cache/real-programs`;
const timeout = 300_000;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/ptraced-test-`);
  chmodSync(folder, 0o755);
  mkdirSync(cache, { recursive: true });
});

afterEach(() => rmSync(folder, { recursive: true }));

/** What a run of the script printed and left, in a folder that has the same path each time. */
async function outcome(script: string, tracer: string[]) {
  const work = `${folder}/work`;
  mkdirSync(work);
  chmodSync(work, 0o755);
  try {
    const env = {
      ...commandEnvironment(),
      PATH: process.env['PATH'] ?? '',
      HERE: here,
      CACHE: cache,
      FIXTURE: fixture('sigreturn'),
    };
    const { stdout, stderr, code, signal } = await run(
      [...tracer, 'sh', `${here}/${script}.sh`],
      work,
      env,
    );
    return {
      stdout: stdout.toString(),
      stderr: stderr.toString(),
      code,
      signal,
      files: contents(work).filter((entry) => !/\.class /.test(entry)),
    };
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** The exit status or signal that each script has where all went well. */
const scripts: Record<string, number | NodeJS.Signals> = {
  'job-control': 3,
  postgres: 5,
  nginx: 4,
  sshd: 6,
  java: 11,
  go: 12,
  node: 'SIGTERM',
  qemu: 13,
  bwrap: 14,
  jobserver: 2,
};

describe.each([
  ['every call', []],
  ['a filter in the kernel', ['-e', 'trace=%process']],
])('with %s', (_, options) => {
  it.each(Object.entries(scripts))(
    '%s: output, status and files are those of an untraced run',
    { timeout },
    async (script, status) => {
      const untraced = await outcome(script, []);
      expect(untraced.signal ?? untraced.code, untraced.stderr).toBe(status);
      const log = `${folder}/log`;
      const traced = await outcome(script, [cliProgram, 'trace', '-o', log, ...options]);
      expect(traced).toEqual(untraced);
      // It was traced, to its end.
      const lines = readFileSync(log, 'latin1').trimEnd().split('\n');
      expect(lines[0]).toMatch(/^\d+ +execve\(/);
      expect(lines.at(-1)).toMatch(/^\d+ +\+\+\+ (exited|killed)/);
    },
  );
});
