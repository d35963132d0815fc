/** The own server of `ptracectl` needs nothing but this process: no path, no socket, no room in a message. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from '../support/paths.js';
import { oracle } from '../support/strace.js';

const MAIN = `${root}/dist/cli/main.js`;

let folder: string;
let children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/ptraced-test-`);
});

afterEach(() => {
  for (const child of children) {
    child.kill('SIGKILL');
  }
  children = [];
  rmSync(folder, { recursive: true });
});

/** Runs it to its end, without a server in its environment. */
async function run(argv: string[], env: Record<string, string> = {}) {
  const { PTRACED_SERVER: _, ...inherited } = process.env;
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return { stdout, stderr, end: signal ?? code };
}

const ptracectl = (...args: string[]) => [process.execPath, MAIN, ...args];

/** Runs a command where every file system that could be written to is read-only. */
const READ_ONLY = [
  'unshare',
  '--user',
  '--map-root-user',
  '--mount',
  'sh',
  '-c',
  `cut -d' ' -f5 /proc/self/mountinfo | while read -r place; do
    mount -o remount,bind,ro "$place" 2> /dev/null
  done
  exec "$@"`,
  'sh',
];

describe('a folder for temporary files is of no use to it', () => {
  const folders = {
    'that is missing': () => `${folder}/missing`,
    'whose name is longer than that of a socket may be': () => {
      const path = `${folder}/${'long/'.repeat(40)}`;
      mkdirSync(path, { recursive: true });
      return path;
    },
    'that cannot be written to': () => '/proc',
    'that is a file': () => '/dev/null',
  };
  it.each(Object.entries(folders))('%s', async (_, tmp) => {
    const env = { TMPDIR: tmp() };
    const traced = await run(ptracectl('trace', '-e', 'write', '--', 'echo', 'hi'), env);
    expect(traced).toEqual({
      stdout: 'hi\n',
      stderr: `write(1, "hi\\n", 3)${' '.repeat(21)}= 3\n+++ exited with 0 +++\n`,
      end: 0,
    });
    const recording = `${folder}/recording`;
    expect(await run(ptracectl('record', recording, 'true'), env)).toMatchObject({ end: 0 });
    expect(await run(ptracectl('ps', '^sh$'), env)).toMatchObject({ stderr: '', end: 0 });
    expect(await run(ptracectl('replay', recording), env)).toMatchObject({ end: 0 });
  });
});

it('needs no place that can be written to, and no HOME', async () => {
  const lines = (command: string[]) =>
    run([...READ_ONLY, 'env', '-u', 'HOME', '-u', 'TMPDIR', ...command]);
  expect(await lines(['sh', '-c', ': > /tmp/x'])).not.toMatchObject({ end: 0 });
  const traced = await lines(ptracectl('trace', '-e', 'write', '--', 'echo', 'hi'));
  expect(traced).toMatchObject({ stdout: 'hi\n', end: 0 });
  expect(traced.stderr).toMatch(/^write\(1, "hi\\n", 3\) += 3\n\+\+\+ exited with 0 \+\+\+\n$/);
});

it('has no socket, and leaves no file', async () => {
  const script = 'ls -l /proc/$PPID/fd';
  const command = ptracectl('trace', '-o', '/dev/null', '--', 'sh', '-c', script);
  const { stdout, end } = await run(command, { TMPDIR: folder });
  expect(end).toBe(0);
  const sockets = stdout.match(/(?:[3-9]|\d\d+) -> socket:.*/g);
  expect(stdout).toMatch(/ 0 -> /);
  expect(sockets).toBeNull();
  expect(readdirSync(folder)).toEqual([]);
});

it('passes as many bytes of arguments as the kernel takes', async () => {
  const bash = (...command: string[]) => [
    'bash',
    '-c',
    // execve(2): a quarter of the stack's soft limit, but 6 MiB at most.
    `ulimit -s unlimited
    printf -v one %0127000d 0
    for _ in {1..45}; do all+=("$one"); done
    exec "$@" "\${all[@]}"`,
    'bash',
    ...command,
  ];
  const script = `echo $# \${#1} \${#45}; tr -d 0 < /proc/$$/cmdline | wc -c`;
  const untraced = await run(bash('sh', '-c', script, 'sh'));
  expect(untraced).toMatchObject({ stdout: expect.stringMatching(/^45 127000 127000\n/), end: 0 });
  const file = `${folder}/lines`;
  const underTracer = async (...tracer: string[]) => {
    const options = ['-e', 'trace=execve', '-o', file];
    const result = await run(bash(...tracer, ...options, '--', 'sh', '-c', script, 'sh'));
    // Elsewhere are process ids, and the address and the number of the variables.
    const [start] = readFileSync(file, 'utf8').split('\n');
    return { ...result, start: start?.replace(/^\d+ +| 0x\w+ .*\*\//g, '') };
  };
  const traced = await underTracer(...ptracectl('trace'));
  expect(traced).toMatchObject(untraced);
  expect(traced.start).toMatch(/^execve\(.*, \["sh", .*\.\.\.\],\) = 0$/);
  expect(traced).toEqual(await underTracer(oracle()));
});
