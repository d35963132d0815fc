/** A log that nobody takes: the server serves, and ends, and says how many lines are missing. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { ServerService } from '../../src/gen/ptraced/v1/server_service_pb.js';
import { StdioMode } from '../../src/gen/ptraced/v1/session_pb.js';
import { TraceService } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { eventually, within } from '../support/eventually.js';
import { expectAnswers } from '../support/hostile.js';
import { serverProgram } from '../support/paths.js';
import { dyingWithUs, type Ending } from '../support/program.js';
import { Client } from '../support/rpc.js';
import { create, launching } from '../support/session.js';

/** A server whose stderr is a descriptor of ours, which is closed here once the server has it. */
class LoggingServer implements AsyncDisposable {
  readonly folder = mkdtempSync(`${tmpdir()}/ptraced-log-`);
  readonly address = `unix:${this.folder}/socket`;
  readonly ended: Promise<Ending>;
  readonly #process: ReturnType<typeof spawn>;

  constructor(stderr: number, prefix: string[] = []) {
    const argv = [...dyingWithUs('KILL'), ...prefix, serverProgram];
    // At this level a session has more lines.
    const [file = '', ...args] = [...argv, '--listen', this.address, '--log-level', 'trace'];
    this.#process = spawn(file, args, { stdio: ['ignore', 'ignore', stderr] });
    this.ended = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => resolve({ code, signal }));
    });
    closeSync(stderr);
  }

  async connect(): Promise<Client> {
    await eventually('the socket', () => existsSync(`${this.folder}/socket`));
    const client = new Client(this.address);
    await client.ready();
    return client;
  }

  /** The end by SIGTERM, within 10 s. */
  async end(): Promise<Ending> {
    this.#process.kill('SIGTERM');
    return within('the end of the server', this.ended, 10_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.ended;
    rmSync(this.folder, { recursive: true });
  }
}

/** Ends of a pipe that this process opened: both, so that none of them waits. */
function pipe(folder: string): { reader: number; writer: number } {
  const path = `${folder}/pipe`;
  spawnSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY);
  rmSync(path);
  return { reader, writer };
}

const noneDropped = 'no line was dropped';

async function droppedOf(client: Client): Promise<string> {
  const { checks } = await client.unary(ServerService.method.diagnose, { pid: 0 });
  return checks.find(({ name }) => name === 'log')?.finding ?? '';
}

/** Calls that the log has a line of each, until lines were dropped. */
async function fillLog(client: Client): Promise<void> {
  const command = launching(['/bin/cat'], {}, { stdin: StdioMode.PIPE });
  await using session = await create(client, command);
  const write = () =>
    client.unary(TraceService.method.writeStdin, {
      session: session.name,
      payload: { case: 'data', value: Buffer.from('.') },
    });
  for (let round = 0; !(await droppedOf(client)).includes(' were dropped: '); round++) {
    expect(round).toBeLessThan(2000);
    await Promise.all(Array.from({ length: 10 }, write));
  }
}

interface Line {
  msg: string;
  dropped?: number;
}

