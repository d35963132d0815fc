/** F1: tasks are listed, paused, resumed, stepped, signalled and detached from. */
import * as grpc from '@grpc/grpc-js';
import { describe, expect } from 'vitest';
import { type StepKind, TaskState } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { RecordKind, StopReason } from '../../src/gen/ptraced/v1/record_pb.js';
import { EndCause, OrphanAction } from '../../src/gen/ptraced/v1/session_pb.js';
import { Control, controlOf, unheld } from '../support/control.js';
import { eventually, longPatience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import * as proc from '../support/proc.js';
import { startFixture } from '../support/program.js';
import { groundTruth, processEnd, stops, taskExits } from '../support/records.js';
import { Client, refusal } from '../support/rpc.js';
import { startServer } from '../support/server.js';
import { attach, launch, Trace, type TraceOptions } from '../support/trace.js';

/** Attaches to a program and gives its control. */
async function attached(client: Client, pid: number, options: TraceOptions = {}) {
  const trace = new Trace(client, attach(pid, options));
  return { trace, control: await controlOf(client, trace) };
}

describe('start_paused', () => {
  test('holds a command before the first instruction of its program', async ({ client }) => {
    const init = launch([fixture('family')], {}, { startPaused: true });
    await using trace = new Trace(client, init);
    const control = await controlOf(client, trace);
    const [task, ...others] = await control.tasks();
    expect(others).toEqual([]);
    expect(task).toMatchObject({ state: TaskState.HELD, stopReason: StopReason.START });
    expect(task?.stopRecord).toMatchObject({ kind: RecordKind.EXEC, stopId: task?.stopId });
    const stop = await trace.record('STOP', ({ kind }) => kind === RecordKind.STOP);
    expect(stop.detail.value).toMatchObject({ reason: StopReason.START });
    expect(stop.stopId).toBe(task?.stopId);
    expect(trace.records.map(({ kind }) => kind)).toEqual([
      RecordKind.ENTER,
      RecordKind.EXIT,
      RecordKind.EXEC,
      RecordKind.STOP,
    ]);
    const before = { tid: task?.tid, stopId: task?.stopId, state: TaskState.HELD };
    expect(await control.resume()).toMatchObject([before]);
    expect((await trace.finish()).rootExit?.exitCode).toBe(0);
    expect(trace.lines().at(-1)).toMatch(/^thread \d+$/);
  });

  test('holds every thread of a process by the time of the header', async ({ client }) => {
    await using program = await startFixture('sleepers', '20');
    const target = { case: 'attach', value: { pid: program.pid, startPaused: true } } as const;
    await using trace = new Trace(client, { target });
    const control = await controlOf(client, trace);
    const tasks = await control.tasks();
    expect(tasks).toHaveLength(21);
    expect(unheld(tasks)).toEqual([]);
    expect(tasks.every(({ stopReason }) => stopReason === StopReason.START)).toBe(true);
    program.send('hello');
    await control.resume();
    expect(await program.line()).toBe('hello');
  });
});

test('500 threads are paused and go on, and no call of theirs notices', { timeout }, async ({
  client,
}) => {
  await using program = await startFixture('sleepers', '500');
  const { trace, control } = await attached(client, program.pid);
  await using _ = trace;
  for (let round = 0; round < 5; round++) {
    const tasks = await control.pause();
    expect(tasks).toHaveLength(501);
    expect(unheld(tasks)).toEqual([]);
    expect(new Set(tasks.map(({ stopId }) => stopId)).size).toBe(501);
    expect(await control.resume()).toHaveLength(501);
    expect(await program.ask('on', 'on')).toEqual(['on']);
  }
  await control.pause();
  await trace.cancel(); // held by a client that goes away
  await eventually('untraced and running', () => proc.runsUntraced(program.pid));
  await program.finish();
  expect(await program.line()).toBe('failures 0');
});

test('calls that an interruption ends for good are paused in, over and over', { timeout }, async ({
  client,
}) => {
  await using program = await startFixture('blocked-calls');
  const { trace, control } = await attached(client, program.pid);
  await using _ = trace;
  for (let round = 0; round < 100; round++) {
    expect(unheld(await control.pause())).toEqual([]);
    await control.resume();
  }
  await control.pause();
  await trace.cancel();
  await eventually('untraced and running', () => proc.runsUntraced(program.pid));
  for (let round = 0; round < 20; round++) {
    const again = await attached(client, program.pid);
    await again.control.pause();
    await again.control.detach(program.pid);
    await again.trace.finish();
    await eventually('untraced and running', () => proc.runsUntraced(program.pid));
  }
  const answer = await program.ask('report', 'calls');
  expect(answer.filter((line) => line !== 'calls' && !/ eintr 0 other 0 /.test(line))).toEqual([]);
});

test('a pause holds a process that makes 1,000 threads a second', { timeout }, async ({
  client,
}) => {
  await using program = await startFixture('thread-maker', '1000');
  const { trace, control } = await attached(client, program.pid);
  await using _ = trace;
  for (let round = 0; round < 20; round++) {
    expect(unheld(await control.pause())).toEqual([]);
    const running = proc
      .threadIds(program.pid)
      .filter((tid) => !'tZX'.includes(proc.taskStatus(tid)?.state ?? 'X'));
    expect(running).toEqual([]);
    await control.resume();
    const made = trace.records.length;
    await trace.record('NEW_TASK', ({ kind }) => kind === RecordKind.NEW_TASK, made);
  }
  await trace.cancel();
  expect(await program.finish()).toEqual({ code: 0, signal: null });
});

test('of two controllers that resume one stop one wins', async ({ client, server }) => {
  await using program = await startFixture('echo-lines');
  const { trace, control } = await attached(client, program.pid);
  await using _ = trace;
  await using connection = new Client(server.address);
  const other = new Control(connection, control.session);
  for (let round = 0; round < 20; round++) {
    const [task] = await control.pause(program.pid);
    const request = { tids: [program.pid], expectedStopId: task?.stopId ?? 0n };
    const results = await Promise.allSettled([control.resume(request), other.resume(request)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = results.find((result) => result.status === 'rejected');
    expect(lost?.reason).toMatchObject({ code: grpc.status.ABORTED });
    expect(lost?.reason.details).toMatch(/^STOP_CHANGED/);
  }
});

test('what cannot be done is said', async ({ client }) => {
  await using program = await startFixture('echo-lines');
  const { trace, control } = await attached(client, program.pid);
  const tids = [program.pid];
  const reasons = async (calls: Promise<unknown>[]) => {
    const answers = await Promise.all(calls.map((call) => refusal(call)));
    return answers.map(({ details }) => details.split(':', 1)[0]);
  };
  const stranger = { tids: [process.pid] };
  expect(
    await reasons([
      control.resume({ tids }),
      control.resume({ tids, expectedStopId: 1n }),
      control.resume(stranger),
      control.pause(process.pid),
      control.detach(process.pid),
      control.signal({ pid: process.pid, signal: 'SIGUSR1' }),
      control.step({ tid: program.pid }),
      control.step({ tid: process.pid }),
      control.stop(process.pid),
      control.stop(program.pid, 0n, 20),
      control.stop(0, 0n, 20),
    ]),
  ).toEqual([
    'NOT_HELD',
    'STOP_CHANGED',
    'TASK_NOT_FOUND',
    'TASK_NOT_FOUND',
    'TASK_NOT_FOUND',
    'TASK_NOT_FOUND',
    'NOT_HELD',
    'TASK_NOT_FOUND',
    'TASK_NOT_FOUND',
    'STOP_TIMEOUT',
    'STOP_TIMEOUT',
  ]);
  expect(
    new Set(
      await reasons([
        control.resume({ tids, signal: 'SIGNONE' }),
        control.resume({ signal: 'SIGUSR1' }),
        control.resume({ expectedStopId: 1n }),
        control.resume({ tids: [0] }),
        control.pause(-1),
        control.step({ tid: program.pid, count: 1001 }),
        control.step({ tid: program.pid, kind: 9 as StepKind }),
        control.step({ tid: 0 }),
        control.stop(program.pid, 0n, 60_001),
        control.detach(),
        control.signal({ pid: program.pid, signal: '' }),
        control.signal({ pid: program.pid, signal: '65' }),
      ]),
    ),
  ).toEqual(new Set(['FIELD_INVALID']));
  expect(await program.finish()).toEqual({ code: 0, signal: null });
  await trace.finish();
  expect(await reasons([control.tasks(), control.pause(), control.resume()])).toEqual([
    'SESSION_ENDED',
    'SESSION_ENDED',
    'SESSION_ENDED',
  ]);
});

describe('a task that is held', () => {
  test('dies by SIGKILL', async ({ client }) => {
    await using program = await startFixture('sleepers', '5');
    const { trace, control } = await attached(client, program.pid);
    await control.pause();
    program.kill('SIGKILL');
    expect(await program.ended).toEqual({ code: null, signal: 'SIGKILL' });
    const ended = await trace.finish();
    expect(ended.rootExit).toMatchObject({ signal: 9 });
    expect(processEnd(trace.records, program.pid)).toMatchObject({ signal: 9 });
  });

  test('is killed with its launched command when the client goes', async ({ client }) => {
    await using trace = new Trace(client, launch([fixture('tree')]));
    await trace.until('the tree', () => trace.lines().includes('ready'));
    const truth = groundTruth(trace.lines());
    const pids = ['root', 'child', 'grandchild', 'daemon'].map((name) => Number(truth.get(name)));
    const control = await controlOf(client, trace);
    expect(unheld(await control.pause())).toEqual([]);
    await trace.cancel();
    await eventually('all dead', () => !pids.some((pid) => proc.alive(pid)));
  });

  test('goes on when the last holder of a kept session goes', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    const options = { onDisconnect: OrphanAction.KEEP };
    const { trace, control } = await attached(client, program.pid, options);
    expect(unheld(await control.pause())).toEqual([]);
    await trace.cancel();
    program.send('on');
    expect(await program.line()).toBe('on');
    expect(await control.tasks()).toMatchObject([{ state: TaskState.RUNNING }]);
    expect(await program.finish()).toEqual({ code: 0, signal: null });
  });

  test('hinders no execve of another thread', async ({ client }) => {
    await using program = await startFixture('exec-on-command');
    const executor = Number(program.lines[0]?.split(' ')[1]);
    const { trace, control } = await attached(client, program.pid);
    const others = proc.threadIds(program.pid).filter((tid) => tid !== executor);
    expect(unheld(await control.pause(...others))).toEqual([]);
    program.send('new');
    expect(await program.line()).toBe('new');
    expect(await program.finish()).toEqual({ code: 0, signal: null });
    await trace.finish();
    const exec = trace.records.find(({ kind }) => kind === RecordKind.EXEC);
    expect(exec?.detail.value).toMatchObject({ formerTid: executor });
    const superseded = taskExits(trace.records).filter((end) => end.superseded);
    expect(superseded.map(({ record }) => record.tid).sort()).toEqual(others.sort());
  });

  test('of a process stopped by a signal stays stopped until SIGCONT', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    const { trace, control } = await attached(client, program.pid);
    await using _ = trace;
    program.kill('SIGSTOP');
    await trace.record('group-stop', ({ kind }) => kind === RecordKind.STOP);
    expect(await control.tasks()).toMatchObject([{ state: TaskState.GROUP_STOPPED }]);
    expect(await control.pause()).toMatchObject([{ state: TaskState.HELD }]);
    await control.resume();
    expect(await control.tasks()).toMatchObject([{ state: TaskState.GROUP_STOPPED }]);
    await control.pause();
    program.send('waits');
    program.kill('SIGCONT');
    expect(await control.tasks()).toMatchObject([{ state: TaskState.HELD }]);
    await control.resume();
    expect(await program.line()).toBe('waits');
    await trace.record('the write', ({ syscall }) => syscall === 'write');
    const reasons = stops(trace.records).map(({ reason }) => reason);
    expect(reasons.filter((reason) => reason !== StopReason.PAUSE)).toEqual([
      StopReason.GROUP_STOP,
      StopReason.GROUP_CONTINUE,
    ]);
    program.kill('SIGSTOP');
    await eventually('a group-stop', async () => {
      return (await control.tasks())[0]?.state === TaskState.GROUP_STOPPED;
    });
    await control.pause();
    await trace.cancel();
    await eventually('the stop, untraced', () => {
      return proc.untraced(program.pid) && proc.taskStatus(program.pid)?.state === 'T';
    });
    program.kill('SIGCONT');
  });

  test('in the middle of a signal gets it when it goes on', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    const { trace, control } = await attached(client, program.pid);
    await control.pause();
    program.kill('SIGTERM');
    await control.resume();
    expect(await program.ended).toEqual({ code: null, signal: 'SIGTERM' });
    await trace.finish();
  });
});

