/** Fault row 19 under control: what happens to tasks that are held, and each is detached from without a hang. */
import { chmodSync, copyFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { TaskState } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { RecordKind, StopReason } from '../../src/gen/ptraced/v1/record_pb.js';
import { EndCause } from '../../src/gen/ptraced/v1/session_pb.js';
import { type Control, controlOf, unheld } from '../support/control.js';
import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { memory, place } from '../support/memory.js';
import * as proc from '../support/proc.js';
import { Program, startFixture } from '../support/program.js';
import { newTasks, signals, taskExits } from '../support/records.js';
import type { Client } from '../support/rpc.js';
import { attach, Trace, type TraceOptions } from '../support/trace.js';

const { ENTER, EXIT, EXEC } = RecordKind;

/** Holds at one call, or at the beginning of programs. */
function stopAt(kind: RecordKind, ...syscalls: string[]): TraceOptions {
  return { rules: { stop: [{ at: { kinds: [kind], syscalls } }] } };
}

async function attached(client: Client, program: Program, options: TraceOptions = {}) {
  const trace = new Trace(client, attach(program.pid, options));
  return { trace, control: await controlOf(client, trace) };
}

/** A shell that becomes the program once it has a line. */
function shellBefore(program: string, uid?: number): Program {
  const user = uid === undefined ? {} : { uid };
  return new Program('/bin/sh', ['-c', 'echo ready; read line; exec "$0"', program], user);
}

/** All of the process, which is the only one: nothing is left to trace. */
async function detachAll(control: Control, trace: Trace, pid: number): Promise<void> {
  const gone = await control.detach(pid);
  expect(gone.map((task) => task.pid)).toEqual(gone.map(() => pid));
  expect(gone.length).toBeGreaterThan(0);
  expect((await trace.finish()).cause).toBe(EndCause.CLIENT_REQUEST);
}

describe('a program that gains privileges, held at its beginning', () => {
  const nobody = 65534;

  for (const how of ['resumed', 'stepped', 'detached'] as const) {
    test(`has them when it is ${how}`, async ({ client, folder }) => {
      const file = `${folder}/credentials`;
      copyFileSync(fixture('credentials'), file);
      chmodSync(file, 0o4755);
      chmodSync(folder, 0o755);
      await using program = shellBefore(file, nobody);
      await program.line();
      const { trace, control } = await attached(client, program, stopAt(EXEC));
      await using _ = trace;
      program.send('go');
      const { tid, stopRecord } = await control.stop();
      expect(stopRecord?.detail.value).toMatchObject({ exe: file });
      const target = { session: control.session, pid: tid };
      const { data } = await client.unary(memory.readMemory, {
        ...target,
        ...place('credentials'),
        size: 4,
      });
      expect(Buffer.from(data).toString('latin1')).toBe('\x7fELF');
      const { registers } = await client.unary(memory.getRegisters, {
        session: control.session,
        tid,
      });
      expect(registers?.rip).not.toBe(0n);
      if (how === 'detached') {
        await detachAll(control, trace, tid);
      } else if (how === 'stepped') {
        expect((await control.step({ tid, count: 3 })).stepsDone).toBe(3);
        await control.resume();
      } else {
        await control.resume();
      }
      expect(await program.line()).toBe(`uid ${nobody} 0 0`);
      expect(await program.ended).toEqual({ code: 0, signal: null });
      await trace.finish();
    });
  }
});

test('a CLONE_UNTRACED child runs while its parent is held, which is detached from', async ({
  client,
}) => {
  await using program = shellBefore(fixture('clone-untraced'));
  await program.line();
  const { trace, control } = await attached(client, program, stopAt(EXIT, 'clone'));
  await using _ = trace;
  program.send('go');
  const { tid, stopRecord } = await control.stop();
  expect(tid).toBe(program.pid);
  const child = Number(stopRecord?.ret);
  await eventually('the end of the child', () => proc.taskStatus(child)?.state === 'Z');
  expect(unheld(await control.tasks())).toEqual([]);
  expect(newTasks(trace.records).filter(({ followed }) => followed)).toEqual([]);
  await detachAll(control, trace, tid);
  expect(await program.line()).toBe(`untraced ${child}`);
  expect(await program.line()).toBe('child exited 0');
  expect(await program.ended).toEqual({ code: 0, signal: null });
});

describe('SIGSTOP and SIGCONT', () => {
  const isStopped = (pid: number) => proc.taskStatus(pid)?.state === 'T' && proc.untraced(pid);

  async function groupStopped(control: Control): Promise<void> {
    await eventually('a group-stop', async () => {
      return (await control.tasks()).every(({ state }) => state === TaskState.GROUP_STOPPED);
    });
  }

  test('to held tasks take effect when these go on', async ({ client }) => {
    await using program = await startFixture('sleepers', '2');
    const { trace, control } = await attached(client, program);
    await using _ = trace;
    expect(unheld(await control.pause())).toEqual([]);
    program.kill('SIGSTOP');
    program.kill('SIGCONT'); // takes SIGSTOP back
    await control.resume();
    expect(await program.ask('on', 'on')).toEqual(['on']);
    expect(unheld(await control.pause())).toEqual([]);
    program.kill('SIGSTOP');
    expect(unheld(await control.tasks())).toEqual([]);
    await control.resume();
    await groupStopped(control);
    program.send('waits');
    expect(unheld(await control.pause())).toEqual([]);
    program.kill('SIGCONT');
    expect(unheld(await control.tasks())).toEqual([]);
    await control.resume();
    expect(await program.line()).toBe('waits');
    await detachAll(control, trace, program.pid);
    expect(await program.finish()).toEqual({ code: 0, signal: null });
    expect(await program.line()).toMatch(/^failures [01]$/); // SIGSTOP ends epoll_wait: signal(7)
  });

  test('stay with held tasks that are detached from', async ({ client }) => {
    await using program = await startFixture('sleepers', '2');
    const before = await attached(client, program);
    await before.control.pause();
    program.kill('SIGSTOP');
    await detachAll(before.control, before.trace, program.pid);
    await eventually('the stop, untraced', () => isStopped(program.pid));
    const within = await attached(client, program);
    await groupStopped(within.control);
    expect(unheld(await within.control.pause())).toEqual([]);
    await detachAll(within.control, within.trace, program.pid);
    await eventually('the stop, untraced', () => isStopped(program.pid));
    const after = await attached(client, program);
    await groupStopped(after.control);
    expect(unheld(await after.control.pause())).toEqual([]);
    program.kill('SIGCONT');
    await detachAll(after.control, after.trace, program.pid);
    expect(await program.ask('on', 'on')).toEqual(['on']);
    expect(await program.finish()).toEqual({ code: 0, signal: null });
    expect(await program.line()).toMatch(/^failures [01]$/); // SIGSTOP ends epoll_wait: signal(7)
  });

  test('end steps', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    const { pid } = program;
    const { trace, control } = await attached(client, program);
    await using _ = trace;
    const named = (records: typeof trace.records) => signals(records).map(({ name }) => name);
    await control.pause();
    program.kill('SIGSTOP');
    const stopped = await control.step({ tid: pid, count: 1000 });
    expect(named(stopped.records)).toEqual(['SIGSTOP']);
    expect(stopped.task).toMatchObject({ state: TaskState.HELD, stopReason: StopReason.STEP });
    const group = await control.step({ tid: pid, count: 1000 });
    expect(group.stepsDone).toBe(0);
    expect(group.task).toMatchObject({ state: TaskState.HELD, stopReason: StopReason.STEP });
    program.kill('SIGCONT');
    const continued = await control.step({ tid: pid, count: 1000 });
    expect(named(continued.records)).toEqual(['SIGCONT']);
    expect(continued.task?.state).toBe(TaskState.HELD);
    await detachAll(control, trace, pid);
    program.send('on');
    expect(await program.line()).toBe('on');
    expect(await program.finish()).toEqual({ code: 0, signal: null });
  });
});

