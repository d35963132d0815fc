/** F3 at TASK_EXIT: tasks that are held just before they are gone, and what must not be held there. */
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { describe, expect } from 'vitest';
import { ControlService, TaskState } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { RecordKind, StopReason } from '../../src/gen/ptraced/v1/record_pb.js';
import { EndCause, OrphanAction } from '../../src/gen/ptraced/v1/session_pb.js';
import { controlOf } from '../support/control.js';
import { atEnds, Ends, endingOf } from '../support/ends.js';
import { eventually, within } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { memory, place } from '../support/memory.js';
import * as proc from '../support/proc.js';
import { newTasks, processEnd, stops, taskExits } from '../support/records.js';
import { Client, refusal } from '../support/rpc.js';
import { startServer } from '../support/server.js';
import { create, ended, launching } from '../support/session.js';
import { launch, Trace, traceToEnd } from '../support/trace.js';

const { waitStop: stopOf, resume: resumeOf } = ControlService.method;

/** Kinds of one task's records, from a stop on. */
function kindsFrom(trace: Trace, tid: number, stopId: bigint): string[] {
  const own = trace.records.filter((record) => record.tid === tid);
  const from = own.findIndex((record) => record.stopId === stopId);
  return own.slice(from).map(({ kind }) => RecordKind[kind]);
}

describe('a stop rule on TASK_EXIT', () => {
  test('holds a task whose memory and registers can be read', async ({ client }) => {
    await using ends = await Ends.start(client, 0, { rules: atEnds() });
    const { control, program, trace, pid } = ends;
    const { session } = control;
    program.send('exit 3');
    const task = await control.stop();
    expect(task).toMatchObject({ tid: pid, state: TaskState.HELD, stopReason: StopReason.RULE });
    expect(task.stopRecord).toMatchObject({ kind: RecordKind.STOP, stopId: task.stopId });
    expect(endingOf(task)).toMatchObject({ exitCode: 3, signal: 0 });
    expect(await control.tasks()).toMatchObject([{ tid: pid, state: TaskState.HELD }]);
    const words = { session, pid, size: 32, untilNul: true, ...place(ends.words) };
    const { data, held } = await client.unary(memory.readMemory, words);
    expect([Buffer.from(data).toString(), held]).toEqual(['last words', true]);
    const { registers, stopId } = await client.unary(memory.getRegisters, { session, tid: pid });
    expect([registers?.origRax, registers?.rdi, stopId]).toEqual([231n, 3n, task.stopId]);
    const { mappings } = await client.unary(memory.listMappings, { session, pid });
    expect(mappings.some(({ path }) => path.endsWith('/ends'))).toBe(true);
    await control.resume({ tids: [pid], expectedStopId: task.stopId });
    expect((await trace.finish()).rootExit?.exitCode).toBe(3);
    expect(await program.ended).toEqual({ code: 3, signal: null });
    expect(kindsFrom(trace, pid, task.stopId)).toEqual(['STOP', 'TASK_EXIT']);
  });

  test('tells a signal that kills, and lets go after its timeout', async ({ client }) => {
    const rules = atEnds([], { timeout: durationFromMs(20) });
    await using ends = await Ends.start(client, 2, { rules });
    ends.program.send('signal 11');
    await ends.trace.finish();
    const held = stops(ends.trace.records).filter(({ reason }) => reason === StopReason.RULE);
    expect(held.map(({ ending }) => ending?.signalName)).toEqual(['SIGSEGV', 'SIGSEGV', 'SIGSEGV']);
    expect(processEnd(ends.trace.records, ends.pid)).toMatchObject({ signal: 11 });
    expect((await ends.program.ended).signal).toBe('SIGSEGV');
  });

  test('holds each thread of a process that ends', async ({ client }) => {
    await using ends = await Ends.start(client, 5, { rules: atEnds() });
    const tids = proc.threadIds(ends.pid);
    ends.program.send('exit 0');
    const held = await ends.stops(6);
    expect(held.map(({ tid }) => tid).sort()).toEqual(tids.sort());
    expect(held.map((task) => endingOf(task)?.exitCode)).toEqual(Array(6).fill(0));
    for (const { tid, stopId } of held) {
      await ends.control.resume({ tids: [tid], expectedStopId: stopId });
    }
    await ends.trace.finish();
    expect(taskExits(ends.trace.records)).toHaveLength(6);
    expect(taskExits(ends.trace.records).at(-1)).toMatchObject({ processEnded: true });
  });

  test('holds a thread and a leader that end before the others', async ({ client }) => {
    await using ends = await Ends.start(client, 0, { rules: atEnds() });
    const { control, program, pid, trace } = ends;
    program.send('thread');
    const thread = await control.stop();
    expect(thread.tid).not.toBe(pid);
    await control.resume({ tids: [thread.tid] });
    expect(await program.line()).toBe('thread done');
    program.send('leader');
    const leader = await control.stop(pid, thread.stopId);
    expect(endingOf(leader)).toMatchObject({ exitCode: 7 });
    program.send('end');
    const last = await control.stop(0, leader.stopId);
    expect(endingOf(last)).toMatchObject({ exitCode: 6 });
    await control.resume();
    await trace.finish();
    expect(processEnd(trace.records, pid)).toMatchObject({ exitCode: 6 });
  });

  test('holds children, of one process where the rule says so', async ({ client }) => {
    for (const command of ['fork', 'vfork']) {
      await using ends = await Ends.start(client, 0, { rules: atEnds() });
      ends.program.send(command);
      const child = await ends.control.stop();
      expect(child.tid).not.toBe(ends.pid);
      expect(endingOf(child)).toMatchObject({ exitCode: 5 });
      await ends.update(atEnds([child.tid]));
      await ends.control.resume();
      expect(await ends.program.line()).toBe('child exited 5');
      expect(await ends.program.finish()).toEqual({ code: 0, signal: null });
      await ends.trace.finish();
    }
  });

  test('comes to tasks that run or sleep, and leaves them', async ({ client }) => {
    await using ends = await Ends.start(client, 8, {});
    const { control, program } = ends;
    program.send('thread');
    expect(await program.line()).toBe('thread done');
    await ends.update(atEnds());
    program.send('thread');
    const thread = await control.stop();
    await ends.update({});
    expect(await control.tasks()).toContainEqual(expect.objectContaining({ tid: thread.tid }));
    await control.resume();
    expect(await program.line()).toBe('thread done');
    program.send('thread');
    expect(await program.line()).toBe('thread done');
    await control.pause();
    await ends.update(atEnds());
    await control.resume();
    program.send('exit 4');
    const all = await ends.stops(9, thread.stopId);
    expect(new Set(all.map((task) => endingOf(task)?.exitCode))).toEqual(new Set([4]));
    await ends.update({});
    await control.resume();
    expect((await ends.trace.finish()).rootExit?.exitCode).toBe(4);
  });

  test('is served where the kernel filters calls', async ({ client }) => {
    const capture = { filter: { syscalls: ['openat'] } };
    const rules = atEnds();
    await using session = await create(client, launching(['/bin/true'], { capture, rules }));
    expect(session.created.filteredInKernel).toBe(true);
    const { task } = await client.unary(stopOf, { session: session.name });
    expect(task && endingOf(task)).toMatchObject({ exitCode: 0 });
    await client.unary(resumeOf, { session: session.name });
    expect((await ended(session)).rootExit?.exitCode).toBe(0);
  });
});