test('Detach lets go of one process of several, held or not', async ({ client }) => {
  const init = launch([fixture('tree')], { onDisconnect: OrphanAction.KILL });
  await using trace = new Trace(client, init);
  await trace.until('the tree', () => trace.lines().includes('ready'));
  const control = await controlOf(client, trace);
  const truth = groundTruth(trace.lines());
  const [root, child, daemon] = ['root', 'child', 'daemon'].map((name) => Number(truth.get(name)));
  try {
    const gone = await control.detach(child ?? 0);
    expect(gone.map(({ pid }) => pid)).toEqual(gone.map(() => child));
    expect(gone.map(({ tid }) => tid)).toEqual(proc.threadIds(child ?? 0));
    expect(proc.untraced(child ?? 0)).toBe(true);
    await control.pause(daemon ?? 0);
    const held = (await control.detach(daemon ?? 0)).filter(({ stopId }) => stopId !== 0n);
    expect(held).toMatchObject([{ tid: daemon, state: TaskState.HELD }]);
    expect(proc.runsUntraced(daemon ?? 0)).toBe(true);
    const left = (await control.tasks()).map(({ pid }) => pid);
    expect(left).toContain(root);
    expect(left).not.toContain(child);
    await control.detach(...left);
    const { cause } = await trace.finish();
    expect(cause).toBe(EndCause.CLIENT_REQUEST);
  } finally {
    for (const name of ['root', 'child', 'grandchild', 'daemon']) {
      process.kill(Number(truth.get(name)), 'SIGKILL');
    }
  }
});

