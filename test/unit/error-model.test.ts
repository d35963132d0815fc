/** What a failed call says: code, reason at the head of the message, and google.rpc details. */
import { connect } from 'node:net';
import { fromBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { type ServiceError, status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { BadRequestSchema, ErrorInfoSchema } from '../../src/gen/google/rpc/error_details_pb.js';
import { StatusSchema } from '../../src/gen/google/rpc/status_pb.js';
import { ControlService } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { RecordKind } from '../../src/gen/ptraced/v1/record_pb.js';
import { ServerService } from '../../src/gen/ptraced/v1/server_service_pb.js';
import { StdioMode } from '../../src/gen/ptraced/v1/session_pb.js';
import {
  type TraceRequestSchema,
  TraceService,
} from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { nativeFailure } from './fake-addon.js';
import { collect, launchTrue, TestServer } from './server-harness.js';

type Request = MessageInitShape<typeof TraceRequestSchema>;

/** A refusal, with its details taken out of the metadata. */
async function refusalOf(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (refused: ServiceError) => refused,
  );
  if (error?.metadata === undefined) {
    throw error ?? new Error('the call was not refused');
  }
  const bytes = error.metadata.get('grpc-status-details-bin')[0];
  const details = fromBinary(StatusSchema, bytes as Buffer);
  const info = details.details.map((any) => anyUnpack(any, ErrorInfoSchema)).find(Boolean);
  const bad = details.details.map((any) => anyUnpack(any, BadRequestSchema)).find(Boolean);
  expect(details.code).toBe(error.code);
  expect(details.message).toBe(error.details);
  expect(info?.domain).toBe('ptraced');
  expect(error.details.startsWith(`${info?.reason}: `)).toBe(true);
  return {
    code: error.code,
    reason: info?.reason,
    message: error.details,
    metadata: info?.metadata,
    fields: bad?.fieldViolations.map(({ field }) => field),
  };
}

function launch(more: object): Request {
  return { target: { case: 'launch', value: { argv: ['/bin/true'], ...more } } };
}

describe('a failure of the addon', () => {
  test('keeps its reason, and tells the step and the errno', async () => {
    await using server = await TestServer.start();
    server.addon.failure = nativeFailure({
      reason: 'EXECUTABLE_NOT_FOUND',
      message: 'execvp: No such file or directory',
      operation: 'execvp',
      errno: 2,
      errnoName: 'ENOENT',
    });
    expect(await refusalOf(collect(server.trace(launchTrue)))).toEqual({
      code: status.NOT_FOUND,
      reason: 'EXECUTABLE_NOT_FOUND',
      message: 'EXECUTABLE_NOT_FOUND: /bin/true: execvp: No such file or directory',
      metadata: { operation: 'execvp', errno: '2', errno_name: 'ENOENT' },
      fields: undefined,
    });
  });

  test('with text that no header takes arrives sanitized', async () => {
    await using server = await TestServer.start();
    const message = `a\nb\0c\ud800d${'é'.repeat(5000)}`;
    server.addon.failure = nativeFailure({ reason: 'EXEC_FAILED', message });
    const refusal = await refusalOf(collect(server.trace(launchTrue)));
    expect(refusal.code).toBe(status.FAILED_PRECONDITION);
    expect(refusal.message).toMatch(/^EXEC_FAILED: a\ufffdb\ufffdc\ufffdd\u00e9+\.\.\.$/);
  });

  test('that nobody foresaw is INTERNAL with fixed text, and its cause is in the log', async () => {
    await using server = await TestServer.start();
    server.addon.failure = new Error('the secret cause');
    const refusal = await refusalOf(collect(server.trace(launchTrue)));
    expect(refusal.code).toBe(status.INTERNAL);
    expect(refusal.message).not.toContain('secret');
    expect(server.log.join('')).toContain('the secret cause');
    server.addon.failure = undefined;
    expect((await server.client.unary(ServerService.method.getServerInfo, {})).kernel).not.toBe('');
  });

  test('UNKNOWN_SYSCALL of ListSyscalls is INVALID_ARGUMENT', async () => {
    await using server = await TestServer.start();
    server.addon.failure = nativeFailure({ reason: 'UNKNOWN_SYSCALL', message: "'nope'" });
    const call = server.client.unary(ServerService.method.listSyscalls, { syscalls: ['nope'] });
    expect(await refusalOf(call)).toMatchObject({
      code: status.INVALID_ARGUMENT,
      reason: 'UNKNOWN_SYSCALL',
    });
  });
});

describe('a field that is not acceptable is named', () => {
  const unknown: number = 99;
  const cases: [string, Request][] = [
    ['target', {}],
    ['launch.argv', launch({ argv: [] })],
    ['launch.argv[0]', launch({ argv: [''] })],
    ['launch.argv[1]', launch({ argv: ['a', 'b\0'] })],
    ['launch.executable', launch({ executable: '\0' })],
    ['launch.env[0]', launch({ env: ['NAME'] })],
    ['launch.env[1]', launch({ env: ['A=1', '=x'] })],
    ['launch.cwd', launch({ cwd: 'relative' })],
    ['launch.gid', launch({ uid: 1000 })],
    ['launch.uid', launch({ uid: 0xffffffff, gid: 0 })],
    ['launch.groups', launch({ groups: [1] })],
    ['launch.stdin', launch({ stdin: StdioMode.CAPTURE })],
    ['launch.stdout', launch({ stdout: StdioMode.PIPE })],
    ['launch.stderr', launch({ stderr: unknown })],
    ['launch.root_of_pid', launch({ rootOfPid: -1 })],
    ['attach.pid', { target: { case: 'attach', value: { pid: 0 } } }],
    ['capture.mode', { ...launchTrue, capture: { mode: unknown } }],
    ['capture.decode', { ...launchTrue, capture: { decode: unknown } }],
    ['capture.overflow', { ...launchTrue, capture: { overflow: unknown } }],
    ['capture.max_string_bytes', { ...launchTrue, capture: { maxStringBytes: 1024 * 1024 + 1 } }],
    ['capture.ring_bytes', { ...launchTrue, capture: { ringBytes: 1 } }],
    ['capture.max_block', { ...launchTrue, capture: { maxBlock: { seconds: -1n } } }],
    ['capture.filter.syscalls[0]', { ...launchTrue, capture: { filter: { syscalls: [''] } } }],
    ['capture.filter.kinds[0]', { ...launchTrue, capture: { filter: { kinds: [unknown] } } }],
    ['rules.inject[0]', { ...launchTrue, rules: { inject: [{}] } }],
    [
      'rules.inject[0].last',
      { ...launchTrue, rules: { inject: [{ error: 'EIO', first: 2, last: 1 }] } },
    ],
    [
      'rules.inject[0].return_value',
      { ...launchTrue, rules: { inject: [{ error: 'EIO', returnValue: 1n }] } },
    ],
    ['rules.inject[0].arguments', { ...launchTrue, rules: { inject: [{ arguments: { 6: 0n } }] } }],
    ['rules.inject[0].patches[0].data', { ...launchTrue, rules: { inject: [{ patches: [{}] }] } }],
    [
      'rules.inject[0].at.kinds[0]',
      { ...launchTrue, rules: { inject: [{ error: 'EIO', at: { kinds: [RecordKind.EXIT] } }] } },
    ],
    [
      'rules.inject[0].at.errnos',
      { ...launchTrue, rules: { inject: [{ error: 'EIO', at: { errnos: ['EIO'] } }] } },
    ],
    [
      'rules.inject[0].at.paths[0]',
      { ...launchTrue, rules: { inject: [{ error: 'EIO', at: { paths: [''] } }] } },
    ],
    ['rules.stop[0].at.kinds', { ...launchTrue, rules: { stop: [{}] } }],
    ['rules.stop[0].at.kinds[0]', { ...launchTrue, rules: { stop: [{ at: { kinds: [8] } }] } }],
    ['on_disconnect', { ...launchTrue, onDisconnect: unknown }],
    ['heartbeat_interval', { ...launchTrue, heartbeatInterval: { nanos: 1_000_000_000 } }],
  ];
  test.each(cases)('%s', async (field, request) => {
    await using server = await TestServer.start();
    const refusal = await refusalOf(collect(server.trace(request)));
    expect(refusal).toMatchObject({
      code: status.INVALID_ARGUMENT,
      reason: 'FIELD_INVALID',
      fields: [field],
    });
    expect(server.addon.sessions).toEqual([]);
  });
});

describe('what this version does not do is refused', () => {
  const cases: [string, Request][] = [
    ['capture.stacks', { ...launchTrue, capture: { stacks: true } }],
    ['capture.resolve_descriptors', { ...launchTrue, capture: { resolveDescriptors: true } }],
  ];
  test.each(cases)('%s', async (field, request) => {
    await using server = await TestServer.start();
    expect(await refusalOf(collect(server.trace(request)))).toMatchObject({
      code: status.FAILED_PRECONDITION,
      reason: 'FEATURE_UNAVAILABLE',
      metadata: { field },
    });
  });
});

describe('bytes that are no message', () => {
  const broken = Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]);
  const { trace, createSession, listSessions, updateSession, endSession, writeStdin } =
    TraceService.method;
  const sessions = [createSession, listSessions, updateSession, endSession, writeStdin];
  const served = [trace, ...sessions, ControlService.method.listProcesses];
  test.each(served.map((method) => [method.name, method] as const))('to %s', async (_, method) => {
    await using server = await TestServer.start();
    const answer = await server.client.raw(`/${method.parent.typeName}/${method.name}`, broken);
    expect(answer.code).toBe(status.INVALID_ARGUMENT);
    expect(answer.details).toMatch(/^FIELD_INVALID: /);
  });

  test('or no HTTP/2 end the connection alone', async () => {
    await using server = await TestServer.start();
    const socket = connect(server.socket);
    socket.on('error', () => {});
    socket.end('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await new Promise((resolve) => socket.resume().once('close', resolve));
    expect((await server.client.unary(ServerService.method.getServerInfo, {})).kernel).not.toBe('');
  });
});