describe('the parent of a vfork', () => {
  test('is detached from where it is held at the entry of it', async ({ client }) => {
    await using program = await startFixture('vfork-slow', 'exec');
    const { trace, control } = await attached(client, program, stopAt(ENTER, 'vfork'));
    program.send('start');
    const { tid } = await control.stop();
    expect(tid).toBe(program.pid);
    await control.detach(tid);
    // The child is another process, which is traced or not; it never waits for us.
    expect(await program.line()).toBe('inside');
    program.send('go');
    expect(await program.line()).toBe('vfork returned after release 1');
    expect(await program.line()).toBe('child exited 0');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    await trace.finish();
  });

  test('is detached from where it is held at the return of it', async ({ client }) => {
    await using program = await startFixture('vfork-slow', 'exit');
    const { trace, control } = await attached(client, program, stopAt(EXIT, 'vfork'));
    await using _ = trace;
    expect(await program.ask('start', 'inside')).toEqual(['inside']);
    program.send('go');
    const { tid } = await control.stop();
    expect(tid).toBe(program.pid);
    await detachAll(control, trace, tid);
    expect(await program.line()).toBe('vfork returned after release 1');
    expect(await program.line()).toBe('child exited 0');
    expect(await program.ended).toEqual({ code: 0, signal: null });
  });
});

