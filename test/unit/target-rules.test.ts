/** Which processes may be attached to, what is shown of them, and what is hidden. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ControlService } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { isZombie, type ProcessStatus, readProcess } from '../../src/procfs/process.js';
import { inheritedSoftNofile, ownLine } from '../../src/procfs/self.js';
import { attachRefusal, checkAttach } from '../../src/security/attach-rules.js';
import { redactArguments } from '../../src/security/redact.js';
import { eventually } from '../support/eventually.js';
import { refusal } from '../support/rpc.js';
import { TestServer } from './server-harness.js';

/** A child that does nothing. */
async function sleeper() {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  return {
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

const pid = (target: number) => ({ pid: target, singleThread: false });

describe('attaching is refused', () => {
  test.each([
    ['to ourselves', process.pid, 'TARGET_DENIED'],
    ['to our parent', process.ppid, 'TARGET_DENIED'],
    ['to process 1', 1, 'TARGET_DENIED'],
    ['to nobody', 2 ** 22 + 1, 'PROCESS_NOT_FOUND'],
  ])('%s', async (_, target, reason) => {
    await expect(checkAttach(pid(target))).rejects.toMatchObject({ reason });
  });

  test('to a zombie', async () => {
    // A shell may reap it.
    const script = '$| = 1; $p = fork or exit; print "$p\n"; sleep 60';
    const child = spawn('perl', ['-e', script]);
    const [line] = await once(child.stdout, 'data');
    const target = Number(line);
    await eventually('the zombie', () => readProcess(target)?.state === 'Z');
    await expect(checkAttach(pid(target))).rejects.toMatchObject({ reason: 'PROCESS_NOT_FOUND' });
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  test('to another process than was expected', async () => {
    await using target = await sleeper();
    const { startTimeMs } = await checkAttach(pid(target.pid));
    const same = { ...pid(target.pid), expectedStartTimeMs: startTimeMs };
    expect((await checkAttach(same)).pid).toBe(target.pid);
    const other = { ...same, expectedStartTimeMs: startTimeMs - 10 };
    await expect(checkAttach(other)).rejects.toMatchObject({ reason: 'PID_REUSED' });
  });

  test('to a thread, where the whole process is meant', async () => {
    const thread = Number(
      readdirSync('/proc/self/task').find((tid) => tid !== String(process.pid)),
    );
    await expect(checkAttach(pid(thread))).rejects.toMatchObject({
      reason: 'PROCESS_NOT_FOUND',
      metadata: { thread_group: String(process.pid) },
    });
  });

  test('to process 1 where it is an ancestor, not where its namespace was joined', () => {
    const init = { ...readProcess(process.ppid), pid: 1, threadGroup: 1 } as ProcessStatus;
    expect(attachRefusal(init, new Set([process.pid, 1]))).toMatchObject({
      reason: 'TARGET_DENIED',
    });
    expect(attachRefusal(init, new Set([process.pid]))).toBeUndefined();
  });

  test('to a traced process', () => {
    const status = readProcess(process.pid);
    const target = { ...status, pid: 77, threadGroup: 77, tracerPid: 5 } as ProcessStatus;
    expect(attachRefusal(target)).toMatchObject({
      reason: 'ALREADY_TRACED',
      metadata: { tracer_pid: '5' },
    });
  });
});

test('a process is read as it is', async () => {
  await using child = await sleeper();
  const process_ = readProcess(child.pid);
  expect(process_).toMatchObject({
    pid: child.pid,
    threadGroup: child.pid,
    parentPid: process.pid,
    realUid: process.getuid?.(),
    tracerPid: 0,
    isKernelThread: false,
  });
  expect(Math.abs((process_?.startTimeMs ?? 0) - Date.now())).toBeLessThan(10_000);
  expect(process_ && isZombie(process_)).toBe(false);
  // A pid namespace other than the first (PROC_PID_INIT_INO of proc_ns.h), as a container's, has no kernel threads.
  const hasKernelThreads = readlinkSync('/proc/self/ns/pid') === 'pid:[4026531836]';
  expect(readProcess(2)?.isKernelThread === true).toBe(hasKernelThreads);
  expect(ownLine()).toContain(process.ppid);
});

test('the soft limit of descriptors is that of whoever started Node', () => {
  expect(inheritedSoftNofile()).toBeGreaterThan(0);
});

test('secrets in arguments are not shown', () => {
  const argv = [
    'tool',
    '--password=hunter2',
    '--api-key',
    'abc',
    'DB_PASSWORD=x=y',
    'Authorization: Bearer abc',
    'https://me:pw@host/x',
    '-----BEGIN PRIVATE KEY-----\nxyz',
    '--token',
    '--verbose',
    'plain',
    'key-file.txt',
  ];
  expect(redactArguments(argv)).toEqual([
    'tool',
    '--password=[redacted]',
    '--api-key',
    '[redacted]',
    'DB_PASSWORD=[redacted]',
    'Authorization: Bearer [redacted]',
    'https://me:[redacted]@host/x',
    '[redacted]',
    '--token',
    '--verbose',
    'plain',
    'key-file.txt',
  ]);
});

describe('ListProcesses', () => {
  const { listProcesses } = ControlService.method;

  test('selects by name and user', async () => {
    await using server = await TestServer.start();
    await using child = await sleeper();
    const found = await server.client.unary(listProcesses, {
      commRegex: '^sle+p$',
      pageSize: 1000,
    });
    const mine = found.processes.find((process_) => process_.pid === child.pid);
    expect(mine).toMatchObject({ comm: 'sleep', argv: ['sleep', '60'], attachable: true });
    const others = await server.client.unary(listProcesses, { uid: 12345 });
    expect(others.processes).toEqual([]);
    const attachable = await server.client.unary(listProcesses, {
      attachableOnly: true,
      pageSize: 1000,
    });
    expect(attachable.processes.every((process_) => process_.attachable)).toBe(true);
    expect(attachable.processes.map((process_) => process_.pid)).not.toContain(process.pid);
  });

  test.each([
    [{ pageSize: -1 }, 'FIELD_INVALID: page_size'],
    [{ pageSize: 1001 }, 'FIELD_INVALID: page_size'],
    [{ commRegex: '(' }, 'FIELD_INVALID: comm_regex'],
    [{ commRegex: '(a)\\1' }, 'FIELD_INVALID: comm_regex'],
    [{ pageToken: 'x' }, 'PAGE_TOKEN_INVALID'],
  ])('refuses %o', async (request, message) => {
    await using server = await TestServer.start();
    const { details } = await refusal(server.client.unary(listProcesses, request));
    expect(details.startsWith(message)).toBe(true);
  });
});
