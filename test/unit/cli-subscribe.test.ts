/** `subscribe` and `record --session` against a server that says what a test wants. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromJsonString, type MessageInitShape } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  EndCause,
  RecordKind,
  type SubscribeRequest,
  type TraceRecordSchema,
  TraceResponseSchema,
  TraceService,
} from '../../src/client/index.js';
import { finishCli, runCli, startCli } from '../support/ptracectl.js';
import {
  answering,
  FakeServer,
  failing,
  frame,
  type SubscribeCall,
  streaming,
} from './client-fake-server.js';

// Each test starts Node, on machines that do other things as well.
vi.setConfig({ testTimeout: 60_000 });

const NAME = 'sessions/abc';
const ATTACHED = { rootPid: 7, attachedTids: [7, 8] };
const call = (serial: number, tid: number): MessageInitShape<typeof TraceRecordSchema> => ({
  serial: BigInt(serial),
  kind: RecordKind.EXIT,
  tid,
  pid: 7,
  text: `close(${serial}) = 0`,
  resultOffset: 8,
});

const header = (firstSerial: number, more: object = {}) =>
  frame({
    case: 'header',
    value: { session: NAME, firstSerial: BigInt(firstSerial), rootPid: 7, ...more },
  });
const batch = (...records: MessageInitShape<typeof TraceRecordSchema>[]) =>
  frame({ case: 'batch', value: { records, lastSerial: records.at(-1)?.serial ?? 0n } });
const ended = (cause: EndCause, lastSerial: number) =>
  frame({ case: 'ended', value: { cause, lastSerial: BigInt(lastSerial) } });

const LINES = `\
ptracectl: Process 7 attached with 2 threads
[pid     7] close(1)                    = 0
[pid     8] close(2)                    = 0
`;

let requests: SubscribeRequest[];
let folder: string;

beforeEach(async () => {
  requests = [];
  folder = await mkdtemp(join(tmpdir(), 'ptraced-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A server with one session, whose subscriptions run the scripts one after the other. */
function serve(...scripts: ((call: SubscribeCall) => void)[]): Promise<FakeServer> {
  return FakeServer.start(
    () => {},
    answering(TraceService.method.getSession, ({ name }) => ({ session: { name } })),
    streaming(TraceService.method.subscribe, (subscribe) => {
      requests.push(subscribe.request);
      scripts[requests.length - 1]?.(subscribe);
    }),
  );
}

/** Writes the frames; ends the call where the last of them is its end. */
function sending(...frames: Buffer[]): (call: SubscribeCall) => void {
  return (subscribe) => {
    for (const bytes of frames) {
      subscribe.write(bytes);
    }
  };
}

function ending(...frames: Buffer[]): (call: SubscribeCall) => void {
  return (subscribe) => {
    sending(...frames)(subscribe);
    subscribe.end();
  };
}

function breaking(...frames: Buffer[]): (call: SubscribeCall) => void {
  return (subscribe) => {
    sending(...frames)(subscribe);
    subscribe.emit('error', { code: status.UNAVAILABLE, details: 'gone' });
  };
}

const TWO = [header(1, ATTACHED), batch(call(1, 7), call(2, 8))];

