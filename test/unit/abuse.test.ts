/** Clients that ask for too much are refused, and others are served. */
import { connect, type Socket } from 'node:net';
import { status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { ServerService } from '../../src/gen/ptraced/v1/server_service_pb.js';
import { eventually } from '../support/eventually.js';
import { Client } from '../support/rpc.js';
import { launchTrue, TestServer } from './server-harness.js';

const { getServerInfo } = ServerService.method;

test('of 1,500 streams on one connection, those beyond the limit are refused and none hangs', async () => {
  await using server = await TestServer.start();
  let open = 0;
  const codes = new Map<status, number>();
  const streams = Array.from({ length: 1500 }, () => server.trace(launchTrue));
  for (const stream of streams) {
    stream.once('data', () => open++);
    stream.once('status', ({ code }) => codes.set(code, (codes.get(code) ?? 0) + 1));
  }
  await eventually(
    'an answer to each',
    () => open + (codes.get(status.RESOURCE_EXHAUSTED) ?? 0) === 1500,
  );
  expect(open).toBe(64);
  expect((await server.client.unary(getServerInfo, {})).kernel).not.toBe('');
  for (const stream of streams) {
    stream.cancel();
  }
  await eventually('all freed', () => server.addon.sessions.every((session) => session.disposed));
});

test('connections beyond the limit are closed', async () => {
  await using server = await TestServer.start({ limits: { maxConnections: 10 } });
  let closed = 0;
  const sockets: Socket[] = Array.from({ length: 30 }, () => connect(server.socket));
  for (const socket of sockets) {
    socket.on('error', () => {}).on('close', () => closed++);
    socket.resume();
  }
  await eventually('20 closed', () => closed === 20);
  for (const socket of sockets) {
    socket.destroy();
  }
  await using client = new Client(`unix:${server.socket}`);
  await eventually('room', () =>
    client.unary(getServerInfo, {}).then(
      () => true,
      () => false,
    ),
  );
});

test('a request of 5 MiB is refused', async () => {
  await using server = await TestServer.start();
  const answer = await server.client.raw(
    '/ptraced.v1.TraceService/Trace',
    Buffer.alloc(5 * 1024 * 1024),
  );
  expect(answer.code).toBe(status.RESOURCE_EXHAUSTED);
  expect((await server.client.unary(getServerInfo, {})).kernel).not.toBe('');
});
