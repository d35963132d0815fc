/** Leases: what becomes of a session that nobody renews. */
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { describe, expect } from 'vitest';
import { RecordKind } from '../../src/gen/ptraced/v1/record_pb.js';
import { EndCause, OrphanAction, SessionState } from '../../src/gen/ptraced/v1/session_pb.js';
import { Control } from '../support/control.js';
import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import * as proc from '../support/proc.js';
import { startFixture } from '../support/program.js';
import { Client } from '../support/rpc.js';
import { attaching, create, ended, launching, ms, type TestSession } from '../support/session.js';
import { Subscription } from '../support/subscription.js';

const shortest = ms(1000);
const writes = { at: { syscalls: ['write'], kinds: [RecordKind.ENTER] } };
const { RUNNING } = SessionState;

/** Waits until the lease has run out by the session's own word, and half a second more. */
async function runOut(session: TestSession): Promise<void> {
  const expireTime = timestampMs((await session.get()).lease?.expireTime as never);
  await eventually('the end of the lease', () => Date.now() > expireTime + 500);
}

describe('a lease that runs out', () => {
  for (const orphanAction of [OrphanAction.UNSPECIFIED, OrphanAction.KILL]) {
    test(`kills a launched tree under ${OrphanAction[orphanAction]}`, async ({ client }) => {
      const lease = { ttl: shortest, orphanAction };
      await using session = await create(client, launching([fixture('tree')], { lease }));
      const end = await ended(session);
      expect(end).toMatchObject({ endCause: EndCause.ORPHANED, rootExit: { signal: 9 } });
      expect(proc.alive(end.rootPid)).toBe(false);
      const { createTime, endTime } = end;
      expect(timestampMs(endTime as never) - timestampMs(createTime as never)).toBeGreaterThan(990);
    });
  }

  for (const orphanAction of [OrphanAction.UNSPECIFIED, OrphanAction.DETACH]) {
    test(`leaves an attached process running under ${OrphanAction[orphanAction]}`, async ({
      client,
    }) => {
      await using program = await startFixture('echo-lines');
      const lease = { ttl: shortest, orphanAction };
      await using session = await create(client, attaching(program.pid, { lease }));
      expect(await ended(session)).toMatchObject({ endCause: EndCause.ORPHANED });
      expect(proc.runsUntraced(program.pid)).toBe(true);
      program.send('on');
      expect(await program.line()).toBe('on');
    });
  }

  test('acts once: the next session of the process is left alone', async ({ client, server }) => {
    await using program = await startFixture('echo-lines');
    const lease = { ttl: shortest, orphanAction: OrphanAction.DETACH };
    await using session = await create(client, attaching(program.pid, { lease }));
    const end = await ended(session);
    await using next = await create(client, attaching(program.pid));
    const begun = Date.now();
    await eventually('twice the time to live', () => Date.now() > begun + 2000);
    expect(proc.taskStatus(program.pid)?.tracer).toBe(server.pid);
    expect((await next.get()).state).toBe(RUNNING);
    expect(await session.get()).toEqual(end);
  });

  test('keeps tracing under KEEP, until EndSession', async ({ client, server }) => {
    await using program = await startFixture('echo-lines');
    const lease = { ttl: shortest, orphanAction: OrphanAction.KEEP };
    await using session = await create(client, attaching(program.pid, { lease }));
    await runOut(session);
    expect(proc.taskStatus(program.pid)?.tracer).toBe(server.pid);
    const before = await session.get();
    expect(before.state).toBe(RUNNING);
    program.send('on');
    expect(await program.line()).toBe('on');
    await eventually('more records', async () => {
      return (await session.get()).lastSerial > before.lastSerial;
    });
    expect(await session.end()).toMatchObject({ endCause: EndCause.CLIENT_REQUEST });
    expect(proc.runsUntraced(program.pid)).toBe(true);
  });

  test('under KEEP releases what is held', async ({ client }) => {
    const lease = { ttl: shortest, orphanAction: OrphanAction.KEEP };
    const request = launching(['sh', '-c', 'exit 4'], { lease }, { startPaused: true });
    await using session = await create(client, request);
    const end = await ended(session);
    expect(end).toMatchObject({ endCause: EndCause.TRACEES_EXITED, rootExit: { exitCode: 4 } });
    const held = timestampMs(end.endTime as never) - timestampMs(end.createTime as never);
    expect(held).toBeGreaterThan(990);
  });

  test('under KEEP lets no stop rule hold what nobody could let go, until it is renewed', async ({
    client,
  }) => {
    await using program = await startFixture('echo-lines');
    const lease = { ttl: shortest, orphanAction: OrphanAction.KEEP };
    const rules = { stop: [writes] };
    await using session = await create(client, attaching(program.pid, { lease, rules }));
    const control = new Control(client, session.name);
    await runOut(session);
    program.send('nobody is there');
    expect(await program.line()).toBe('nobody is there');
    await session.update({ lease: { ttl: ms(60_000), orphanAction: OrphanAction.KEEP } });
    program.send('held');
    const { tid } = await control.stop();
    await control.resume({ tids: [tid] });
    expect(await program.line()).toBe('held');
    await session.update({ lease });
    await runOut(session);
    await using stream = new Subscription(client, { session: session.name, holdsLease: true });
    await stream.started();
    program.send('held again');
    await control.stop();
  });

  test('under KEEP lets a stop rule with a timeout hold', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    const lease = { ttl: shortest, orphanAction: OrphanAction.KEEP };
    const rules = { stop: [{ ...writes, timeout: ms(50) }] };
    await using session = await create(client, attaching(program.pid, { lease, rules }));
    await runOut(session);
    const { lastSerial } = await session.get();
    await using stream = new Subscription(client, {
      session: session.name,
      start: { case: 'afterSerial', value: lastSerial },
      filter: { kinds: [RecordKind.STOP] },
    });
    program.send('on');
    expect(await program.line()).toBe('on');
    await stream.until('the stop', () => stream.records.length > 0);
  });

  test('under KEEP can be renewed, and then runs out again', async ({ client }) => {
    const lease = { ttl: shortest, orphanAction: OrphanAction.KEEP };
    await using session = await create(client, launching(['sleep', '60'], { lease }));
    await runOut(session);
    await session.update({ lease: { ttl: shortest, orphanAction: OrphanAction.KILL } });
    expect(await ended(session)).toMatchObject({ endCause: EndCause.ORPHANED });
  });
});

