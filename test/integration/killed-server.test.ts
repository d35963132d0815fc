/** P1, A7: what a server held while it is killed runs on. */
import { describe, expect, test as plainTest } from 'vitest';
import { StepKind, TaskState } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { RecordKind } from '../../src/gen/ptraced/v1/record_pb.js';
import { type Control, controlOf } from '../support/control.js';
import { eventually } from '../support/eventually.js';
import { test } from '../support/harness.js';
import * as proc from '../support/proc.js';
import { Program } from '../support/program.js';
import { Client } from '../support/rpc.js';
import { startServer } from '../support/server.js';
import { attach, Trace } from '../support/trace.js';

/** A program of a shell that makes no calls. */
const spinning = 'trap "echo on" USR1; echo ready; while :; do :; done';

/** Attaches, pauses, acts, and kills the server while the program is held. */
async function killedAfter(act: (control: Control, tid: number) => Promise<unknown>) {
  await using program = new Program('/bin/sh', ['-c', spinning]);
  expect(await program.line()).toBe('ready');
  await using server = await startServer();
  await using client = new Client(server.address);
  const control = await controlOf(client, new Trace(client, attach(program.pid)));
  await control.pause();
  await act(control, program.pid);
  expect(await control.tasks()).toMatchObject([{ state: TaskState.HELD }]);
  server.kill('SIGKILL');
  await server.ended;
  await eventually('running untraced', () => proc.runsUntraced(program.pid));
  program.kill('SIGUSR1');
  expect(await program.line()).toBe('on');
}

describe('no SIGTRAP is left behind', () => {
  plainTest('where the program was held after instruction steps', async () => {
    const kind = StepKind.INSTRUCTION;
    await killedAfter((control, tid) => control.step({ tid, kind, count: 10 }));
  });

  plainTest('where a pause ended an instruction step', async () => {
    for (let round = 0; round < 5; round++) {
      await killedAfter(async (control, tid) => {
        const stepping = control.step({ tid, kind: StepKind.INSTRUCTION, count: 1000 });
        await control.pause(tid);
        await stepping;
      });
    }
  });
});

// A signal that is told and not yet passed on dies with its tracer.
test('no signal waits where a task is paused', async ({ client }) => {
  const flood = 'trap : USR1; echo ready; while :; do kill -USR1 $$; done';
  await using program = new Program('/bin/sh', ['-c', flood]);
  expect(await program.line()).toBe('ready');
  const capture = { filter: { syscalls: ['kill'] } };
  await using trace = new Trace(client, attach(program.pid, { capture }));
  const control = await controlOf(client, trace);
  for (let round = 0; round < 500; round++) {
    const [task] = await control.pause();
    expect(task?.state).toBe(TaskState.HELD);
    expect(task?.stopRecord?.kind).not.toBe(RecordKind.SIGNAL);
    await control.resume();
  }
});
