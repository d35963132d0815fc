/** The built `ptracectl`, as a user runs it. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { root } from './paths.js';
import { dyingWithUs } from './program.js';

export type Cli = ChildProcessByStdio<Writable, Readable, Readable>;

/** How it ended, and what it wrote. */
export interface CliResult {
  stdout: string;
  stderr: string;
  /** Its status, or the signal that it died of. */
  end: number | NodeJS.Signals | null;
}

/** Starts it with a server in its environment, or none. Its stdin stays open. */
export function startCli(server: string | undefined, ...args: string[]): Cli {
  const { PTRACED_SERVER: _, ...env } = process.env;
  const argv = [...dyingWithUs('KILL'), process.execPath, `${root}/dist/cli/main.js`, ...args];
  return spawn(argv[0] ?? '', argv.slice(1), {
    env: server === undefined ? env : { ...env, PTRACED_SERVER: server },
    stdio: 'pipe',
  });
}

/** Closes its stdin after `stdin`, and waits for its end. */
export async function finishCli(cli: Cli, stdin = ''): Promise<CliResult> {
  cli.stdin.on('error', () => {}); // it did not want to read
  cli.stdin.end(stdin);
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(cli.stdout),
    text(cli.stderr),
    once(cli, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return { stdout, stderr, end: signal ?? code };
}

/** Runs it to its end. */
export function runCli(server: string | undefined, ...args: string[]): Promise<CliResult> {
  return finishCli(startCli(server, ...args));
}
