import { describe, expect } from 'vitest';
import { StepKind, TaskState } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { RecordKind, StopReason } from '../../src/gen/ptraced/v1/record_pb.js';
import { type Control, controlOf } from '../support/control.js';
import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import * as proc from '../support/proc.js';
import { Program, startFixture } from '../support/program.js';
import { exitsOf, newTasks, signals } from '../support/records.js';
import { type Client, refusal } from '../support/rpc.js';
import { attach, launch, Trace, type TraceOptions } from '../support/trace.js';

/** A program of a shell that makes no calls. */
const spinning = 'trap "echo on" USR1; echo ready; while :; do :; done';

/** Attaches to a program and gives its control. */
async function attached(client: Client, pid: number, options: TraceOptions = {}) {
  const trace = new Trace(client, attach(pid, options));
  return { trace, control: await controlOf(client, trace) };
}

describe('the parent of a vfork', () => {
  async function inVfork(client: Client) {
    const program = await startFixture('vfork-slow', 'exec');
    const { trace, control } = await attached(client, program.pid);
    expect(await program.ask('start', 'inside')).toEqual(['inside']);
    await trace.record('NEW_TASK', ({ kind }) => kind === RecordKind.NEW_TASK);
    const [made] = newTasks(trace.records);
    return { program, trace, control, child: made?.newTid ?? 0 };
  }

  test('is answered for while its child is paused, and held when it returns', async ({
    client,
  }) => {
    const { program, trace, control, child } = await inVfork(client);
    await using _ = program;
    await using _trace = trace;
    const tasks = await control.pause();
    expect(tasks.find(({ tid }) => tid === child)?.state).toBe(TaskState.HELD);
    expect(tasks.find(({ tid }) => tid === program.pid)?.state).toBe(TaskState.RUNNING);
    program.send('go');
    await control.resume({ tids: [child] });
    const { stopReason } = await control.stop(program.pid);
    expect(stopReason).toBe(StopReason.PAUSE);
    await control.resume();
    expect(await program.line()).toBe('vfork returned after release 1');
    expect(await program.line()).toBe('child exited 0');
  });

  test('is not waited for by a Pause that holds again what was resumed meanwhile', async ({
    client,
  }) => {
    const { program, trace, control, child } = await inVfork(client);
    await using _ = program;
    await using _trace = trace;
    await control.pause(child);
    const pausing = control.pause(); // which waits for the parent for a while
    expect(await control.resume({ tids: [child] })).toMatchObject([{ state: TaskState.HELD }]);
    const tasks = await pausing;
    expect(tasks.map(({ state }) => state)).toEqual([TaskState.RUNNING, TaskState.RUNNING]);
    program.send('go');
    await control.stop(program.pid);
    await control.resume();
    expect(await program.line()).toBe('vfork returned after release 1');
    expect(await program.line()).toBe('child exited 0');
  });

  test('is detached from with a child that is held', async ({ client }) => {
    const { program, trace, control, child } = await inVfork(client);
    await using _ = program;
    await control.pause();
    await trace.cancel();
    await eventually('the child untraced', () => proc.untraced(child));
    program.send('go');
    expect(await program.line()).toBe('vfork returned after release 1');
    expect(await program.line()).toBe('child exited 0');
    expect(await program.finish()).toEqual({ code: 0, signal: null });
  });

  test('is let go by Detach once it can be', async ({ client }) => {
    const { program, trace, control, child } = await inVfork(client);
    await using _ = program;
    await using _trace = trace;
    await control.pause(child);
    const gone = await control.detach(program.pid);
    expect(gone).toEqual([]);
    program.send('go');
    await control.resume({ tids: [child] });
    expect(await program.line()).toBe('vfork returned after release 1');
    await eventually('the parent untraced', () => proc.untraced(program.pid));
    expect(await program.line()).toBe('child exited 0');
    await trace.finish();
  });
});