describe('limits', () => {
  test('of sessions', async () => {
    await using server = await TestServer.start({ limits: { maxSessions: 1 } });
    const first = server.trace(launchTrue);
    await new Promise((resolve) => first.once('data', resolve));
    expect(await refusalOf(collect(server.trace(launchTrue)))).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      reason: 'SESSION_LIMIT',
      metadata: { maximum: '1' },
    });
    server.addon.session.finish();
    await collect(first);
    const next = server.trace(launchTrue);
    await new Promise((resolve) => next.once('data', resolve));
    next.cancel();
  });

  test('of the bytes of all rings', async () => {
    await using server = await TestServer.start({ limits: { maxRingBytes: 1024 * 1024 } });
    const request = { ...launchTrue, capture: { ringBytes: 1024 * 1024 + 1 } };
    expect((await refusalOf(collect(server.trace(request)))).reason).toBe('SESSION_LIMIT');
  });

  test('leave room for every session with a default ring', async () => {
    await using server = await TestServer.start();
    const streams = Array.from({ length: 64 }, () => server.trace(launchTrue));
    await Promise.all(streams.map((stream) => new Promise((got) => stream.once('data', got))));
    const rings = server.addon.sessions.map((session) => session.capture.ringBytes);
    expect(rings[0]).toBe(16 * 1024 * 1024);
    expect(rings.reduce((sum, bytes) => sum + bytes)).toBeLessThanOrEqual(256 * 1024 * 1024);
    expect(Math.min(...rings)).toBe(1024 * 1024);
    for (const stream of streams) {
      stream.cancel();
    }
  });

  test('of tasks', async () => {
    await using server = await TestServer.start({ limits: { maxTasks: 10 } });
    const first = collect(server.trace(launchTrue));
    await new Promise<void>((started) => {
      server.addon.onStart = (session) => {
        session.liveTasks = 10;
        started();
      };
    });
    expect((await refusalOf(collect(server.trace(launchTrue)))).reason).toBe('TASK_LIMIT');
    server.addon.session.liveTasks = 11;
    const frames = await first;
    expect(frames.at(-1)).toMatchObject({ value: { cause: 5 } });
  });
});
