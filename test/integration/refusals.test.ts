/** Bad input: the documented reason, nothing left behind, and the server lives. */
import { randomBytes } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { describe, expect, test as plainTest } from 'vitest';
import { ControlService } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { MemoryService } from '../../src/gen/ptraced/v1/memory_service_pb.js';
import { RecordKind } from '../../src/gen/ptraced/v1/record_pb.js';
import { ServerService } from '../../src/gen/ptraced/v1/server_service_pb.js';
import { TraceRequestSchema, TraceService } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { eventually, longPatience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import * as proc from '../support/proc.js';
import { Program, startFixture } from '../support/program.js';
import { Client, refusal } from '../support/rpc.js';
import { startServer } from '../support/server.js';
import { oracle } from '../support/strace.js';
import { attach, launch, Trace, type TraceInit, traceToEnd } from '../support/trace.js';

async function reasonOf(client: Client, request: TraceInit): Promise<string> {
  const { code, details } = await refusal(traceToEnd(client, request));
  return `${status[code]} ${details.split(/[^A-Z_]/)[0]}`;
}

describe('a process that cannot be attached to', () => {
  test('is gone', async ({ client }) => {
    const program = await startFixture('echo-lines');
    await program.finish();
    expect(await reasonOf(client, attach(program.pid))).toBe('NOT_FOUND PROCESS_NOT_FOUND');
  });

  test('never was', async ({ client }) => {
    expect(await reasonOf(client, attach(2 ** 22 + 5))).toBe('NOT_FOUND PROCESS_NOT_FOUND');
  });

  test('is a kernel thread', async ({ client }) => {
    const kernelThread = 2; // kthreadd
    expect(proc.taskStatus(kernelThread)?.name).toBe('kthreadd');
    expect(await reasonOf(client, attach(kernelThread))).toBe('PERMISSION_DENIED TARGET_DENIED');
  });

  test('is the server itself', async ({ client, server }) => {
    expect(await reasonOf(client, attach(server.pid))).toBe('PERMISSION_DENIED TARGET_DENIED');
  });

  test('is an ancestor of the server', async ({ client }) => {
    expect(await reasonOf(client, attach(process.pid))).toBe('PERMISSION_DENIED TARGET_DENIED');
  });

  test('is pid 1', async ({ client }) => {
    expect(await reasonOf(client, attach(1))).toBe('PERMISSION_DENIED TARGET_DENIED');
  });

  test('is traced by this server already', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    await using trace = new Trace(client, attach(program.pid));
    await trace.started();
    expect(await reasonOf(client, attach(program.pid))).toBe('FAILED_PRECONDITION ALREADY_TRACED');
    program.send('the first trace goes on');
    await trace.enter('write');
  });

  test('is traced by somebody else already', async ({ client }) => {
    await using tracer = new Program(oracle(), ['-o', '/dev/null', fixture('echo-lines')]);
    await tracer.line();
    const traced = await eventually('the tracee', () =>
      proc.processIds().find((pid) => proc.taskStatus(pid)?.tracer === tracer.pid),
    );
    expect(await reasonOf(client, attach(traced))).toBe('FAILED_PRECONDITION ALREADY_TRACED');
    expect((await tracer.finish()).code).toBe(0);
  });

  test('is a zombie', async ({ client }) => {
    await using shell = new Program('perl', [
      '-e',
      '$| = 1; $p = fork or exit; print "$p\n"; sleep 60',
    ]);
    const zombie = Number(await shell.line());
    await eventually('the zombie', () => proc.taskStatus(zombie)?.state === 'Z');
    expect(await reasonOf(client, attach(zombie))).toBe('NOT_FOUND PROCESS_NOT_FOUND');
  });

  test('did not start when it was expected to have', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    const expectedStartTime = { seconds: 1_000_000_000n, nanos: 0 };
    const target = { case: 'attach' as const, value: { pid: program.pid, expectedStartTime } };
    expect(await reasonOf(client, { target })).toBe('FAILED_PRECONDITION PID_REUSED');
    expect(proc.taskStatus(program.pid)?.tracer).toBe(0);
  });

  plainTest('belongs to another user, and the server has no capability', async () => {
    await using program = await startFixture('echo-lines');
    await using server = await startServer({ uid: 65534 });
    await using client = new Client(server.address);
    const { code, details } = await refusal(traceToEnd(client, attach(program.pid)));
    expect(code).toBe(status.PERMISSION_DENIED);
    expect(details).toMatch(/^PTRACE_DENIED/);
    program.send('untouched');
    expect(await program.line()).toBe('untouched');
  });
});

/** A number that no enum has; as a plain number it fits any. */
const unknownValue: number = 99;

