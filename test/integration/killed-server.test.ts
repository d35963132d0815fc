/** P1, A7: what a server held while it is killed runs on. */
import { describe, expect, test } from 'vitest';
import { StepKind, TaskState } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { type Control, controlOf } from '../support/control.js';
import { eventually } from '../support/eventually.js';
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
  test('where the program was held after instruction steps', async () => {
    const kind = StepKind.INSTRUCTION;
    await killedAfter((control, tid) => control.step({ tid, kind, count: 10 }));
  });

  test('where a pause ended an instruction step', async () => {
    for (let round = 0; round < 5; round++) {
      await killedAfter(async (control, tid) => {
        const stepping = control.step({ tid, kind: StepKind.INSTRUCTION, count: 1000 });
        await control.pause(tid);
        await stepping;
      });
    }
  });
});
