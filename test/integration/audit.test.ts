/** The log says who has changed what a tracee does: where and how much, and never the data. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  connect,
  type PtracedClient,
  RecordKind,
  type SessionHandle,
  StdioMode,
} from '../../src/client/index.js';
import { eventually } from '../support/eventually.js';
import { type Server, startServer } from '../support/server.js';

const secret = 's3cr3t-s3cr3t';
const rules = { stop: [{ at: { kinds: [RecordKind.EXEC] } }], inject: [] };

let server: Server;
let client: PtracedClient;
let session: SessionHandle;

/** Address of a TCP listener of the server. */
function tcpAddress(): string {
  const port = /"127\.0\.0\.1:(\d+)"/.exec(server.log)?.[1];
  return `127.0.0.1:${port}`;
}

/** Lines of the log with this message, about the session. */
function lines(message: string): Record<string, unknown>[] {
  return server.log
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ msg, session: of }) => msg === message && of === session.name);
}

beforeAll(async () => {
  server = await startServer({ args: ['--listen', '127.0.0.1:0', '--insecure'] });
  client = connect(tcpAddress());
  const value = { argv: ['/bin/cat'], stdin: StdioMode.PIPE, startPaused: true };
  session = await client.createSession({ target: { case: 'launch', value }, rules });
});
/** The lines, once there are so many of them: the server's output comes when it comes. */
function eventualLines(message: string, count = 1): Promise<Record<string, unknown>[]> {
  return eventually(`${count} lines: ${message}`, () => {
    const found = lines(message);
    return found.length >= count && found;
  });
}

afterAll(async () => {
  await session?.[Symbol.asyncDispose]();
  await client[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** Who: the principal, and where it calls from. */
const who = { principal: 'anonymous', peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) };

test('rules that a session begins with', async () => {
  const counts = { inject: 0, stop: 1, signals: 0 };
  expect(await eventualLines('rules set')).toMatchObject([
    { ...who, method: 'CreateSession', rules: counts },
  ]);
});

test('rules that are replaced', async () => {
  const inject = [
    { syscalls: ['open', 'openat'], error: 'EIO' },
    { error: 'EIO', first: 1_000_000 },
  ];
  await client.traces.updateSession({ session: { name: session.name, rules: { inject } } });
  expect((await eventualLines('rules set', 2))[1]).toMatchObject({
    ...who,
    method: 'UpdateSession',
    rules: { inject: 2, stop: 0, signals: 0 },
    tampered: ['open,openat', 'all'],
  });
});

test('memory, registers, signals and standard input', async () => {
  const pid = session.rootPid;
  const common = { session: session.name };
  const at = { case: 'at', value: '[stack]+16' } as const;
  const payload = { case: 'text', value: secret } as const;
  const { address } = await client.memory.writeMemory({ ...common, pid, location: at, payload });
  expect(await eventualLines('memory written')).toMatchObject([
    { ...who, pid, address: `0x${address.toString(16)}`, length: secret.length },
  ]);
  const values = { rax: '123456789123456789', rbx: '7' };
  await client.memory.setRegisters({ ...common, tid: pid, values });
  expect(await eventualLines('registers written')).toMatchObject([
    { ...who, tid: pid, registers: ['rax', 'rbx'] },
  ]);
  await client.control.sendSignal({ ...common, pid, signal: 'SIGCONT' });
  expect(await eventualLines('signal sent')).toMatchObject([
    { ...who, pid, signal: 18, threadOnly: false },
  ]);
  await client.traces.writeStdin({ ...common, payload });
  expect(await eventualLines('standard input written')).toMatchObject([
    { ...who, length: secret.length },
  ]);
});

test('a refused write leaves no line', async () => {
  const count = lines('memory written').length;
  const location = { case: 'address', value: 0x10n } as const;
  const write = { session: session.name, pid: session.rootPid, location };
  const payload = { case: 'text', value: secret } as const;
  await expect(client.memory.writeMemory({ ...write, payload })).rejects.toThrow(
    'ADDRESS_UNMAPPED',
  );
  expect(lines('memory written')).toHaveLength(count);
});

test('no line has the data', async () => {
  for (const data of [secret, Buffer.from(secret).toString('hex'), '123456789123456789']) {
    expect(server.log).not.toContain(data);
  }
});
