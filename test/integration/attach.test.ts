/** Attaching and detaching: everything is traced at the header, and nothing of the process changes. */
import { describe, expect } from 'vitest';
import { RecordKind, TaskOrigin } from '../../src/gen/ptraced/v1/record_pb.js';
import { EndCause, OrphanAction } from '../../src/gen/ptraced/v1/session_pb.js';
import { eventually, longPatience as timeout } from '../support/eventually.js';
import { test } from '../support/harness.js';
import * as proc from '../support/proc.js';
import { type Program, startFixture } from '../support/program.js';
import { groundTruth } from '../support/records.js';
import { attach, Trace } from '../support/trace.js';

const readNumber = 0;

/** Waits until the process sleeps in read, and is not in a tracer's hands. */
async function sleepsInRead(tid: number): Promise<void> {
  await eventually(`${tid} asleep in read`, () => {
    const status = proc.taskStatus(tid);
    return status?.state === 'S' && proc.sleepingIn(tid) === readNumber;
  });
}

async function untraced(pid: number): Promise<void> {
  await eventually(`${pid} untraced`, () => proc.untraced(pid));
}

test('a process asleep in a call is traced from there on, and detached when the client goes', async ({
  client,
}) => {
  await using program = await startFixture('echo-lines');
  await sleepsInRead(program.pid);
  await using trace = new Trace(client, attach(program.pid));
  const { rootPid, attachedTids } = await trace.started();
  expect(rootPid).toBe(program.pid);
  expect(attachedTids).toEqual([program.pid]);
  await sleepsInRead(program.pid);
  program.send('hello');
  expect(await program.line()).toBe('hello');
  const write = await trace.enter('write');
  expect(write.text).toContain('write(1, "hello\\n", 6');
  await trace.cancel();
  await untraced(program.pid);
  await sleepsInRead(program.pid);
  program.send('after');
  expect(await program.line()).toBe('after');
  expect(await program.finish()).toEqual({ code: 0, signal: null });
});

test('the end of an attached process ends the stream with its status', async ({ client }) => {
  await using program = await startFixture('echo-lines');
  await using trace = new Trace(client, attach(program.pid));
  await trace.started();
  expect(await program.finish()).toEqual({ code: 0, signal: null });
  const ended = await trace.finish();
  expect(ended).toMatchObject({ cause: EndCause.TRACEES_EXITED, rootExit: { exitCode: 0 } });
});

test('the end of a single thread is not that of its process', async ({ client }) => {
  await using program = await startFixture('exec-on-command');
  const executor = Number(program.lines[0]?.split(' ')[1]);
  const sleeper = proc.threadIds(program.pid).find((tid) => ![program.pid, executor].includes(tid));
  const value = { pid: sleeper ?? 0, singleThread: true };
  await using trace = new Trace(client, { target: { case: 'attach', value } });
  await trace.started();
  program.send('new');
  expect(await program.line()).toBe('new');
  expect((await trace.finish()).rootExit).toBeUndefined();
});

test('the parent of the process notices nothing', async ({ client }) => {
  await using program = await startFixture('parents-view');
  const child = Number(groundTruth(program.lines).get('child'));
  for (let round = 0; round < 20; round++) {
    await using trace = new Trace(client, attach(child));
    await trace.started();
    await trace.cancel();
    await untraced(child);
  }
  expect(await program.ask('report', 'sigchld')).toEqual(['sigchld 0 notices 0']);
  expect(await program.ask('end', 'child')).toEqual(['child exited 11']);
  expect(await program.finish()).toEqual({ code: 0, signal: null });
});

describe('a process that makes 1,000 threads a second', () => {
  test('has every thread traced at the header, and goes on', { timeout }, async ({
    client,
    server,
  }) => {
    await using program = await startFixture('thread-maker', '1000');
    for (let round = 0; round < 20; round++) {
      await using trace = new Trace(client, attach(program.pid));
      await trace.started();
      const strangers = proc.threadIds(program.pid).filter((tid) => {
        const status = proc.taskStatus(tid);
        return status !== undefined && !'ZX'.includes(status.state) && status.tracer !== server.pid;
      });
      expect(strangers).toEqual([]);
      const before = Number((await program.ask('report', 'made'))[0]?.split(' ')[1]);
      await eventually('further threads', async () => {
        const [answer] = await program.ask('report', 'made');
        return Number(answer?.split(' ')[1]) > before + 20;
      });
      await trace.cancel();
      await untraced(program.pid);
    }
    expect(await program.finish()).toEqual({ code: 0, signal: null });
  });
});