test('WaitStop brings every stop, one after another', async ({ client }) => {
  await using program = await startFixture('sleepers', '10');
  const { trace, control } = await attached(client, program.pid);
  await using _ = trace;
  const waiting = control.stop();
  const tasks = await control.pause();
  expect((await waiting).state).toBe(TaskState.HELD);
  const seen: number[] = [];
  let after = 0n;
  while (seen.length < tasks.length) {
    const task = await control.stop(0, after);
    after = task.stopId;
    seen.push(task.tid);
  }
  expect(seen.sort((a, b) => a - b)).toEqual(tasks.map(({ tid }) => tid));
});

test('a server that is killed leaves what it held running', async () => {
  await using program = await startFixture('sleepers', '20');
  await using calls = await startFixture('blocked-calls');
  await using server = await startServer();
  await using other = new Client(server.address);
  const controls = [await attached(other, program.pid), await attached(other, calls.pid)];
  // One that is held at the entry of a call takes the kernel's wake-up into it (docs/adr/0006).
  await eventually('every thread in its call again', () =>
    proc.threadIds(program.pid).every((tid) => proc.taskStatus(tid)?.state === 'S'),
  );
  for (const { control } of controls) {
    await control.pause();
  }
  server.kill('SIGKILL');
  await server.ended;
  for (const pid of [program.pid, calls.pid]) {
    await eventually('running untraced', () => proc.runsUntraced(pid));
  }
  await program.finish();
  expect(await program.line()).toBe('failures 0');
});
