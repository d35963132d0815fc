/** The client goes away, in every way and in every frame: what becomes of the tracees, within a second. */
import { describe, expect } from 'vitest';
import { OrphanAction, OverflowPolicy } from '../../src/gen/ptraced/v1/session_pb.js';
import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { LoneClient } from '../support/lone-client.js';
import * as proc from '../support/proc.js';
import { startFixture } from '../support/program.js';
import { groundTruth } from '../support/records.js';
import type { Client } from '../support/rpc.js';
import { attach, launch, Trace, type TraceOptions } from '../support/trace.js';

/** The promise is one second; a shared machine gets some more. */
const bound = 3000;

/** Process ids that the fixture `tree` says. */
function treeOf(lines: string[]): number[] {
  const truth = groundTruth(lines);
  return ['root', 'child', 'grandchild', 'daemon'].map((name) => Number(truth.get(name)));
}

/** Launches the tree of sleeping processes and returns their ids. */
async function launchTree(client: Client, options: TraceOptions) {
  const trace = new Trace(client, launch([fixture('tree')], options));
  await trace.until('the tree', () => trace.lines().includes('ready'));
  const pids = treeOf(trace.lines());
  expect(pids.every((pid) => proc.alive(pid))).toBe(true);
  return { trace, pids };
}

async function allUntraced(pids: number[]): Promise<void> {
  await eventually(
    'untraced and running',
    () => pids.every((pid) => proc.runsUntraced(pid)),
    bound,
  );
}

describe('a launched tree', () => {
  for (const action of [OrphanAction.UNSPECIFIED, OrphanAction.KILL]) {
    test(`is killed, the daemon too, under ${OrphanAction[action]}`, async ({ client }) => {
      const { trace, pids } = await launchTree(client, { onDisconnect: action });
      await trace.cancel();
      await eventually('all dead', () => !pids.some((pid) => proc.alive(pid)), bound);
      trace.check();
    });
  }

  test('runs on untraced under DETACH', async ({ client }) => {
    const { trace, pids } = await launchTree(client, { onDisconnect: OrphanAction.DETACH });
    await trace.cancel();
    try {
      await allUntraced(pids);
    } finally {
      for (const pid of pids) {
        process.kill(pid, 'SIGKILL');
      }
    }
    trace.check();
  });
});

test('under KEEP a command stays traced and goes on, until it ends', async ({ client, server }) => {
  const { trace, pids } = await launchTree(client, { onDisconnect: OrphanAction.KEEP });
  await trace.cancel();
  const dead = eventually('its death', () => !pids.every((pid) => proc.alive(pid)), 1500);
  await expect(dead).rejects.toThrow('not within');
  expect(pids.map((pid) => proc.taskStatus(pid)?.tracer)).toEqual(pids.map(() => server.pid));
  for (const pid of pids) {
    process.kill(pid, 'SIGKILL');
  }
});

describe('the client’s process', () => {
  test('is killed: the whole tree of its launched command dies', async ({ server }) => {
    await using lone = LoneClient.trace(server.address, launch([fixture('tree')]));
    await lone.started();
    await eventually('the tree', () => lone.output.includes('ready\n'));
    const pids = treeOf(lone.output.split('\n'));
    expect(pids.every((pid) => proc.alive(pid))).toBe(true);
    await lone.die();
    await eventually('all dead', () => !pids.some((pid) => proc.alive(pid)), bound);
  });

  test('is killed: the process that it attached to runs on', async ({ server }) => {
    await using program = await startFixture('echo-lines');
    await using lone = LoneClient.trace(server.address, attach(program.pid));
    expect(await lone.started()).toBe(program.pid);
    await lone.die();
    await allUntraced([program.pid]);
    program.send('on');
    expect(await program.line()).toBe('on');
  });

  test('is stopped: under DROP_OLDEST the tracee does not wait for it', async ({ server }) => {
    const capture = { overflow: OverflowPolicy.DROP_OLDEST, ringBytes: 256 * 1024 };
    const request = launch([fixture('call-flood'), '30000'], { capture });
    await using lone = LoneClient.trace(server.address, request);
    const pid = await lone.started();
    lone.kill('SIGSTOP');
    await eventually('the end of the command', () => !proc.alive(pid));
    lone.kill('SIGCONT');
  });
});

describe('a client that goes away', () => {
  const moments: [string, (trace: Trace) => Promise<unknown>][] = [
    ['at once', () => Promise.resolve()],
    ['at the header', (trace) => trace.started()],
    ['at the first batch', (trace) => trace.until('a batch', () => trace.records.length > 0)],
    ['in the middle', (trace) => trace.until('5,000 records', () => trace.records.length > 5000)],
  ];
  for (const [when, moment] of moments) {
    test(`${when}, 20 times`, async ({ client }) => {
      for (let round = 0; round < 20; round++) {
        await using trace = new Trace(client, launch([fixture('call-flood'), '1000000']));
        await moment(trace);
      }
    });
  }

  test('while an attach is under way, 50 times', async ({ client }) => {
    await using program = await startFixture('thread-maker', '100');
    for (let round = 0; round < 50; round++) {
      const trace = new Trace(client, attach(program.pid));
      await trace.cancel();
    }
    await eventually('untraced', () => proc.runsUntraced(program.pid));
    expect((await program.finish()).code).toBe(0);
  });
});
