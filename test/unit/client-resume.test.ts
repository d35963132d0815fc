/** Streams that go on after their connection broke: nothing twice, nothing missing, or an error. */

import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import {
  connect,
  isLost,
  LossReason,
  OrphanAction,
  type PtracedError,
  type RecordStream,
  type StreamItem,
  TraceService,
} from '../../src/client/index.js';
import {
  FakeServer,
  failing,
  frame,
  type SubscribeCall,
  streaming,
  type TraceCall,
} from './client-fake-server.js';

const SESSION = 'sessions/1';
const FAST = { initialDelayMs: 1, maxDelayMs: 5, maxAttempts: 1000 };

const header = (firstSerial: bigint) =>
  frame({ case: 'header', value: { session: SESSION, firstSerial } });
const ended = (lastSerial: bigint, lostRecords = 0n) =>
  frame({ case: 'ended', value: { cause: 1, lastSerial, lostRecords } });
const lost = (firstSerial: bigint, lastSerial: bigint) =>
  frame({
    case: 'lost',
    value: {
      count: lastSerial - firstSerial + 1n,
      firstSerial,
      lastSerial,
      reason: LossReason.RING_EVICTED,
    },
  });

function batch(first: number, last: number): Buffer {
  const records = [];
  for (let serial = BigInt(first); serial <= last; serial += 1n) {
    records.push({ serial });
  }
  return frame({ case: 'batch', value: { records, lastSerial: BigInt(last) } });
}

const label = (item: StreamItem) =>
  isLost(item) ? `lost ${item.firstSerial}-${item.lastSerial}` : String(item.serial);

async function collect(stream: RecordStream): Promise<string[]> {
  const items: string[] = [];
  for await (const item of stream) {
    items.push(label(item));
  }
  return items;
}

/** Calls of Subscribe that are answered by the scripts, one after the other; `seen` are their starts. */
function scripted(...scripts: ((call: SubscribeCall) => void)[]) {
  const seen: unknown[] = [];
  const method = streaming(TraceService.method.subscribe, (call) => {
    seen.push(call.request.start.value);
    scripts[seen.length - 1]?.(call);
  });
  return { method, seen };
}

const write = (call: SubscribeCall | TraceCall, ...frames: Buffer[]) => {
  for (const bytes of frames) {
    call.write(bytes);
  }
};
const finish = (...frames: Buffer[]) => {
  return (call: SubscribeCall | TraceCall): void => {
    write(call, ...frames);
    call.end();
  };
};
const broken = (call: SubscribeCall | TraceCall): void => {
  // As a proxy in between says it when the server behind it is gone.
  call.emit('error', { code: status.UNAVAILABLE, details: 'connection dropped' });
};
const breaking = (...frames: Buffer[]) => {
  return (call: SubscribeCall | TraceCall): void => {
    write(call, ...frames);
    broken(call);
  };
};

async function fake(...scripts: ((call: SubscribeCall) => void)[]) {
  const { method, seen } = scripted(...scripts);
  const server = await FakeServer.start(() => {}, method);
  return { server, client: connect(server.address), seen };
}

function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error,
  );
}

