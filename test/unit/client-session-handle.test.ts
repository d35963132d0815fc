/** Sessions that a program holds; lists, and streams that are not of records. */

import { setTimeout } from 'node:timers/promises';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import {
  ControlService,
  type CreateSessionRequestSchema,
  connect,
  DumpMemoryResponseSchema,
  type EndSessionRequest,
  MemoryService,
  OrphanAction,
  SearchMemoryResponseSchema,
  TraceService,
  type UpdateSessionRequest,
} from '../../src/client/index.js';
import { answering, FakeServer, failing, streaming } from './client-fake-server.js';

const { createSession, updateSession, endSession, getSession, listSessions } = TraceService.method;
const NAME = 'sessions/1';
/** Three renewals in 60 ms. */
const LEASE = { ttl: { nanos: 60_000_000 }, orphanAction: OrphanAction.KILL };

type Renewal = (request: UpdateSessionRequest) => MessageInitShape<typeof updateSession.output>;

/** A server with one session, that tells what was asked of it. */
async function fake(renew: Renewal = () => ({ effectiveSerial: 7n })) {
  const renewals: UpdateSessionRequest[] = [];
  const ends: EndSessionRequest[] = [];
  const server = await FakeServer.start(
    () => {},
    answering(createSession, ({ lease }) => ({
      session: { name: NAME, rootPid: 7, ...(lease && { lease }) },
    })),
    answering(getSession, ({ name }) => ({ session: { name, liveTasks: 3 } })),
    answering(updateSession, (request) => {
      renewals.push(request);
      return renew(request);
    }),
    answering(endSession, (request) => {
      ends.push(request);
      return { session: { name: request.name } };
    }),
  );
  return { server, client: connect(server.address), renewals, ends };
}

const REQUEST: MessageInitShape<typeof CreateSessionRequestSchema> = {
  target: { case: 'launch', value: { argv: ['sleep', '9'] } },
  lease: LEASE,
};

describe('a session that is held', () => {
  it('has its lease renewed as it was made, and is ended with its handle', async () => {
    const { server, client, renewals, ends } = await fake();
    await using _server = server;
    await using _client = client;
    {
      await using session = await client.createSession(REQUEST);
      expect(session).toMatchObject({ name: NAME, rootPid: 7 });
      expect(await session.get()).toMatchObject({ liveTasks: 3 });
      await expect.poll(() => renewals.length, { timeout: 5000 }).toBeGreaterThan(2);
      expect(ends).toEqual([]);
      expect(session.leaseLost.aborted).toBe(false);
    }
    expect(ends).toMatchObject([{ name: NAME, action: OrphanAction.UNSPECIFIED }]);
    expect(renewals[0]).toMatchObject({
      session: { name: NAME, lease: LEASE },
      updateMask: { paths: ['lease'] },
    });
  });

  it('stays where that is asked for', async () => {
    const { server, client, ends } = await fake();
    await using _server = server;
    await using _client = client;
    await (await client.createSession(REQUEST, { keep: true }))[Symbol.asyncDispose]();
    await (await client.createSession(REQUEST)).keep()[Symbol.asyncDispose]();
    expect(ends).toEqual([]);
  });

  it('is ended once, as it is told', async () => {
    const { server, client, ends } = await fake();
    await using _server = server;
    await using _client = client;
    {
      await using session = await client.createSession(REQUEST);
      expect(await session.end(OrphanAction.DETACH)).toMatchObject({ name: NAME });
    }
    expect(ends).toMatchObject([{ action: OrphanAction.DETACH }]);
  });

  it('is changed by what is named', async () => {
    const { server, client, renewals } = await fake();
    await using _server = server;
    await using _client = client;
    await using session = await client.createSession({ ...REQUEST, lease: { ttl: {} } });
    expect(await session.update({ labels: { a: 'b' } }, ['labels'])).toBe(7n);
    expect(renewals).toMatchObject([
      { session: { name: NAME, labels: { a: 'b' } }, updateMask: { paths: ['labels'] } },
    ]);
  });

  it('has its lease renewed as it was changed', async () => {
    const { server, client, renewals } = await fake(({ session }) => ({
      session: { name: NAME, ...(session?.lease && { lease: session.lease }) },
    }));
    await using _server = server;
    await using _client = client;
    await using session = await client.createSession({
      ...REQUEST,
      lease: { ...LEASE, ttl: { seconds: 3600n } },
    });
    const lease = { ...LEASE, orphanAction: OrphanAction.KEEP };
    await session.update({ lease }, ['lease']);
    await expect.poll(() => renewals.length, { timeout: 5000 }).toBeGreaterThan(2);
    expect(
      renewals.every((renewal) => renewal.session?.lease?.orphanAction === OrphanAction.KEEP),
    ).toBe(true);
    expect(renewals.at(-1)?.session?.lease).toMatchObject(lease);
  });

  it('is held as before where it could not be ended', async () => {
    const { server, client, renewals } = await fake();
    await using _server = server;
    await using _client = client;
    const session = await client.createSession(REQUEST);
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(session.end(OrphanAction.KILL, { signal })).rejects.toThrow('too late');
    const before = renewals.length;
    await expect.poll(() => renewals.length, { timeout: 5000 }).toBeGreaterThan(before + 1);
    await session[Symbol.asyncDispose]();
  });

  it('tells when the server knows it no more', async () => {
    const { server, client } = await fake(() => {
      throw failing(status.NOT_FOUND, 'SESSION_NOT_FOUND');
    });
    await using _server = server;
    await using _client = client;
    await using session = await client.createSession(REQUEST);
    await expect.poll(() => session.leaseLost.aborted, { timeout: 5000 }).toBe(true);
    expect(session.leaseLost.reason).toMatchObject({ reason: 'SESSION_NOT_FOUND' });
  });

  it('is renewed no more, and not taken for lost, once it has ended', async () => {
    const { server, client, renewals } = await fake(() => {
      throw failing(status.FAILED_PRECONDITION, 'SESSION_ENDED');
    });
    await using _server = server;
    await using _client = client;
    await using session = await client.createSession(REQUEST);
    await expect.poll(() => renewals.length, { timeout: 5000 }).toBe(1);
    // Several times the time after which the next would come.
    await setTimeout(200);
    expect(renewals).toHaveLength(1);
    expect(session.leaseLost.aborted).toBe(false);
  });

  it('is renewed again after a server was away', async () => {
    let failures = 0;
    const { server, client, renewals } = await fake(() => {
      failures += 1;
      if (failures < 3) {
        throw Object.assign(new Error('away'), { code: status.UNAVAILABLE, details: 'away' });
      }
      return {};
    });
    await using _server = server;
    await using _client = client;
    await using session = await client.createSession(REQUEST);
    await expect.poll(() => renewals.length, { timeout: 5000 }).toBeGreaterThan(3);
    expect(session.leaseLost.aborted).toBe(false);
  });

  it('is left to its lease where the server cannot be reached', async () => {
    const { server, client } = await fake();
    await using _server = server;
    await using _client = client;
    const session = await client.createSession(REQUEST);
    server.kill();
    await session[Symbol.asyncDispose]();
  });
});