describe('what must not wait for a client', () => {
  test('is the end by SIGKILL', async ({ client }) => {
    await using ends = await Ends.start(client, 3, { rules: atEnds() });
    ends.program.kill('SIGKILL');
    expect(await ends.program.ended).toEqual({ code: null, signal: 'SIGKILL' });
    await ends.trace.finish();
    expect(stops(ends.trace.records)).toEqual([]);
  });

  test('is a thread at its end that SIGKILL strikes', async ({ client }) => {
    await using ends = await Ends.start(client, 3, { rules: atEnds() });
    ends.program.send('thread');
    await ends.control.stop();
    ends.program.kill('SIGKILL');
    expect(await ends.program.ended).toEqual({ code: null, signal: 'SIGKILL' });
    await ends.trace.finish();
    expect(stops(ends.trace.records)).toHaveLength(1);
  });

  test('is the execve of another thread', async ({ client }) => {
    await using ends = await Ends.start(client, 5, { rules: atEnds() });
    const { program, control, trace, pid } = ends;
    const others = proc.threadIds(pid);
    program.send('exec');
    const end = await control.stop(pid);
    await trace.record('EXEC', ({ kind }) => kind === RecordKind.EXEC);
    const superseded = taskExits(trace.records).filter((one) => one.superseded);
    expect(superseded.map(({ record }) => record.tid).sort()).toEqual(others.sort());
    expect(endingOf(end)).toMatchObject({ exitCode: 0 });
    await control.resume();
    expect(await program.ended).toEqual({ code: 0, signal: null });
    await trace.finish();
    expect(stops(trace.records).map(({ record }) => record.stopId)).toEqual([end.stopId]);
  });

  test('is the execve of a thread while another is held at its end', async ({ client }) => {
    await using ends = await Ends.start(client, 0, { rules: atEnds() });
    const { program, control, trace, pid } = ends;
    program.send('later');
    const thread = await control.stop();
    program.send('exec');
    await trace.record('EXEC', ({ kind }) => kind === RecordKind.EXEC);
    expect(thread.tid).not.toBe(pid);
    const last = await control.stop(pid, thread.stopId);
    await control.resume({ tids: [pid], expectedStopId: last.stopId });
    await trace.finish();
    expect(taskExits(trace.records).map(({ record }) => record.tid)).toContain(thread.tid);
  });
});

