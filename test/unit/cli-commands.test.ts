/** The built `ptracectl`, as a user runs it, against a server that says what a test wants. */

import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { describe, expect, it, vi } from 'vitest';
import {
  EndCause,
  OrphanAction,
  RecordKind,
  type SessionEndedSchema,
  type TraceRecordSchema,
  type TraceRequest,
} from '../../src/client/index.js';
import { finishCli as finish, spawnCli, startCli as start } from '../support/ptracectl.js';
import { errorMetadata, FakeServer, failing, frame, type TraceCall } from './client-fake-server.js';

// Each test starts Node, on machines that do other things as well.
vi.setConfig({ testTimeout: 60_000 });

const HEADER = frame({ case: 'header', value: { session: 'sessions/1', rootPid: 7 } });

function batch(...records: MessageInitShape<typeof TraceRecordSchema>[]): Buffer {
  return frame({ case: 'batch', value: { records } });
}

function ended(value: MessageInitShape<typeof SessionEndedSchema>): Buffer {
  return frame({ case: 'ended', value });
}

const CALL = { kind: RecordKind.EXIT, tid: 7, pid: 7, text: 'close(3) = 0', resultOffset: 8 };

/** A server whose traces bring the frames and end. */
function script(...frames: Buffer[]): (call: TraceCall) => void {
  return (call) => {
    for (const bytes of frames) {
      call.write(bytes);
    }
    call.end();
  };
}

