/** CreateSession: sessions that outlive their call. */
import { writeFileSync } from 'node:fs';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { describe, expect } from 'vitest';
import { RecordKind } from '../../src/gen/ptraced/v1/record_pb.js';
import {
  DecodeMode,
  EndCause,
  OrphanAction,
  OverflowPolicy,
  RecordMode,
  SessionState,
} from '../../src/gen/ptraced/v1/session_pb.js';
import { TraceService } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import * as proc from '../support/proc.js';
import { Client, refusal } from '../support/rpc.js';
import { type CreateInit, create, ended, launching, ms, TestSession } from '../support/session.js';
import { Subscription } from '../support/subscription.js';

const { createSession, listSessions } = TraceService.method;
const { RUNNING, ENDED } = SessionState;

describe('CreateSession', () => {
  test('says everything of the session, every default filled in', async ({ client }) => {
    const before = Date.now();
    const env = ['PATH=/bin:/usr/bin', 'A_NAME=a=value'];
    await using session = await create(client, {
      target: { case: 'launch', value: { argv: ['sleep', '60'], env } },
      labels: { team: 'a' },
      lease: { ttl: undefined },
    } as CreateInit);
    const now = await session.get();
    expect(now).toMatchObject({
      name: expect.stringMatching(/^sessions\/[0-9a-f]{24}$/),
      state: RUNNING,
      owner: 'uid:0',
      endCause: EndCause.UNSPECIFIED,
      target: { case: 'launch', value: { env: ['PATH=[redacted]', 'A_NAME=[redacted]'] } },
      capture: {
        mode: RecordMode.ENTER_EXIT,
        decode: DecodeMode.TEXT,
        maxStringBytes: 32,
        ringBytes: 16 * 1024 * 1024,
        overflow: OverflowPolicy.BLOCK,
        maxBlock: ms(0),
        filter: { syscalls: [] },
        follow: { noThreads: false },
      },
      rules: { inject: [], stop: [], signals: [] },
      lease: { ttl: ms(60_000), orphanAction: OrphanAction.KILL },
      liveTasks: 1,
      subscribers: 0,
      labels: { team: 'a' },
      filteredInKernel: false,
    });
    expect(now.endTime).toBeUndefined();
    expect(proc.alive(now.rootPid)).toBe(true);
    const createTime = timestampMs(now.createTime as never);
    expect(createTime).toBeGreaterThanOrEqual(before);
    expect(timestampMs(now.lease?.expireTime as never) - createTime).toBeGreaterThanOrEqual(60_000);
    expect(now.etag).toBe(session.created.etag);
  });

  test('keeps secrets of arguments to itself', async ({ client }) => {
    await using session = await create(client, launching(['/bin/echo', '--token=abc', 'x']));
    expect(session.created.target.value).toMatchObject({
      argv: ['/bin/echo', '--token=[redacted]', 'x'],
    });
  });

  test('makes what outlives the connection', async ({ client, server }) => {
    const short = new Client(server.address);
    const session = await create(short, launching(['sleep', '60']));
    await short[Symbol.asyncDispose]();
    await using same = new TestSession(client, session.created);
    expect((await same.get()).state).toBe(RUNNING);
    expect(proc.taskStatus(same.created.rootPid)?.tracer).toBe(server.pid);
  });

  test('is a flight recorder: under BLOCK nothing waits for a reader that never comes', async ({
    client,
  }) => {
    const capture = { overflow: OverflowPolicy.BLOCK, ringBytes: 64 * 1024 };
    const request = launching([fixture('call-flood'), '10000'], { capture });
    await using session = await create(client, request);
    const end = await ended(session);
    expect(end).toMatchObject({ endCause: EndCause.TRACEES_EXITED, rootExit: { exitCode: 0 } });
    expect(end.lastSerial).toBeGreaterThan(20_000n);
    expect(end.firstSerial).toBeGreaterThan(10_000n);
    expect(end.lostRecords).toBe(0n); // no lossless reader missed any
  });

  test('has what came before a crash', async ({ client }) => {
    await using session = await create(client, launching(['sh', '-c', 'kill -ABRT $$']));
    expect((await ended(session)).rootExit).toMatchObject({ signal: 6 });
    await using stream = new Subscription(client, { session: session.name });
    const { lastSerial, lostRecords } = await stream.finish();
    expect(lostRecords).toBe(0n);
    expect(stream.records).toHaveLength(Number(lastSerial));
    const last = stream.records.slice(-2).map(({ kind }) => kind);
    expect(last).toEqual([RecordKind.SIGNAL, RecordKind.TASK_EXIT]);
  });

  test('leaves nothing behind where the command cannot be started', async ({ client }) => {
    const before = (await client.unary(listSessions, { pageSize: 1000 })).sessions.length;
    const refused = await refusal(client.unary(createSession, launching(['/no/such/program'])));
    expect(refused).toMatchObject({ code: status.NOT_FOUND });
    expect((await client.unary(listSessions, { pageSize: 1000 })).sessions).toHaveLength(before);
  });

  const bad: [string, Parameters<typeof launching>[1]][] = [
    ['lease.ttl', { lease: { ttl: ms(10) } }],
    ['lease.ttl', { lease: { ttl: { seconds: 86_401n } } }],
    ['lease.ttl', { lease: { ttl: { seconds: -1n } } }],
    ['lease.orphan_action', { lease: { orphanAction: 77 as OrphanAction } }],
    ['labels', { labels: { '': 'x' } }],
    ['labels', { labels: { ['k'.repeat(64)]: 'x' } }],
    ['labels["k"]', { labels: { k: 'v'.repeat(256) } }],
    ['labels', { labels: Object.fromEntries([...Array(65).keys()].map((n) => [`k${n}`, ''])) }],
    ['request_id', { requestId: 'r'.repeat(129) }],
  ];
  for (const [index, [field, more]] of bad.entries()) {
    test(`refuses a bad ${field}, ${index}`, async ({ client }) => {
      const refused = await refusal(client.unary(createSession, launching(['sleep', '60'], more)));
      expect(refused.code).toBe(status.INVALID_ARGUMENT);
      expect(refused.details).toContain(`FIELD_INVALID: ${field}:`);
    });
  }

  test('needs a target', async ({ client }) => {
    const refused = await refusal(client.unary(createSession, {}));
    expect(refused.details).toContain('FIELD_INVALID: target:');
  });
});