describe('a task that is held at its end', () => {
  test('cannot be stepped, paused or sent a signal', async ({ client }) => {
    await using ends = await Ends.start(client, 0, { rules: atEnds() });
    const { program, control, pid, trace } = ends;
    program.send('exit 3');
    const task = await control.stop();
    const tids = [pid];
    const refused = await refusal(control.resume({ tids, signal: 'SIGUSR1' }));
    expect(refused.details).toMatch(/^TASK_ENDING/);
    expect((await refusal(control.step({ tid: pid, signal: 'SIGTERM' }))).details).toMatch(
      /^TASK_ENDING/,
    );
    expect(await control.pause()).toMatchObject([{ stopId: task.stopId, state: TaskState.HELD }]);
    const step = await control.step({ tid: pid, count: 5 });
    expect(step.task).toBeUndefined();
    expect(step.stepsDone).toBe(0);
    expect(step.records.map(({ kind }) => kind)).toEqual([RecordKind.TASK_EXIT]);
    await trace.finish();
  });

  test('of a process that ends, keeps its status: SIGKILL comes too late', async ({ client }) => {
    await using ends = await Ends.start(client, 1, { rules: atEnds() });
    ends.program.send('exit 3');
    await ends.stops(2);
    ends.program.kill('SIGKILL');
    expect((await ends.control.tasks()).map(({ state }) => state)).toEqual([
      TaskState.HELD,
      TaskState.HELD,
    ]);
    await ends.control.resume();
    expect(await ends.program.ended).toEqual({ code: 3, signal: null });
    await ends.trace.finish();
  });

  test('is where a step ends', async ({ client }) => {
    const rules = atEnds();
    const init = launch(['/bin/true'], { rules }, { startPaused: true });
    await using trace = new Trace(client, init);
    const control = await controlOf(client, trace);
    const tid = trace.header?.rootPid ?? 0;
    const { task, records } = await control.step({ tid, count: 1000 });
    expect(task?.stopReason).toBe(StopReason.RULE);
    expect(records.at(-1)?.kind).toBe(RecordKind.STOP);
    await control.resume();
    expect((await trace.finish()).rootExit?.exitCode).toBe(0);
  });

  test('is let go by Detach, and ends untraced', async ({ client }) => {
    await using ends = await Ends.start(client, 3, { rules: atEnds() });
    ends.program.send('exit 3');
    await ends.stops(4);
    expect(await ends.control.detach(ends.pid)).toHaveLength(4);
    expect(await ends.program.ended).toEqual({ code: 3, signal: null });
    expect((await ends.trace.finish()).cause).toBe(EndCause.CLIENT_REQUEST);
  });

  test('hinders no end of its session', async ({ client }) => {
    for (const action of [OrphanAction.DETACH, OrphanAction.KILL]) {
      const command = launching([fixture('exit-with-threads'), '4'], { rules: atEnds() });
      await using session = await create(client, command);
      const first = await client.unary(stopOf, { session: session.name });
      expect(first.task?.stopReason).toBe(StopReason.RULE);
      await session.end(action);
      await eventually('its end', () => !proc.alive(session.created.rootPid));
    }
    for (const onDisconnect of [OrphanAction.DETACH, OrphanAction.KEEP, OrphanAction.KILL]) {
      await using ends = await Ends.start(client, 1, { rules: atEnds(), onDisconnect });
      ends.program.send('exit 3');
      await ends.stops(2);
      await ends.trace.cancel();
      expect(await within('its end', ends.program.ended)).toEqual({ code: 3, signal: null });
    }
  });

  test('ends with the server', async () => {
    await using server = await startServer();
    await using client = new Client(server.address);
    const ends = await Ends.start(client, 2, { rules: atEnds() });
    ends.program.send('exit 3');
    await ends.stops(3);
    await using trace = new Trace(client, launch(['/bin/true'], { rules: atEnds() }));
    const held = await (await controlOf(client, trace)).stop();
    server.kill('SIGKILL');
    await within('its end', server.ended);
    expect(await within('its end', ends.program.ended)).toEqual({ code: 3, signal: null });
    await eventually('its end', () => !proc.alive(held.tid));
    await ends.trace.cancel();
    await trace.cancel();
  });
});

test('nothing changes where nobody is held: each end is told once, and last', async ({
  client,
}) => {
  const trace = await traceToEnd(
    client,
    launch([fixture('family')], { rules: atEnds([process.pid]) }),
  );
  expect(taskExits(trace.records)).toHaveLength(newTasks(trace.records).length + 1);
  expect(stops(trace.records)).toEqual([]);
});
