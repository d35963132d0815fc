/** Fault 29: the machine's time is set while the server runs. Nothing ends early or late, and no time is false. */
import { writeFileSync } from 'node:fs';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'vitest';
import { TaskState } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { RecordKind } from '../../src/gen/ptraced/v1/record_pb.js';
import { EndCause, OverflowPolicy, SessionState } from '../../src/gen/ptraced/v1/session_pb.js';
import { Control } from '../support/control.js';
import { eventually, longPatience as timeout } from '../support/eventually.js';
import { fixture, preload } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { held } from '../support/held.js';
import { startFixture } from '../support/program.js';
import { Client, refusal } from '../support/rpc.js';
import { type Server, startServer } from '../support/server.js';
import { attaching, create, ended, launching, ms } from '../support/session.js';
import { Subscription } from '../support/subscription.js';

const hour = 3600;
const jumps = [1000 * hour, -2000 * hour, 3000 * hour];

/** A server whose time of day a test sets. */
async function startWithClock(folder: string): Promise<{ server: Server; set(s: number): void }> {
  const file = `${folder}/clock`;
  const set = (seconds: number): void => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(seconds));
    writeFileSync(file, bytes, { flag: 'r+' });
  };
  writeFileSync(file, Buffer.alloc(8));
  const env = { LD_PRELOAD: preload('clock'), PTRACED_TEST_CLOCK: file };
  return { server: await startServer({ label: 'clock', env }), set };
}

/** Milliseconds that a promise took. */
async function took(promise: Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await promise;
  return performance.now() - begun;
}

/** Timers may fire a little early by the clock of another process. */
const tolerance = 50;

test('leases, waits and holds last as long as they should', { timeout }, async ({ folder }) => {
  const { server, set } = await startWithClock(folder);
  await using _ = server;
  await using client = new Client(server.address);
  await using program = await startFixture('echo-lines');
  const over = await create(client, launching(['/bin/true']));
  await ended(over);

  const leased = await create(client, launching(['sleep', '600'], { lease: { ttl: ms(8000) } }));
  const lease = took(ended(leased));
  const renewed = await create(client, launching(['sleep', '600']));
  const at = { syscalls: ['write'], kinds: [RecordKind.ENTER] };
  await using ruled = await create(
    client,
    attaching(program.pid, { rules: { stop: [{ at, timeout: ms(6000) }] } }),
  );
  const capture = { overflow: OverflowPolicy.BLOCK, ringBytes: 64 * 1024, maxBlock: ms(600_000) };
  await using blocked = await create(
    client,
    launching([fixture('call-flood'), '1000000'], { capture }),
  );
  await using stuck = new Subscription(client, { session: blocked.name, lossless: true });
  await stuck.started();
  stuck.pause();
  await held(blocked.created.rootPid);
  const control = new Control(client, ruled.name);
  const wait = took(refusal(new Control(client, renewed.name).stop(0, 0n, 6000)));
  program.send('held');
  const release = took(program.line());
  expect(await control.stop()).toMatchObject({ state: TaskState.HELD });

  for (const jump of jumps) {
    set(jump);
    const { session } = await renewed.update({ lease: { ttl: ms(60_000) } });
    const expiry = timestampMs(session?.lease?.expireTime as never) - Date.now() - jump * 1000;
    expect(Math.abs(expiry - 60_000)).toBeLessThan(20_000); // it is told in the new time
    for (const { name } of [renewed, ruled, blocked]) {
      const { state } = await new Control(client, name).tasks().then(
        () => ({ state: SessionState.RUNNING }),
        (error: Error) => ({ state: error.message }),
      );
      expect(state).toBe(SessionState.RUNNING);
    }
    expect((await over.get()).state).toBe(SessionState.ENDED);
  }
  expect(await release).toBeGreaterThan(6000 - tolerance);
  expect(await wait).toBeGreaterThan(6000 - tolerance);
  expect(await lease).toBeGreaterThan(8000 - tolerance);
  expect((await leased.get()).endCause).toBe(EndCause.ORPHANED);
  expect((await renewed.get()).state).toBe(SessionState.RUNNING);
  await held(blocked.created.rootPid); // which max_block has not ended
  await renewed.end();
});

test('a duration is no difference of times of day, and heartbeats go on', { timeout }, async ({
  folder,
}) => {
  const { server, set } = await startWithClock(folder);
  await using _ = server;
  await using client = new Client(server.address);
  await using program = await startFixture('echo-lines');
  await using session = await create(client, attaching(program.pid));
  await using stream = new Subscription(client, {
    session: session.name,
    heartbeatInterval: ms(100),
  });
  const begun = performance.now();
  for (const jump of jumps) {
    set(jump);
    const beats = stream.heartbeats.length;
    await stream.until('heartbeats', () => stream.heartbeats.length >= beats + 2);
    // Records have the new time within a second.
    await eventually('a record of the new time', async () => {
      await program.ask('line', 'line');
      const time = timestampMs(stream.records.at(-1)?.time ?? timestampFromMs(0));
      return Math.abs(time - Date.now() - jump * 1000) < 60_000;
    });
  }
  await session.end();
  await stream.finish();
  // Each read of a line's first byte was under way while the time was set, or before.
  const exits = stream.records.filter(({ kind }) => kind === RecordKind.EXIT);
  expect(exits.length).toBeGreaterThan(jumps.length);
  for (const { duration, text } of exits) {
    const lasted = Number(duration?.seconds ?? 0n) * 1000 + (duration?.nanos ?? 0) / 1e6;
    expect(lasted, text).toBeGreaterThan(0);
    expect(lasted, text).toBeLessThan(performance.now() - begun + 60_000);
  }
});
