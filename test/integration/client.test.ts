/** The client library against the real server: streams that resume, sessions that are held. */

import { describe, expect } from 'vitest';
import {
  connect,
  isLost,
  OrphanAction,
  OverflowPolicy,
  RecordKind,
  type RecordStream,
  SessionState,
  StdioMode,
  type StreamItem,
} from '../../src/client/index.js';
import { eventually, longPatience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { Link } from '../support/link.js';
import * as proc from '../support/proc.js';
import { commandEnvironment, startFixture } from '../support/program.js';
import { startServer } from '../support/server.js';

const env = Object.entries(commandEnvironment()).map(([name, value]) => `${name}=${value}`);
const launch = (...argv: string[]) => ({ case: 'launch' as const, value: { argv, env } });
const FAST = { reconnect: { initialDelayMs: 1, maxDelayMs: 20, maxAttempts: 1000 } };

/** Every item must begin where the one before it ended. */
class Ledger {
  records = 0n;
  lost = 0n;
  #next: bigint;

  constructor(first = 1n) {
    this.#next = first;
  }

  take(item: StreamItem): void {
    if (isLost(item)) {
      expect(item.firstSerial).toBe(this.#next);
      expect(item.count).toBe(item.lastSerial - item.firstSerial + 1n);
      this.#next = item.lastSerial + 1n;
      this.lost += item.count;
    } else {
      expect(item.serial).toBe(this.#next);
      this.#next += 1n;
      this.records += 1n;
    }
  }

  async takeAll(stream: RecordStream): Promise<void> {
    for await (const item of stream) {
      this.take(item);
    }
    expect(this.#next - 1n).toBe(stream.ended?.lastSerial);
    expect(this.lost).toBe(stream.ended?.lostRecords);
    expect(this.lost).toBe(stream.lostRecords);
  }
}

describe('a stream over a link that breaks', () => {
  test('brings every record once', { timeout }, async ({ server }) => {
    await using link = await Link.to(server.address);
    link.cutAfterBytes = 150_000;
    await using client = connect(link.address);
    await using direct = connect(server.address);
    await using session = await direct.createSession({
      target: launch(fixture('call-flood'), '20000'),
    });
    const ledger = new Ledger();
    await ledger.takeAll(client.subscribe({ session: session.name }, FAST));
    expect(ledger.lost).toBe(0n);
    expect(ledger.records).toBeGreaterThan(40_000n);
    expect(link.cuts).toBeGreaterThan(10);
  });

  test('goes on with a filter where it was', { timeout }, async ({ server }) => {
    await using link = await Link.to(server.address);
    link.cutAfterBytes = 150_000;
    await using client = connect(link.address);
    await using direct = connect(server.address);
    await using session = await direct.createSession({
      target: launch(fixture('call-flood'), '10000'),
    });
    const request = { session: session.name, filter: { kinds: [RecordKind.EXIT] } };
    const serials = async (stream: RecordStream): Promise<bigint[]> => {
      const seen: bigint[] = [];
      for await (const item of stream) {
        seen.push(isLost(item) ? -1n : item.serial);
      }
      return seen;
    };
    const broken = await serials(client.subscribe(request, FAST));
    expect(link.cuts).toBeGreaterThan(3);
    expect(broken.length).toBeGreaterThan(10_000);
    expect(broken).toEqual(await serials(direct.subscribe(request)));
    expect(new Set(broken).size).toBe(broken.length);
  });

  test('counts what has left the ring in the meantime', { timeout }, async ({ server }) => {
    await using link = await Link.to(server.address);
    await using client = connect(link.address);
    await using direct = connect(server.address);
    const argv = ['sh', '-c', 'read line; exec "$0" 20000', fixture('call-flood')];
    const value = { argv, env, stdin: StdioMode.PIPE };
    await using session = await direct.createSession({
      target: { case: 'launch', value },
      capture: { ringBytes: 64 * 1024, overflow: OverflowPolicy.DROP_OLDEST },
    });
    const ledger = new Ledger();
    const stream = client.subscribe({ session: session.name }, FAST);
    for await (const item of stream) {
      ledger.take(item);
      if (!link.down && link.cuts === 0) {
        link.down = true;
        link.cut();
        const payload = { case: 'text', value: 'go\n' } as const;
        await direct.traces.writeStdin({ session: session.name, payload });
        await eventually('the end of the program', async () => {
          const { state } = await session.get();
          return state === SessionState.ENDED;
        });
        link.down = false;
      }
    }
    expect(ledger.lost).toBeGreaterThan(1000n);
    expect(ledger.records + ledger.lost).toBe(stream.ended?.lastSerial);
    expect(stream.ended?.lostRecords).toBe(ledger.lost);
  });

  test('of a trace goes on where its session stays', { timeout }, async ({ server }) => {
    await using link = await Link.to(server.address);
    link.cutAfterBytes = 100_000;
    await using client = connect(link.address);
    const request = {
      target: launch(fixture('call-flood'), '5000'),
      onDisconnect: OrphanAction.KEEP,
    };
    const stream = client.trace(request, FAST);
    const ledger = new Ledger();
    await ledger.takeAll(stream);
    expect(ledger.records).toBeGreaterThan(10_000n);
    expect(link.cuts).toBeGreaterThan(3);
    await using direct = connect(server.address);
    await direct.traces.endSession({ name: stream.header?.session ?? '' });
  });
});

test('a stream whose server was started anew says that the session is gone', {
  timeout,
}, async () => {
  const before = await startServer({ label: 'before' });
  await using after = await startServer({ label: 'after' });
  await using link = await Link.to(before.address);
  await using client = connect(link.address);
  await using program = await startFixture('echo-lines');
  const target = { case: 'attach' as const, value: { pid: program.pid } };
  const session = await client.createSession({ target }, { keep: true });
  const items = session.subscribe({}, FAST)[Symbol.asyncIterator]();
  program.send('hello');
  await items.next();
  before.kill('SIGKILL');
  await before.ended;
  link.target = after.address;
  await expect(
    (async () => {
      for (let next = await items.next(); !next.done; next = await items.next()) {
        // what had been sent
      }
    })(),
  ).rejects.toMatchObject({ reason: 'SESSION_NOT_FOUND' });
  program.send('still here');
  expect(await program.line()).toBe('hello');
  await session[Symbol.asyncDispose]();
  await before[Symbol.asyncDispose]();
});

describe('a session that is held', () => {
  test('outlives its lease, and ends with its handle', async ({ server }) => {
    await using client = connect(server.address);
    let name = '';
    {
      await using session = await client.createSession({
        target: launch('sleep', '3600'),
        lease: { ttl: { seconds: 6n } },
      });
      name = session.name;
      const first = (await session.get()).lease?.expireTime;
      // Renewed at least once.
      await eventually('a later end of the lease', async () => {
        const { state, lease } = await session.get();
        expect(state).toBe(SessionState.RUNNING);
        return (lease?.expireTime?.seconds ?? 0n) > (first?.seconds ?? 0n) + 1n;
      });
      expect(session.leaseLost.aborted).toBe(false);
      expect(proc.taskStatus(session.rootPid)).toBeDefined();
    }
    const { session } = await client.traces.getSession({ name });
    expect(session?.state).toBe(SessionState.ENDED);
  });

  test('stays where it is kept, and is ended by its name', async ({ server }) => {
    await using client = connect(server.address);
    await using program = await startFixture('echo-lines');
    const target = { case: 'attach' as const, value: { pid: program.pid } };
    const kept = await client.createSession({ target }, { keep: true });
    await kept[Symbol.asyncDispose]();
    expect((await kept.get()).state).toBe(SessionState.RUNNING);
    await kept.end(OrphanAction.DETACH);
    expect((await kept.get()).state).toBe(SessionState.ENDED);
    program.send('hello');
    expect(await program.line()).toBe('hello');
  });
});
