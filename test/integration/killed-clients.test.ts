/** H3: clients that are killed, each a process, one after the other: the union of what they got has no gap. */
import { expect } from 'vitest';
import { OverflowPolicy } from '../../src/gen/ptraced/v1/session_pb.js';
import { eventually, longPatience as timeout } from '../support/eventually.js';
import { test } from '../support/harness.js';
import { LoneClient } from '../support/lone-client.js';
import { startFixture } from '../support/program.js';
import { attaching, create } from '../support/session.js';
import { Subscription } from '../support/subscription.js';

const kills = 100;
/** Clients that run at the same time, each of which follows on where one before it was killed. */
const atATime = 4;

test(`${kills} killed clients: the union of their streams has no gap`, {
  timeout: 2 * timeout,
}, async ({ client, server }) => {
  await using program = await startFixture('echo-lines');
  await using session = await create(
    client,
    attaching(program.pid, { capture: { overflow: OverflowPolicy.BLOCK } }),
  );
  await using observer = new Subscription(client, { session: session.name, lossless: true });
  await observer.started();

  /** Clients that follow each other, from the first record on; what all of them got. */
  const line = async (lineage: number): Promise<bigint> => {
    let position = 0n;
    for (let kill = 0; kill < kills / atATime; kill++) {
      const start = { case: 'afterSerial', value: position } as const;
      await using lone = LoneClient.subscribe(server.address, { session: session.name, start });
      await lone.started();
      // It is killed with records on the way to it.
      await program.ask(`line ${lineage} ${kill}`, '');
      await eventually('a record', () => lone.position > position);
      await lone.die();
      for (const [first, last] of lone.records) {
        expect(first).toBe(position + 1n);
        position = last;
      }
      expect(lone.losses).toEqual([]);
    }
    return position;
  };
  const positions = await Promise.all(Array.from({ length: atATime }, (_, index) => line(index)));
  for (const position of positions) {
    expect(position).toBeGreaterThan(BigInt(kills));
  }
  await eventually('one subscriber', async () => (await session.get()).subscribers === 1);
  expect(observer.losses).toEqual([]);
});
