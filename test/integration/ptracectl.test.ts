/** `ptracectl` with a server of its own, as a user runs it in place of strace. */

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { cliProgram } from '../support/paths.js';
import { oracle } from '../support/strace.js';

/** Fresh, and TMPDIR of every ptracectl. */
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

function start(argv: string[], options: SpawnOptions = {}) {
  const { PTRACED_SERVER: _, ...env } = process.env;
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    env: { ...env, TMPDIR: folder },
    stdio: 'pipe',
    ...options,
  });
  children.push(child);
  return child;
}

const ptracectl = (...args: string[]) => start([cliProgram, ...args]);

/** Waits for the end. `stdin`: all of its input; null: more is to come. */
async function finish(child: ChildProcess, stdin: string | null = '') {
  if (stdin !== null) {
    child.stdin?.end(stdin);
  }
  const [stdout, stderr, [code, signal]] = await Promise.all([
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return { stdout, stderr, end: signal ?? code };
}

/** Resolves once the child has written what matches to stderr; returns all of stderr so far. */
async function shows(child: ChildProcess, pattern: RegExp): Promise<string> {
  let seen = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    seen += chunk.toString();
  });
  return await eventually(`${pattern} on stderr`, () => pattern.test(seen) && seen);
}

const status = (pid: number) => readFileSync(`/proc/${pid}/status`, 'utf8');

/** Lines with ids and addresses that are the same in every run, columns untouched. */
function comparable(log: string): string[] {
  const ids = [...new Set(log.match(/^\d+/gm))];
  return log
    .split('\n')
    .map((line) => line.replace(/0x[0-9a-f]{6,}/g, (address) => 'x'.repeat(address.length)))
    .map((line) => ids.reduce((now, id, index) => now.replaceAll(id, `<${index}>`), line))
    .map((line) => line.replace(/si_[us]time=\d+/g, 'si_time').replace(/\/\* \d+ vars/, '/* vars'));
}

/** How many runs may be looked at for two that are alike. */
const mostRuns = 10;