describe('a stream whose connection breaks', () => {
  it('goes on after the last record that it brought', async () => {
    const { server, client, seen } = await fake(
      breaking(header(1n), batch(1, 3)),
      breaking(header(4n)),
      // The server has not noticed yet that the stream before is gone.
      (call) => call.emit('error', failing(status.RESOURCE_EXHAUSTED, 'SUBSCRIBER_LIMIT')),
      breaking(header(4n), batch(4, 5)),
      finish(header(6n), batch(6, 6), ended(6n)),
    );
    await using _server = server;
    await using _client = client;
    const stream = client.subscribe({ session: SESSION }, { reconnect: FAST });
    expect(await collect(stream)).toEqual(['1', '2', '3', '4', '5', '6']);
    expect(seen).toEqual([undefined, 3n, 3n, 3n, 5n]);
    expect(stream.lastSerial).toBe(6n);
    expect(stream.ended?.lastSerial).toBe(6n);
  });

  it('goes on when the server itself was away', async () => {
    const { server, client, seen } = await fake(
      (call) => write(call, header(1n), batch(1, 2)),
      finish(header(3n), batch(3, 3), ended(3n)),
    );
    await using _server = server;
    await using _client = client;
    const stream = client.subscribe({ session: SESSION }, { reconnect: FAST });
    const items: string[] = [];
    for await (const item of stream) {
      items.push(label(item));
      if (items.length === 2) {
        await server.restart();
      }
    }
    expect(items).toEqual(['1', '2', '3']);
    expect(seen).toEqual([undefined, 2n]);
  });

  it('goes on from where its filter had left it, by batch, heartbeat or loss', async () => {
    const heartbeat = frame({ case: 'heartbeat', value: { lastSerial: 20n } });
    const filtered = frame({
      case: 'batch',
      value: { records: [{ serial: 2n }], lastSerial: 10n },
    });
    const { server, client, seen } = await fake(
      breaking(header(1n), filtered),
      breaking(header(11n), heartbeat),
      breaking(header(21n), lost(21n, 25n)),
      finish(header(26n), ended(26n, 0n)),
    );
    await using _server = server;
    await using _client = client;
    const stream = client.subscribe({ session: SESSION }, { reconnect: FAST });
    expect(await collect(stream)).toEqual(['2', 'lost 21-25']);
    expect(seen).toEqual([undefined, 10n, 20n, 25n]);
    expect(stream.lostRecords).toBe(5n);
    expect(stream.ended?.lostRecords).toBe(5n);
  });

  it('brings no record twice where the server repeats some', async () => {
    const { server, client } = await fake(
      breaking(header(1n), batch(1, 3)),
      finish(header(1n), batch(1, 2), batch(2, 4), batch(5, 5), ended(5n)),
    );
    await using _server = server;
    await using _client = client;
    const stream = client.subscribe({ session: SESSION }, { reconnect: FAST });
    expect(await collect(stream)).toEqual(['1', '2', '3', '4', '5']);
  });

  it.each([
    ['tells of them', [header(4n), lost(4n, 7n), batch(8, 8), ended(8n, 4n)]],
    ['starts later', [header(8n), batch(8, 8), ended(8n)]],
    ['does both', [header(8n), lost(4n, 7n), batch(8, 8), ended(8n, 4n)]],
  ])('has a loss where records are gone, if the server %s', async (_, frames) => {
    const { server, client } = await fake(breaking(header(1n), batch(1, 3)), finish(...frames));
    await using _server = server;
    await using _client = client;
    const stream = client.subscribe({ session: SESSION }, { reconnect: FAST });
    expect(await collect(stream)).toEqual(['1', '2', '3', 'lost 4-7', '8']);
    expect(stream.lostRecords).toBe(4n);
    expect(stream.ended?.lostRecords).toBe(4n);
  });

  it('has one header', async () => {
    const { server, client } = await fake(
      breaking(header(1n), batch(1, 1)),
      finish(header(2n), ended(1n)),
    );
    await using _server = server;
    await using _client = client;
    const kinds: string[] = [];
    for await (const { case: kind } of client
      .subscribe({ session: SESSION }, { reconnect: FAST })
      .frames()) {
      kinds.push(kind);
    }
    expect(kinds).toEqual(['header', 'batch', 'ended']);
  });

  it('is at its end where only the last words of the call are missing', async () => {
    const { server, client, seen } = await fake(breaking(header(1n), batch(1, 1), ended(1n)));
    await using _server = server;
    await using _client = client;
    const stream = client.subscribe({ session: SESSION }, { reconnect: FAST });
    expect(await collect(stream)).toEqual(['1']);
    expect(seen).toHaveLength(1);
  });
});