describe('trace', () => {
  it("prints lines on stderr, the command's output where it belongs, and exits as it did", async () => {
    let request: TraceRequest | undefined;
    await using server = await FakeServer.start((call) => {
      request = call.request;
      const output = (fd: number, data: string) => ({
        kind: RecordKind.OUTPUT,
        detail: { case: 'output' as const, value: { fd, data: Buffer.from(data) } },
      });
      script(
        HEADER,
        batch(CALL, output(1, 'out\n'), output(2, 'err\n')),
        ended({ cause: EndCause.TRACEES_EXITED, rootExit: { exitCode: 3 } }),
      )(call);
    });
    const cli = start(server.address, 'trace', '-q', '-s', '99', '--', 'cmd', '-x');
    expect(await finish(cli)).toEqual({
      stdout: 'out\n',
      stderr: 'close(3)                                = 0\nerr\n',
      end: 3,
    });
    expect(request?.target.value).toMatchObject({ argv: ['cmd', '-x'] });
    expect(request?.capture?.maxStringBytes).toBe(99);
    expect(request?.onDisconnect).toBe(OrphanAction.KILL);
  });

  it('takes the server before the command too', async () => {
    const end = ended({ cause: EndCause.TRACEES_EXITED, rootExit: { exitCode: 3 } });
    await using server = await FakeServer.start(script(HEADER, end));
    const cli = start(undefined, '--server', server.address, 'trace', '-q', 'cmd');
    expect(await finish(cli)).toEqual({ stdout: '', stderr: '', end: 3 });
  });

  it('dies of the signal that killed the command', async () => {
    const rootExit = { signal: 15, signalName: 'SIGTERM' };
    const end = ended({ cause: EndCause.TRACEES_EXITED, rootExit });
    await using server = await FakeServer.start(script(HEADER, end));
    expect(await finish(start(server.address, 'trace', '-q', 'cmd'))).toMatchObject({
      end: 'SIGTERM',
    });
  });

  it.each([
    ['SIGPIPE', 13],
    ['SIGUSR1', 10],
  ])('exits with 128 and the number of %s, which Node survives', async (_, signal) => {
    const end = ended({ cause: EndCause.TRACEES_EXITED, rootExit: { signal } });
    await using server = await FakeServer.start(script(HEADER, end));
    const result = await finish(start(server.address, 'trace', '-q', 'cmd'));
    expect(result).toMatchObject({ end: 128 + signal, stderr: '' });
  });

  it('writes the lines into a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ptraced-test-'));
    try {
      const file = join(folder, 'lines');
      const lost = frame({ case: 'lost', value: { count: 2n } });
      const end = ended({ cause: EndCause.TRACEES_EXITED, rootExit: { exitCode: 0 } });
      await using server = await FakeServer.start(script(HEADER, batch(CALL), lost, end));
      const result = await finish(start(server.address, 'trace', '-q', '-o', file, 'cmd'));
      expect(result).toEqual({ stdout: '', stderr: 'ptracectl: 2 records lost\n', end: 0 });
      expect(await readFile(file, 'utf8')).toBe('7     close(3)                          = 0\n');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('says why a command could not be started', async () => {
    await using server = await FakeServer.start((call) => {
      const code = status.NOT_FOUND;
      const reason = 'EXECUTABLE_NOT_FOUND';
      const metadata = errorMetadata(code, { reason, domain: 'ptraced' });
      call.emit('error', { code, details: `${reason}: no such\nprogram`, metadata });
    });
    expect(await finish(start(server.address, 'trace', '-q', 'cmd'))).toEqual({
      stdout: '',
      stderr: "ptracectl: cannot start 'cmd': EXECUTABLE_NOT_FOUND: no such program\n",
      end: 1,
    });
  });

  it('says why a trace ended early', async () => {
    const end = ended({ cause: EndCause.SERVER_SHUTDOWN, message: 'SIGTERM' });
    await using server = await FakeServer.start(script(HEADER, end));
    expect(await finish(start(server.address, 'trace', '-q', 'cmd'))).toMatchObject({
      stderr: 'ptracectl: the trace ended early: the server shuts down (SIGTERM)\n',
      end: 1,
    });
  });

  it('says that the connection broke', async () => {
    await using server = await FakeServer.start((call) => {
      call.write(HEADER);
      call.write(batch(CALL), () => server.kill());
    });
    const result = await finish(start(server.address, 'trace', '-q', 'cmd'));
    expect(result.end).toBe(1);
    expect(result.stderr).toMatch(/\nptracectl: lost the connection to unix:[^\n]*\n$/);
  });

  it('says that there is no server', async () => {
    const result = await finish(start('unix:/nonexistent/s', 'trace', 'cmd'));
    expect(result).toMatchObject({
      stderr: 'ptracectl: cannot reach unix:/nonexistent/s: connect ENOENT /nonexistent/s\n',
      end: 1,
    });
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends the call at %s', async (signal) => {
    let cancelled: Promise<unknown> | undefined;
    await using server = await FakeServer.start((call) => {
      cancelled = once(call, 'cancelled');
      call.write(HEADER);
      call.write(batch(CALL));
    });
    const cli = start(server.address, 'trace', '-q', 'cmd');
    cli.stderr.once('data', () => cli.kill(signal));
    const result = await finish(cli);
    expect(result.end).toBe(signal);
    expect(result.stderr).toContain(`ptracectl: ended by ${signal}: the command is killed\n`);
    await cancelled;
  });

  it('ends when nobody reads the lines any more', async () => {
    let cancelled: Promise<unknown> | undefined;
    await using server = await FakeServer.start((call) => {
      cancelled = once(call, 'cancelled');
      call.write(HEADER);
      const timer = setInterval(() => call.write(batch(CALL)), 10);
      call.on('cancelled', () => clearInterval(timer));
    });
    const cli = start(server.address, 'trace', '-q', 'cmd');
    cli.stderr.once('data', () => cli.stderr.destroy());
    const [code] = await once(cli, 'exit');
    expect(code).toBe(141);
    await cancelled;
  });
});

