/** `ptracectl trace` with a server: what it says, what the command reads, and who runs it. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { eventually, longPatience as timeout } from '../support/eventually.js';
import { cliProgram } from '../support/paths.js';
import { run } from '../support/program.js';
import { finishCli, runCli, startCli } from '../support/ptracectl.js';
import { test } from '../support/server-cli.js';
import { oracle } from '../support/strace.js';

/** No lines: what comes is the command's own. */
const SILENT = ['-q', '-q', '-e', 'trace=none'];
/** No line beside the end of the command. */
const ENDED = '+++ exited with 0 +++\n';

test('it says where the command runs', { timeout }, async ({ cli, folder }) => {
  const traced = await runCli(cli.address, 'trace', '-e', 'none', 'pwd');
  const place = `ptracectl: the command runs at ${cli.address}, in /, with its own environment`;
  expect(traced.stdout).toBe('/\n');
  expect(traced.stderr).toBe(`${place} (--local: here)\n${ENDED}`);
  const recorded = await runCli(cli.address, 'record', '--inherit-env', `${folder}/file`, 'pwd');
  expect(recorded.stderr).toContain("with the server's environment (--local: here)\n");

  const own = `${process.cwd()}\n`;
  for (const [args, stdout] of [
    [['trace', '-q'], '/\n'],
    [['trace', '--local'], own],
    [['trace', '--server='], own],
    [['--local', 'trace'], own],
    [['--server=', 'trace'], own],
  ] as const) {
    const result = await runCli(cli.address, ...args, '-e', 'none', 'pwd');
    expect(result).toEqual({ stdout, stderr: ENDED, end: 0 });
  }
});

test('the command reads what we read, to the end', { timeout }, async ({ cli }) => {
  const text = 'a line\n'.repeat(100_000);
  const cat = startCli(cli.address, 'trace', ...SILENT, 'cat');
  expect(await finishCli(cat, text)).toEqual({ stdout: text, stderr: '', end: 0 });
  const empty = await runCli(cli.address, 'trace', ...SILENT, 'cat');
  expect(empty).toEqual({ stdout: '', stderr: '', end: 0 });
});

test('a file and a terminal are read as a pipe is', { timeout }, async ({ cli, folder }) => {
  const text = 'x'.repeat(300_000);
  writeFileSync(`${folder}/input`, text);
  const command = [cliProgram, 'trace', ...SILENT, `--server=${cli.address}`].join(' ');
  const file = await run(['sh', '-c', `${command} sha1sum < ${folder}/input`], '/');
  expect(file.stdout.toString()).toBe(`${createHash('sha1').update(text).digest('hex')}  -\n`);
  // script(1) passes its own input on to the terminal, with an end of file after it.
  const typed = `echo typed | script -qec '${command} cat' /dev/null`;
  const terminal = await run(['sh', '-c', typed], '/');
  expect(terminal.stdout.toString().replaceAll('\r', '')).toContain('typed\ntyped\n');
});

test('a command that reads no more ends whoever writes', { timeout }, async ({ cli }) => {
  const command = [cliProgram, 'trace', ...SILENT, `--server=${cli.address}`].join(' ');
  const head = await run(['sh', '-c', `yes | ${command} head -n1`], '/');
  expect(head).toMatchObject({ code: 0, stdout: Buffer.from('y\n') });
  // It closes its input, and goes on until the writer has had its SIGPIPE.
  const going = startCli(
    cli.address,
    ...['trace', ...SILENT, 'sh', '-c', 'exec <&-; echo closed; exec sleep 1000'],
  );
  const gone = new Promise((resolve) => going.stdin.on('error', resolve));
  await once(going.stdout, 'data');
  const writing = setInterval(() => going.stdin.write('more'), 50);
  expect(await gone).toMatchObject({ code: 'EPIPE' });
  clearInterval(writing);
  going.kill('SIGINT');
  expect((await going.result).end).toBe('SIGINT');
});

test('a command that does not read holds its writer', { timeout }, async ({ cli }) => {
  const sleep = startCli(cli.address, 'trace', ...SILENT, 'sleep', '1000');
  let written = 0;
  let isHeld = false;
  const piece = Buffer.alloc(16 * 1024);
  const write = (): void => {
    sleep.stdin.write(piece, (error) => {
      if (!error) {
        written += piece.length;
        isHeld = false;
        write();
      }
    });
  };
  write();
  await eventually('a writer that is held', () => {
    const before = isHeld;
    isHeld = true;
    return before && written > 64 * 1024;
  });
  expect(written).toBeLessThan(1024 * 1024);
  sleep.kill('SIGINT');
  expect((await sleep.result).end).toBe('SIGINT');
});

test('an input that stays open does not keep us', { timeout }, async ({ cli }) => {
  const open = startCli(cli.address, 'trace', ...SILENT, 'true');
  expect((await open.result).end).toBe(0);
});

test('users are those of /etc/passwd where the command runs', { timeout }, async ({ cli }) => {
  for (const address of [cli.address, undefined]) {
    const strace = await run([oracle(), '-e', 'trace=none', '-u', 'nobody', 'id'], '/');
    for (const user of ['nobody', '65534']) {
      const { stdout } = await runCli(address, 'trace', '-q', '-e', 'none', '-u', user, 'id');
      expect(stdout).toBe(strace.stdout.toString());
    }
    const pair = await runCli(address, 'trace', '-q', '-e', 'none', '-u', '4711:4712', 'id');
    expect(pair.stdout).toMatch(/^uid=4711 gid=4712/);
    for (const user of ['nosuchuser', '4711']) {
      const { stderr, end } = await runCli(address, 'trace', '-q', '-u', user, 'id');
      expect(end).toBe(2);
      expect(stderr).toContain(`FIELD_INVALID: launch.user: '${user}' is no user of`);
    }
  }
});
