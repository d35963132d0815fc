/** Lines, recordings and output that cannot be written do no harm to the tracees. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { cliProgram } from '../support/paths.js';
import * as proc from '../support/proc.js';
import { startFixture } from '../support/program.js';
import { finishCli, runCli, startCli } from '../support/ptracectl.js';

const NO_SPACE = "cannot write '/dev/full': no space left on device";
const GOES_ON = `ptracectl: ${NO_SPACE}: the trace goes on without it\n`;
const COMMAND = ['sh', '-c', 'for i in 1 2 3; do ls / > /dev/null; done; echo done; exit 3'];

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/ptraced-test-`);
  file = `${folder}/recording`;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a line of the shell in which "$0" is ptracectl. */
function shell(script: string): { stdout: string; stderr: string; status: number | null } {
  const env = { ...process.env, PTRACED_SERVER: '' };
  return spawnSync('sh', ['-c', script, cliProgram], { encoding: 'utf8', env });
}

describe('on a full disk', () => {
  it.each([
    ['trace', ['trace', '-o', '/dev/full', '--', ...COMMAND]],
    ['record', ['record', '/dev/full', '--', ...COMMAND]],
  ])('%s says so once, and its command goes on to its end', async (_, args) => {
    expect(await runCli(undefined, ...args)).toEqual({ stdout: 'done\n', stderr: GOES_ON, end: 1 });
  });

  it.each([
    ['attach', (pid: string) => ['attach', '-o', '/dev/full', pid]],
    ['record', (pid: string) => ['record', '-p', pid, '/dev/full']],
  ])('%s says so at once, and what it is attached to runs on', async (_, args) => {
    await using program = await startFixture('echo-lines');
    const cli = startCli(undefined, ...args(String(program.pid)));
    let told = '';
    cli.stderr.on('data', (text: string) => {
      told += text;
    });
    await eventually('the tracer', () => !proc.runsUntraced(program.pid));
    program.send('hello');
    expect(await program.line()).toBe('hello');
    await eventually('the message', () => told.includes(GOES_ON));
    program.send('more');
    expect(await program.line()).toBe('more');
    expect(cli.exitCode).toBe(null);
    cli.kill('SIGINT');
    const { stderr, end } = await finishCli(cli);
    expect(stderr.split(NO_SPACE)).toHaveLength(2);
    expect(end).toBe(1);
    await eventually('an untraced program', () => proc.runsUntraced(program.pid));
    program.send('after');
    expect(await program.line()).toBe('after');
  });

  it('--on-write-error=end kills the command', async () => {
    const endless = ['sh', '-c', 'while :; do ls / > /dev/null; done'];
    for (const args of [
      ['trace', '-o', '/dev/full'],
      ['record', '/dev/full'],
    ]) {
      const [name = '', ...rest] = args;
      expect(await runCli(undefined, name, '--on-write-error=end', ...rest, ...endless)).toEqual({
        stdout: '',
        stderr: `ptracectl: ${NO_SPACE}\n`,
        end: 1,
      });
    }
  });

  it('--on-write-error=end leaves what it is attached to running', async () => {
    await using program = await startFixture('echo-lines');
    const pid = String(program.pid);
    const cli = startCli(undefined, 'attach', '--on-write-error=end', '-o', '/dev/full', pid);
    await eventually('the tracer', () => !proc.runsUntraced(program.pid));
    program.send('hello');
    expect(await program.line()).toBe('hello');
    const { stderr, end } = await finishCli(cli);
    expect({ stderr: stderr.includes(NO_SPACE), end }).toEqual({ stderr: true, end: 1 });
    await eventually('an untraced program', () => proc.runsUntraced(program.pid));
  });

  it('lines on standard error are dropped, and the command goes on', () => {
    const { stdout, status } = shell('"$0" trace sh -c "ls / > /dev/null; echo done" 2> /dev/full');
    expect({ stdout, status }).toEqual({ stdout: 'done\n', status: 1 });
  });

  it('a recording has what was written before', async () => {
    // The size of files is limited to 8 blocks of 512 bytes: write(2) fails with EFBIG.
    const recorded = shell(
      `ulimit -f 8; "$0" record ${file} sh -c 'ls -l / > /dev/null; echo done'`,
    );
    expect(recorded).toMatchObject({
      stdout: 'done\n',
      stderr: `ptracectl: cannot write '${file}': file too large: the trace goes on without it\n`,
      status: 1,
    });
    expect(statSync(file).size).toBe(8 * 512);
    const { stderr, end } = await runCli(undefined, 'replay', file);
    expect(stderr).toMatch(/^execve\(.*\nptracectl: '[^']*': it breaks off in the frame at byte/s);
    expect(end).toBe(1);
  });

  it('refuses another policy', async () => {
    const { stderr, end } = await runCli(undefined, 'trace', '--on-write-error=stop', 'true');
    expect(stderr).toContain("invalid --on-write-error argument: 'stop' (continue or end)\n");
    expect(end).toBe(2);
  });
});

describe('a recording', () => {
  it('is for its owner alone, whatever the umask', () => {
    expect(shell(`umask 0; "$0" record ${file} true`).status).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('keeps the mode of a file that is there', () => {
    writeFileSync(file, '');
    chmodSync(file, 0o640);
    expect(shell(`umask 0; "$0" record ${file} true`).status).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });
});

it('lines of -o have the mode that the umask leaves, as those of strace', () => {
  expect(shell(`umask 027; "$0" trace -o ${file} true`).status).toBe(0);
  expect(statSync(file).mode & 0o777).toBe(0o640);
});
