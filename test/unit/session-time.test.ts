/** What time does to sessions: leases, ended ones that are forgotten, and ids of requests. */

import { create } from '@bufbuild/protobuf';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  CaptureOptionsSchema,
  OrphanAction,
  RulesSchema,
} from '../../src/gen/ptraced/v1/session_pb.js';
import { Lease } from '../../src/session/lease.js';
import { SessionRegistry } from '../../src/session/registry.js';
import { RequestIds } from '../../src/session/request-ids.js';
import type { SessionProperties, TraceSession } from '../../src/session/session.js';
import { FakeAddon, type FakeSession } from './fake-addon.js';

const minute = 60_000;
const mib = 1024 * 1024;
const terms = { ttlMs: minute, orphanAction: OrphanAction.KILL };

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a lease', () => {
  test('runs out once, after its time to live', () => {
    const expired = vi.fn();
    const lease = new Lease(terms, expired);
    expect(lease.expireTimeMs).toBe(Date.now() + minute);
    vi.advanceTimersByTime(minute - 1);
    expect(expired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(100 * minute);
    expect(expired).toHaveBeenCalledExactlyOnceWith(terms);
  });

  test('does not heed a jump of the clock', () => {
    const expired = vi.fn();
    const lease = new Lease(terms, expired);
    vi.setSystemTime(Date.now() + 1000 * minute);
    vi.advanceTimersByTime(minute - 1);
    expect(expired).not.toHaveBeenCalled();
    lease.renew(terms);
    vi.setSystemTime(Date.now() - 2000 * minute);
    vi.advanceTimersByTime(minute - 1);
    expect(expired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(expired).toHaveBeenCalledOnce();
  });

  test('does not run out while somebody holds it, and begins anew after the last of them', () => {
    const expired = vi.fn();
    const lease = new Lease(terms, expired);
    lease.hold();
    lease.hold();
    expect(lease.expireTimeMs).toBeUndefined();
    lease.renew({ ...terms, ttlMs: 2 * minute });
    lease.release();
    vi.advanceTimersByTime(100 * minute);
    expect(expired).not.toHaveBeenCalled();
    lease.release();
    vi.advanceTimersByTime(2 * minute - 1);
    expect(expired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(expired).toHaveBeenCalledOnce();
  });

  test('is over with its session', () => {
    const expired = vi.fn();
    const lease = new Lease(terms, expired);
    lease.hold();
    lease.end();
    lease.release();
    lease.renew(terms);
    vi.advanceTimersByTime(100 * minute);
    expect(expired).not.toHaveBeenCalled();
    expect(lease.expireTimeMs).toBeUndefined();
  });
});

const properties: SessionProperties = {
  owner: 'test',
  target: 'launch',
  request: { case: undefined },
  settings: { capture: create(CaptureOptionsSchema), rules: create(RulesSchema), labels: {} },
  shutdownAction: 'kill',
};

class Sessions {
  readonly addon = new FakeAddon();
  readonly registry = new SessionRegistry({
    limits: { maxSessions: 3, maxTasks: 100, maxDetached: 9, maxRingBytes: 40 * mib },
    keepEndedMs: 5 * minute,
    log: pino({ level: 'silent' }),
    tracerThreads: () => 0,
  });

  async start(ringBytes: number): Promise<{ session: TraceSession; native: FakeSession }> {
    using hold = await this.registry.create(properties, ringBytes, () =>
      this.addon.launch({} as never, {} as never),
    );
    return { session: hold.session, native: this.addon.session };
  }

  /** One that has ended with that much in its ring. */
  async startAndEnd(ringBytes: number) {
    const started = await this.start(ringBytes);
    started.native.ringBytes = ringBytes;
    started.native.finish();
    await started.session.ended;
    return started;
  }

  get names(): string[] {
    return this.registry.all().map(({ name }) => name);
  }
}

describe('an ended session', () => {
  test('can be found for five minutes, whatever the clock does', async () => {
    const sessions = new Sessions();
    const { session, native } = await sessions.startAndEnd(mib);
    vi.setSystemTime(Date.now() + 1000 * minute);
    vi.advanceTimersByTime(5 * minute - 1);
    expect(sessions.registry.find(session.name)).toBe(session);
    expect(native.disposed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(() => sessions.registry.find(session.name)).toThrow('there is no session');
    expect(native.disposed).toBe(true);
  });

  test('is not freed while somebody reads it', async () => {
    const sessions = new Sessions();
    const { session, native } = await sessions.startAndEnd(mib);
    const hold = session.hold();
    vi.advanceTimersByTime(10 * minute);
    expect(sessions.names).toEqual([]);
    expect(native.disposed).toBe(false);
    hold[Symbol.dispose]();
    hold[Symbol.dispose]();
    expect(native.disposed).toBe(true);
  });

  test('takes no place of a running one', async () => {
    const sessions = new Sessions();
    for (let count = 0; count < 10; count++) {
      await sessions.startAndEnd(mib);
    }
    expect(sessions.names).toHaveLength(10);
    for (let count = 0; count < 3; count++) {
      await sessions.start(mib);
    }
    await expect(sessions.start(mib)).rejects.toMatchObject({ reason: 'SESSION_LIMIT' });
  });

  test('makes room for a new one, the oldest first, unless it is read', async () => {
    const sessions = new Sessions();
    const first = await sessions.startAndEnd(10 * mib);
    const second = await sessions.startAndEnd(10 * mib);
    const third = await sessions.startAndEnd(10 * mib);
    using hold = first.session.hold();
    expect(hold.session.isHeld).toBe(true);
    const fourth = await sessions.start(15 * mib);
    expect(sessions.names).toEqual([fourth, third, first].map(({ session }) => session.name));
    expect(second.native.disposed).toBe(true);
    await expect(sessions.start(20 * mib)).rejects.toMatchObject({ reason: 'SESSION_LIMIT' });
    // A refused one costs nobody its records.
    expect(third.native.disposed).toBe(false);
  });
});

describe('an id of a request', () => {
  const made = () => Promise.resolve({} as TraceSession);

  test('is known for ten minutes, to its principal', async () => {
    const ids = new RequestIds();
    const first = await ids.once('a', 'id', made);
    vi.advanceTimersByTime(10 * minute - 1);
    vi.setSystemTime(Date.now() + 1000 * minute);
    expect(await ids.once('a', 'id', made)).toBe(first);
    expect(await ids.once('b', 'id', made)).not.toBe(first);
    vi.advanceTimersByTime(1);
    expect(await ids.once('a', 'id', made)).not.toBe(first);
  });

  test('of a failure is told to all that wait for it, and then free', async () => {
    const ids = new RequestIds();
    const fail = () => Promise.reject(new Error('failed'));
    const waiting = [ids.once('a', 'id', fail), ids.once('a', 'id', made)];
    for (const { status } of await Promise.allSettled(waiting)) {
      expect(status).toBe('rejected');
    }
    await expect(ids.once('a', 'id', made)).resolves.toBeDefined();
  });

  test('is forgotten where there are too many', async () => {
    const ids = new RequestIds();
    const first = await ids.once('a', 'first', made);
    for (let count = 0; count < 4096; count++) {
      await ids.once('a', String(count), made);
    }
    expect(await ids.once('a', 'first', made)).not.toBe(first);
  });
});