describe('request_id', () => {
  test('said again makes nothing again, also while the first call is under way', async ({
    client,
    folder,
  }) => {
    const requestId = `id of ${folder}`;
    const request = launching(['sleep', '60'], { requestId });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => client.unary(createSession, request)),
    );
    const names = new Set(answers.map(({ session }) => session?.name));
    expect(names.size).toBe(1);
    await using session = await create(client, request);
    expect(names).toContain(session.name);
    expect((await session.get()).liveTasks).toBe(1);
    await using other = await create(client, launching(['sleep', '60'], { requestId: folder }));
    expect(other.name).not.toBe(session.name);
  });

  test('returns a session that has ended, too', async ({ client, folder }) => {
    const request = launching(['/bin/true'], { requestId: folder });
    await using session = await create(client, request);
    await ended(session);
    const again = await create(client, request);
    expect(again.created).toMatchObject({ name: session.name, state: ENDED });
  });

  test('of a call that failed is free', async ({ client, folder }) => {
    const script = `${folder}/script`;
    const request = launching([script], { requestId: folder });
    const refused = await refusal(client.unary(createSession, request));
    expect(refused.code).toBe(status.NOT_FOUND);
    writeFileSync(script, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    await using session = await create(client, request);
    expect((await ended(session)).rootExit?.exitCode).toBe(0);
  });
});
