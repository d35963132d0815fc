/** The frames of a Trace call, and what becomes of the session when the client does something else. */
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { EndCause, OrphanAction } from '../../src/gen/ptraced/v1/session_pb.js';
import { LossReason } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { eventually } from '../support/eventually.js';
import { collect, launchTrue, TestServer } from './server-harness.js';

test('header, batches, lost and ended come in order', async () => {
  await using server = await TestServer.start();
  server.addon.onStart = (session) => {
    session.record({ syscall: 'execve' });
    session.lose(5n, LossReason.RING_EVICTED);
    session.record({ syscall: 'exit_group' });
    session.finish({ rootExit: { exitCode: 3, signal: 0, signalName: '', coreDumped: false } });
  };
  const frames = await collect(server.trace(launchTrue));
  expect(frames.map((frame) => frame.case)).toEqual(['header', 'batch', 'lost', 'batch', 'ended']);
  expect(frames[0]?.value).toMatchObject({
    session: expect.stringMatching(/^sessions\/[0-9a-f]{24}$/),
    firstSerial: 1n,
    rootPid: 4242,
    heartbeatInterval: { seconds: 15n, nanos: 0 },
  });
  expect(frames[1]?.value).toMatchObject({ records: [{ serial: 1n, syscall: 'execve' }] });
  expect(frames[2]?.value).toMatchObject({
    count: 5n,
    firstSerial: 2n,
    lastSerial: 6n,
    reason: LossReason.RING_EVICTED,
  });
  expect(frames[4]?.value).toMatchObject({
    cause: EndCause.TRACEES_EXITED,
    lastSerial: 7n,
    lostRecords: 5n,
    rootExit: { exitCode: 3, processEnded: true },
  });
  await eventually('the ring freed', () => server.addon.session.disposed);
});

test('silence brings heartbeats with the serial so far', async () => {
  await using server = await TestServer.start();
  server.addon.onStart = (session) => session.record();
  const request = { ...launchTrue, heartbeatInterval: { seconds: 0n, nanos: 20_000_000 } };
  const stream = server.trace(request);
  const kinds: (string | undefined)[] = [];
  for await (const { frame } of stream) {
    kinds.push(frame.case);
    if (frame.case === 'heartbeat') {
      expect(frame.value.lastSerial).toBe(1n);
      expect(frame.value.serverTime).toBeDefined();
    }
    if (kinds.length === 4) {
      break;
    }
  }
  expect(kinds).toEqual(['header', 'batch', 'heartbeat', 'heartbeat']);
});

test('records that a filter leaves out, however many, are silence', async () => {
  await using server = await TestServer.start();
  server.addon.onStart = (session) => session.leaveOut();
  const request = { ...launchTrue, heartbeatInterval: { seconds: 0n, nanos: 20_000_000 } };
  const kinds: (string | undefined)[] = [];
  for await (const { frame } of server.trace(request)) {
    kinds.push(frame.case);
    if (kinds.length === 3) {
      break;
    }
  }
  expect(kinds).toEqual(['header', 'heartbeat', 'heartbeat']);
});

/** A client that reads the header and nothing after it. (One that never reads at all buffers everything.) */
async function startAndStall(server: TestServer) {
  const stream = server.trace(launchTrue);
  await once(stream, 'data');
  stream.pause();
  return stream;
}

/** Waits until no more frames are taken from the ring, and returns how many were. */
async function standstill(server: TestServer): Promise<number> {
  let before = 0;
  let unchanged = 0;
  return eventually('a standstill', () => {
    const taken = server.addon.sessions[0]?.cursors[0]?.taken ?? 0;
    unchanged = taken > 0 && taken === before ? unchanged + 1 : 0;
    before = taken;
    return unchanged === 20 && taken;
  });
}

test('a client that does not read is not written to', async () => {
  await using server = await TestServer.start();
  server.addon.onStart = (session) => session.flood(64 * 1024);
  const stream = await startAndStall(server);
  // 16 messages in grpc-js, and what HTTP/2 and the sockets hold.
  expect(await standstill(server)).toBeLessThan(100);
  stream.cancel();
  await eventually('the end of the session', () => server.addon.session.disposed);
});

describe('a client that goes away', () => {
  const cases = [
    ['launch', OrphanAction.UNSPECIFIED, 'kill'],
    ['launch', OrphanAction.DETACH, 'detach'],
    ['launch', OrphanAction.KILL, 'kill'],
  ] as const;
  for (const [target, onDisconnect, action] of cases) {
    test(`ends a ${target} under ${OrphanAction[onDisconnect]} by ${action}`, async () => {
      await using server = await TestServer.start();
      const stream = server.trace({ ...launchTrue, onDisconnect });
      await once(stream, 'data');
      stream.cancel();
      const { session } = server.addon;
      await eventually('the end', () => session.disposed, 1000);
      expect(session.endedBy).toEqual({ action, cause: EndCause.ORPHANED });
      expect(session.cursors.every((cursor) => cursor.closed)).toBe(true);
    });
  }

  test('leaves the session alone under KEEP, until it ends by itself', async () => {
    await using server = await TestServer.start();
    const stream = server.trace({ ...launchTrue, onDisconnect: OrphanAction.KEEP });
    await once(stream, 'data');
    stream.cancel();
    const { session } = server.addon;
    await eventually('the cursor closed', () => session.cursors[0]?.closed);
    expect(session.endedBy).toBeUndefined();
    expect(session.disposed).toBe(false);
    session.finish();
    await eventually('the ring freed', () => session.disposed);
  });

  test('while tracees are being started ends them', async () => {
    await using server = await TestServer.start();
    const stream = server.trace(launchTrue);
    server.addon.onStart = () => stream.cancel();
    await eventually('the end', () => server.addon.sessions[0]?.disposed);
  });
});

describe('stop', () => {
  test('tells every client why, and frees everything', async () => {
    await using server = await TestServer.start();
    const streams = [server.trace(launchTrue), server.trace(launchTrue)];
    const ends = streams.map(collect);
    await eventually('both sessions', () => server.addon.sessions.length === 2);
    await server.server.stop();
    for (const frames of await Promise.all(ends)) {
      expect(frames.at(-1)).toMatchObject({ value: { cause: EndCause.SERVER_SHUTDOWN } });
    }
    for (const session of server.addon.sessions) {
      expect(session.endedBy).toEqual({ action: 'kill', cause: EndCause.SERVER_SHUTDOWN });
      expect(session.disposed).toBe(true);
    }
  });

  test('does not wait for ever for a client that reads nothing', async () => {
    await using server = await TestServer.start();
    server.addon.onStart = (session) => session.flood(64 * 1024);
    const stream = await startAndStall(server);
    await standstill(server);
    const begun = performance.now();
    await server.server.stop();
    expect(performance.now() - begun).toBeLessThan(9000);
    stream.cancel();
  });
});
