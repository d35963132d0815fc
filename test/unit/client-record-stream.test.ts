/** What a client sees of a stream: order, loss, end, errors, cancellation, backpressure. */

import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { connect, isLost, PtracedError, type StreamItem } from '../../src/client/index.js';
import { errorMetadata, FakeServer, frame, type TraceCall } from './client-fake-server.js';

const HEADER = frame({ case: 'header', value: { session: 'sessions/1', rootPid: 7 } });
const ENDED = frame({ case: 'ended', value: { cause: 1, lastSerial: 9n } });

function batch(...serials: bigint[]): Buffer {
  const records = serials.map((serial) => ({ serial, text: `call ${serial}` }));
  return frame({ case: 'batch', value: { records, lastSerial: serials.at(-1) ?? 0n } });
}

async function collect(stream: AsyncIterable<StreamItem>): Promise<string[]> {
  const items: string[] = [];
  for await (const item of stream) {
    items.push(isLost(item) ? `lost ${item.count}` : item.text);
  }
  return items;
}

function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error,
  );
}

async function fake(trace: (call: TraceCall) => void) {
  const server = await FakeServer.start(trace);
  return { server, client: connect(server.address) };
}

describe('records', () => {
  it('come in order, with losses in their place', async () => {
    const { server, client } = await fake((call) => {
      call.write(HEADER);
      call.write(batch(1n, 2n));
      call.write(frame({ case: 'heartbeat', value: { lastSerial: 2n } }));
      call.write(frame({ case: 'lost', value: { count: 6n, firstSerial: 3n, lastSerial: 8n } }));
      call.write(batch(9n));
      call.write(ENDED);
      call.end();
    });
    await using _server = server;
    await using _client = client;
    const stream = client.trace({});
    expect(await collect(stream)).toEqual(['call 1', 'call 2', 'lost 6', 'call 9']);
    expect(stream.header?.rootPid).toBe(7);
    expect(stream.ended?.lastSerial).toBe(9n);
    expect(stream.lostRecords).toBe(6n);
  });

  it('come with the request that was made', async () => {
    let target: unknown;
    const { server, client } = await fake((call) => {
      target = call.request.target.value;
      call.write(ENDED);
      call.end();
    });
    await using _server = server;
    await using _client = client;
    await collect(client.trace({ target: { case: 'attach', value: { pid: 12 } } }));
    expect(target).toMatchObject({ pid: 12 });
  });

  it('of a frame that is not known are passed over', async () => {
    const { server, client } = await fake((call) => {
      call.write(Buffer.from([0x9a, 0x06, 0x00])); // field 99, empty
      call.write(batch(1n));
      call.write(ENDED);
      call.end();
    });
    await using _server = server;
    await using _client = client;
    expect(await collect(client.trace({}))).toEqual(['call 1']);
  });
});

describe('errors', () => {
  it('carry code, reason and message', async () => {
    const { server, client } = await fake((call) => {
      const code = status.NOT_FOUND;
      const details = 'PROCESS_NOT_FOUND: no process 12';
      const info = { reason: 'PROCESS_NOT_FOUND', domain: 'ptraced', metadata: { pid: '12' } };
      call.emit('error', { code, details, metadata: errorMetadata(code, info) });
    });
    await using _server = server;
    await using _client = client;
    const error = await failure(collect(client.trace({})));
    expect(error).toBeInstanceOf(PtracedError);
    expect(error).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'PROCESS_NOT_FOUND',
      domain: 'ptraced',
      metadata: { pid: '12' },
      message: 'PROCESS_NOT_FOUND: no process 12',
      fieldViolations: [],
      isConnectionLoss: false,
    });
  });

  it('name the fields that were not accepted', async () => {
    const { server, client } = await fake((call) => {
      const code = status.INVALID_ARGUMENT;
      const violation = { field: 'capture.max_string_bytes', description: 'at most 1 MiB' };
      const info = { reason: 'FIELD_INVALID', domain: 'ptraced' };
      const metadata = errorMetadata(code, info, { fieldViolations: [violation] });
      call.emit('error', { code, details: 'FIELD_INVALID', metadata });
    });
    await using _server = server;
    await using _client = client;
    expect(await failure(collect(client.trace({})))).toMatchObject({
      reason: 'FIELD_INVALID',
      fieldViolations: [{ field: 'capture.max_string_bytes', description: 'at most 1 MiB' }],
    });
  });

  it('come after the records before them', async () => {
    const { server, client } = await fake((call) => {
      call.write(batch(1n));
      call.emit('error', { code: status.INTERNAL, details: 'TRACER_FAILURE' });
    });
    await using _server = server;
    await using _client = client;
    const stream = client.trace({})[Symbol.asyncIterator]();
    expect((await stream.next()).value).toMatchObject({ serial: 1n });
    expect(await failure(stream.next())).toMatchObject({ code: 'INTERNAL', reason: '' });
  });

  it('wait for whoever iterates later', async () => {
    const { server, client } = await fake((call) => {
      call.emit('error', { code: status.RESOURCE_EXHAUSTED, details: 'SESSION_LIMIT' });
    });
    await using _server = server;
    await using _client = client;
    const stream = client.trace({});
    // The answer to a later call comes after that to an earlier one.
    await failure(collect(client.trace({})));
    expect(await failure(collect(stream))).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
  });

  it('tell a server that is not there', async () => {
    await using client = connect('unix:/nonexistent/ptraced.sock');
    const error = await failure(collect(client.trace({})));
    expect(error).toMatchObject({ code: 'UNAVAILABLE', isConnectionLoss: true });
  });

  it('tell a connection that broke', async () => {
    const { server, client } = await fake((call) => call.write(HEADER));
    await using _server = server;
    await using _client = client;
    const frames = client.trace({}).frames();
    await frames.next();
    server.kill();
    expect(await failure(frames.next())).toMatchObject({ isConnectionLoss: true });
  });

  it('tell a stream without its end', async () => {
    const { server, client } = await fake((call) => {
      call.write(HEADER);
      call.end();
    });
    await using _server = server;
    await using _client = client;
    expect(await failure(collect(client.trace({})))).toMatchObject({ code: 'INTERNAL' });
  });

  it('tell bytes that are no frame', async () => {
    const { server, client } = await fake((call) => {
      call.write(Buffer.from([0x12, 0x7f, 0x01]));
      call.end();
    });
    await using _server = server;
    await using _client = client;
    expect(await failure(collect(client.trace({})))).toBeInstanceOf(Error);
  });
});

