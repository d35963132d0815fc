/** Commands that the server launched, let go and attaches to again: children of one tracer thread, tracees of another. */
import { expect } from 'vitest';
import { OrphanAction } from '../../src/gen/ptraced/v1/session_pb.js';
import { Control, controlOf, unheld } from '../support/control.js';
import { eventually, longPatience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import * as proc from '../support/proc.js';
import type { Client } from '../support/rpc.js';
import { create, launching } from '../support/session.js';
import { attach, Trace } from '../support/trace.js';

/** Attaches, pauses and resumes, over and over, and detaches. */
async function visit(client: Client, pid: number): Promise<void> {
  await using trace = new Trace(client, attach(pid));
  const control = await controlOf(client, trace);
  for (let pause = 0; pause < 20; pause++) {
    expect(unheld(await control.pause())).toEqual([]);
    await control.resume();
  }
  await trace.cancel();
  await eventually('untraced and running', () => proc.runsUntraced(pid));
}

test('a command that was let go can be attached to again', { timeout }, async ({ client }) => {
  const session = await create(client, launching([fixture('call-flood'), '2000000000']));
  const { rootPid: pid } = session.created;
  try {
    await session.end(OrphanAction.DETACH);
    await visit(client, pid);
    await visit(client, pid);
  } finally {
    process.kill(pid, 'SIGKILL');
  }
});

test('so can one whose child is still traced by the session that launched it', { timeout }, async ({
  client,
}) => {
  const flood = `${fixture('call-flood')} 2000000000`;
  const launched = launching(['/bin/sh', '-c', `${flood} & exec ${flood}`]);
  await using session = await create(client, launched);
  const { rootPid: pid, name } = session.created;
  const control = new Control(client, name);
  await eventually('two floods', async () => (await control.tasks()).length === 2);
  await control.detach(pid);
  try {
    await visit(client, pid);
    await visit(client, pid);
    expect(await control.tasks()).toHaveLength(1);
  } finally {
    process.kill(pid, 'SIGKILL');
  }
  await eventually('reaped', () => proc.taskStatus(pid) === undefined);
});
