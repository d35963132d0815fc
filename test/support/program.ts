/** Programs that a test starts itself, untraced: targets to attach to, and the runs to compare with. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { Bell, patience, within } from './eventually.js';
import { fixture } from './fixtures.js';

/** Every process of this test run has it in its environment, so that a leak can be told. */
export const marker = `PTRACED_TEST=${process.pid}`;

/** The environment of every traced or compared command: small, and the same everywhere. */
export function commandEnvironment(): Record<string, string> {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/tmp',
    LC_ALL: 'C.UTF-8',
    PTRACED_TEST: String(process.pid),
  };
}

/** Before a command: it gets a signal when this process dies, so that nothing outlives a killed run. */
export function dyingWithUs(signal: 'TERM' | 'KILL'): string[] {
  return ['setpriv', '--pdeathsig', signal];
}

/** How a process ended: its status, or the name of the signal that killed it. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A running program that speaks in lines. Killed when disposed of. */
export class Program implements AsyncDisposable {
  readonly pid: number;
  readonly ended: Promise<Ending>;
  readonly lines: string[] = [];
  #taken = 0;
  #rest = '';
  #closed = false;
  readonly #arrival = new Bell();
  readonly #child: ChildProcess;

  constructor(file: string, args: string[] = [], options: { cwd?: string; uid?: number } = {}) {
    const [launcher = '', ...rest] = [...dyingWithUs('KILL'), file, ...args];
    this.#child = spawn(launcher, rest, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: commandEnvironment(),
      ...options,
    });
    this.pid = this.#child.pid ?? 0;
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => resolve({ code, signal }));
    });
    this.#child.stdin?.on('error', () => {}); // the program has ended: `ended` tells
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    this.#child.once('close', () => {
      this.#closed = true;
      this.#arrival.ring();
    });
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    this.lines.push(...lines);
    this.#arrival.ring();
  }

  /** The next line of stdout that no earlier call returned. */
  async line(timeout = patience): Promise<string> {
    while (this.lines.length === this.#taken) {
      if (this.#closed) {
        throw new Error(`process ${this.pid} ended without a further line`);
      }
      await within(`a line of process ${this.pid}`, this.#arrival.next(), timeout);
    }
    return this.lines[this.#taken++] as string;
  }

  /** Writes a line to stdin. */
  send(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Sends a command and returns the lines of the answer up to one that starts with `last`. */
  async ask(command: string, last: string): Promise<string[]> {
    this.send(command);
    const answer: string[] = [];
    do {
      answer.push(await this.line());
    } while (!answer.at(-1)?.startsWith(last));
    return answer;
  }

  /** Closes stdin and waits for the end. */
  async finish(): Promise<Ending> {
    this.#child.stdin?.end();
    return within(`the end of process ${this.pid}`, this.ended);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await within(`the death of process ${this.pid}`, this.ended);
  }
}

/** Starts a fixture and waits for its first line, which says that it is where it should be. */
export async function startFixture(name: string, ...args: string[]): Promise<Program> {
  const program = new Program(fixture(name), args);
  await program.line();
  return program;
}

/** What a command that ran to its end left. */
export interface Run extends Ending {
  stdout: Buffer;
  stderr: Buffer;
}

/**
 * A pipe as a shell would make it: node's own are sockets, and programs tell the difference. The write
 * end belongs to the caller.
 */
function openPipe(path: string): { readEnd: Socket; writeEnd: number } {
  execFileSync('mkfifo', ['-m', '600', path]); // the mode of an anonymous pipe
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeEnd = openSync(path, constants.O_WRONLY);
  return { readEnd: new Socket({ fd, readable: true, writable: false }), writeEnd };
}

async function collect(stream: Socket): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) {
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/**
 * Starts a command without the descriptors that this process may have inherited, which node passes on
 * and programs such as xargs look at.
 */
const withoutDescriptors = [
  'perl',
  '-e',
  'use POSIX; POSIX::close($_) for 3..1023; exec {$ARGV[0]} @ARGV or exit 127',
];

/** Runs a command as the server would launch it: stdin /dev/null, stdout and stderr pipes. */
export async function run(argv: string[], cwd: string, env = commandEnvironment()): Promise<Run> {
  const directory = await mkdtemp(`${tmpdir()}/ptraced-run-`);
  try {
    const [out, err] = [openPipe(`${directory}/out`), openPipe(`${directory}/err`)];
    const [file = '', ...args] = [...withoutDescriptors, ...argv];
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', out.writeEnd, err.writeEnd] });
    closeSync(out.writeEnd);
    closeSync(err.writeEnd);
    const ending = new Promise<Ending>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    const all = Promise.all([ending, collect(out.readEnd), collect(err.readEnd)]);
    const [{ code, signal }, stdout, stderr] = await within(argv.join(' '), all, 4 * patience);
    return { code, signal, stdout, stderr };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
