/** The real server as a process of its own, on a unix socket in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
  /** Further arguments. */
  args?: string[];
  uid?: number;
}

const serving = 1;

/** The listening socket, and one for each connection; standard streams aside. */
function socketCount(pid: number): number {
  return proc.descriptors(pid).filter((line) => /^([3-9]|\d\d+) socket:/.test(line)).length;
}

export class Server implements AsyncDisposable {
  readonly pid: number;
  readonly address: string;
  readonly ended: Promise<Ending>;
  readonly label: string;
  /** What the server held when it had traced one command and was idle again. */
  idle: Footprint = { descriptors: 0, threads: 0 };
  #log = '';
  readonly #directory: string;
  readonly #process: ChildProcess;

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
      process.execPath,
      serverProgram,
      '--listen',
      this.address,
      ...(options.args ?? []),
    ];
    this.#process = spawn(argv[0] as string, argv.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    });
    this.pid = this.#process.pid ?? 0;
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
  }

  /** Traces one command, so that everything that the server makes once is made, and measures. */
  async warmUp(): Promise<void> {
    await using client = new Client(this.address);
    await using trace = await traceToEnd(client, launch(['/bin/true']));
    void trace;
    await client[Symbol.asyncDispose]();
    await eventually('a server without connections', () => socketCount(this.pid) === 1);
    this.idle = footprint(this.pid);
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
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
