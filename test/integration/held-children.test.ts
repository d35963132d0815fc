/** B5: children and new programs held by a rule before their first instruction, and what can be done there. */

import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'vitest';
import { TaskState } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { RecordKind, StopReason } from '../../src/gen/ptraced/v1/record_pb.js';
import { controlOf } from '../support/control.js';
import { eventually } from '../support/eventually.js';
import { test } from '../support/harness.js';
import { memory, place } from '../support/memory.js';
import * as proc from '../support/proc.js';
import { startFixture } from '../support/program.js';
import { newTasks, stops } from '../support/records.js';
import { attach, launch, Trace, traceToEnd } from '../support/trace.js';

const { ENTER, NEW_TASK, EXEC } = RecordKind;

function holding(kinds: RecordKind[], timeoutMs = 0) {
  const timeout = durationFromMs(timeoutMs);
  return { rules: { stop: [{ at: { kinds }, ...(timeoutMs > 0 && { timeout }) }] } };
}

test('memory and registers of a new program can be read and written before it begins', async ({
  client,
}) => {
  const argv = ['/bin/sh', '-c', 'exec /bin/echo before'];
  await using trace = new Trace(client, launch(argv, holding([EXEC])));
  const control = await controlOf(client, trace);
  const shell = await control.stop();
  await control.resume({ tids: [shell.tid] });
  const { tid, stopId, stopRecord } = await control.stop(0, shell.stopId);
  expect(stopRecord?.detail.value).toMatchObject({ exe: expect.stringMatching(/echo$/) });
  const about = { session: control.session, pid: tid };
  const { hex } = await client.unary(memory.getRegisters, { session: control.session, tid });
  expect(BigInt(hex['rsp'] ?? 0)).toBeGreaterThan(0n);

  // argc and argv are on the stack of a program that has not begun: x86-64 ABI, "Process Initialization".
  const vector = await client.unary(memory.readStringVector, { ...about, ...place('rsp+8') });
  expect(vector.texts).toEqual(['/bin/echo', 'before']);
  const pointer = await client.unary(memory.readMemory, { ...about, ...place('rsp+16'), size: 8 });
  const word = Buffer.from(pointer.data).readBigUInt64LE();
  const written = await client.unary(memory.writeMemory, {
    ...about,
    ...place(word),
    payload: { case: 'text', value: 'BEFORE' },
    expected: Buffer.from('before'),
    expectedStopId: stopId,
  });
  expect(written.written).toBe(6);
  await control.resume({ tids: [tid], expectedStopId: stopId });
  await trace.finish();
  expect(trace.lines()).toEqual(['BEFORE']);
});

test('a child is held with the memory of its parent, which goes on', async ({ client }) => {
  await using program = await startFixture('caller');
  await using trace = new Trace(client, attach(program.pid, holding([NEW_TASK])));
  const control = await controlOf(client, trace);
  program.send('begin');
  const child = await control.stop();
  expect(child).toMatchObject({ stopReason: StopReason.RULE, state: TaskState.HELD });
  const { serial } = await trace.record('NEW_TASK', ({ kind }) => kind === NEW_TASK);
  const [made] = newTasks(trace.records);
  expect(made?.newTid).toBe(child.tid);
  await trace.record('a call of the parent', (record) => {
    return record.tid === program.pid && record.kind === ENTER && record.serial > serial;
  });
  const read = (pid: number) =>
    client.unary(memory.readMemory, {
      session: control.session,
      pid,
      ...place('caller'),
      size: 4096,
    });
  const [ours, theirs] = [await read(child.tid), await read(program.pid)];
  expect(ours.held).toBe(true);
  expect(ours.data).toEqual(theirs.data);
  await control.resume();
  expect(await program.finish()).toMatchObject({ signal: null });
});

test('for as long as the rule says', async ({ client }) => {
  const init = launch(['/bin/sh', '-c', '/bin/true; /bin/true'], holding([NEW_TASK, EXEC], 20));
  const trace = await traceToEnd(client, init);
  expect(trace.ended?.rootExit?.exitCode).toBe(0);
  const held = stops(trace.records).filter(({ reason }) => reason === StopReason.RULE);
  // The shell's own execve, and at least one child with its execve; the shell may exec the last.
  expect(held.length).toBeGreaterThanOrEqual(4);
});

test('a vfork child that a rule holds does not block the detach from its parent', async ({
  client,
}) => {
  await using program = await startFixture('vfork-slow', 'exec');
  await using trace = new Trace(client, attach(program.pid, holding([NEW_TASK])));
  const control = await controlOf(client, trace);
  program.send('start');
  const child = await control.stop();
  expect(child.tid).not.toBe(program.pid);
  await trace.cancel();
  await eventually('the child untraced', () => proc.untraced(child.tid));
  expect(await program.line()).toBe('inside');
  program.send('go');
  expect(await program.line()).toBe('vfork returned after release 1');
  expect(await program.line()).toBe('child exited 0');
  expect(await program.finish()).toEqual({ code: 0, signal: null });
});
