/** T40, A3: attaching and detaching never makes a call fail, and a real signal still does. */
import { expect } from 'vitest';
import { eventually, longPatience as timeout } from '../support/eventually.js';
import { test } from '../support/harness.js';
import * as proc from '../support/proc.js';
import { type Program, startFixture } from '../support/program.js';
import { attach, Trace } from '../support/trace.js';

/** Calls that failed, or returned at all, as "NAME eintr N other N errno N". */
async function unexpected(program: Program): Promise<string[]> {
  const answer = await program.ask('report', 'calls');
  expect(answer).toHaveLength(51);
  return answer.filter((line) => line !== 'calls' && !/ eintr 0 other 0 /.test(line));
}

async function letGo(pid: number): Promise<void> {
  await eventually(`${pid} untraced and not stopped`, () => proc.runsUntraced(pid));
}

test('200 attaches and detaches to 50 threads, busy and asleep in every call', { timeout }, async ({
  client,
}) => {
  await using program = await startFixture('blocked-calls');
  for (let round = 0; round < 200; round++) {
    await using trace = new Trace(client, attach(program.pid));
    await trace.started();
    await trace.cancel();
    await letGo(program.pid);
  }
  expect(await unexpected(program)).toEqual([]);
});

test('a real signal in the same moment gives its EINTR, once', { timeout }, async ({ client }) => {
  await using program = await startFixture('blocked-calls');
  let rounds = 0;
  for (let signalled = 0; signalled < 10; signalled++) {
    let answered = false;
    const answer = program.ask('signal', 'signalled').finally(() => {
      answered = true;
    });
    do {
      await using trace = new Trace(client, attach(program.pid));
      await trace.started();
      await trace.cancel();
      await letGo(program.pid);
      rounds++;
    } while (!answered);
    expect(await answer).toEqual(['signalled 43 missed 0']);
  }
  expect(rounds).toBeGreaterThanOrEqual(10);
  await letGo(program.pid);
  const counts = await program.ask('report', 'calls');
  const sleeping = counts.filter((line) => !/^(call busy|calls)/.test(line));
  expect(sleeping.filter((line) => !/ eintr 10 other 0 /.test(line))).toEqual([]);
});

test('attached for long, every signal gives its EINTR', { timeout }, async ({ client }) => {
  await using program = await startFixture('blocked-calls');
  await using trace = new Trace(client, attach(program.pid));
  await trace.started();
  for (let round = 0; round < 3; round++) {
    expect(await program.ask('signal', 'signalled')).toEqual(['signalled 43 missed 0']);
  }
  await trace.cancel();
  await letGo(program.pid);
});