describe('Step', () => {
  /** A launched command held at its start. */
  async function started(client: Client, argv: string[]) {
    const trace = new Trace(client, launch(argv, {}, { startPaused: true }));
    const control = await controlOf(client, trace);
    return { trace, control, tid: trace.header?.rootPid ?? 0 };
  }

  /** Steps by syscall-stops to the ENTER of a call. */
  async function stepTo(control: Control, tid: number, syscall: string) {
    for (;;) {
      const { task, records } = await control.step({ tid, kind: StepKind.SYSCALL });
      const [record] = records;
      if (record?.kind === RecordKind.ENTER && record.syscall === syscall) {
        return { task, record };
      }
      expect(task?.state).toBe(TaskState.HELD);
    }
  }

  test('goes from syscall-stop to syscall-stop', async ({ client }) => {
    const { trace, control, tid } = await started(client, [fixture('steps')]);
    const first = await control.step({ tid });
    expect(first.stepsDone).toBe(1);
    expect(first.records.map(({ kind }) => kind)).toEqual([RecordKind.ENTER, RecordKind.STOP]);
    expect(first.task).toMatchObject({ stopReason: StopReason.STEP, state: TaskState.HELD });
    expect(first.task?.stopRecord).toMatchObject({ kind: RecordKind.ENTER });
    const next = await control.step({ tid, count: 3, expectedStopId: first.task?.stopId ?? 0n });
    expect(next.stepsDone).toBe(3);
    expect(next.records.map(({ kind }) => kind)).toEqual([
      RecordKind.EXIT,
      RecordKind.ENTER,
      RecordKind.EXIT,
      RecordKind.STOP,
    ]);
    const stale = control.step({ tid, expectedStopId: first.task?.stopId ?? 0n });
    expect((await refusal(stale)).details).toMatch(/^STOP_CHANGED/);
    await control.resume();
    await trace.finish();
    expect(trace.lines()).toEqual(['same 1']);
  });

  test('goes by single instructions and sees the calls that they make', async ({ client }) => {
    const { trace, control, tid } = await started(client, [fixture('steps')]);
    await stepTo(control, tid, 'getppid');
    const kind = StepKind.INSTRUCTION;
    const kinds = async (count: number) => {
      const { records, stepsDone, task } = await control.step({ tid, kind, count });
      expect(stepsDone).toBe(count);
      expect(task?.stopReason).toBe(StopReason.STEP);
      return records.map((record) => `${RecordKind[record.kind]} ${record.syscall}`.trim());
    };
    expect(await kinds(1)).toEqual(['EXIT getppid', 'STOP']);
    expect(await kinds(3)).toEqual(['STOP']);
    expect(await kinds(1)).toEqual(['STOP']);
    expect(await kinds(1)).toEqual(['ENTER getppid', 'EXIT getppid', 'STOP']);
    expect((await control.step({ tid, kind, count: 1000 })).stepsDone).toBe(1000);
    await control.resume();
    const ended = await trace.finish();
    expect(ended.rootExit?.exitCode).toBe(0);
    expect(trace.lines()).toEqual(['same 1']);
    expect(signals(trace.records)).toEqual([]);
  });

  test('ends early where a signal comes first, and with the task', async ({ client }) => {
    const { trace, control, tid } = await started(client, ['/bin/sleep', '1000']);
    await stepTo(control, tid, 'clock_nanosleep');
    await control.signal({ pid: tid, signal: 'TERM' });
    const exit = await control.step({ tid, kind: StepKind.SYSCALL, count: 2 });
    expect(exit.stepsDone).toBe(1);
    expect(exit.records.map(({ kind }) => kind)).toEqual([
      RecordKind.EXIT,
      RecordKind.SIGNAL,
      RecordKind.STOP,
    ]);
    expect(exit.task?.stopRecord).toMatchObject({ kind: RecordKind.SIGNAL });
    const end = await control.step({ tid, count: 5 });
    expect(end.stepsDone).toBe(0);
    expect(end.task).toBeUndefined();
    expect(end.records.map(({ kind }) => kind)).toEqual([RecordKind.TASK_EXIT]);
    expect((await trace.finish()).rootExit).toMatchObject({ signal: 15 });
  });

  test('ends early where its records come to 1 MiB, and goes on from there', async ({ client }) => {
    const argv = ['/bin/dd', 'if=/dev/zero', 'of=/dev/null', 'bs=65536', 'count=20', 'status=none'];
    const capture = { maxStringBytes: 65536 };
    await using trace = new Trace(client, launch(argv, { capture }, { startPaused: true }));
    const control = await controlOf(client, trace);
    const tid = trace.header?.rootPid ?? 0;
    const responses = [];
    do {
      responses.push(await control.step({ tid, count: 1000 }));
    } while (responses.at(-1)?.task !== undefined);
    await trace.finish();
    // The texts of reads and writes have two characters for each zero.
    const full = responses.filter(({ recordsFull }) => recordsFull);
    expect(full.length).toBeGreaterThan(1);
    expect(full).toEqual(responses.slice(0, -1));
    for (const { task, stepsDone } of full) {
      expect(task).toMatchObject({ state: TaskState.HELD, stopReason: StopReason.STEP });
      expect(stepsDone).toBeLessThan(1000);
    }
    const serials = responses.flatMap(({ records }) => records.map(({ serial }) => serial));
    const own = trace.records.filter(({ kind }) => kind !== RecordKind.OUTPUT).slice(4);
    expect(serials).toEqual(own.map(({ serial }) => serial));
  });

  test('that a pause ends leaves no SIGTRAP behind', async ({ client }) => {
    const { trace, control, tid } = await started(client, ['/bin/sh', '-c', spinning]);
    await using _ = trace;
    for (let round = 0; round < 50; round++) {
      const stepping = control.step({ tid, kind: StepKind.INSTRUCTION, count: 1000 });
      expect(await control.pause(tid)).toMatchObject([{ state: TaskState.HELD }]);
      await stepping;
      await control.resume();
      await control.pause(tid);
    }
    expect(await control.tasks()).toMatchObject([{ tid, state: TaskState.HELD }]);
    expect(signals(trace.records)).toEqual([]);
  });

  test('that a detach ends leaves no SIGTRAP behind', async ({ client }) => {
    await using program = new Program('/bin/sh', ['-c', spinning]);
    expect(await program.line()).toBe('ready');
    for (let round = 0; round < 20; round++) {
      const { trace, control } = await attached(client, program.pid);
      await control.pause();
      const step = { tid: program.pid, kind: StepKind.INSTRUCTION, count: 1000 };
      await Promise.allSettled([control.step(step), control.detach(program.pid)]);
      await trace.finish();
    }
    program.kill('SIGUSR1');
    expect(await program.line()).toBe('on');
  });

  test('gives up after its time and holds the task when its stop comes', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    const { trace, control } = await attached(client, program.pid);
    await using _ = trace;
    await control.pause();
    const timeout = { nanos: 50_000_000 };
    // The first stop after an attach in the middle of read may be anything but a return of it.
    let late = await refusal(control.step({ tid: program.pid, count: 1000, timeout }));
    expect(late.details).toMatch(/^STOP_TIMEOUT/);
    late = await refusal(control.step({ tid: program.pid, timeout }));
    expect(late.details).toMatch(/^NOT_HELD/);
    await control.detach(program.pid);
    await trace.finish();
  });
});

