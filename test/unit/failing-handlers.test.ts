/** Fault 15: an exception in any handler is INTERNAL to that call alone, and its cause is in the log alone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { DescMethod } from '@bufbuild/protobuf';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ControlService } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { MemoryService } from '../../src/gen/ptraced/v1/memory_service_pb.js';
import { ServerService } from '../../src/gen/ptraced/v1/server_service_pb.js';
import { TraceService } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { bindService } from '../../src/rpc/bind-service.js';
import type { ServiceHandlers } from '../../src/rpc/handlers.js';
import { Client } from '../support/rpc.js';

const services = [TraceService, ControlService, MemoryService, ServerService] as const;
const methods = services.flatMap((service) => service.methods);

const cause = 'the secret cause';

function fail(): never {
  throw new Error(cause);
}

/** A stream that rejects with that before its first message. */
function rejecting(reason: unknown): AsyncIterable<never> {
  const next = async () => {
    await new Promise(setImmediate);
    throw reason;
  };
  return { [Symbol.asyncIterator]: () => ({ next }) };
}

/** How handlers of one message fail, and handlers of streams. */
const ways = {
  'at once': { unary: fail, stream: fail },
  later: {
    unary: () => new Promise((_, reject) => setImmediate(() => reject(new Error(cause)))),
    stream: () => rejecting(new Error(cause)),
  },
  'with what is no error': {
    unary: () => Promise.reject(undefined),
    stream: () => rejecting(null),
  },
  'in the middle of a stream': {
    unary: fail,
    async *stream() {
      yield {};
      fail();
    },
  },
} as const;

let folder: string;
let server: Server;
let log: string[];
let failing: keyof typeof ways | undefined;
let endStream: () => void;

/** Handlers that work until `failing` says how they fail; the stream of one that works ends by `endStream`. */
function handlerOf(method: DescMethod) {
  const streams = method.methodKind === 'server_streaming';
  return (): unknown => {
    if (failing !== undefined) {
      const { unary, stream } = ways[failing];
      return streams ? stream() : unary();
    }
    return streams ? working() : {};
  };
}

async function* working() {
  yield {};
  await new Promise<void>((resolve) => {
    endStream = resolve;
  });
  yield {};
}

beforeEach(async () => {
  log = [];
  failing = undefined;
  folder = mkdtempSync(`${tmpdir()}/ptraced-unit-`);
  server = new Server();
  const environment = {
    log: pino({}, { write: (line) => void log.push(line) }),
    principalOf: () => 'somebody',
  };
  for (const service of services) {
    const handlers = Object.fromEntries(
      service.methods.map((method) => [method.localName, handlerOf(method)]),
    );
    bindService(server, service, handlers as never as ServiceHandlers<never>, environment);
  }
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${folder}/socket`, ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(),
    );
  });
});

afterEach(() => {
  server.forceShutdown();
  rmSync(folder, { recursive: true });
});

test.each(Object.keys(ways) as (keyof typeof ways)[])('of every method, %s', async (way) => {
  await using client = new Client(`unix:${folder}/socket`);
  await using other = new Client(`unix:${folder}/socket`);
  const path = (method: DescMethod) => `/${method.parent.typeName}/${method.name}`;
  const streams = [client, other].map((whose) => whose.stream(TraceService.method.trace, {}));
  for (const stream of streams) {
    stream.on('error', () => {}); // their status tells
  }
  const first = streams.map((stream) => new Promise((resolve) => stream.once('data', resolve)));
  await first[0];
  const endFirst = endStream;
  await first[1];

  failing = way;
  for (const method of methods) {
    log.length = 0;
    const answer = await client.raw(path(method), Buffer.alloc(0));
    expect(answer, method.name).toEqual({
      code: status.INTERNAL,
      details: 'TRACER_FAILURE: internal error; the log of the server tells more',
    });
    const [line, ...more] = log.map((text) => JSON.parse(text));
    expect(more).toEqual([]);
    expect(line).toMatchObject({ level: 50, method: method.name, msg: 'unforeseen error' });
    if (way !== 'with what is no error') {
      expect(line.err.message).toBe(cause);
    }
  }

  failing = undefined;
  // Streams that were open stay open, those of the same connection too.
  const ends = streams.map(
    (stream) => new Promise((resolve) => stream.once('status', ({ code }) => resolve(code))),
  );
  endFirst();
  endStream();
  for (const stream of streams) {
    stream.resume();
  }
  expect(await Promise.all(ends)).toEqual([status.OK, status.OK]);
  expect(await other.raw(path(methods[1] as DescMethod), Buffer.alloc(0))).toMatchObject({
    code: status.OK,
  });
});
