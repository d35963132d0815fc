/** Connections that do nothing: they keep nobody out, and nobody keeps them. */
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { TraceService } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { eventually } from '../support/eventually.js';
import { expectAnswers, expectEnds } from '../support/hostile.js';
import { Client } from '../support/rpc.js';
import { startServer } from '../support/server.js';
import { create, launching } from '../support/session.js';

const maxConnections = 32;
const args = ['--max-connections', String(maxConnections)];

test('idle ones that answer pings give way to others', async () => {
  await using server = await startServer({ args });
  await using streaming = new Client(server.address);
  const session = await create(streaming, launching(['/bin/sleep', '600']));
  // A client library answers pings by itself.
  const idle = Array.from({ length: 3 * maxConnections }, () =>
    connectHttp2('http://localhost', {
      createConnection: () => connect(server.socket),
    }).on('error', () => {}),
  );
  await eventually('all but some closed', () => {
    return idle.filter(({ closed, destroyed }) => !closed && !destroyed).length <= maxConnections;
  });
  for (let other = 0; other < 3; other++) {
    await using client = new Client(server.address);
    await expectAnswers(client);
  }
  expect((await session.get()).name).toBe(session.name);
  await expectEnds(server);
  for (const one of idle) {
    one.destroy();
  }
});

test('one with a stream is not closed for them', async () => {
  await using server = await startServer({ args });
  await using watcher = new Client(server.address);
  const session = await create(watcher, launching(['/bin/sleep', '600']));
  const stream = watcher.stream(TraceService.method.subscribe, { session: session.name });
  let ended = false;
  stream
    .on('error', () => {})
    .once('close', () => {
      ended = true;
    });
  await new Promise((resolve) => stream.once('data', resolve));
  const sockets = Array.from({ length: 3 * maxConnections }, () =>
    connect(server.socket)
      .on('error', () => {})
      .resume(),
  );
  await eventually('surplus ones closed', () => {
    return sockets.filter(({ closed }) => !closed).length <= maxConnections;
  });
  await using client = new Client(server.address);
  await expectAnswers(client);
  expect(ended).toBe(false);
  await expectEnds(server);
  for (const socket of sockets) {
    socket.destroy();
  }
});

test('one that does not begin with HTTP/2 is closed after 10 s', async () => {
  await using server = await startServer();
  const begun = performance.now();
  const silent: Socket = connect(server.socket).on('error', () => {});
  const partial: Socket = connect(server.socket).on('error', () => {});
  partial.write('PRI * HTTP/2.0\r\n');
  for (const socket of [silent, partial]) {
    socket.resume();
  }
  await eventually('both closed', () => silent.closed && partial.closed);
  expect(performance.now() - begun).toBeGreaterThan(5000);
});

test('those with streams leave places for short calls', async () => {
  await using server = await startServer({ args });
  await using maker = new Client(server.address);
  const sessions = await Promise.all(
    Array.from({ length: 4 }, () => create(maker, launching(['/bin/sleep', '600']))),
  );
  await maker[Symbol.asyncDispose]();
  const streaming = Array.from({ length: maxConnections }, () => new Client(server.address));
  await Promise.all(
    streaming.map((client, index) => {
      const session = sessions[index % sessions.length]?.name ?? '';
      const stream = client.stream(TraceService.method.subscribe, { session });
      stream.on('error', () => {});
      return new Promise((resolve) => stream.once('data', resolve));
    }),
  );
  for (let other = 0; other < 12; other++) {
    await using client = new Client(server.address);
    await expectAnswers(client);
  }
  await expectEnds(server);
  await Promise.all(streaming.map((client) => client[Symbol.asyncDispose]()));
});