describe('trace', () => {
  it('prints what strace prints of an execve in a thread', async () => {
    const command = [fixture('exec-from-thread'), '1'];
    const logs: string[][] = [];
    for (const tracer of [
      [oracle(), '-f'],
      [cliProgram, 'trace'],
    ]) {
      const file = `${folder}/log`;
      const traced = start([...tracer, '-e', 'trace=execve', '-o', file, ...command]);
      expect(await finish(traced)).toMatchObject({ stderr: '', end: 7 });
      logs.push(comparable(readFileSync(file, 'utf8')));
    }
    expect(logs[1]).toEqual(logs[0]);
    expect(logs[1]?.join()).toContain('<pid changed to ');
  });

  it.each([[['true']], [['sh', '-c', 'true & wait; exit 3']], [['sh', '-c', 'kill -TERM $$']]])(
    '%j prints what strace prints',
    async (command) => {
      const calls = ['-e', 'trace=execve,openat,read,close,write,wait4,exit_group,kill'];
      const [theirs, ours] = [`${folder}/strace`, `${folder}/ptracectl`];
      const lines = (file: string) => comparable(readFileSync(file, 'utf8')).toSorted();
      const runs: string[][] = [];
      // A child may end while its parent is in a call or between two, and strace's own runs differ then.
      for (let run = 0; run < mostRuns; run++) {
        const expected = await finish(start([oracle(), '-f', '-o', theirs, ...calls, ...command]));
        const result = await finish(ptracectl('trace', '-o', ours, ...calls, '--', ...command));
        expect(result).toEqual(expected);
        runs.push(lines(theirs));
        if (runs.some((seen) => isDeepStrictEqual(seen, lines(ours)))) {
          return;
        }
      }
      expect(lines(ours)).toEqual(runs.at(-1));
    },
  );

  it('passes input, output and status through', async () => {
    const script = 'read line; echo "got $line"; echo oops >&2; exit 7';
    const child = ptracectl('trace', '-o', '/dev/null', '--', 'sh', '-c', script);
    expect(await finish(child, 'hello\n')).toEqual({
      stdout: 'got hello\n',
      stderr: 'oops\n',
      end: 7,
    });
  });

  it('leaves the flags of the streams that the command shares', async () => {
    const flags = 'import fcntl; print([fcntl.fcntl(fd, fcntl.F_GETFL) for fd in (0, 1, 2)])';
    const command = ['python3', '-c', `import time; time.sleep(.3); ${flags}`];
    const untraced = await finish(start(command));
    const traced = await finish(ptracectl('trace', '-o', '/dev/null', '--', ...command));
    expect(traced).toEqual(untraced);
  });

  it('dies of the signal that killed the command', async () => {
    const child = ptracectl('trace', '-e', 'trace=none', 'sh', '-c', 'kill -KILL $$');
    expect(await finish(child)).toEqual({
      stdout: '',
      stderr: '+++ killed by SIGKILL +++\n',
      end: 'SIGKILL',
    });
  });

  it('shows calls that no table has, whatever the set, as strace', async () => {
    const command = ['-e', 'trace=none', fixture('unknown-syscalls')];
    const theirs = await finish(start([oracle(), ...command]));
    const ours = await finish(ptracectl('trace', ...command));
    expect(theirs.stderr).toContain('syscall_0x270f(0x1, ');
    expect(ours.stderr).toBe(theirs.stderr.replace(/^\[ Process PID=.*\n/gm, ''));
    expect(ours.stdout).toBe(theirs.stdout);
  });

  it.each(['trace=none', 'none', '!all'])('stops at no call with -e %s', async (set) => {
    // Each stop is a voluntary switch to the tracer.
    const script =
      'import os, resource\n' +
      'for _ in range(5000): os.getppid()\n' +
      'print(resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw)';
    const child = ptracectl('trace', '-o', '/dev/null', '-e', set, 'python3', '-c', script);
    expect(Number((await finish(child)).stdout)).toBeLessThan(5000);
  });

  it("has the user's environment and directory", async () => {
    const child = start(
      [cliProgram, 'trace', '-o/dev/null', '-EADDED=1', 'sh', '-c', 'pwd; echo $A $ADDED'],
      { cwd: folder, env: { PATH: process.env['PATH'], TMPDIR: folder, A: 'a b' } },
    );
    expect((await finish(child)).stdout).toBe(`${folder}\na b 1\n`);
  });

  it.each([
    [['nosuchprogram'], /cannot start 'nosuchprogram': EXECUTABLE_NOT_FOUND: /],
    [['--cwd=/nonexistent', 'true'], /cannot start 'true': [A-Z_]+: .*chdir/],
  ])('%j gives one line', async (args, line) => {
    const result = await finish(ptracectl('trace', ...args));
    expect(result).toMatchObject({ stdout: '', end: 1 });
    expect(result.stderr).toMatch(/^ptracectl: [^\n]*\n$/);
    expect(result.stderr).toMatch(line);
  });

  it('passes a signal on, and prints what it did', async () => {
    const child = ptracectl('trace', 'sleep', '60');
    const seen = shows(child, /exited|killed/);
    await shows(child, /nanosleep\(/);
    child.kill('SIGTERM');
    expect(await seen).toMatch(/\n--- SIGTERM \{.*\} ---\n\+\+\+ killed by SIGTERM \+\+\+\n$/);
    expect(await once(child, 'close')).toEqual([null, 'SIGTERM']);
  });

  it('passes a signal on to a command that is stopped', async () => {
    const child = ptracectl('trace', 'sh', '-c', 'kill -STOP $$');
    const seen = shows(child, /exited|killed/);
    await shows(child, /--- stopped by SIGSTOP ---/);
    child.kill('SIGTERM');
    expect(await seen).toContain('--- SIGTERM');
    expect(await once(child, 'close')).toEqual([null, 'SIGTERM']);
  });

  it('kills a command that ignores the signal at the second one', async () => {
    const child = ptracectl('trace', 'sh', '-c', 'trap "" TERM; sleep 60');
    const seen = shows(child, /ended by/);
    await shows(child, /nanosleep\(/);
    child.kill('SIGTERM');
    await shows(child, /--- SIGTERM/);
    child.kill('SIGTERM');
    expect(await seen).toContain('ptracectl: ended by SIGTERM: the command is killed\n');
    expect(await once(child, 'close')).toEqual([null, 'SIGTERM']);
  });

  it("gives Ctrl-C to a terminal's command once, and goes on", async () => {
    const script = 'trap "echo caught" INT; cat; cat; echo end';
    const file = `${folder}/lines`;
    // exec: a shell that stays would die of the Ctrl-C itself.
    const cli = `exec '${cliProgram}' trace -e trace=read -o ${file} -- sh -c '${script}'`;
    const terminal = start(['script', '-qec', cli, '/dev/null']);
    const closed = finish(terminal, null);
    const lines = () => (existsSync(file) ? readFileSync(file, 'utf8') : '');
    for (const killed of [0, 1]) {
      // The next cat waits for input, and its line is open.
      const deaths = () => lines().split('killed by SIGINT').length - 1;
      await eventually('cat reads', () => deaths() === killed && /read\(0$/.test(lines()));
      terminal.stdin?.write('\x03');
    }
    const { stdout, end } = await closed;
    expect(end).toBe(0);
    expect(stdout.match(/caught|end/g)).toEqual(['caught', 'caught', 'end']);
    const shell = /^\d+/.exec(lines())?.[0];
    expect(lines().match(new RegExp(`^${shell} +--- SIGINT`, 'gm'))).toHaveLength(2);
  });

  it('ends, and the command with it, when nobody reads the lines', async () => {
    const child = ptracectl(
      'trace',
      'sh',
      '-c',
      'echo $$; while :; do getconf ARG_MAX >/dev/null; done',
    );
    const [pid] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    child.stderr?.destroy();
    expect(await once(child, 'exit')).toEqual([141, null]);
    await eventually('the command is gone', () => !existsSync(`/proc/${pid.toString().trim()}`));
  });

  it('leaves no folder behind, even when it is killed', async () => {
    await finish(ptracectl('trace', '-o', '/dev/null', 'true'));
    expect(readdirSync(folder)).toEqual([]);
    const child = ptracectl('trace', 'sleep', '60');
    const seen = await shows(child, /set_tid_address\(.*\) += (\d+)\n/);
    const pid = /set_tid_address\(.*\) += (\d+)\n/.exec(seen)?.[1] ?? '';
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(readdirSync(folder)).toEqual([]);
    await eventually('the command is gone', () => !existsSync(`/proc/${pid}`));
  });
});

describe('attach', () => {
  it('prints the call that the process is in, and lets it go at Ctrl-C', async () => {
    const target = start(['sleep', '60'], { stdio: 'ignore' });
    const pid = target.pid ?? 0;
    const child = ptracectl('attach', String(pid));
    const seen = shows(child, /detached\n/);
    await shows(child, /attached\n\w+\(/);
    expect(status(pid)).not.toContain('TracerPid:\t0\n');
    child.kill('SIGINT');
    const lines = (await seen).split('\n');
    expect(lines[0]).toBe(`ptracectl: Process ${pid} attached`);
    expect(lines.at(-3)).toMatch(/\(.* <detached \.\.\.>$/);
    expect(lines.at(-2)).toBe(`ptracectl: Process ${pid} detached`);
    expect(await once(child, 'close')).toEqual([null, 'SIGINT']);
    await eventually('it is untraced', () => status(pid).includes('TracerPid:\t0\n'));
    expect(status(pid)).toMatch(/^State:\tS/m);
  });

  it('follows the process to its end', async () => {
    const target = start(['sh', '-c', 'read line; exit 3']);
    const child = ptracectl('attach', String(target.pid));
    const seen = shows(child, /exited/);
    await shows(child, /read\(0/);
    target.stdin?.end('\n');
    expect(await seen).toContain(
      '\nexit_group(3)                           = ?\n+++ exited with 3 +++\n',
    );
    expect(await once(child, 'close')).toEqual([0, null]);
  });

  it.each([
    ['4194304', /PROCESS_NOT_FOUND/],
    ['1', /TARGET_DENIED/],
  ])('process %s gives one line', async (pid, line) => {
    const result = await finish(ptracectl('attach', pid));
    expect(result).toMatchObject({ stdout: '', end: 1 });
    expect(result.stderr).toMatch(/^ptracectl: process \d+: [^\n]*\n$/);
    expect(result.stderr).toMatch(line);
  });
});
