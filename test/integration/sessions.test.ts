/** Sessions found, changed and ended. */
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { describe, expect } from 'vitest';
import {
  EndCause,
  OrphanAction,
  OverflowPolicy,
  SessionState,
} from '../../src/gen/ptraced/v1/session_pb.js';
import { TraceService } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import * as proc from '../support/proc.js';
import { startFixture } from '../support/program.js';
import { refusal } from '../support/rpc.js';
import { attaching, create, ended, launching, ms } from '../support/session.js';
import { launch, Trace } from '../support/trace.js';

const { getSession, listSessions, updateSession, endSession } = TraceService.method;
const { RUNNING, ENDED } = SessionState;

describe('GetSession', () => {
  test('tells of one that has ended', async ({ client }) => {
    await using session = await create(client, launching(['sh', '-c', 'exit 3']));
    const end = await ended(session);
    expect(end).toMatchObject({
      endCause: EndCause.TRACEES_EXITED,
      rootExit: { exitCode: 3, processEnded: true },
      liveTasks: 0,
      firstSerial: 1n,
    });
    expect(end.etag).not.toBe(session.created.etag);
    expect(timestampMs(end.endTime as never)).toBeGreaterThanOrEqual(
      timestampMs(end.createTime as never),
    );
    expect(end.lease?.expireTime).toBeUndefined();
  });

  test('tells how the root process ended while others of its session run on', async ({
    client,
  }) => {
    const argv = ['sh', '-c', 'sleep 60 & exit 5'];
    await using session = await create(client, launching(argv));
    const now = await eventually('the end of the root', async () => {
      const state = await session.get();
      return state.rootExit !== undefined && state;
    });
    expect(now).toMatchObject({ state: RUNNING, rootExit: { exitCode: 5, processEnded: true } });
    const end = await session.end();
    expect(end).toMatchObject({ state: ENDED, rootExit: { exitCode: 5 } });
  });

  test('tells of the session of a Trace', async ({ client }) => {
    await using trace = new Trace(client, launch(['sleep', '60']));
    const { session: name, rootPid } = await trace.started();
    const { session } = await client.unary(getSession, { name });
    expect(session).toMatchObject({ rootPid, state: RUNNING, subscribers: 1 });
    expect(session?.lease).toBeUndefined();
  });

  test('refuses a name that is none, and so does EndSession', async ({ client }) => {
    for (const name of ['', 'sessions/none', 'x'.repeat(5000)]) {
      const answers = [client.unary(getSession, { name }), client.unary(endSession, { name })];
      for (const refused of await Promise.all(answers.map(refusal))) {
        expect(refused.code).toBe(status.NOT_FOUND);
        expect(refused.details).toMatch(/^SESSION_NOT_FOUND/);
      }
    }
  });
});

describe('ListSessions', () => {
  test('goes page by page, newest first, also while others come and go', async ({
    client,
    folder,
  }) => {
    const labels = { test: folder };
    const names: string[] = [];
    const start = async () => {
      const session = await create(client, launching(['/bin/true'], { labels }));
      names.unshift(session.name);
      return session;
    };
    for (let count = 0; count < 5; count++) {
      await start();
    }
    const first = await client.unary(listSessions, { labels, pageSize: 2 });
    expect(first.sessions.map(({ name }) => name)).toEqual(names.slice(0, 2));
    await start();
    const pageToken = first.nextPageToken;
    const second = await client.unary(listSessions, { labels, pageSize: 2, pageToken });
    expect(second.sessions.map(({ name }) => name)).toEqual(names.slice(3, 5));
    const third = await client.unary(listSessions, { labels, pageToken: second.nextPageToken });
    expect(third.sessions.map(({ name }) => name)).toEqual(names.slice(5));
    expect(third.nextPageToken).toBe('');
    const same = await client.unary(listSessions, { labels, pageSize: 2, pageToken });
    expect(same.sessions.map(({ name }) => name)).toEqual(names.slice(3, 5));
  });

  test('selects by state and by labels', async ({ client, folder }) => {
    const mine = { test: folder };
    await using running = await create(
      client,
      launching(['sleep', '60'], { labels: { ...mine, kind: 'a' } }),
    );
    await using over = await create(
      client,
      launching(['/bin/true'], { labels: { ...mine, kind: 'b' } }),
    );
    await ended(over);
    const list = async (request: { states?: SessionState[]; labels: Record<string, string> }) =>
      (await client.unary(listSessions, request)).sessions.map(({ name }) => name);
    expect(await list({ labels: mine })).toEqual([over.name, running.name]);
    expect(await list({ labels: mine, states: [RUNNING] })).toEqual([running.name]);
    expect(await list({ labels: mine, states: [ENDED] })).toEqual([over.name]);
    expect(await list({ labels: mine, states: [RUNNING, ENDED] })).toHaveLength(2);
    expect(await list({ labels: { ...mine, kind: 'b' } })).toEqual([over.name]);
    expect(await list({ labels: { ...mine, kind: '' } })).toEqual([]);
  });

  test('refuses what is no page', async ({ client, folder }) => {
    const labels = { test: folder };
    for (let count = 0; count < 2; count++) {
      await create(client, launching(['/bin/true'], { labels }));
    }
    const { nextPageToken } = await client.unary(listSessions, { labels, pageSize: 1 });
    const refused = async (request: object) =>
      (await refusal(client.unary(listSessions, request))).details;
    expect(await refused({ labels, pageToken: 'forged' })).toMatch(/^PAGE_TOKEN_INVALID/);
    expect(await refused({ labels, pageToken: `${nextPageToken}AAAA` })).toMatch(/^PAGE_TOKEN_/);
    // Of another query.
    expect(await refused({ pageToken: nextPageToken })).toMatch(/^PAGE_TOKEN_INVALID/);
    expect(await refused({ pageSize: -1 })).toContain('FIELD_INVALID: page_size:');
    expect(await refused({ pageSize: 1001 })).toContain('FIELD_INVALID: page_size:');
    expect(await refused({ states: [9] })).toContain('FIELD_INVALID: states[0]:');
    expect(await refused({ states: [1, 0] })).toContain('FIELD_INVALID: states[1]:');
  });
});