describe('a stream that cannot go on', () => {
  it('throws SESSION_NOT_FOUND where the server was started anew', async () => {
    const { server, client } = await fake(breaking(header(1n), batch(1, 3)), (call) => {
      call.emit('error', failing(status.NOT_FOUND, 'SESSION_NOT_FOUND'));
    });
    await using _server = server;
    await using _client = client;
    const stream = client.subscribe({ session: SESSION }, { reconnect: FAST });
    const items: string[] = [];
    const error = await failure(
      (async () => {
        for await (const item of stream) {
          items.push(label(item));
        }
      })(),
    );
    expect(error).toMatchObject({ code: 'NOT_FOUND', reason: 'SESSION_NOT_FOUND' });
    expect(items).toEqual(['1', '2', '3']);
  });

  it('throws after as many attempts as it may make, and tells of each', async () => {
    const { server, client } = await fake((call) => write(call, header(1n), batch(1, 1)));
    await using _server = server;
    await using _client = client;
    const attempts: number[] = [];
    const onDisconnect = (error: PtracedError, attempt: number): void => {
      expect(error.isConnectionLoss).toBe(true);
      attempts.push(attempt);
    };
    const reconnect = { ...FAST, maxAttempts: 3, onDisconnect };
    const stream = client.subscribe({ session: SESSION }, { reconnect });
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    server.kill();
    expect(await failure(iterator.next())).toMatchObject({ isConnectionLoss: true });
    expect(attempts).toEqual([0, 1, 2, 3]);
  });

  it('counts attempts anew once something came', async () => {
    const { server, client, seen } = await fake(
      breaking(header(1n), batch(1, 1)),
      breaking(header(2n), batch(2, 2)),
      breaking(header(3n), batch(3, 3)),
      finish(header(4n), ended(3n)),
    );
    await using _server = server;
    await using _client = client;
    const reconnect = { ...FAST, maxAttempts: 1 };
    expect(await collect(client.subscribe({ session: SESSION }, { reconnect }))).toHaveLength(3);
    expect(seen).toHaveLength(4);
  });

  it('counts on where a connection always breaks before anything has come', async () => {
    const { server, client, seen } = await fake(
      breaking(header(1n), batch(1, 1)),
      ...Array.from({ length: 9 }, () => breaking(header(2n))),
    );
    await using _server = server;
    await using _client = client;
    const reconnect = { ...FAST, maxAttempts: 3 };
    const error = await failure(collect(client.subscribe({ session: SESSION }, { reconnect })));
    expect(error).toMatchObject({ isConnectionLoss: true });
    expect(seen).toHaveLength(4);
  });

  it('does not try where it is told not to, nor where the first call fails', async () => {
    const once = await fake(breaking(header(1n)));
    await using _server = once.server;
    await using _client = once.client;
    const stream = once.client.subscribe({ session: SESSION }, { reconnect: { maxAttempts: 0 } });
    expect(await failure(collect(stream))).toMatchObject({ isConnectionLoss: true });
    expect(once.seen).toHaveLength(1);

    const never = await fake(broken, finish(header(1n), ended(0n)));
    await using _server2 = never.server;
    await using _client2 = never.client;
    const refused = never.client.subscribe({ session: SESSION }, { reconnect: FAST });
    expect(await failure(collect(refused))).toMatchObject({ isConnectionLoss: true });
    expect(never.seen).toHaveLength(1);
  });

  it.each([
    ['its signal fires', (_: RecordStream, abort: AbortController) => abort.abort(new Error('x'))],
    ['it is disposed of', (stream: RecordStream) => void stream[Symbol.asyncDispose]()],
  ])('stops waiting for the server when %s', async (_, stop) => {
    const { server, client } = await fake((call) => write(call, header(1n), batch(1, 1)));
    await using _server = server;
    await using _client = client;
    const abort = new AbortController();
    // Longer than the test may take.
    const reconnect = { initialDelayMs: 600_000, maxDelayMs: 600_000 };
    const stream = client.subscribe({ session: SESSION }, { reconnect, signal: abort.signal });
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    const waiting = failure(iterator.next());
    server.kill();
    stop(stream, abort);
    const error = await waiting;
    if (abort.signal.aborted) {
      expect(error).toBe(abort.signal.reason);
    } else {
      expect(error).toMatchObject({ isConnectionLoss: true });
    }
  });
});

describe('trace', () => {
  const first = (call: TraceCall): void => breaking(header(1n), batch(1, 2))(call);

  it('goes on by Subscribe where its session outlives it', async () => {
    const requests: SubscribeCall['request'][] = [];
    await using server = await FakeServer.start(
      first,
      streaming(TraceService.method.subscribe, (call) => {
        requests.push(call.request);
        finish(header(3n), batch(3, 3), ended(3n))(call);
      }),
    );
    await using client = connect(server.address);
    const request = { onDisconnect: OrphanAction.KEEP };
    expect(await collect(client.trace(request, { reconnect: FAST }))).toEqual(['1', '2', '3']);
    expect(requests).toMatchObject([
      {
        session: SESSION,
        start: { case: 'afterSerial', value: 2n },
        lossless: true,
        holdsLease: true,
      },
    ]);
  });

  it.each([OrphanAction.UNSPECIFIED, OrphanAction.KILL, OrphanAction.DETACH])(
    'throws where its session ends with it (%i)',
    async (onDisconnect) => {
      await using server = await FakeServer.start(first);
      await using client = connect(server.address);
      const error = await failure(collect(client.trace({ onDisconnect }, { reconnect: FAST })));
      expect(error).toMatchObject({ isConnectionLoss: true });
    },
  );
});
