/** The real server as a process of its own, on a unix socket in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { eventually, patience, within } from './eventually.js';
import { expectNoLeaks, type Footprint, footprint } from './leaks.js';
import { serverProgram } from './paths.js';
import * as proc from './proc.js';
import { dyingWithUs, type Ending } from './program.js';
import { Client } from './rpc.js';
import { launch, traceToEnd } from './trace.js';

export interface ServerOptions {
  /** Whose server it is, for the error that tells its log. */
  label?: string;
  /** Further arguments; "--launch privileged" stands before them unless they say another. */
  args?: string[];
  uid?: number;
  /** Further variables of its environment. */
  env?: Record<string, string>;
  /** A command that executes its arguments in the process that it is, such as unshare. */
  prefix?: string[];
  /** The prefix executes them in a child instead. */
  prefixForks?: boolean;
}

const serving = 1;

/** A PATH in which the launcher finds the Node that runs the tests. */
function ownNodeFirst(): string {
  return `${dirname(process.execPath)}:${process.env['PATH']}`;
}

/** The listening sockets, and one for each connection; standard streams aside. */
function socketCount(pid: number): number {
  return proc.descriptors(pid).filter((line) => /^([3-9]|\d\d+) socket:/.test(line)).length;
}

export class Server implements AsyncDisposable {
  readonly address: string;
  readonly ended: Promise<Ending>;
  readonly label: string;
  /** What the server held when it had traced one command and was idle again. */
  idle: Footprint = { descriptors: 0, threads: 0 };
  #log = '';
  readonly #directory: string;
  readonly #process: ChildProcess;
  /** Addresses that it listens on. */
  readonly #listeners: number;
  readonly #prefixForks: boolean;
  /** It launches commands. */
  readonly #launches: boolean;
  #pid: number;

  constructor(options: ServerOptions = {}) {
    if (!existsSync(serverProgram)) {
      throw new Error(`${serverProgram} is missing: run npm run build`);
    }
    this.label = options.label ?? 'server';
    this.#directory = mkdtempSync(`${tmpdir()}/ptraced-test-`);
    chmodSync(this.#directory, 0o777);
    this.address = `unix:${this.#directory}/socket`;
    const argv = [
      ...dyingWithUs('TERM'),
      ...(options.prefix ?? []),
      serverProgram,
      '--listen',
      this.address,
      // Tests of what needs privileges ask for them, each for itself.
      ...(options.args?.includes('--launch') ? [] : ['--launch', 'privileged']),
      ...(options.args ?? []),
    ];
    this.#listeners = argv.filter((argument) => argument === '--listen').length;
    this.#process = spawn(argv[0] as string, argv.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: ownNodeFirst(), ...options.env },
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    });
    this.#pid = this.#process.pid ?? 0;
    this.#prefixForks = options.prefixForks ?? false;
    this.#launches = !options.args?.join(' ').includes('--launch off');
    const take = (text: string) => {
      this.#log += text;
    };
    this.#process.stdout?.setEncoding('utf8').on('data', take);
    this.#process.stderr?.setEncoding('utf8').on('data', take);
    this.ended = new Promise((resolve, reject) => {
      this.#process.once('error', reject);
      this.#process.once('exit', (code, signal) => resolve({ code, signal }));
    });
  }

  get pid(): number {
    return this.#pid;
  }

  /** Everything that it has written. */
  get log(): string {
    return this.#log;
  }

  get socket(): string {
    return this.address.slice('unix:'.length);
  }

  /** Waits until it says that it is serving. */
  async ready(): Promise<void> {
    await using client = new Client(this.address);
    const early = this.ended.then(({ code }) => {
      throw new Error(`${this.label}: the server ended with ${code}: ${this.#log}`);
    });
    const up = eventually('the socket', () => existsSync(this.socket)).then(async () => {
      await client.ready();
      await eventually('SERVING', async () => (await client.health()) === serving);
    });
    await Promise.race([early, up]);
    if (this.#prefixForks) {
      const isChild = (pid: number) => proc.taskStatus(pid)?.parent === this.#process.pid;
      this.#pid = proc.processIds().find(isChild) ?? 0;
    }
  }

  /** Traces one command, so that everything that the server makes once is made, and measures. */
  async warmUp(): Promise<void> {
    await using client = new Client(this.address);
    if (this.#launches) {
      await using trace = await traceToEnd(client, launch(['/bin/true']));
      void trace;
    } else {
      await client.ready();
    }
    await client[Symbol.asyncDispose]();
    await eventually('a server without connections', () => {
      return socketCount(this.pid) === this.#listeners;
    });
    this.idle = footprint(this.pid);
  }

  kill(signal: NodeJS.Signals): void {
    if (!this.#prefixForks) {
      this.#process.kill(signal);
    } else if (proc.alive(this.#pid)) {
      process.kill(this.#pid, signal);
    }
  }

  /** Ends it by SIGTERM as its users do, and says how it ended. */
  async stop(): Promise<Ending> {
    this.kill('SIGTERM');
    return within('the end of the server', this.ended, patience);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      if (this.#process.exitCode === null && this.#process.signalCode === null) {
        await expectNoLeaks(this.pid, this.idle);
        const { code, signal } = await this.stop();
        if (code !== 0) {
          throw new Error(`${this.label}: the server ended with ${code ?? signal}: ${this.#log}`);
        }
      }
    } finally {
      this.#process.kill('SIGKILL');
      rmSync(this.#directory, { recursive: true, force: true });
    }
  }
}

/** Starts a server and waits until it serves and rests. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const server = new Server(options);
  try {
    await server.ready();
    await server.warmUp();
    return server;
  } catch (error) {
    server.kill('SIGKILL');
    throw new Error(`${server.label}: the server did not start: ${server.log}`, { cause: error });
  }
}