describe('a request that means nothing', () => {
  const cases: [string, TraceInit][] = [
    ['no target', {}],
    ['no argv', launch([])],
    ['an empty program name', launch([''])],
    ['a NUL in an argument', launch(['/bin/echo', 'a\0b'])],
    ['a NUL in the environment', launch(['/bin/true'], {}, { env: ['A=b\0c'] })],
    ['an environment entry without a name', launch(['/bin/true'], {}, { env: ['=value'] })],
    ['an environment entry without a value', launch(['/bin/true'], {}, { env: ['NAME'] })],
    ['a relative working directory', launch(['/bin/true'], {}, { cwd: 'somewhere' })],
    ['pid 0', attach(0)],
    ['a negative pid', attach(-5)],
    ['an unknown record mode', launch(['/bin/true'], { capture: { mode: unknownValue } })],
    ['an unknown decode mode', launch(['/bin/true'], { capture: { decode: unknownValue } })],
    ['an unknown overflow policy', launch(['/bin/true'], { capture: { overflow: unknownValue } })],
    ['an unknown action', launch(['/bin/true'], { onDisconnect: unknownValue })],
    ['an unknown kind', launch(['/bin/true'], { capture: { filter: { kinds: [unknownValue] } } })],
    ['an unknown stdio mode', launch(['/bin/true'], {}, { stdout: unknownValue })],
    ['a negative max_block', launch(['/bin/true'], { capture: { maxBlock: { seconds: -1n } } })],
    ['a negative heartbeat', launch(['/bin/true'], { heartbeatInterval: { seconds: -1n } })],
  ];
  for (const [what, request] of cases) {
    test(what, async ({ client }) => {
      expect(await reasonOf(client, request)).toBe('INVALID_ARGUMENT FIELD_INVALID');
    });
  }
});

test('a session more than the server allows', async ({ client }) => {
  const { limits } = await client.unary(ServerService.method.getServerInfo, {});
  const most = limits?.maxSessions ?? 0;
  const sessions = Array.from({ length: most }, () => new Trace(client, launch(['sleep', '600'])));
  await Promise.all(sessions.map((trace) => trace.started()));
  expect(await reasonOf(client, launch(['/bin/true']))).toBe('RESOURCE_EXHAUSTED SESSION_LIMIT');
  await Promise.all(sessions.map((trace) => trace.cancel()));
  const again = await eventually('room for a session', () =>
    traceToEnd(client, launch(['/bin/true'])).catch(() => undefined),
  );
  expect(again.ended?.rootExit?.exitCode).toBe(0);
});

test('bytes that are no message are refused on every method', { timeout }, async ({ client }) => {
  const methods = [TraceService, MemoryService, ControlService, ServerService].flatMap((service) =>
    service.methods.map((method) => `/${service.typeName}/${method.name}`),
  );
  for (const method of methods) {
    const { code } = await client.raw(method, Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]));
    expect([status.INTERNAL, status.INVALID_ARGUMENT, status.UNIMPLEMENTED]).toContain(code);
  }
  const trace = await traceToEnd(client, launch(['/bin/true']));
  expect(trace.ended?.rootExit?.exitCode).toBe(0);
});

test('random and cut bytes to Trace end in a defined status', { timeout }, async ({ client }) => {
  const good = Buffer.from(
    toBinary(TraceRequestSchema, create(TraceRequestSchema, launch(['/bin/true']))),
  );
  const defined = [
    status.OK,
    status.INTERNAL,
    status.INVALID_ARGUMENT,
    status.NOT_FOUND,
    status.FAILED_PRECONDITION,
    status.UNIMPLEMENTED,
  ];
  for (let round = 0; round < 300; round++) {
    const bytes = round % 2 ? randomBytes(round) : good.subarray(0, round % good.length);
    const { code } = await client.raw(`/${TraceService.typeName}/Trace`, bytes);
    expect(defined).toContain(code);
  }
});

test('a method that does not exist, and a service that does not', async ({ client }) => {
  const missing = await client.raw(`/${TraceService.typeName}/NoSuchMethod`, Buffer.alloc(0));
  expect(missing.code).toBe(status.UNIMPLEMENTED);
  const stranger = await client.raw('/no.such.Service/Method', Buffer.alloc(0));
  expect(stranger.code).toBe(status.UNIMPLEMENTED);
});

test('an attached process that ends during the attach is told or gone', {
  timeout,
}, async ({ client }) => {
  for (let round = 0; round < 50; round++) {
    await using program = new Program('/bin/sh', ['-c', 'exec sleep 0.005']);
    const trace = new Trace(client, attach(program.pid));
    const outcome = await trace.finish().then(
      (ended) => (ended.rootExit ? 'ended' : 'ended without a status'),
      (error: Error) => error.message,
    );
    expect(outcome).toMatch(/^ended$|PROCESS_NOT_FOUND/);
    expect((await program.ended).code).toBe(0);
  }
});

test('a launched command that is killed before its first record is told', {
  timeout,
}, async ({ client }) => {
  for (let round = 0; round < 20; round++) {
    const trace = new Trace(client, launch(['sleep', '60']));
    const { rootPid } = await trace.started();
    process.kill(rootPid, 'SIGKILL');
    const ended = await trace.finish();
    expect(ended.rootExit).toMatchObject({ signal: 9 });
    expect(trace.records.at(-1)?.kind).toBe(RecordKind.TASK_EXIT);
  }
});