describe('subscribe', () => {
  it('prints a session to its end', async () => {
    await using server = await serve(ending(...TWO, ended(EndCause.TRACEES_EXITED, 2)));
    const result = await runCli(server.address, 'subscribe', 'abc');
    expect(result).toEqual({ stdout: '', stderr: LINES, end: 0 });
    expect(requests).toMatchObject([{ session: NAME, start: { case: undefined }, filter: {} }]);
  });

  it('asks for what it is told to', async () => {
    await using server = await serve(ending(header(6), ended(EndCause.TRACEES_EXITED, 5)));
    const options = ['--after=5', '-e', '%file', '-P', '/tmp', '-Z', '-p', '7', '--lossless'];
    expect(await runCli(server.address, 'subscribe', 'abc', ...options)).toMatchObject({ end: 0 });
    expect(requests).toMatchObject([
      {
        start: { case: 'afterSerial', value: 5n },
        filter: { syscalls: ['%file'], paths: ['/tmp'], failedOnly: true, pids: [7] },
        lossless: true,
      },
    ]);
  });

  it('goes on after a connection that broke', async () => {
    await using server = await serve(
      breaking(header(1, ATTACHED), batch(call(1, 7))),
      ending(header(2, ATTACHED), batch(call(2, 8)), ended(EndCause.TRACEES_EXITED, 2)),
    );
    const { stderr, end } = await runCli(server.address, 'subscribe', 'abc');
    expect(end).toBe(0);
    const [first, second, lost, ...rest] = stderr.split('\n');
    expect(lost).toBe(
      `ptracectl: lost the connection to ${server.address}: gone; trying to resume`,
    );
    expect([first, second, ...rest].join('\n')).toBe(LINES);
    expect(requests.map(({ start }) => start.value)).toEqual([undefined, 1n]);
  });

  it.each([
    [EndCause.CLIENT_REQUEST, 0, 'another client ended it'],
    [EndCause.SERVER_SHUTDOWN, 1, 'the server shuts down'],
  ])('says why the session ended (%i)', async (cause, end, why) => {
    await using server = await serve(ending(header(1), ended(cause, 0)));
    expect(await runCli(server.address, 'subscribe', 'abc')).toEqual({
      stdout: '',
      stderr: `ptracectl: the trace ended early: ${why}\n`,
      end,
    });
  });

  it('says that the session is gone', async () => {
    await using server = await serve(breaking(header(1), batch(call(1, 7))), (subscribe) => {
      subscribe.emit('error', failing(status.NOT_FOUND, 'SESSION_NOT_FOUND'));
    });
    const { stderr, end } = await runCli(server.address, 'subscribe', 'abc');
    expect(end).toBe(1);
    expect(stderr).toMatch(/trying to resume\nptracectl: SESSION_NOT_FOUND\n$/);
  });

  it('leaves at a signal', async () => {
    await using server = await serve(sending(...TWO));
    const cli = startCli(server.address, 'subscribe', 'abc');
    let seen = '';
    cli.stderr.on('data', (chunk: string) => {
      seen += chunk;
      if (seen.includes('close(2)')) {
        cli.kill('SIGINT');
      }
    });
    expect(await finishCli(cli)).toMatchObject({ stderr: LINES, end: 'SIGINT' });
  });

  it('prints JSON on stdout', async () => {
    await using server = await serve(ending(...TWO, ended(EndCause.TRACEES_EXITED, 2)));
    const { stdout, stderr } = await runCli(server.address, 'subscribe', '--json', 'abc');
    expect(stderr).toBe('');
    const frames = stdout
      .trimEnd()
      .split('\n')
      .map((line) => fromJsonString(TraceResponseSchema, line).frame);
    expect(frames).toMatchObject([
      { case: 'header', value: { session: NAME, attachedTids: [7, 8] } },
      { case: 'batch', value: { records: [{ serial: 1n }], lastSerial: 1n } },
      { case: 'batch', value: { records: [{ serial: 2n }], lastSerial: 2n } },
      { case: 'ended', value: { cause: EndCause.TRACEES_EXITED } },
    ]);
  });
});

describe('record --session', () => {
  it('keeps what subscribe prints, over a connection that broke', async () => {
    await using server = await serve(
      breaking(header(1, ATTACHED), batch(call(1, 7))),
      ending(header(1, ATTACHED), batch(call(1, 7), call(2, 8)), ended(EndCause.ORPHANED, 2)),
    );
    const file = join(folder, 'recording');
    const result = await runCli(server.address, 'record', '--session=abc', file);
    expect(result).toMatchObject({ stdout: '', end: 1 });
    expect(await runCli(undefined, 'replay', file)).toEqual({
      stdout: '',
      stderr: `${LINES}ptracectl: the trace ended early: the server took its holder for gone\n`,
      end: 0,
    });
    const lines = join(folder, 'lines');
    await runCli(undefined, 'replay', '-o', lines, file);
    expect(await readFile(lines, 'utf8')).toBe(
      '7     close(1)                          = 0\n8     close(2)                          = 0\n',
    );
  });

  it('ends with us where we leave', async () => {
    await using server = await serve(sending(...TWO));
    const file = join(folder, 'recording');
    const cli = startCli(server.address, 'record', '--session=abc', file);
    await expect
      .poll(() => readFile(file, 'latin1').catch(() => ''), { timeout: 20_000 })
      .toContain('close(2)');
    cli.kill('SIGTERM');
    expect(await finishCli(cli)).toEqual({ stdout: '', stderr: '', end: 'SIGTERM' });
    expect(await runCli(undefined, 'replay', file)).toEqual({ stdout: '', stderr: LINES, end: 0 });
  });
});