describe('attach', () => {
  it('prints several processes and detaches at a signal', async () => {
    const requests: TraceRequest[] = [];
    await using server = await FakeServer.start((call) => {
      requests.push(call.request);
      const { value } = call.request.target;
      const pid = value && 'pid' in value ? value.pid : 0;
      const threads = { rootPid: pid, attachedTids: pid === 13 ? [13, 14] : [pid] };
      call.write(frame({ case: 'header', value: { session: 'sessions/1', ...threads } }));
      if (requests.length === 2) {
        call.write(batch(CALL));
      }
    });
    const cli = start(server.address, 'attach', '12', '13', '12');
    let seen = '';
    cli.stderr.on('data', (chunk: string) => {
      seen += chunk;
      if (seen.includes('close(3)')) {
        cli.kill('SIGINT');
      }
    });
    const result = await finish(cli);
    expect(result.end).toBe('SIGINT');
    expect(result.stderr).toContain('ptracectl: Process 12 attached\n');
    expect(result.stderr).toContain('ptracectl: Process 13 attached with 2 threads\n');
    expect(result.stderr).toContain('ptracectl: Process 12 detached\n');
    expect(requests.map(({ target }) => target.value)).toMatchObject([{ pid: 12 }, { pid: 13 }]);
    expect(requests.every((request) => request.onDisconnect === OrphanAction.DETACH)).toBe(true);
  });

  it('dies of the next signal when nobody takes its last lines', async () => {
    let cancelled: Promise<unknown> | undefined;
    await using server = await FakeServer.start((call) => {
      cancelled = once(call, 'cancelled');
      call.write(HEADER);
      // More than a pipe holds.
      call.write(batch(...Array.from({ length: 10_000 }, () => CALL)));
    });
    const cli = spawnCli(server.address, 'attach', '12');
    const closed = once(cli, 'exit');
    cli.stderr.on('readable', () => {});
    await expect.poll(() => cli.stderr.readableLength, { timeout: 30_000 }).toBeGreaterThan(10_000);
    cli.kill('SIGTERM');
    await cancelled;
    expect(cli.exitCode).toBeNull();
    cli.kill('SIGINT');
    expect(await closed).toEqual([null, 'SIGINT']);
  });

  it('exits with 0 when the process has ended, whatever its status', async () => {
    const rootExit = { exitCode: 5 };
    const end = ended({ cause: EndCause.TRACEES_EXITED, rootExit });
    await using server = await FakeServer.start(script(HEADER, end));
    expect(await finish(start(server.address, 'attach', '-q', '12'))).toEqual({
      stdout: '',
      stderr: '',
      end: 0,
    });
  });

  it('goes on with the others when one cannot be attached to', async () => {
    await using server = await FakeServer.start((call) => {
      if (call.request.target.case === 'attach' && call.request.target.value.pid === 12) {
        const details = 'PROCESS_NOT_FOUND: no process 12';
        call.emit('error', failing(status.NOT_FOUND, 'PROCESS_NOT_FOUND', details));
        return;
      }
      const record = { ...CALL, tid: 13, pid: 13 };
      script(HEADER, batch(record), ended({ cause: EndCause.TRACEES_EXITED }))(call);
    });
    const result = await finish(start(server.address, 'attach', '-q', '12', '13'));
    expect(result.end).toBe(1);
    expect(result.stderr).toContain('ptracectl: process 12: PROCESS_NOT_FOUND: no process 12\n');
    expect(result.stderr).toContain('close(3)                                = 0\n');
  });
});

describe('a wrong command line', () => {
  it.each([
    [[], 'must have a command', 'ptracectl --help'],
    [['--bogus'], "unrecognized option '--bogus'", 'ptracectl --help'],
    [['nope'], "unknown command 'nope'", 'ptracectl --help'],
    [['trace'], 'must have COMMAND [ARGUMENT]...', 'ptracectl trace --help'],
    [['trace', '--bogus'], "unrecognized option '--bogus'", 'ptracectl trace --help'],
    [['attach'], 'must have PID...', 'ptracectl attach --help'],
    [
      ['trace', '--server=nowhere', 'ls'],
      "invalid address 'nowhere': want unix:PATH or HOST:PORT",
      'ptracectl trace --help',
    ],
  ])('%j gives its line, a hint and status 2', async (args, message, help) => {
    expect(await finish(start(undefined, ...args))).toEqual({
      stdout: '',
      stderr: `ptracectl: ${message}\nTry '${help}' for more information.\n`,
      end: 2,
    });
  });

  it.each([['--help'], ['help'], ['help', 'trace'], ['attach', '-h']])(
    '%j is answered',
    async (...args) => {
      const result = await finish(start(undefined, ...args));
      expect(result).toMatchObject({ stderr: '', end: 0 });
      expect(result.stdout).toMatch(/^Usage: ptracectl /);
    },
  );

  it('--version is answered', async () => {
    const result = await finish(start(undefined, '--version'));
    expect(result).toMatchObject({ stderr: '', end: 0 });
    expect(result.stdout).toMatch(/^ptracectl \d+\.\d+\.\d+\n$/);
  });
});