describe('an execve of a thread while the others are held', () => {
  async function executing(client: Client, options: TraceOptions) {
    const program = await startFixture('exec-on-command');
    const executor = Number(program.lines[0]?.split(' ')[1]);
    const others = proc.threadIds(program.pid).filter((tid) => tid !== executor);
    const { trace, control } = await attached(client, program, options);
    expect(unheld(await control.pause(...others))).toEqual([]);
    program.send('new');
    return { program, executor, others, trace, control };
  }

  test('is held at its new program and detached from', async ({ client }) => {
    const { program, executor, others, trace, control } = await executing(client, stopAt(EXEC));
    await using _ = program;
    const held = await eventually('EXEC', async () => {
      const tasks = await control.tasks();
      return tasks.length === 1 && tasks.find(({ stopReason }) => stopReason === StopReason.RULE);
    });
    expect(held.tid).toBe(program.pid);
    expect(held.stopRecord?.detail.value).toMatchObject({ formerTid: executor });
    await detachAll(control, trace, program.pid);
    const superseded = taskExits(trace.records).filter((end) => end.superseded);
    expect(superseded.map(({ record }) => record.tid).sort()).toEqual(others.sort());
    expect(await program.line()).toBe('new');
    expect(await program.ended).toEqual({ code: 0, signal: null });
  });

  test('is held at its entry, and all are detached from', async ({ client }) => {
    const { program, executor, trace, control } = await executing(client, stopAt(ENTER, 'execve'));
    await using _ = program;
    const held = await control.stop(executor);
    expect(held.stopRecord).toMatchObject({ kind: ENTER, syscall: 'execve' });
    expect(unheld(await control.tasks())).toEqual([]);
    await detachAll(control, trace, program.pid);
    expect(newTasks(trace.records)).toEqual([]);
    expect(await program.line()).toBe('new');
    expect(await program.ended).toEqual({ code: 0, signal: null });
  });

  test('goes on under the id of a leader that is not traced', async ({ client }) => {
    await using program = await startFixture('exec-on-command');
    const executor = Number(program.lines[0]?.split(' ')[1]);
    const value = { pid: executor, singleThread: true };
    await using trace = new Trace(client, { target: { case: 'attach', value } });
    await trace.started();
    program.send('new');
    expect(await program.line()).toBe('new');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    await trace.finish();
    expect(newTasks(trace.records)).toEqual([]);
    const exec = trace.records.find(({ kind }) => kind === EXEC);
    expect(exec?.detail.value).toMatchObject({ formerTid: executor });
    expect(exec?.tid).toBe(program.pid);
    expect(taskExits(trace.records)).toMatchObject([{ exitCode: 0, processEnded: true }]);
  });
});
