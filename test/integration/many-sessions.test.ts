/** I2: 64 sessions of 16 tasks each; what happens to one is not felt by the others. */
import { expect, test } from 'vitest';
import { EndCause, OrphanAction, StdioMode } from '../../src/gen/ptraced/v1/session_pb.js';
import { TraceService } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { eventually, longPatience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import * as proc from '../support/proc.js';
import { type Program, startFixture } from '../support/program.js';
import { Client } from '../support/rpc.js';
import { startServer } from '../support/server.js';
import { create, ended, launching, type TestSession } from '../support/session.js';

const sessionCount = 64;
const taskCount = 16;
/** Long beside what a busy machine keeps a task waiting: all together are little work. */
const periodMs = 500;
const untracedTasks = 64;
/** What others do to the machine may fall into one of the two counts; what a session does falls into each. */
const rounds = 5;
/** How long is counted, by the beats of the untraced program. */
const windowBeats = 12;

/** Beats of a traced program: its threads call getppid once each. */
async function beatsOf(client: Client, { name: session }: TestSession): Promise<number> {
  const { rows } = await client.unary(TraceService.method.getSummary, { session });
  return Number(rows.find(({ syscall }) => syscall === 'getppid')?.calls ?? 0n);
}

async function untracedBeats(program: Program): Promise<number> {
  const [line = ''] = await program.ask('count', 'beats');
  return Number(line.split(' ')[1]);
}

test('a session that ends or fails does not slow the others down', { timeout }, async () => {
  await using server = await startServer({ label: 'many sessions' });
  await using client = new Client(server.address);
  const args = [String(taskCount), String(periodMs)];
  await using control = await startFixture('paced', String(untracedTasks), String(periodMs));
  const sessions: TestSession[] = [];
  while (sessions.length < sessionCount) {
    const request = launching([fixture('paced'), ...args], {}, { stdin: StdioMode.PIPE });
    sessions.push(await create(client, request));
  }
  const victims = sessions.splice(0, 3 * rounds);
  const others = sessions;

  const count = async () => ({
    untraced: await untracedBeats(control),
    traced: await Promise.all(others.map((session) => beatsOf(client, session))),
  });
  /** Beats of each of the others for one of the untraced program, while `meanwhile` happens. */
  const measure = async (meanwhile: () => Promise<void>) => {
    const before = await count();
    await meanwhile();
    const until = before.untraced + windowBeats * untracedTasks;
    while ((await untracedBeats(control)) < until) {
      await new Promise((resolve) => setTimeout(resolve, periodMs));
    }
    const after = await count();
    const untraced = after.untraced - before.untraced;
    const made = after.traced.map((beats, index) => beats - (before.traced[index] ?? 0));
    const total = made.reduce((sum, beats) => sum + beats, 0) / others.length;
    return { all: total / untraced, slowest: Math.min(...made) / untraced };
  };

  const happen = async () => {
    const [ending, dying, leaving] = victims.splice(0, 3) as [
      TestSession,
      TestSession,
      TestSession,
    ];
    await ending.end(OrphanAction.KILL);
    process.kill(dying.created.rootPid, 'SIGKILL');
    await leaving.end(OrphanAction.DETACH); // which closes its stdin, so that it ends
    await eventually('its end', () => !proc.alive(leaving.created.rootPid));
    expect(await ended(dying)).toMatchObject({
      endCause: EndCause.TRACEES_EXITED,
      rootExit: { signal: 9 },
    });
  };

  const seen: string[] = [];
  let unfelt = false;
  while (!unfelt && seen.length < rounds) {
    const quiet = await measure(async () => {});
    const eventful = await measure(happen);
    seen.push(JSON.stringify({ quiet, eventful }));
    unfelt = eventful.all / quiet.all > 0.95 && eventful.slowest > 0;
  }
  expect(unfelt, seen.join('\n')).toBe(true);
  await Promise.all([...victims, ...others].map((session) => session.end()));
});