describe('cancellation', () => {
  it('by signal throws its reason and reaches the server', async () => {
    const cancelled = withResolvers();
    const { server, client } = await fake((call) => {
      call.write(HEADER);
      call.on('cancelled', cancelled.resolve);
    });
    await using _server = server;
    await using _client = client;
    const abort = new AbortController();
    const stream = client.trace({}, { signal: abort.signal });
    const frames = stream.frames();
    await frames.next();
    const reason = new Error('enough');
    abort.abort(reason);
    expect(await failure(frames.next())).toBe(reason);
    await cancelled.promise;
  });

  it('by a signal that has fired already', async () => {
    const { server, client } = await fake((call) => call.write(HEADER));
    await using _server = server;
    await using _client = client;
    const signal = AbortSignal.abort(new Error('before'));
    expect(await failure(collect(client.trace({}, { signal })))).toBe(signal.reason);
  });

  it('by leaving the loop, by disposing of the stream and of the client', async () => {
    let open = 0;
    const { server, client } = await fake((call) => {
      open += 1;
      call.write(batch(1n));
      call.on('cancelled', () => {
        open -= 1;
      });
    });
    await using _server = server;
    for await (const _item of client.trace({})) {
      break;
    }
    {
      await using stream = client.trace({});
      await stream.frames().next();
    }
    await client.trace({}).frames().next();
    await client[Symbol.asyncDispose]();
    await expect.poll(() => open, { timeout: 5000 }).toBe(0);
  });

  it('by deadline', async () => {
    const { server, client } = await fake((call) => call.write(HEADER));
    await using _server = server;
    await using _client = client;
    const error = await failure(collect(client.trace({}, { timeoutMs: 50 })));
    expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });
});

describe('connected', () => {
  it('connects before the first call', async () => {
    const { server, client } = await fake(() => {});
    await using _server = server;
    await using _client = client;
    await client.connected(5000);
  });

  it('rejects where there is no server', async () => {
    await using client = connect('unix:/nonexistent/ptraced.sock');
    expect(await failure(client.connected(100))).toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('backpressure', () => {
  it('reads nothing ahead but what the channel holds', async () => {
    const big = frame({
      case: 'batch',
      value: { records: [{ text: 'x'.repeat(65_000) }], lastSerial: 1n },
    });
    const frames = 400;
    let written = 0;
    const flood = async (call: TraceCall): Promise<void> => {
      for (; written < frames; written += 1) {
        if (!call.write(big)) {
          await once(call, 'drain');
        }
      }
      call.write(ENDED);
      call.end();
    };
    const { server, client } = await fake((call) => void flood(call));
    await using _server = server;
    await using _client = client;
    const stream = client.trace({}).frames();
    await stream.next();
    // Nothing tells that a writer will not go on: it has stood still for a while.
    let before = -1;
    while (written !== before) {
      before = written;
      await setTimeout(200);
    }
    expect(written).toBeLessThan(100);
    let received = 1;
    for await (const { case: kind } of stream) {
      received += kind === 'batch' ? 1 : 0;
    }
    expect(received).toBe(frames);
  });
});

/** Promise.withResolvers, which Node has from 22 on. */
function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
