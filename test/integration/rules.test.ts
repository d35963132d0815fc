/** F2, F3, F4, B5: what calls and signals are told by rules, and where tasks are held by them. */
import { spawnSync } from 'node:child_process';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { durationFromMs, durationMs } from '@bufbuild/protobuf/wkt';
import { describe, expect } from 'vitest';
import { TaskState } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { RecordKind, StopReason } from '../../src/gen/ptraced/v1/record_pb.js';
import { OrphanAction, type RulesSchema } from '../../src/gen/ptraced/v1/session_pb.js';
import { TraceService } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { controlOf } from '../support/control.js';
import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import * as proc from '../support/proc.js';
import { commandEnvironment, startFixture } from '../support/program.js';
import { exitsOf, newTasks, signals } from '../support/records.js';
import { refusal } from '../support/rpc.js';
import { oracle } from '../support/strace.js';
import { Subscription } from '../support/subscription.js';
import { attach, launch, Trace, type TraceInit, traceToEnd } from '../support/trace.js';

type Rules = MessageInitShape<typeof RulesSchema>;

function tampered(rules: Rules): TraceInit {
  return launch([fixture('tampered')], { rules });
}

/** Results of one call, as the program saw them: "RESULT ERRNO" each. */
function seen(trace: Trace, name: string): string[] {
  return trace
    .lines()
    .filter((line) => line.startsWith(`${name} `))
    .map((line) => line.slice(name.length + 1));
}

const nothing = '0 0';
const eperm = '-1 1';

describe('an inject rule', () => {
  test('makes a call fail, from first to last by steps', async ({ client }) => {
    const rule = { syscalls: ['getuid'], error: 'EPERM', first: 2, step: 2, last: 5 };
    const trace = await traceToEnd(client, tampered({ inject: [rule] }));
    expect(seen(trace, 'getuid')).toEqual([nothing, eperm, nothing, eperm, nothing, nothing]);
    const exits = exitsOf(trace.records, 'getuid');
    expect(exits.map((exit) => exit.tampered)).toEqual([false, true, false, true, false, false]);
    expect(exits[1]).toMatchObject({ errno: 1, errnoName: 'EPERM', ret: -1n });
    expect(exits[1]?.text).toMatch(/ = -1 EPERM .*\(INJECTED\)$/);
  });

  test('counts as strace does', async ({ client }) => {
    for (const when of [
      { first: 1, step: 1, last: 0, text: '1+1' },
      { first: 3, step: 2, last: 0, text: '3+2' },
      { first: 2, step: 1, last: 4, text: '2..4+1' },
      { first: 2, step: 0, last: 2, text: '2' },
    ]) {
      const calls = ['getuid', 'getgid'];
      const expression = `inject=${calls.join(',')}:error=EPERM:when=${when.text}`;
      const theirs = spawnSync(
        oracle(),
        ['-o', '/dev/null', '-e', `trace=${calls}`, '-e', expression, fixture('tampered')],
        {
          env: commandEnvironment(),
        },
      );
      const { first, step, last } = when;
      const rule = { syscalls: calls, error: 'EPERM', first, step, last };
      const trace = await traceToEnd(client, tampered({ inject: [rule] }));
      const lines = theirs.stdout.toString().split('\n').slice(0, -1);
      const counted = (all: string[]) => all.filter((line) => /^get[ug]id /.test(line));
      expect(counted(trace.lines())).toEqual(counted(lines));
    }
  });

  test('counts each process by itself, as strace does', async ({ client }) => {
    const program = fixture('tampered');
    const argv = ['/bin/sh', '-c', '"$0"; "$0"; exit 0', program];
    const theirs = spawnSync(
      oracle(),
      [
        ...['-f', '-o', '/dev/null', '-e', 'trace=getgid'],
        ...['-e', 'inject=getgid:error=EPERM:when=2', ...argv],
      ],
      { env: commandEnvironment() },
    );
    const rule = { syscalls: ['getgid'], error: 'EPERM', first: 2, last: 2 };
    const trace = await traceToEnd(client, launch(argv, { rules: { inject: [rule] } }));
    const lines = theirs.stdout.toString().split('\n').slice(0, -1);
    const counted = (all: string[]) => all.filter((line) => line.startsWith('getgid '));
    expect(counted(trace.lines())).toEqual(counted(lines));
    expect(seen(trace, 'getgid')).toHaveLength(6);
  });

  test('gives a value without making the call', async ({ client }) => {
    const rule = { syscalls: ['dup2'], returnValue: 77n };
    const trace = await traceToEnd(client, tampered({ inject: [rule] }));
    expect(seen(trace, 'dup2')).toEqual(['77 0']);
    expect(seen(trace, 'fcntl')).toEqual(['-1 9']);
  });

  test('replaces arguments and memory', async ({ client }) => {
    const rules: Rules = {
      inject: [
        { syscalls: ['dup2'], arguments: { 1: 78n } },
        { syscalls: ['chdir'], patches: [{ argument: 0, data: Buffer.from('/\0') }] },
        {
          syscalls: ['getcwd'],
          patches: [{ argument: 0, data: Buffer.from('client\0'), onExit: true }],
        },
      ],
    };
    const trace = await traceToEnd(client, tampered(rules));
    expect(seen(trace, 'dup2')).toEqual(['78 0']);
    expect(exitsOf(trace.records, 'dup2')[0]?.args[1]).toBe(78n);
    expect(seen(trace, 'chdir')).toEqual([nothing]);
    expect(seen(trace, 'text')).toEqual(['client']);
  });

  test('leaves the registers of the program as they were', async ({ client }) => {
    const rule = { syscalls: ['umask'], arguments: { 0: 0o177n } };
    const once = await traceToEnd(client, tampered({ inject: [{ ...rule, last: 1 }] }));
    expect(seen(once, 'umask')).toEqual([`${0o123} 0`]);
    const twice = await traceToEnd(client, tampered({ inject: [{ ...rule, last: 2 }] }));
    expect(seen(twice, 'umask')).toEqual([`${0o177} 0`]);
  });

  test('delays a call and sends a signal with it', async ({ client }) => {
    const rules: Rules = {
      inject: [
        { syscalls: ['getpgrp'], delayEnter: durationFromMs(30), delayExit: durationFromMs(30) },
        { syscalls: ['getgid'], last: 1, signal: 'SIGUSR2' },
      ],
    };
    const trace = await traceToEnd(client, tampered(rules));
    expect(seen(trace, 'delayed')).toEqual(['1 0']);
    expect(exitsOf(trace.records, 'getpgrp')[0]?.text).toMatch(/ \(DELAYED\)$/);
    expect(trace.lines().at(-1)).toBe('usr1 1 usr2 1');
  });
});

