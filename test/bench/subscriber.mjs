/** What a subscriber that does not read costs the tracee, where records may be lost. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { OverflowPolicy, SessionState } from '../../dist/client/index.js';
import { compile } from './programs.mjs';
import { compare, printRatios } from './tables.mjs';
import { using } from './using.mjs';

/** @typedef {import('../../dist/client/index.js').SessionHandle} SessionHandle */

const alone = 'no subscriber';

/** Until the command has ended. @param {SessionHandle} session */
async function untilEnd(session) {
  while ((await session.get()).state === SessionState.RUNNING) {
    await sleep(20);
  }
}

/** The same, with a subscriber that takes the first frame and then nothing more. @param {SessionHandle} session */
async function untilEndUnread(session) {
  await using(session.subscribe(), async (stream) => {
    await stream.frames()[Symbol.asyncIterator]().next();
    await untilEnd(session);
  });
}

/** @param {import('./run.mjs').Bench} bench */
export async function measureStuckSubscriber({ client, quick, folder }) {
  const calls = quick ? 20_000 : 100_000;
  const result = `${folder}/calls`;
  const command = `sleep 0.2; exec ${compile('stat_loop.c')} ${calls} > ${result}`;
  const medians = await compare(
    [
      [alone, untilEnd],
      ['one that does not read', untilEndUnread],
    ],
    quick ? 3 : 7,
    async (wait) => {
      const session = await client.createSession({
        target: { case: 'launch', value: { argv: ['/bin/sh', '-c', command], env: ['PATH=/bin'] } },
        capture: { overflow: OverflowPolicy.DROP_OLDEST },
      });
      await using(session, wait);
      return Number(readFileSync(result, 'utf8')) / 1000;
    },
  );
  const title = `Microseconds per stat() under DROP_OLDEST, ${calls.toLocaleString('en')} calls`;
  printRatios(title, 'subscriber', 'us', medians, [alone]);
}
