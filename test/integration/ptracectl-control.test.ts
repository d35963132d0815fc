/** The commands of `ptracectl` that hold and step threads, against the real server. */

import { describe, expect } from 'vitest';
import {
  GetRegistersResponseSchema,
  RecordKind,
  SessionSchema,
  StepResponseSchema,
  StopReason,
  TaskSchema,
  TaskState,
  TraceService,
} from '../../src/client/index.js';
import { eventually, longPatience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import * as proc from '../support/proc.js';
import { startFixture } from '../support/program.js';
import { type ServerCli, test } from '../support/server-cli.js';

const untraced = (pid: number) => eventually(`${pid} untraced`, () => proc.untraced(pid));

describe('threads', () => {
  async function held(cli: ServerCli, name: string) {
    const [task] = await cli.json(TaskSchema, 'tasks', name);
    return task;
  }

  test('are held, looked at, stepped, signalled and let go', { timeout }, async ({ cli }) => {
    await using program = await startFixture('echo-lines');
    const name = await cli.attach(program.pid);
    const pid = String(program.pid);
    expect(await held(cli, name)).toMatchObject({ tid: program.pid, state: TaskState.RUNNING });
    expect(await cli.fails('regs', name, pid)).toMatch(/^NOT_HELD: /);

    const [paused] = await cli.json(TaskSchema, 'pause', name);
    expect(paused).toMatchObject({ state: TaskState.HELD, stopReason: StopReason.PAUSE });
    expect(await cli.ok('tasks', name)).toMatch(new RegExp(`\n *${pid} +${pid} +held `));
    const [waited] = await cli.json(TaskSchema, 'wait', name, pid);
    expect(waited?.stopId).toBe(paused?.stopId);

    const [registers] = await cli.json(GetRegistersResponseSchema, 'regs', name, pid);
    expect(registers?.stopId).toBe(paused?.stopId);
    expect(await cli.ok('regs', name, pid, 'r15=0x1234')).toMatch(/^r15 +0x0*1234$/m);
    await cli.ok('regs', name, pid, `r15=${registers?.registers?.r15}`);
    expect(await cli.refuses('regs', name, pid, 'zzz=1')).toMatch(/^UNKNOWN_REGISTER: /);
    expect(await cli.fails('resume', name, pid, '--stop-id=999999')).toMatch(/^STOP_CHANGED: /);
    await cli.ok('resume', name, pid, `--stop-id=${paused?.stopId}`);

    program.send('hello');
    expect(await program.line()).toBe('hello');
    expect(await cli.refuses('signal', name, pid, 'NOSUCH')).toMatch(/^FIELD_INVALID: /);
    await cli.ok('detach', name, pid);
    await untraced(program.pid);
    program.send('after');
    expect(await program.line()).toBe('after');
    await cli.ended(name);
  });

  test('are stepped from call to call', { timeout }, async ({ cli }) => {
    const argv = ['trace', '-D', '--paused', '--', fixture('call-flood'), '10'];
    const name = (await cli.ok(...argv)).trimEnd();
    const task = await held(cli, name);
    expect(task).toMatchObject({ state: TaskState.HELD, stopReason: StopReason.START });
    const tid = String(task?.tid);
    const [step] = await cli.json(StepResponseSchema, 'step', name, tid, '-n', '2');
    expect(step?.stepsDone).toBe(2);
    expect(step?.records.length).toBeGreaterThanOrEqual(2);
    expect(await cli.ok('step', name, tid, '-i')).toMatch(/^1 step, now held in stop \d+\n$/m);
    await cli.ok('resume', name);
    await cli.ended(name);
  });

  test('show how they end where they are held there', { timeout }, async ({ cli, client }) => {
    const argv = ['trace', '-D', '--paused', '--', '/bin/sh', '-c', 'exit 3'];
    const name = (await cli.ok(...argv)).trimEnd();
    const rules = { stop: [{ at: { kinds: [RecordKind.TASK_EXIT] } }] };
    await client.unary(TraceService.method.updateSession, { session: { name, rules } });
    await cli.ok('resume', name);
    expect(await cli.ok('wait', name)).toContain('about to exit with 3');
    await cli.ok('resume', name);
    await cli.ended(name);
  });

  test('get signals', { timeout }, async ({ cli }) => {
    const name = (await cli.ok('trace', '-D', '--', 'sleep', '3600')).trimEnd();
    const [session] = await cli.json(SessionSchema, 'sessions', 'get', name);
    expect(await cli.ok('signal', name, String(session?.rootPid), 'TERM')).toBe('');
    await cli.ended(name);
    const [ended] = await cli.json(SessionSchema, 'sessions', 'get', name);
    expect(ended?.rootExit).toMatchObject({ signal: 15 });
  });
});
