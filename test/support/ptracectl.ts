/** The built `ptracectl`, as a user runs it. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { cliProgram } from './paths.js';
import { dyingWithUs } from './program.js';

/** How it ended, and what it wrote. */
export interface CliResult {
  stdout: string;
  stderr: string;
  /** Its status, or the signal that it died of. */
  end: number | NodeJS.Signals | null;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** It runs. */
export type Cli = Child & {
  /** Everything, once it has ended. */
  readonly result: Promise<CliResult>;
};

/** Starts it with a server in its environment, or none. Its stdin stays open, and nobody reads from it. */
export function spawnCli(server: string | undefined, ...args: string[]): Child {
  const { PTRACED_SERVER: _, ...own } = process.env;
  const env = { ...own, LC_ALL: 'C.UTF-8' }; // as commandEnvironment has it
  const argv = [...dyingWithUs('KILL'), cliProgram, ...args];
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    env: server === undefined ? env : { ...env, PTRACED_SERVER: server },
    stdio: 'pipe',
  });
  child.stdin.on('error', () => {}); // it did not want to read
  return child;
}

/** Starts it, and reads all that it writes. */
export function startCli(server: string | undefined, ...args: string[]): Cli {
  const child = spawnCli(server, ...args);
  // At once: node throws away what nobody has read when a process has ended.
  return Object.assign(child, { result: collectCli(child) });
}

/** Reads all that it writes, up to its end. */
async function collectCli(child: Child): Promise<CliResult> {
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  const [code, signal] = await once(child, 'close');
  return { ...output, end: signal ?? code };
}

/** Closes its stdin after `stdin`, and waits for its end. */
export function finishCli(cli: Cli, stdin = ''): Promise<CliResult> {
  cli.stdin.end(stdin);
  return cli.result;
}

/** Runs it to its end. */
export function runCli(server: string | undefined, ...args: string[]): Promise<CliResult> {
  return finishCli(startCli(server, ...args));
}