/** Reads what is there, until a line says how many were dropped. */
async function readDropped(reader: number): Promise<Line[]> {
  let text = '';
  const buffer = Buffer.alloc(65536);
  await eventually('the line about dropped ones', () => {
    try {
      text += buffer.toString('utf8', 0, readSync(reader, buffer));
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('EAGAIN');
    }
    return text.includes('log lines dropped"}\n');
  });
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

test('a pipe that nobody reads', async () => {
  const folder = mkdtempSync(`${tmpdir()}/ptraced-log-`);
  const { reader, writer } = pipe(folder);
  rmSync(folder, { recursive: true });
  await using server = new LoggingServer(writer);
  await using client = await server.connect();
  await fillLog(client);
  await expectAnswers(client);
  const dropped = Number((await droppedOf(client)).split(' ')[0]);
  const lines = await readDropped(reader);
  expect(lines[0]?.msg).toBe('listening');
  expect(lines.find((line) => line.dropped !== undefined)).toMatchObject({
    dropped,
    msg: `${dropped} log lines dropped`,
  });
  expect(await server.end()).toEqual({ code: 0, signal: null });
  closeSync(reader);
});

test('a pipe that nobody reads until the end', async () => {
  const folder = mkdtempSync(`${tmpdir()}/ptraced-log-`);
  const { reader, writer } = pipe(folder);
  rmSync(folder, { recursive: true });
  await using server = new LoggingServer(writer);
  await using client = await server.connect();
  await fillLog(client);
  expect(await server.end()).toEqual({ code: 0, signal: null });
  closeSync(reader);
});

/** A stderr that takes no line, whatever is done to it. */
const hopeless: [string, () => number][] = [
  ['a full disk', () => openSync('/dev/full', 'w')],
  [
    'a pipe whose reader has gone',
    () => {
      const folder = mkdtempSync(`${tmpdir()}/ptraced-log-`);
      const { reader, writer } = pipe(folder);
      rmSync(folder, { recursive: true });
      closeSync(reader);
      return writer;
    },
  ],
];

test.for(hopeless)('%s', async ([, open]) => {
  await using server = new LoggingServer(open());
  await using client = await server.connect();
  await create(client, launching(['/bin/true']));
  await eventually('dropped lines', async () => (await droppedOf(client)) !== noneDropped);
  await expectAnswers(client);
  expect(await server.end()).toEqual({ code: 0, signal: null });
});

test('a disk that is full for a while', async () => {
  const folder = mkdtempSync(`${tmpdir()}/ptraced-disk-`);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', folder]);
  try {
    writeFileSync(`${folder}/others`, Buffer.alloc(48 * 1024));
    await using server = new LoggingServer(openSync(`${folder}/log`, 'a'));
    await using client = await server.connect();
    await fillLog(client);
    await expectAnswers(client);
    rmSync(`${folder}/others`);
    await create(client, launching(['/bin/true']));
    const text = () => readFileSync(`${folder}/log`, 'utf8');
    await eventually('the line about dropped ones', () => / log lines dropped"}\n/.test(text()));
    expect(await server.end()).toEqual({ code: 0, signal: null });
    const lines = text().split('\n').slice(0, -1);
    expect(lines.at(-1)).toContain('"msg":"stopped"');
    // One line may be cut off where the disk was full.
    expect(lines.filter((line) => !line.endsWith('}')).length).toBeLessThanOrEqual(1);
  } finally {
    execFileSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true });
  }
});

/** Read in order, and complete: a file, a socket, a terminal. */
describe('every line reaches', () => {
  async function run(server: LoggingServer): Promise<void> {
    await using client = await server.connect();
    await create(client, launching(['/bin/true']));
    expect(await droppedOf(client)).toBe(noneDropped);
    expect(await server.end()).toEqual({ code: 0, signal: null });
  }

  function messages(text: string): string[] {
    const lines = text.split(/\r?\n/).filter((line) => line.startsWith('{'));
    return lines.map((line) => (JSON.parse(line) as Line).msg);
  }

  const whole = ['listening', 'session started', 'signal', 'stopping', 'stopped'];

  test('a file', async () => {
    const folder = mkdtempSync(`${tmpdir()}/ptraced-log-`);
    await using server = new LoggingServer(openSync(`${folder}/log`, 'a'));
    await run(server);
    const found = messages(readFileSync(`${folder}/log`, 'utf8'));
    expect(found.filter((msg) => whole.includes(msg))).toEqual(whole);
    rmSync(folder, { recursive: true });
  });

  /** A shell command that runs the server, and where its log is read. */
  test.for([
    ['a terminal', 'exec script -qec "$0" /dev/null', 'stdout'],
    ['a socket', '$0', 'stderr'], // Node connects its children by sockets
  ] as const)('%s', async ([, command, stream]) => {
    const folder = mkdtempSync(`${tmpdir()}/ptraced-log-`);
    const program = `exec ${serverProgram} --listen unix:${folder}/socket`;
    const child = spawn('sh', ['-c', command, program], { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    child[stream].setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    const closed = new Promise((resolve) => child.once('close', resolve));
    await eventually('the socket', () => existsSync(`${folder}/socket`));
    await using client = new Client(`unix:${folder}/socket`);
    await client.ready();
    await create(client, launching(['/bin/true']));
    const pid = await eventually('its pid', () => /"pid":(\d+)/.exec(text)?.[1]);
    process.kill(Number(pid), 'SIGTERM');
    await within('the end', closed, 10_000);
    expect(messages(text).filter((msg) => whole.includes(msg))).toEqual(whole);
    rmSync(folder, { recursive: true });
  });
});
