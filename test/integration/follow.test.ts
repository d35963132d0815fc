/** Following: every new process and thread, of whatever origin, by whatever exec, and none that is not wanted. */
import { describe, expect } from 'vitest';
import { RecordKind, TaskOrigin } from '../../src/gen/ptraced/v1/record_pb.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import {
  enterCount,
  groundTruth,
  newTasks,
  processEnd,
  returns,
  taskExits,
} from '../support/records.js';
import { launch, privileged, traceToEnd } from '../support/trace.js';

test('each kind of child is told by its origin, and threads from processes', async ({ client }) => {
  const trace = await traceToEnd(client, launch([fixture('family')]));
  const truth = groundTruth(trace.lines());
  const origins: [string, TaskOrigin][] = [
    ['fork', TaskOrigin.FORK],
    ['vfork', TaskOrigin.VFORK],
    ['clone3-sigchld', TaskOrigin.FORK],
    ['clone3-vfork', TaskOrigin.VFORK],
    ['clone3-sigusr1', TaskOrigin.CLONE],
    ['clone3-none', TaskOrigin.CLONE],
    ['clone-sigusr1', TaskOrigin.CLONE],
    ['thread', TaskOrigin.THREAD],
  ];
  const root = trace.header?.rootPid;
  expect(newTasks(trace.records)).toMatchObject(
    origins.map(([name, origin]) => ({
      newTid: Number(truth.get(name)),
      newPid: name === 'thread' ? root : Number(truth.get(name)),
      origin,
      followed: true,
      record: { tid: root, pid: root },
    })),
  );
});

test('a CLONE_UNTRACED child is told as not followed, has no records, and does not hold up the end', async ({
  client,
}) => {
  const trace = await traceToEnd(client, launch([fixture('clone-untraced')]));
  const child = Number(groundTruth(trace.lines()).get('untraced'));
  expect(trace.lines()).toContain('child exited 0');
  expect(trace.records.some(({ pid }) => pid === child)).toBe(false);
  expect(newTasks(trace.records)).toMatchObject([
    { newTid: child, newPid: child, origin: TaskOrigin.FORK, followed: false },
  ]);
});

describe('a CLONE_PTRACE child', () => {
  test('is followed like any other', async ({ client }) => {
    const trace = await traceToEnd(client, launch([fixture('clone-ptrace')]));
    const child = Number(groundTruth(trace.lines()).get('ptrace'));
    expect(processEnd(trace.records, child)).toMatchObject({ exitCode: 5 });
  });

  test('runs on untraced where processes are not followed', async ({ client }) => {
    const capture = { follow: { noProcesses: true } };
    const trace = await traceToEnd(client, launch([fixture('clone-ptrace')], { capture }));
    const child = Number(groundTruth(trace.lines()).get('ptrace'));
    expect(trace.lines()).toContain('child exited 5');
    expect(trace.records.some(({ pid }) => pid === child)).toBe(false);
  });
});

describe('an execve in a thread that is not the leader', () => {
  for (const count of [1, 3, 50]) {
    test(`of ${count}`, async ({ client }) => {
      const program = fixture('exec-from-thread');
      const trace = await traceToEnd(client, launch([program, String(count)]));
      const [, pid, former] = /^pid (\d+) former (\d+) tid \1$/.exec(trace.lines()[0] ?? '') ?? [];
      expect(trace.header?.rootPid).toBe(Number(pid));

      const execs = trace.ofKind(RecordKind.EXEC);
      expect(execs).toHaveLength(2);
      expect(execs[1]).toMatchObject({ tid: Number(pid), pid: Number(pid) });
      expect(execs[1]?.detail.value).toMatchObject({ exe: program, formerTid: Number(former) });

      const ends = taskExits(trace.records);
      const superseded = ends.filter((end) => end.superseded).map(({ record }) => record.tid);
      const siblings = newTasks(trace.records)
        .map(({ newTid }) => newTid)
        .filter((tid) => tid !== Number(former));
      expect(superseded.toSorted()).toEqual([Number(pid), ...siblings].toSorted());
      expect(ends.filter((end) => !end.superseded)).toMatchObject([
        { exitCode: 7, processEnded: true, record: { tid: Number(pid) } },
      ]);
      expect(
        returns(trace.records, Number(pid)).filter((call) => call.startsWith('execve')),
      ).toEqual(['execve = 0', 'execve = 0']);
    });
  }
});

describe('what FollowOptions excludes runs untraced', () => {
  test('processes', async ({ client }) => {
    const capture = { follow: { noProcesses: true } };
    const trace = await traceToEnd(client, launch([fixture('forks'), '100'], { capture }));
    expect(trace.lines()).toEqual(['forks 100']);
    expect(new Set(trace.records.map(({ pid }) => pid))).toEqual(new Set([trace.header?.rootPid]));
    expect(newTasks(trace.records)).toHaveLength(100);
    expect(newTasks(trace.records).every(({ followed }) => !followed)).toBe(true);
  });

  test('threads', async ({ client }) => {
    const capture = { follow: { noThreads: true } };
    const trace = await traceToEnd(client, launch([fixture('threads'), '100'], { capture }));
    expect(trace.lines()).toEqual(['threads 100']);
    expect(enterCount(trace.records, 'getppid')).toBe(0);
    expect(newTasks(trace.records)).toHaveLength(100);
    expect(newTasks(trace.records).every(({ followed }) => !followed)).toBe(true);
  });

  test('what a process does after its execve', async ({ client }) => {
    const capture = { follow: { detachOnExec: true } };
    const trace = await traceToEnd(
      client,
      launch(['sh', '-c', '/bin/echo x; exit 3'], { capture }),
    );
    expect(trace.output(1).toString()).toBe('x\n');
    const child = newTasks(trace.records)[0]?.newPid;
    const last = trace.records.findLast(({ pid }) => pid === child);
    expect(last?.kind === RecordKind.EXEC || last?.syscall === 'execve').toBe(true);
    expect(trace.ended?.rootExit?.exitCode).toBe(3);
  });
});

test('two busy threads do not starve a quiet one', async ({ client }) => {
  const trace = await traceToEnd(client, launch([fixture('busy-and-quiet')]));
  expect(enterCount(trace.records, 'getuid')).toBe(1000);
});

test('ids are those of the server’s pid namespace, whatever the tracee’s', async ({ client }) => {
  const trace = await traceToEnd(client, launch([fixture('pid-namespace')], {}, privileged));
  const lines = trace.lines();
  expect(lines).toContain('inner 1 made 2');
  expect(lines).toContain('grandchild exited 2');
  const outer = Number(groundTruth(lines).get('outer'));
  const [child, grandchild] = newTasks(trace.records);
  expect(child).toMatchObject({ newPid: outer, record: { pid: trace.header?.rootPid } });
  expect(grandchild).toMatchObject({ record: { pid: outer } });
  expect(grandchild?.newPid).toBeGreaterThan(2);
  const made = returns(trace.records, outer).filter((call) => /^(clone|fork)/.test(call));
  expect(made).toEqual([expect.stringMatching(/ = 2$/)]);
  expect(processEnd(trace.records, grandchild?.newPid ?? 0)).toMatchObject({ exitCode: 2 });
});