describe('lists', () => {
  it('come page by page as one', async () => {
    const tokens: string[] = [];
    const pages: Record<string, MessageInitShape<typeof listSessions.output>> = {
      '': { sessions: [{ name: 'sessions/a' }, { name: 'sessions/b' }], nextPageToken: 'x' },
      x: { sessions: [], nextPageToken: 'y' },
      y: { sessions: [{ name: 'sessions/c' }] },
    };
    const list = answering(listSessions, ({ pageToken, labels }) => {
      tokens.push(`${pageToken} ${labels['a']}`);
      return pages[pageToken] ?? {};
    });
    const tasks = answering(ControlService.method.listTasks, ({ session }) => ({
      tasks: [{ tid: session === NAME ? 5 : 0 }],
    }));
    const processes = answering(ControlService.method.listProcesses, () => ({
      processes: [{ pid: 4 }],
    }));
    await using server = await FakeServer.start(() => {}, list, tasks, processes);
    await using client = connect(server.address);
    const names: string[] = [];
    for await (const { name } of client.sessions({ labels: { a: 'b' } })) {
      names.push(name);
    }
    expect(names).toEqual(['sessions/a', 'sessions/b', 'sessions/c']);
    expect(tokens).toEqual([' b', 'x b', 'y b']);
    for await (const { tid } of client.tasks({ session: NAME })) {
      expect(tid).toBe(5);
    }
    for await (const { pid } of client.processes()) {
      expect(pid).toBe(4);
    }
  });
});

describe('memory', () => {
  const parts = [{ address: 4096n, data: new Uint8Array([1, 2]) }, { unreadable: 9n }];
  const dump = streaming(MemoryService.method.dumpMemory, (call) => {
    for (const part of parts) {
      call.write(
        Buffer.from(toBinary(DumpMemoryResponseSchema, create(DumpMemoryResponseSchema, part))),
      );
    }
    if (call.request.size === 1n) {
      call.end();
    } else if (call.request.size === 2n) {
      call.emit('error', failing(status.OUT_OF_RANGE, 'ADDRESS_UNMAPPED'));
    }
  });
  const search = streaming(MemoryService.method.searchMemory, (call) => {
    const response = create(SearchMemoryResponseSchema, { addresses: [5n], totalBytes: 6n });
    call.write(Buffer.from(toBinary(SearchMemoryResponseSchema, response)));
    call.end();
  });

  it('is iterated to its end, to an error, to an abort', async () => {
    await using server = await FakeServer.start(() => {}, dump, search);
    await using client = connect(server.address);
    const seen = async (size: bigint, signal?: AbortSignal) => {
      const parts: [bigint, bigint][] = [];
      for await (const { address, unreadable } of client.dumpMemory({ size }, { signal })) {
        parts.push([address, unreadable]);
      }
      return parts;
    };
    expect(await seen(1n)).toEqual([
      [4096n, 0n],
      [0n, 9n],
    ]);
    await expect(seen(2n)).rejects.toMatchObject({ reason: 'ADDRESS_UNMAPPED' });
    await expect(seen(3n, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    for await (const _ of client.dumpMemory({ size: 3n })) {
      break;
    }
    await using open = client.dumpMemory({ size: 3n });
    void open;
    for await (const { addresses } of client.searchMemory({})) {
      expect(addresses).toEqual([5n]);
    }
  });
});