describe('a signal rule', () => {
  test('keeps a signal from the task, or gives another', async ({ client }) => {
    const suppressed = await traceToEnd(client, tampered({ signals: [{ signals: ['SIGUSR1'] }] }));
    expect(suppressed.lines().at(-1)).toBe('usr1 0 usr2 0');
    expect(signals(suppressed.records)[0]).toMatchObject({ name: 'SIGUSR1', suppressed: true });
    const replaced = await traceToEnd(
      client,
      tampered({ signals: [{ signals: ['SIGUSR1'], replacement: 'SIGUSR2' }] }),
    );
    expect(replaced.lines().at(-1)).toBe('usr1 0 usr2 1');
  });
});

describe('a stop rule', () => {
  test('holds at the calls that its filter names, once each', async ({ client }) => {
    const at = { syscalls: ['getuid'], kinds: [RecordKind.ENTER, RecordKind.EXIT] };
    await using trace = new Trace(client, tampered({ stop: [{ at }] }));
    const control = await controlOf(client, trace);
    let after = 0n;
    for (let i = 0; i < 12; i++) {
      const task = await control.stop(0, after);
      expect(task.stopReason).toBe(StopReason.RULE);
      const kind = i % 2 === 0 ? RecordKind.ENTER : RecordKind.EXIT;
      expect(task.stopRecord).toMatchObject({ kind, syscall: 'getuid', stopId: task.stopId });
      after = task.stopId;
      await control.resume({ tids: [task.tid], expectedStopId: after });
    }
    await trace.finish();
    expect(seen(trace, 'getuid')).toEqual(Array(6).fill(nothing));
  });

  test('lets go by itself after its timeout', async ({ client }) => {
    const at = { syscalls: ['getuid'], kinds: [RecordKind.ENTER] };
    const rules = { stop: [{ at, timeout: durationFromMs(20) }] };
    const trace = await traceToEnd(client, tampered(rules));
    expect(seen(trace, 'getuid')).toHaveLength(6);
    expect(trace.ofKind(RecordKind.STOP)).toHaveLength(6);
  });

  test('holds for its timeout after a delay, too', async ({ client }) => {
    const rules: Rules = {
      inject: [{ syscalls: ['getpgrp'], delayEnter: durationFromMs(150) }],
      stop: [
        {
          at: { syscalls: ['getpgrp'], kinds: [RecordKind.ENTER] },
          timeout: durationFromMs(100),
        },
      ],
    };
    const trace = await traceToEnd(client, tampered(rules));
    const [exit] = exitsOf(trace.records, 'getpgrp');
    expect(durationMs(exit?.duration as never)).toBeGreaterThanOrEqual(250);
  });

  test('holds children and new programs before their first instruction', async ({ client }) => {
    const kinds = [RecordKind.NEW_TASK, RecordKind.EXEC];
    const argv = ['/bin/sh', '-c', '/bin/true & wait; echo done'];
    const rules = { stop: [{ at: { kinds } }] };
    await using trace = new Trace(client, launch(argv, { rules }));
    const control = await controlOf(client, trace);
    const first = await control.stop();
    expect(first.stopRecord?.kind).toBe(RecordKind.EXEC);
    await control.resume({ tids: [first.tid] });
    const child = await control.stop(0, first.stopId);
    await trace.record('its STOP', ({ stopId }) => stopId === child.stopId);
    const [made] = newTasks(trace.records);
    expect(child.tid).toBe(made?.newTid);
    const before = trace.records.filter(({ tid }) => tid === child.tid);
    expect(before.map(({ kind }) => kind)).toEqual([RecordKind.STOP]);
    await control.resume({ tids: [child.tid] });
    const exec = await control.stop(child.tid, child.stopId);
    expect(exec.stopRecord?.detail.value).toMatchObject({ exe: expect.stringMatching(/true$/) });
    await control.resume();
    await trace.finish();
    expect(trace.lines()).toEqual(['done']);
  });

  test('holds at a signal, which the client then decides about', async ({ client }) => {
    const at = { kinds: [RecordKind.SIGNAL] };
    await using trace = new Trace(client, tampered({ stop: [{ at }] }));
    const control = await controlOf(client, trace);
    const { tid, stopRecord } = await control.stop();
    expect(stopRecord?.detail.value).toMatchObject({ name: 'SIGUSR1', suppressed: false });
    await control.resume({ tids: [tid], signal: 'SIGUSR2' });
    await trace.finish();
    expect(trace.lines().at(-1)).toBe('usr1 0 usr2 1');
  });

  test('holds nobody once the client has gone', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    const rules = { stop: [{ at: { syscalls: ['write'], kinds: [RecordKind.ENTER] } }] };
    const trace = new Trace(client, attach(program.pid, { rules }));
    const control = await controlOf(client, trace);
    program.send('held');
    await control.stop();
    await trace.cancel();
    expect(await program.line()).toBe('held');
    await eventually('untraced', () => proc.runsUntraced(program.pid));
  });
});

