/** -c and -C of every command that prints lines, and parts of a recording. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { longPatience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { run } from '../support/program.js';
import { runCli } from '../support/ptracectl.js';
import { test } from '../support/server-cli.js';
import { oracle } from '../support/strace.js';

/** Without times, which no two runs share. */
const untimed = (text: string) => text.replaceAll(/\d+\.\d+/g, (time) => '0'.repeat(time.length));

describe('the counts of a command', () => {
  test.for([
    ['-c', '-S', 'name', '-U', 'name,calls,errors'],
    [
      '-c',
      '-w',
      '-S',
      'calls',
      '-U',
      'calls,errors,name,min-time,max-time',
      '-e',
      'trace=openat,mmap',
    ],
    ['-c', '-z', '-S', 'name', '-U', 'calls,name'],
    ['-C', '-w', '-S', 'syscall', '-U', 'time,total-time,name', '-e', 'openat,lseek'],
    ['-c', '-e', 'trace=none'],
    ['-c', '-e', 'trace=getppid'],
  ])('are laid out as by strace %j', { timeout }, async (options) => {
    const command = ['ls', '/etc/hostname'];
    const [expected, counted] = await Promise.all([
      run([oracle(), ...options, ...command], '/'),
      runCli(undefined, 'trace', ...options, ...command),
    ]);
    expect(counted.end).toBe(expected.code);
    expect(untimed(counted.stderr)).toBe(untimed(expected.stderr.toString()));
  });

  test("have strace -c's columns", { timeout }, async () => {
    const command = ['-c', '-S', 'name', fixture('call-flood'), '200'];
    const expected = (await run([oracle(), ...command], '/')).stderr.toString().split('\n');
    const counted = (await runCli(undefined, 'trace', ...command)).stderr.split('\n');
    const rest = (line: string) => line.slice('  0.00    0.000000           0'.length);
    expect(counted.map(rest)).toEqual(expected.map(rest));
    expect(counted.slice(0, 2)).toEqual(expected.slice(0, 2));
  });

  test('have the time in the kernel, and with -w the time that passed, as strace', {
    timeout,
  }, async () => {
    const script = `
import os, time
zero = os.open('/dev/zero', 0)
space = bytearray(1 << 26)
for _ in range(20): os.readv(zero, [space])
time.sleep(2)`;
    const options = ['-S', 'time', '-U', 'total-time,name', '-e', 'trace=readv,clock_nanosleep'];
    const command = ['python3', '-c', script];
    for (const clock of ['-c', '-C']) {
      for (const wall of [[], ['-w']]) {
        const given = [clock, ...wall, ...options, ...command];
        const theirs = (await run([oracle(), ...given], '/')).stderr.toString();
        const ours = (await runCli(undefined, 'trace', ...given)).stderr;
        for (const text of [theirs, ours]) {
          const rows = [...text.matchAll(/^ +(\d+\.\d+) (readv|clock_nanosleep)$/gm)];
          const times = new Map(rows.map(([, seconds, name]) => [name, Number(seconds)]));
          const sleep = times.get('clock_nanosleep') ?? Number.NaN;
          if (wall.length > 0) {
            expect(sleep).toBeGreaterThan(1.99);
          } else {
            expect(rows.map(([, , name]) => name)).toEqual(['readv', 'clock_nanosleep']);
            expect(sleep).toBeLessThan(1);
          }
          expect(times.get('readv')).toBeGreaterThan(0.01);
        }
        expect(untimed(ours).split('\n').slice(-6)).toEqual(untimed(theirs).split('\n').slice(-6));
      }
    }
  });

  test.for([
    [['trace', '-c', '-C', 'true'], '-c and -C exclude each other'],
    [['trace', '-S', 'time', 'true'], '-S must be given with -c or -C'],
    [['trace', '-c', '-S', 'tmie', 'true'], "invalid -S argument: 'tmie'; did you mean 'time'?"],
    [['trace', '-c', '-U', 'calls,x', 'true'], "invalid -U argument: no column 'x'"],
    [
      ['trace', '-c', '-U', 'calls,count', 'true'],
      "invalid -U argument: 'calls' stands there twice",
    ],
    [['replay', '-c', '--json', 'x'], '-c and --json exclude each other'],
    [['replay', '-e', 'trace-fds=1', '-P/', 'x'], '-P and -e trace-fds together are not supported'],
    [['replay', '-s', 'x', 'x'], "invalid -s argument: 'x' (0 to 1048576)"],
    [['replay', '-e', 'opne', 'x'], "UNKNOWN_SYSCALL: opne; did you mean 'open'?"],
  ] as const)('%j is refused', { timeout }, async ([args, message]) => {
    const { stderr, end } = await runCli(undefined, ...args);
    expect({ end, stderr }).toEqual({ end: 2, stderr: expect.stringContaining(message) });
  });
});

