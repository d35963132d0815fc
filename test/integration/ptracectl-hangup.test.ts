/** `ptracectl` ends when nobody reads its lines any more, while its tracee does nothing. */
import { spawn } from 'node:child_process';
import { afterEach, describe, expect } from 'vitest';
import { eventually, longPatience as timeout, within } from '../support/eventually.js';
import { cliProgram } from '../support/paths.js';
import * as proc from '../support/proc.js';
import { dyingWithUs, type Program, startFixture } from '../support/program.js';
import { test } from '../support/server-cli.js';

const { PTRACED_SERVER: _, ...environment } = process.env;
/** As write(2) to a closed pipe ends a program: 128 and SIGPIPE. */
const brokenPipe = 141;

const started: ReturnType<typeof spawn>[] = [];
afterEach(() => {
  for (const child of started.splice(0)) {
    child.kill('SIGKILL');
  }
});

/** What a script writes, once it has ended by itself. */
async function outputOf(argv: string[], server?: string): Promise<string> {
  const [program = '', ...args] = [...dyingWithUs('KILL'), ...argv];
  const env = server === undefined ? environment : { ...environment, PTRACED_SERVER: server };
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await within('the end', new Promise((resolve) => child.once('close', resolve)), timeout);
  return text;
}

/** Runs ptracectl with a reader of its lines that leaves after the first: that line, and its status. */
function withShortReader(redirection: string, args: string[], server?: string): Promise<string> {
  const script = `"$@" ${redirection} | head -n 1; echo $PIPESTATUS`;
  return outputOf(['bash', '-c', script, 'bash', cliProgram, ...args], server);
}

/** Nobody traces it, and it runs. */
async function expectUntouched(program: Program): Promise<void> {
  await eventually('untraced', () => proc.runsUntraced(program.pid));
  program.send('runs on');
  expect(await program.line()).toBe('runs on');
}

describe('the reader of a pipe leaves', () => {
  test('attach with a server of its own', { timeout }, async () => {
    await using program = await startFixture('echo-lines');
    const output = await withShortReader('2>&1 >/dev/null', ['attach', `${program.pid}`]);
    expect(output).toBe(`ptracectl: Process ${program.pid} attached\n${brokenPipe}\n`);
    await expectUntouched(program);
  });

  test('attach through a server', { timeout }, async ({ server }) => {
    await using program = await startFixture('echo-lines');
    const args = ['attach', `${program.pid}`];
    const output = await withShortReader('2>&1 >/dev/null', args, server.address);
    expect(output).toBe(`ptracectl: Process ${program.pid} attached\n${brokenPipe}\n`);
    await expectUntouched(program);
  });

  test('subscribe, whose session goes on', { timeout }, async ({ server, cli }) => {
    await using program = await startFixture('echo-lines');
    const session = await cli.attach(program.pid);
    const args = ['subscribe', '--json', session];
    expect(await withShortReader('', args, server.address)).toMatch(/^\{"header":.*\}\n141\n$/);
    expect(proc.taskStatus(program.pid)?.tracer).toBe(server.pid);
    await cli.ok('sessions', 'end', session);
    await expectUntouched(program);
  });

  test('attach that writes into a pipe by its name', { timeout }, async () => {
    await using program = await startFixture('echo-lines');
    const args = ['attach', '-o', '/dev/fd/3', `${program.pid}`];
    const script = `"$@" 3>&1 >/dev/null | true; echo $PIPESTATUS`;
    expect(await outputOf(['bash', '-c', script, 'bash', cliProgram, ...args])).toBe('141\n');
    await expectUntouched(program);
  });
});

/** A terminal that sends no signal, since it controls nobody, and hangs up after the first line. */
const terminal = `
import os, subprocess, sys
master, slave = os.openpty()
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                         stderr=slave, start_new_session=True)
os.close(slave)
line = b""
while not line.endswith(b"\\n"):
    line += os.read(master, 1)
os.close(master)
print(line.decode().strip(), child.wait())
`;

test('the terminal hangs up', { timeout }, async () => {
  await using program = await startFixture('echo-lines');
  const argv = ['python3', '-c', terminal, cliProgram, 'attach', `${program.pid}`];
  expect(await outputOf(argv)).toMatch(/^ptracectl: Process \d+ attached -?\d+\n$/);
  await expectUntouched(program);
});

test('a file has no reader that could leave', { timeout }, async () => {
  await using program = await startFixture('echo-lines');
  const script = '"$@" 2>&1 | true; echo $PIPESTATUS';
  const args = ['attach', '-q', '-o', '/dev/null', `${program.pid}`];
  const ended = outputOf(['bash', '-c', script, 'bash', cliProgram, ...args]);
  await eventually('traced', () => proc.taskStatus(program.pid)?.tracer !== 0);
  program.send('still traced');
  expect(await program.line()).toBe('still traced');
  expect(proc.taskStatus(program.pid)?.tracer).not.toBe(0);
  await program.finish();
  expect(await ended).toBe('0\n');
});
