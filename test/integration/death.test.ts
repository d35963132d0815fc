/** How tasks end: the status that the parent sees, once for each task, and never a call's false return. */
import { describe, expect } from 'vitest';
import { RecordKind } from '../../src/gen/ptraced/v1/record_pb.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { groundTruth, newTasks, processEnd, signals, taskExits } from '../support/records.js';
import { launch, Trace, traceToEnd } from '../support/trace.js';

describe('SIGKILL', () => {
  for (const state of ['running', 'calling', 'read', 'stopped', 'vfork', 'threads', 'exec']) {
    test(`of a child that is ${state}`, async ({ client }) => {
      const trace = await traceToEnd(client, launch([fixture('sigkill'), state]));
      const child = Number(groundTruth(trace.lines()).get('child'));
      expect(trace.lines()).toContain('child killed 9 core 0');
      expect(processEnd(trace.records, child)).toMatchObject({ signal: 9, signalName: 'SIGKILL' });
      const ends = taskExits(trace.records).filter(({ record }) => record.pid === child);
      expect(ends).toHaveLength(state === 'threads' ? 6 : 1);
      expect(ends.every(({ signal }) => signal === 9)).toBe(true);
    });
  }

  test('of a launched command ends the session', async ({ client }) => {
    await using trace = new Trace(client, launch(['sleep', '60']));
    await trace.enter('clock_nanosleep');
    process.kill(trace.header?.rootPid ?? 0, 'SIGKILL');
    const ended = await trace.finish();
    expect(ended.rootExit).toMatchObject({ signal: 9 });
    const open = trace.records.findLast(({ kind }) => kind === RecordKind.ENTER);
    expect(open?.syscall).toBe('clock_nanosleep');
  });
});

describe('a leader that ends first', () => {
  for (const [how, line, wanted] of [
    ['exit', 'child exited 3', { exitCode: 3, signal: 0 }],
    ['group', 'child exited 5', { exitCode: 5, signal: 0 }],
    ['kill', 'child killed 9 core 0', { signal: 9 }],
  ] as const) {
    test(`the process then ends by ${how}`, async ({ client }) => {
      const trace = await traceToEnd(client, launch([fixture('leader-exits'), how]));
      const child = Number(groundTruth(trace.lines()).get('child'));
      expect(trace.lines()).toContain(line);
      expect(processEnd(trace.records, child)).toMatchObject(wanted);
      const ends = taskExits(trace.records).filter(({ record }) => record.pid === child);
      expect(ends).toHaveLength(2);
      expect(ends.filter(({ processEnded }) => processEnded)).toHaveLength(1);
    });
  }
});

test('exit_group ends 20 sleeping threads, the last with the status', async ({ client }) => {
  const trace = await traceToEnd(client, launch([fixture('exit-with-threads'), '20']));
  const ends = taskExits(trace.records);
  expect(ends).toHaveLength(21);
  expect(ends.filter(({ processEnded }) => processEnded)).toMatchObject([{ exitCode: 9 }]);
  expect(trace.ended?.rootExit?.exitCode).toBe(9);
});

test('a core is told as the parent sees it', async ({ client, folder }) => {
  const trace = await traceToEnd(client, launch([fixture('abort-core')], {}, { cwd: folder }));
  const lines = trace.lines();
  for (const name of ['with', 'without']) {
    const child = Number(
      lines.find((line) => new RegExp(`^${name} \\d+$`).test(line))?.split(' ')[1],
    );
    const core = lines.find((line) => line.startsWith(`${name} killed`))?.endsWith('core 1');
    expect(processEnd(trace.records, child)).toMatchObject({ signal: 6, coreDumped: core });
  }
});

describe('the program’s own seccomp filter', () => {
  test('ERRNO is a normal call that fails', async ({ client }) => {
    const trace = await traceToEnd(client, launch([fixture('seccomp-errno')]));
    expect(trace.lines()).toEqual(['getppid -1 errno 42']);
    const exit = trace.records.find(
      ({ kind, syscall }) => kind === RecordKind.EXIT && syscall === 'getppid',
    );
    expect(exit).toMatchObject({ errno: 42, errnoName: 'ENOMSG', ret: -42n });
  });

  test('KILL is a call that never returns, and a death by SIGSYS', async ({ client }) => {
    const trace = await traceToEnd(client, launch([fixture('seccomp-kill')]));
    const child = Number(groundTruth(trace.lines()).get('child'));
    expect(processEnd(trace.records, child)).toMatchObject({ signal: 31, signalName: 'SIGSYS' });
    const kinds = trace.records
      .filter(({ pid, syscall }) => pid === child && syscall === 'getppid')
      .map(({ kind }) => kind);
    expect(kinds).toEqual([RecordKind.ENTER]);
  });

  test('TRAP is SIGSYS, and not a return value', async ({ client }) => {
    const trace = await traceToEnd(client, launch([fixture('seccomp-trap')]));
    expect(trace.lines()).toEqual(['sigsys code 1']);
    expect(signals(trace.records)).toMatchObject([{ name: 'SIGSYS', codeName: 'SYS_SECCOMP' }]);
    const returned = trace.records.filter(
      ({ kind, syscall, ret }) => kind === RecordKind.EXIT && syscall === 'getppid' && ret === 110n,
    );
    expect(returned).toEqual([]);
  });
});

test('a tracee that wants a tracer of its own is told that it has one', async ({ client }) => {
  const trace = await traceToEnd(client, launch([fixture('traceme')]));
  expect(trace.lines()).toEqual(['traceme -1 errno 1']);
});

test('a background process outlives its shell and is followed to its end', async ({ client }) => {
  const trace = await traceToEnd(client, launch(['sh', '-c', '(sleep 0.3; exit 4) & exit 0']));
  const [child] = newTasks(trace.records);
  expect(processEnd(trace.records, child?.newPid ?? 0)).toMatchObject({ exitCode: 4 });
  expect(trace.ended?.rootExit?.exitCode).toBe(0);
});