test('a recording is printed in parts, and counted', { timeout }, async ({ folder }) => {
  const file = `${folder}/recording`;
  const command = ['sh', '-c', 'ls /nonexistent; true'];
  await runCli(undefined, 'record', file, ...command);
  const replay = async (...options: string[]) => {
    const { stdout, stderr, end } = await runCli(undefined, 'replay', '-q', ...options, file);
    expect({ stdout, end }).toEqual({ stdout: '', end: 0 });
    return stderr.split('\n').slice(0, -1);
  };
  const all = await replay('-o', `${folder}/all`).then(() =>
    readFileSync(`${folder}/all`, 'utf8').split('\n').slice(0, -1),
  );
  const calls = (lines: readonly string[], wanted: RegExp) =>
    lines
      .map((line) => line.replace(/^(\[pid +\d+\]|\d+) +/, ''))
      .filter((line) => wanted.test(line));
  const own = (line: string) => line.replace(/ +=/, ' =');

  const opened = calls(await replay('-e', 'openat'), /^\w+\(/);
  expect(opened.length).toBeGreaterThan(2);
  expect(opened.map(own)).toEqual(calls(all, /^openat\(/).map(own));
  const files = calls(await replay('-e', '%file', '-Z'), /^\w+\(/);
  expect(files.join('\n')).toContain('/nonexistent');
  expect(files.every((line) => / = -1 E/.test(line))).toBe(true);
  const successes = calls(await replay('-z'), /^\w+\(/);
  expect(successes.length).toBeGreaterThan(10);
  expect(successes.some((line) => / = -1 E/.test(line))).toBe(false);

  const child = all.map((line) => /^(\d+) +execve\("[^"]*\/ls"/.exec(line)?.[1]).find(Boolean);
  const ofChild = await replay('-p', child ?? '', '-o', `${folder}/child`);
  expect(ofChild).toEqual([]);
  const lines = readFileSync(`${folder}/child`, 'utf8').split('\n').slice(0, -1);
  // A line that another task's interrupted is whole now.
  // Up to a first argument; of a call that another task's line interrupted, nothing closes it.
  const begun = (some: readonly string[]) =>
    some.map((line) => new RegExp(`^${child} +([^ )]*)`).exec(line)?.[1]).filter(Boolean);
  expect(begun(lines)).toEqual(begun(all).filter((text) => text !== '<...'));
  expect(lines.every((line) => line.startsWith(`${child} `))).toBe(true);

  const counted = await replay('-c', '-U', 'calls,name', '-e', 'openat', '-z');
  const succeeded = calls(all, /^openat\(.* = \d+$/).length;
  expect(counted[2]?.trim()).toBe(`${succeeded} openat`);
});

test('a recording has the summary of its session', { timeout }, async ({ cli, folder }) => {
  const file = `${folder}/summarized`;
  const summarize = async (...options: string[]) => {
    const summary = await runCli(undefined, 'summary', ...options, '--recording', file);
    expect(summary).toMatchObject({ end: 0, stderr: '' });
    return summary.stdout;
  };
  const flood = [fixture('call-flood'), '200'];
  const name = (await cli.ok('trace', '-D', '--', ...flood)).trimEnd();
  await cli.ended(name);
  await runCli(cli.address, 'record', file, ...flood);
  const columns = ['-S', 'name', '-U', 'calls,errors,name'];
  expect(await summarize(...columns)).toBe(await cli.ok('summary', ...columns, name));

  await runCli(undefined, 'record', file, 'sh', '-c', 'ls /nonexistent; cat /dev/null; true');
  const counted = await runCli(undefined, 'replay', '-q', '-c', '-S', 'name', file);
  expect(await summarize('-S', 'name')).toBe(counted.stderr);
  const whole = await summarize('--by-process', '--percentiles');
  expect(whole.match(/^process \d+$/gm)).toHaveLength(3);
  const json = (await summarize('--json')).trimEnd().split('\n');
  const rows = json.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(rows.find(({ syscall }) => syscall === 'statx')).toMatchObject({
    errorsByName: { ENOENT: expect.anything() },
  });
  writeFileSync(`${file}.cut`, readFileSync(file).subarray(0, -5));
  const cut = await runCli(undefined, 'summary', '-S', 'name', '--recording', `${file}.cut`);
  expect(cut).toMatchObject({ end: 1, stdout: counted.stderr });
  expect(cut.stderr).toContain('breaks off');
  const both = await runCli(undefined, 'summary', '--recording', file, name);
  expect(both).toMatchObject({ end: 2, stderr: expect.stringContaining('exclude each other') });
  const none = await runCli(undefined, 'summary', '--recording', '/bin/sh');
  expect(none).toMatchObject({ end: 1, stdout: '', stderr: expect.stringContaining("'/bin/sh'") });
});

test('a subscriber that comes late says whose each line is', { timeout }, async ({ cli }) => {
  const command = [fixture('call-flood'), '100'];
  const name = (await cli.ok('trace', '-D', '--', ...command)).trimEnd();
  await cli.ended(name);
  const early = await runCli(cli.address, 'subscribe', '-e', 'getppid', name);
  expect(early.stderr).toMatch(/^getppid\(\)/m);
  const late = await runCli(cli.address, 'subscribe', '-e', 'getppid', '--after=5', name);
  expect(
    late.stderr.split('\n').filter((line) => !/^\[pid +\d+\] |^ptracectl: |^$/.test(line)),
  ).toEqual([]);
  expect(late.stderr).toMatch(/^\[pid +\d+\] getppid\(\)/m);
});