test('a process whose leader is a zombie is attached to by its other threads', async ({
  client,
}) => {
  await using program = await startFixture('leader-zombie');
  await eventually('the zombie leader', () => proc.taskStatus(program.pid)?.state === 'Z');
  await using trace = new Trace(client, attach(program.pid));
  await trace.started();
  program.send('still here');
  expect(await program.line()).toBe('still here');
  const write = await trace.enter('write');
  expect(write).toMatchObject({ pid: program.pid });
  expect(write.tid).not.toBe(program.pid);
  await trace.cancel();
  program.send('and untraced');
  expect(await program.line()).toBe('and untraced');
  expect(await program.finish()).toEqual({ code: 0, signal: null });
});

test('a non-dumpable process is attached to like any other', async ({ client }) => {
  await using program = await startFixture('undumpable');
  await using trace = new Trace(client, attach(program.pid));
  await trace.started();
  program.send('x');
  expect((await trace.enter('write')).text).toContain('"x\\n"');
});

test('a stopped process stays stopped while attached and after the detach', async ({ client }) => {
  await using program = await startFixture('echo-lines');
  program.kill('SIGSTOP');
  await eventually('the stop', () => proc.taskStatus(program.pid)?.state === 'T');
  await using trace = new Trace(client, attach(program.pid));
  await trace.started();
  await trace.cancel();
  await untraced(program.pid);
  await eventually('the stop, untraced', () => proc.taskStatus(program.pid)?.state === 'T');
  program.send('waits');
  program.kill('SIGCONT');
  expect(await program.line()).toBe('waits');
});

test('a process stopped while attached is left stopped, and goes on by SIGCONT', async ({
  client,
}) => {
  await using program = await startFixture('echo-lines');
  await using trace = new Trace(client, attach(program.pid));
  await trace.started();
  program.kill('SIGSTOP');
  await trace.record('STOP', (record) => record.kind === RecordKind.STOP);
  await trace.cancel();
  await untraced(program.pid);
  await eventually('the stop, untraced', () => proc.taskStatus(program.pid)?.state === 'T');
  program.kill('SIGCONT');
  program.send('again');
  expect(await program.line()).toBe('again');
});

test('signals in flight are neither lost nor doubled by attaching and detaching', {
  timeout,
}, async ({ client }) => {
  await using program = await startFixture('signal-flood', '200000');
  let rounds = 0;
  while (program.lines.length < 2 && proc.alive(program.pid)) {
    await using trace = new Trace(client, attach(program.pid));
    await Promise.race([
      trace.record('SIGNAL', (record) => record.kind === RecordKind.SIGNAL),
      program.ended,
    ]).catch(() => {}); // the process has ended before it could be attached to
    await trace.cancel();
    rounds++;
  }
  expect(rounds).toBeGreaterThan(5);
  expect(await program.line()).toBe('received 200000 disorder 0');
  expect(await program.finish()).toEqual({ code: 0, signal: null });
});

describe('a vfork parent', () => {
  for (const how of ['exec', 'exit']) {
    test(`is let go with its child while that takes its time, and waits for its ${how}`, async ({
      client,
    }) => {
      await using program = await startFixture('vfork-slow', how);
      await using trace = new Trace(client, attach(program.pid));
      await trace.started();
      expect(await program.ask('start', 'inside')).toEqual(['inside']);
      const made = await trace.record('NEW_TASK', (record) => record.kind === RecordKind.NEW_TASK);
      expect(made.detail.value).toMatchObject({ origin: TaskOrigin.VFORK, followed: true });
      const child = made.detail.case === 'newTask' ? made.detail.value.newTid : 0;
      await trace.cancel();
      await untraced(child);
      await finishVfork(program);
    });
  }

  test('is attached to while it waits for its child', async ({ client }) => {
    await using program = await startFixture('vfork-slow', 'exec');
    expect(await program.ask('start', 'inside')).toEqual(['inside']);
    await using trace = new Trace(client, attach(program.pid));
    await trace.started();
    program.send('go');
    expect(await program.line()).toBe('vfork returned after release 1');
    await trace.finish();
    expect(await program.line()).toBe('child exited 0');
  });

  test('is let go while it waits for a child that is not traced', async ({ client }) => {
    await using program = await startFixture('vfork-slow', 'exec');
    expect(await program.ask('start', 'inside')).toEqual(['inside']);
    await using trace = new Trace(client, attach(program.pid));
    await trace.started();
    await trace.cancel();
    await untraced(program.pid); // though it cannot stop: the end of the tracer lets it go
    await finishVfork(program);
  });
});

async function finishVfork(program: Program): Promise<void> {
  program.send('go');
  expect(await program.line()).toBe('vfork returned after release 1');
  expect(await program.line()).toBe('child exited 0');
  expect(await program.finish()).toEqual({ code: 0, signal: null });
}

test('KILL at the disconnect kills an attached process too, where it is asked for', async ({
  client,
}) => {
  await using program = await startFixture('echo-lines');
  await using trace = new Trace(client, attach(program.pid, { onDisconnect: OrphanAction.KILL }));
  await trace.started();
  await trace.cancel();
  expect((await program.ended).signal).toBe('SIGKILL');
});