describe('a stream that holds the lease', () => {
  test('keeps the session alive; when the last one has gone, the time begins anew', async ({
    client,
  }) => {
    await using session = await create(client, launching(['sleep', '60']));
    const request = { session: session.name, holdsLease: true };
    await using first = new Subscription(client, request);
    await first.started();
    await using second = new Subscription(client, request);
    await second.started();
    const begun = Date.now();
    const { session: held } = await session.update({ lease: { ttl: shortest } });
    expect(held?.lease).toMatchObject({ ttl: shortest });
    expect(held?.lease?.expireTime).toBeUndefined();
    await first.cancel();
    await eventually('twice the time to live', () => Date.now() > begun + 2000);
    expect(await session.get()).toMatchObject({ state: RUNNING, subscribers: 1 });
    await second.cancel();
    const end = await ended(session);
    expect(end).toMatchObject({ endCause: EndCause.ORPHANED, subscribers: 0 });
    expect(timestampMs(end.endTime as never)).toBeGreaterThan(begun + 2990);
  });

  test('of a client that is killed holds it no longer', async ({ client, server }) => {
    await using program = await startFixture('echo-lines');
    await using session = await create(client, attaching(program.pid));
    const broken = new Client(server.address);
    const stream = new Subscription(broken, { session: session.name, holdsLease: true });
    await stream.started();
    await session.update({ lease: { ttl: shortest } });
    await broken[Symbol.asyncDispose]();
    expect(await ended(session)).toMatchObject({ endCause: EndCause.ORPHANED });
    expect(proc.runsUntraced(program.pid)).toBe(true);
  });

  test('tells its end where a stream that does not hold it sees it run out', async ({ client }) => {
    const lease = { ttl: shortest };
    await using session = await create(client, launching(['sleep', '60'], { lease }));
    await using stream = new Subscription(client, { session: session.name });
    expect(await stream.finish()).toMatchObject({ cause: EndCause.ORPHANED });
  });
});

describe('UpdateSession', () => {
  test('renews a lease', async ({ client }) => {
    const lease = { ttl: ms(5000) };
    await using session = await create(client, launching(['sleep', '60'], { lease }));
    const first = timestampMs(session.created.lease?.expireTime as never);
    const renewed = await session.update({ lease: { ttl: ms(3_600_000) } }, ['lease']);
    expect(timestampMs(renewed.session?.lease?.expireTime as never)).toBeGreaterThan(
      first + 3_000_000,
    );
    await eventually('the time that it had at first', () => Date.now() > first + 500);
    expect((await session.get()).state).toBe(RUNNING);
  });

  test('shortens one', async ({ client }) => {
    await using session = await create(client, launching(['sleep', '60']));
    await session.update({ lease: { ttl: shortest } });
    expect(await ended(session)).toMatchObject({ endCause: EndCause.ORPHANED });
  });
});
