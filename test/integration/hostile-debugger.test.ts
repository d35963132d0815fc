/**
 * Node's debugger runs any code for whoever connects to its port. Nobody who may signal a program of ours, or has a
 * hand in its environment, can have it opened.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'vitest';
import { RecordKind } from '../../src/gen/ptraced/v1/record_pb.js';
import { eventually } from '../support/eventually.js';
import { test } from '../support/harness.js';
import { cliProgram, root, serverProgram } from '../support/paths.js';
import * as proc from '../support/proc.js';
import { dyingWithUs } from '../support/program.js';
import { Client } from '../support/rpc.js';
import { startServer } from '../support/server.js';
import { launch, traceToEnd } from '../support/trace.js';

/** Inodes of TCP sockets that listen: state 0A of proc_net_tcp(5). */
function listeningInodes(): Set<string> {
  const lines = ['tcp', 'tcp6'].flatMap((name) =>
    readFileSync(`/proc/net/${name}`, 'utf8').split('\n').slice(1),
  );
  const fields = lines.map((line) => line.trim().split(/\s+/));
  return new Set(fields.filter((line) => line[3] === '0A').map((line) => line[9] ?? ''));
}

/** TCP sockets on which the process listens. */
function tcpListeners(pid: number): string[] {
  const open = proc.descriptors(pid).filter((line) => line.includes('socket:['));
  const listening = open.length === 0 ? new Set<string>() : listeningInodes();
  return open.filter((line) => listening.has(/\[(\d+)\]/.exec(line)?.[1] ?? ''));
}

interface Started {
  child: ChildProcess;
  pid: number;
  output: () => string;
}

function start(command: readonly string[], env: Record<string, string> = {}): Started {
  const [file = '', ...args] = [...dyingWithUs('KILL'), ...command];
  const { PTRACED_SERVER: _, ...own } = process.env;
  const child = spawn(file, args, {
    env: { ...own, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  }
  return { child, pid: child.pid ?? 0, output: () => text };
}

/** Ends it by SIGTERM; its status. */
async function end({ child }: Started): Promise<number | null> {
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  const [code] = await closed;
  return code as number | null;
}

/** Sends SIGUSR1 again and again from Node's execve on, and looks for a port meanwhile, up to `done`. */
async function flood(started: Started, done: () => boolean): Promise<string[]> {
  const found: string[] = [];
  // Before it, SIGUSR1 ends a program that has had no time to ignore it.
  await eventually('the execve of Node', () => {
    return readFileSync(`/proc/${started.pid}/cmdline`, 'latin1').startsWith('node\0');
  });
  while (!done()) {
    if (started.child.exitCode !== null || started.child.signalCode !== null) {
      throw new Error(`it ended with ${started.child.signalCode}: ${started.output()}`);
    }
    started.child.kill('SIGUSR1');
    found.push(...tcpListeners(started.pid));
    await turn();
  }
  return found;
}

/** Without a port now, and after further signals. */
async function expectShut(started: Started): Promise<void> {
  for (let i = 0; i < 20; i++) {
    started.child.kill('SIGUSR1');
    await turn();
    expect(tcpListeners(started.pid)).toEqual([]);
  }
}

const variables = (folder: string): Record<string, string> => ({
  NODE_OPTIONS: '--inspect=127.0.0.1:0',
  NODE_INSPECT_RESUME_ON_START: '1',
  NODE_V8_COVERAGE: `${folder}/coverage`,
  NODE_CHANNEL_FD: '2',
  NODE_DEBUG: 'net',
});

test('SIGUSR1 opens no debugger in a server, from its first moment on', async ({ folder }) => {
  const socket = `${folder}/s`;
  const started = start([serverProgram, '--listen', `unix:${socket}`]);
  expect(await flood(started, () => started.output().includes('"listening"'))).toEqual([]);
  await expectShut(started);
  expect(await end(started)).toBe(0);
});

test('nor in ptracectl', async ({ folder }) => {
  const lines = `${folder}/lines`;
  const started = start([cliProgram, 'trace', '-o', lines, 'sleep', '1000']);
  const traces = () => existsSync(lines) && readFileSync(lines, 'utf8').includes('execve(');
  expect(await flood(started, traces)).toEqual([]);
  await expectShut(started);
  await end(started);
});

test('no variable of Node opens one', async ({ folder }) => {
  const server = [serverProgram, '--listen', `unix:${folder}/s`];
  const started = start(server, variables(folder));
  await eventually('the server', () => started.output().includes('"listening"'));
  await expectShut(started);
  const { pid } = started;
  expect(started.output()).not.toMatch(/Debugger listening|NET \d+/);
  expect(await end(started)).toBe(0);
  expect(proc.alive(pid)).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
});

/** All that an environment must hold, and nothing of the launcher's. */
function expectAll(environment: string, expected: Record<string, string>): void {
  for (const [name, value] of Object.entries(expected)) {
    expect(environment).toContain(`${name}=${value}\n`);
  }
  expect(environment).not.toContain('PTRACECTL_');
}

test('a command of ptracectl has these variables', async ({ folder }) => {
  const started = start([cliProgram, 'trace', '-o', '/dev/null', 'env'], variables(folder));
  await once(started.child, 'close');
  expectAll(started.output(), variables(folder));
});

test('a command that inherits the environment of a server has them', async ({ folder }) => {
  await using server = await startServer({ env: variables(folder) });
  await using client = new Client(server.address);
  await using trace = await traceToEnd(client, launch(['/usr/bin/env'], {}, { inheritEnv: true }));
  const output = trace.ofKind(RecordKind.OUTPUT).map(({ detail }) => {
    return detail.case === 'output' ? Buffer.from(detail.value.data).toString() : '';
  });
  expectAll(output.join(''), variables(folder));
  await client[Symbol.asyncDispose]();
});

test('a server that is started past the launcher refuses an open debugger', async ({ folder }) => {
  const script = `${root}/dist/main.js`;
  const serve = [script, '--listen', `unix:${folder}/s`];
  for (const [command, env] of [
    [[process.execPath, '--inspect=127.0.0.1:0', ...serve], {}],
    [[process.execPath, ...serve], { NODE_OPTIONS: '--inspect=127.0.0.1:0' }],
  ] as const) {
    const started = start(command, env);
    const [code] = await once(started.child, 'close');
    expect(code).toBe(2);
    expect(started.output()).toContain("ptraced: refuses to run with Node's debugger open");
    expect(readdirSync(folder)).toEqual([]);
  }
});

test('a server that is started past the launcher opens none at SIGUSR1', async ({ folder }) => {
  const started = start([
    process.execPath,
    ...[`${root}/dist/main.js`, '--listen', `unix:${folder}/s`],
  ]);
  await eventually('the server', () => started.output().includes('"listening"'));
  await expectShut(started);
  expect(await end(started)).toBe(0);
});