describe('UpdateSession', () => {
  test('replaces what the mask names, and nothing else', async ({ client }) => {
    const labels = { a: '1' };
    await using session = await create(client, launching(['sleep', '60'], { labels }));
    const lease = { ttl: ms(600_000), orphanAction: OrphanAction.KEEP };
    const first = await session.update({ labels: { b: '2' }, lease }, ['lease']);
    expect(first.session).toMatchObject({ labels, lease });
    expect(first.effectiveSerial).toBe(0n);
    const second = await session.update({ labels: { b: '2' } }, ['labels']);
    expect(second.session).toMatchObject({ labels: { b: '2' }, lease });
    const third = await session.update({}, ['labels']);
    expect(third.session?.labels).toEqual({});
    const etags = [session.created.etag, ...[first, second, third].map((it) => it.session?.etag)];
    expect(new Set(etags).size).toBe(4);
    expect(await session.get()).toMatchObject({ labels: {}, lease, etag: etags[3] });
  });

  test('without a mask replaces what is set', async ({ client }) => {
    const labels = { a: '1' };
    await using session = await create(client, launching(['sleep', '60'], { labels }));
    const { session: now } = await session.update({ lease: { ttl: ms(600_000) } });
    expect(now).toMatchObject({ labels, lease: { ttl: ms(600_000) } });
    expect((await session.update({ labels: { b: '2' } })).session?.labels).toEqual({ b: '2' });
    expect((await refusal(session.update({}))).details).toContain('FIELD_INVALID: update_mask:');
  });

  test('with an etag changes that very state alone', async ({ client }) => {
    await using session = await create(client, launching(['sleep', '60']));
    const { etag } = session.created;
    const updates = ['1', '2', '3'].map((a) => session.update({ labels: { a }, etag }));
    const results = await Promise.allSettled(updates);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    const refused = await refusal(session.update({ labels: { a: '4' }, etag }));
    expect(refused.code).toBe(status.ABORTED);
    expect(refused.details).toMatch(/^ETAG_MISMATCH/);
    const now = (await session.get()).etag;
    const last = await session.update({ labels: { a: '5' }, etag: now });
    expect(last.session?.labels).toEqual({ a: '5' });
  });

  test('changes nothing where any of it is wrong', async ({ client }) => {
    await using session = await create(client, launching(['sleep', '60']));
    const refused = async (...update: Parameters<typeof session.update>) =>
      (await refusal(session.update(...update))).details;
    const labels = { a: '1' };
    expect(await refused({ labels }, ['labels', 'owner'])).toContain(
      'FIELD_INVALID: update_mask.paths[1]:',
    );
    expect(await refused({ labels }, ['capture'])).toContain('update_mask.paths[0]');
    expect(await refused({ labels, lease: { ttl: ms(1) } })).toContain('session.lease.ttl');
    expect(await refused({ labels: { '': '' } })).toContain('FIELD_INVALID: session.labels:');
    expect(await session.get()).toMatchObject({ labels: {}, etag: session.created.etag });
  });

  test('is for sessions that run', async ({ client }) => {
    await using session = await create(client, launching(['/bin/true']));
    await ended(session);
    const refused = await refusal(session.update({ labels: { a: '1' } }));
    expect(refused.code).toBe(status.FAILED_PRECONDITION);
    expect(refused.details).toMatch(/^SESSION_ENDED/);
    expect((await refusal(client.unary(updateSession, {}))).details).toContain(
      'FIELD_INVALID: session:',
    );
    const none = client.unary(updateSession, { session: { name: 'sessions/none' } });
    expect((await refusal(none)).details).toMatch(/^SESSION_NOT_FOUND/);
  });

  test('has no lease for a Trace', async ({ client }) => {
    await using trace = new Trace(client, launch(['sleep', '60']));
    const { session: name } = await trace.started();
    const lease = client.unary(updateSession, { session: { name, lease: {} } });
    expect((await refusal(lease)).details).toContain('FIELD_INVALID: session.lease:');
    const labels = await client.unary(updateSession, { session: { name, labels: { a: '1' } } });
    expect(labels.session?.labels).toEqual({ a: '1' });
  });
});