test('a session of Trace that is kept holds only while a stream holds it', async ({ client }) => {
  await using program = await startFixture('echo-lines');
  const rules = { stop: [{ at: { syscalls: ['write'], kinds: [RecordKind.ENTER] } }] };
  const trace = new Trace(client, attach(program.pid, { rules, onDisconnect: OrphanAction.KEEP }));
  const control = await controlOf(client, trace);
  const { session } = control;
  program.send('held');
  await control.stop();
  await trace.cancel();
  expect(await program.line()).toBe('held');
  program.send('not held');
  expect(await program.line()).toBe('not held');
  const holder = new Subscription(client, { session, holdsLease: true });
  await holder.started();
  program.send('held again');
  await control.stop();
  await holder.cancel();
  expect(await program.line()).toBe('held again');
  await client.unary(TraceService.method.endSession, { name: session });
});

test('rules are replaced between two records', async ({ client }) => {
  await using program = await startFixture('echo-lines');
  await using trace = new Trace(client, attach(program.pid));
  const control = await controlOf(client, trace);
  const stop = [{ at: { syscalls: ['write'], kinds: [RecordKind.ENTER] } }];
  const update = (rules: Rules) =>
    client.unary(TraceService.method.updateSession, {
      session: { name: control.session, rules },
      updateMask: { paths: ['rules'] },
    });
  const { effectiveSerial, session } = await update({ stop });
  expect(session?.rules?.stop).toHaveLength(1);
  program.send('held');
  const task = await control.stop();
  expect(task.state).toBe(TaskState.HELD);
  const changed = trace.records.find(({ kind }) => kind === RecordKind.RULES_CHANGED);
  expect(changed?.serial).toBe(effectiveSerial);
  expect(task.stopRecord?.serial).toBeGreaterThan(effectiveSerial);
  await update({});
  await control.resume();
  expect(await program.line()).toBe('held');
  program.send('not held');
  expect(await program.line()).toBe('not held');
  const wrong = await refusal(update({ inject: [{ syscalls: ['nosuchcall'], error: 'EIO' }] }));
  expect(wrong.details).toMatch(/^UNKNOWN_SYSCALL/);
  for (const rules of [
    { inject: [{ error: 'ENOSUCH' }] },
    { signals: [{ signals: ['SIGNONE'] }] },
    { stop: [{ at: { kinds: [RecordKind.STOP] } }] },
  ]) {
    expect((await refusal(update(rules))).details).toMatch(/^FIELD_INVALID/);
  }
});
