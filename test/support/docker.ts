/** Containers of the e2e tests: a target, and the server in the target's process namespace. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { inject } from 'vitest';
import { eventually } from './eventually.js';

/** What global-setup.ts has prepared. */
export const docker = inject('docker');
if (docker.failure !== '') {
  throw new Error(docker.failure);
}
if (docker.host !== '') {
  process.env['DOCKER_HOST'] = docker.host;
}
// Its reaper is an image of a registry; global-setup.ts removes containers by their label instead.
process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
// It would look for the bridge network, which our own daemon has not and no test needs.
process.env['TESTCONTAINERS_HOST_OVERRIDE'] = 'localhost';

/** Runs Docker's own client; rejects with an Error that has `code`, `stdout` and `stderr`. */
export function dockerCommand(args: string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)('docker', args, { maxBuffer: 1 << 24 });
}

/** Neither root nor the server's user. */
const nobody = '65534:65534';

/** What testcontainers has no method for. */
class Container extends GenericContainer {
  constructor(image: string) {
    super(image);
    this.withNetworkMode('none').withLabels({ [docker.label.name]: docker.label.value });
  }

  withPidMode(mode: string): this {
    this.hostConfig.PidMode = mode;
    return this;
  }

  withReadonlyRoot(): this {
    this.hostConfig.ReadonlyRootfs = true;
    return this;
  }
}

/** How a target runs the ticker: as a child of its process 1, or as process 1 itself. */
const commands = {
  child: ['sh', '-c', '/programs/ticker & echo "pid $!"; wait'],
  init: ['sh', '-c', 'echo "pid $$"; exec /programs/ticker'],
};

/** A container that runs the ticker as an unprivileged user. */
export class Target implements AsyncDisposable {
  /** Everything that the ticker has written. */
  readonly lines: string[];
  readonly #container: StartedTestContainer;
  /** The ticker's, in the container's namespace. */
  readonly pid: number;

  private constructor(container: StartedTestContainer, lines: string[], pid: number) {
    this.#container = container;
    this.lines = lines;
    this.pid = pid;
  }

  static async start(role: keyof typeof commands = 'child'): Promise<Target> {
    let text = '';
    const lines: string[] = [];
    const container = await new Container(docker.baseImage)
      .withUser(nobody)
      .withBindMounts([{ source: docker.programs, target: '/programs', mode: 'ro' }])
      .withCommand(commands[role])
      .withLogConsumer((stream) =>
        stream.on('data', (chunk: Buffer) => {
          text += chunk;
          const complete = text.split('\n');
          text = complete.pop() as string;
          lines.push(...complete);
        }),
      )
      .withWaitStrategy(Wait.forLogMessage(/tick 1\b/))
      .start();
    const pid = await eventually('the pid', () => lines.find((line) => line.startsWith('pid ')));
    return new Target(container, lines, Number(pid.slice('pid '.length)));
  }

  get id(): string {
    return this.#container.getId();
  }

  /** The numbers of the ticks so far. */
  get ticks(): number[] {
    return this.lines
      .filter((line) => line.startsWith('tick '))
      .map((line) => Number(line.slice('tick '.length)));
  }

  /** Waits for `count` ticks more. */
  async ticksOn(count: number): Promise<void> {
    const before = this.ticks.length;
    await eventually(`${count} ticks more`, () => this.ticks.length >= before + count);
  }

  /** A field of the ticker's /proc/PID/status, such as "TracerPid". */
  async status(field: string): Promise<string> {
    const { output } = await this.#container.exec(['cat', `/proc/${this.pid}/status`]);
    return output.match(new RegExp(`^${field}:\\s*(.*)$`, 'm'))?.[1] ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#container.stop({ timeout: 0, removeVolumes: true });
  }
}

/** The server's container, started with exactly the rights that the documentation names. */
export class ServerContainer implements AsyncDisposable {
  /** Where clients outside reach it: its socket folder is a folder of this machine. */
  readonly address: string;
  readonly #container: StartedTestContainer;
  readonly #folder: string;
  readonly #log: string[];

  private constructor(container: StartedTestContainer, folder: string, log: string[]) {
    this.#container = container;
    this.#folder = folder;
    this.#log = log;
    this.address = `unix:${folder}/ptraced.sock`;
  }

  /** Starts it in the process namespace of a target. */
  static async start(target: Target): Promise<ServerContainer> {
    const folder = mkdtempSync(`${tmpdir()}/ptraced-e2e-`);
    chmodSync(folder, 0o755);
    const log: string[] = [];
    const container = await new Container(docker.image)
      .withPidMode(`container:${target.id}`)
      .withDroppedCapabilities('ALL')
      .withAddedCapabilities('SYS_PTRACE')
      .withSecurityOpt('no-new-privileges')
      .withReadonlyRoot()
      .withBindMounts([{ source: folder, target: '/run/ptraced', mode: 'rw' }])
      .withLogConsumer((stream) => stream.on('data', (chunk: Buffer) => log.push(chunk.toString())))
      .withWaitStrategy(Wait.forSuccessfulCommand('node /opt/ptraced/deploy/healthcheck.mjs'))
      .start();
    return new ServerContainer(container, folder, log);
  }

  get id(): string {
    return this.#container.getId();
  }

  /** What it has logged. */
  get log(): string {
    return this.#log.join('');
  }

  /** Runs a program in it. */
  exec(command: string[]): Promise<{ exitCode: number; output: string }> {
    return this.#container.exec(command);
  }

  /** Ends it with SIGTERM; SIGKILL follows after `seconds`. */
  async stop(seconds: number): Promise<void> {
    await this.#container.stop({ timeout: seconds * 1000, remove: false });
  }

  /** Ends it with SIGKILL and nothing before that. */
  async kill(): Promise<void> {
    await dockerCommand(['kill', this.#container.getId()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#container.stop({ timeout: 0, removeVolumes: true });
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