describe('EndSession', () => {
  test('kills a launched tree by default, and says how it ended', async ({ client }) => {
    await using session = await create(client, launching([fixture('tree')]));
    const tasks = await eventually('the tree', async () => (await session.get()).liveTasks >= 4);
    expect(tasks).toBe(true);
    const end = await session.end();
    expect(end).toMatchObject({
      name: session.name,
      state: ENDED,
      endCause: EndCause.CLIENT_REQUEST,
      liveTasks: 0,
      rootExit: { signal: 9 },
    });
    expect(proc.alive(session.created.rootPid)).toBe(false);
    expect(await session.end(OrphanAction.DETACH)).toEqual(end);
  });

  test('detaches from an attached process by default', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    await using session = await create(client, attaching(program.pid));
    expect(session.created).toMatchObject({
      target: { case: 'attach', value: { pid: program.pid } },
      capture: { overflow: OverflowPolicy.DROP_OLDEST },
      lease: { orphanAction: OrphanAction.DETACH },
    });
    expect((await session.end()).rootExit).toBeUndefined();
    expect(proc.runsUntraced(program.pid)).toBe(true);
    program.send('on');
    expect(await program.line()).toBe('on');
  });

  test('detaches or kills as it is told', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    await using attached = await create(client, attaching(program.pid));
    await attached.end(OrphanAction.KILL);
    expect(await program.ended).toMatchObject({ signal: 'SIGKILL' });
    await using launched = await create(client, launching(['sleep', '60']));
    await launched.end(OrphanAction.DETACH);
    const { rootPid } = launched.created;
    expect(proc.runsUntraced(rootPid)).toBe(true);
    process.kill(rootPid, 'SIGKILL');
  });

  test('does not keep', async ({ client }) => {
    await using session = await create(client, launching(['sleep', '60']));
    for (const action of [OrphanAction.KEEP, 9 as OrphanAction]) {
      expect((await refusal(session.end(action))).details).toContain('FIELD_INVALID: action:');
    }
    expect((await session.get()).state).toBe(RUNNING);
  });

  test('ends the stream of a Trace with the cause', async ({ client }) => {
    await using trace = new Trace(client, launch(['sleep', '60']));
    const { session: name } = await trace.started();
    await client.unary(endSession, { name });
    expect(await trace.finish()).toMatchObject({ cause: EndCause.CLIENT_REQUEST });
  });
});

test('sessions do not feel the end or the failure of others', async ({ client }) => {
  await using program = await startFixture('echo-lines');
  await using trace = new Trace(client, launch(['sleep', '60']));
  const { session: name } = await trace.started();
  await using attached = await create(client, attaching(program.pid));
  const others = await Promise.all(
    [1, 2, 3, 4].map(() => create(client, launching([fixture('call-flood'), '1000000']))),
  );
  for (const other of others) {
    process.kill(other.created.rootPid, 'SIGKILL');
    expect((await ended(other)).rootExit).toMatchObject({ signal: 9 });
    program.send('still here');
    expect(await program.line()).toBe('still here');
  }
  for (const running of [name, attached.name]) {
    const { session } = await client.unary(getSession, { name: running });
    expect(session).toMatchObject({ state: RUNNING, liveTasks: 1 });
  }
});