describe('signals', () => {
  test('are sent to a process and to a thread, and delivered with a resume', async ({ client }) => {
    await using program = await startFixture('sleepers', '2');
    const { trace, control } = await attached(client, program.pid);
    const thread = proc.threadIds(program.pid).at(-1) ?? 0;
    await control.signal({ pid: thread, signal: 'SIGWINCH', threadOnly: true });
    await control.signal({ pid: program.pid, signal: '28' });
    const isWinch = (kind: RecordKind) => kind === RecordKind.SIGNAL;
    await trace.until('two signals', () => trace.ofKind(RecordKind.SIGNAL).length === 2);
    expect(trace.records.filter(({ kind }) => isWinch(kind)).map(({ tid }) => tid)).toContain(
      thread,
    );
    await control.pause(thread);
    await control.resume({ tids: [thread], signal: 'SIGTERM' });
    expect(await program.ended).toEqual({ code: null, signal: 'SIGTERM' });
    await trace.finish();
    expect(signals(trace.records).map(({ name }) => name)).toContain('SIGTERM');
  });

  test('are kept from a task by a resume from their stop with "0"', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    const { trace, control } = await attached(client, program.pid);
    await using _ = trace;
    for (const signal of ['0', 'SIGWINCH']) {
      await control.pause();
      program.kill('SIGTERM');
      const step = await control.step({ tid: program.pid, count: 1000 });
      expect(step.task?.stopRecord).toMatchObject({ kind: RecordKind.SIGNAL });
      await control.resume({ tids: [program.pid], signal });
      program.send(`after ${signal}`);
      expect(await program.line()).toBe(`after ${signal}`);
    }
    expect(await program.finish()).toEqual({ code: 0, signal: null });
    expect(exitsOf(trace.records, 'rt_sigreturn')).toEqual([]);
  });
});
